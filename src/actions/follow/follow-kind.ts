import { jobKind } from "../../jobs/job.ts";
import type { Follow } from "../model/follow.ts";

/** One look at what is followed. The next one is added before it ends. */
export interface Look {
  readonly follow: string;
  /** Which look it is: one that was overtaken does nothing. */
  readonly turn: number;
}

/** What may have been said already, and is not said once more, whatever became of it. */
export interface Telling {
  readonly telling?: "news" | "end" | undefined;
}

const limits = {
  concurrency: 20,
  maxAttempts: 200,
  retryAfter: (failures: number) => Math.min(10_000 * failures, 10 * 60_000),
  keepFor: 60_000,
};

/** Looks at a folder, or a share's. */
const watchKind = jobKind<Look, never, void, Telling>("watch", limits);
/** Looks at a feed. */
const feedKind = jobKind<Look, never, void, Telling>("feed", limits);

export const lookKinds = [watchKind, feedKind] as const;

export function kindOf({ about }: Pick<Follow, "about">): (typeof lookKinds)[number] {
  return about.is === "folder" ? watchKind : feedKind;
}

export function jobId({ follow, turn }: Look): string {
  return `${follow}-${turn}`;
}
