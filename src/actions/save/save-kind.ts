import { lastWordKind } from "../../messaging/last-word.ts";
import { jobKind } from "../../jobs/job.ts";
import type { SaveOrder } from "../model/save.ts";
import type { SaveState } from "../model/screen.ts";
import type { Remembered } from "../model/session.ts";
import type { MessageRef } from "../model/target.ts";

/** What is to be saved, as it is kept. */
export interface Save extends SaveOrder {
  readonly shown: MessageRef;
}

/** The drive was asked: it can be stopped no more. */
export interface Sent {
  /** ms since the epoch. */
  readonly sentAt: number;
}

/** Copies out of shares. What was asked for before a kill is looked for, and not asked for again. */
export const saveKind = jobKind<Save, Sent, void, Sent>("save", {
  concurrency: 200,
  maxAttempts: 20,
  retryAfter: (failures) => Math.min(5000 * failures, 60_000),
  keepFor: 3_600_000,
});

/** What became of a saving, until it has been said. */
export const saveOutcomeKind = lastWordKind<SaveOutcome>("save-outcome", { concurrency: 20 });

export interface SaveOutcome {
  readonly save: Save;
  readonly state: SaveState;
  /** What its buttons are about; absent = what they were about before. */
  readonly shows?: Pick<Remembered, "state" | "rows"> | undefined;
  /** Id for a session of its own, should it come in a message of its own. */
  readonly own: string;
}

/** One of a key at a time: what is asked for twice is found there by the second. */
export function keyOf({
  mount,
  to,
  share,
  entries = [],
  others = [],
}: Pick<Save, "mount" | "to" | "share" | "entries" | "others">): string {
  const [first, ...rest] = [...entries, ...others.flatMap((group) => group.entries)];
  const more = rest.length > 0 ? `+${rest.length}` : "";
  return [mount, to.at(-1)?.id ?? "", share, `${first?.id ?? ""}${more}`].join("/");
}
