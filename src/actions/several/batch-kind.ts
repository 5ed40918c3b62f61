import { jobKind } from "../../jobs/job.ts";
import { lastWordKind } from "../../messaging/last-word.ts";
import type { UnsentFile } from "../model/batch-screen.ts";
import type { BatchOrder } from "../model/batch.ts";
import type { UploadPlace } from "../model/upload.ts";

/** A batch as it is kept. */
export interface Batch extends BatchOrder, UploadPlace {}

/** What became of one file; null = nothing yet. */
export type FileEnd = { readonly is: "done" } | UnsentFile["why"];

/** What an attempt leaves to the next. */
export interface Noted {
  /** One for each file, in their order. */
  readonly ends: readonly (FileEnd | null)[];
  /** What was being sent; absent = nothing. */
  readonly trying?: Trying | undefined;
}

export interface Trying {
  /** Index of the first file, and how many. */
  readonly from: number;
  readonly count: number;
  /** How often this was begun. */
  readonly times: number;
  /** The platform has every byte, and may have made a message of them. */
  readonly isGiven: boolean;
}

/**
 * Several files into a chat. A person has one batch at a time: their id is the key. What an attempt has sent the next one does
 * not send again; a file that ends three processes is left out.
 */
export const batchKind = jobKind<Batch, never, void, Noted>("transfer-batch", {
  concurrency: 4,
  maxAttempts: 1000,
  retryAfter: (failures) => Math.min(5000 * failures, 60_000),
  keepFor: 3_600_000,
});

/** What became of a batch, until it has been said. */
export const batchOutcomeKind = lastWordKind("transfer-batch-outcome");
