import { jobKind, type JobOutcome } from "../../jobs/job.ts";
import { lastWordKind } from "../../messaging/last-word.ts";
import type { Target } from "../model/target.ts";
import type { TransferState } from "../model/screen.ts";
import type { TransferOrder } from "../model/transfer.ts";
import type { UploadPlace } from "../model/upload.ts";

/** A file on its way as it is kept. */
export type Transfer = Omit<TransferOrder, "id"> & UploadPlace;

export type Running = Extract<TransferState, { readonly is: "running" }>;
export type Ended = Exclude<TransferState, { readonly is: "queued" | "running" }>;

/** What an attempt leaves to the next: the platform has every byte, and may have made a message of them. */
export interface Given {
  readonly isGiven: true;
}

/**
 * Files into chats. A person has one at a time: their id is the key. A file of which the platform has not every byte
 * is no message there, so that one may begin anew after a kill.
 */
export const transferKind = jobKind<Transfer, Running, Ended, Given>("transfer", {
  concurrency: 4,
  maxAttempts: 3,
  retryAfter: () => 0,
  keepFor: 3_600_000,
});

/** The last word on a file, until it has been said. */
export const outcomeKind = lastWordKind("transfer-outcome");

/** Looks, when the platform takes a file no more, whether it still waits for its turn. */
export const deadlineKind = jobKind<{ readonly transfer: string }>("transfer-deadline", { keepFor: 3_600_000 });

/** What is shown of a job that is over. A file whose turn did not come in time waits no longer. */
export function endOf(outcome: JobOutcome<Ended>, { until }: Pick<Transfer, "until">, now: number): Ended {
  switch (outcome.is) {
    case "done":
      return outcome.result;
    case "cancelled":
      return until !== undefined && now >= until ? { is: "failed", code: "waited" } : { is: "cancelled" };
    case "failed":
      return { is: "interrupted" };
  }
}

/** Milliseconds between edits of a message that shows a file: 20 a minute is what a group takes, everything included. */
export function paceOf({ kind }: Target): number {
  return kind === "private" ? 5000 : 10_000;
}
