import { jobKind } from "../../jobs/job.ts";
import type { PushOrder } from "../model/push.ts";
import type { MessageRef } from "../model/target.ts";

/** What is to be pushed, as it is kept. */
export interface Push extends PushOrder {
  readonly shown: MessageRef;
}

/**
 * Files for people's own aria2, one push of a person at a time. Another attempt after a kill sends everything again: aria2
 * has each file under an id of ours, and takes it once.
 */
export const pushKind = jobKind<Push>("push", {
  concurrency: 50,
  maxAttempts: 10,
  retryAfter: (failures) => Math.min(5000 * failures, 60_000),
  keepFor: 3_600_000,
});
