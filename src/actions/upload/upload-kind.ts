import { jobKind } from "../../jobs/job.ts";
import { lastWordKind } from "../../messaging/last-word.ts";
import type { Entry } from "../../storage/entry.ts";
import type { PendingUpload } from "../../storage/upload.ts";
import type { SentFile } from "../model/sent-file.ts";
import type { UploadOrder } from "../model/upload-batch.ts";
import type { UploadItem } from "../model/upload-item.ts";
import type { MessageRef } from "../model/target.ts";

/** A batch as it is kept. */
export interface UploadBatch extends UploadOrder {
  readonly shown: MessageRef;
}

/** What an attempt leaves to the next. */
export interface Begun {
  /** One for each file in their order: null = not over yet. */
  readonly items: readonly (UploadItem | null)[];
  /** The one under way: what its drive wants back, or that it is there and another is to go. */
  readonly current?: Current | undefined;
}

export type Current =
  | { readonly n: number; readonly pending: PendingUpload }
  | { readonly n: number; readonly arrived: Entry };

/** Files that came after a batch was begun, and that belong to it. */
export interface Joined {
  readonly files: readonly SentFile[];
  /** When the last one came, ms since the epoch. */
  readonly at: number;
  readonly group?: string | undefined;
  /** No more are taken. */
  readonly closed?: true | undefined;
}

/**
 * Files on their way into drives. A few run at once, because a part of each is held in memory; of a person one batch at a
 * time. What an attempt has begun the next goes on with.
 */
export const uploadKind = jobKind<UploadBatch, never, void, Begun>("upload", {
  concurrency: 6,
  maxAttempts: 20,
  retryAfter: (failures) => Math.min(5000 * failures, 5 * 60_000),
  keepFor: 3_600_000,
});

/** What became of a batch, until it has been said. */
export const uploadOutcomeKind = lastWordKind("upload-outcome", { concurrency: 20 });

/** Before anything is known of them. */
export function itemsOf(files: readonly SentFile[]): readonly UploadItem[] {
  return files.map(({ name }) => ({ name, state: { is: "waiting" } }));
}
