import { lastWordKind } from "../../messaging/last-word.ts";
import { jobKind } from "../../jobs/job.ts";
import type { PushOrder } from "../model/push.ts";
import type { PushState } from "../model/push-screen.ts";
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

/** What became of a push, until it has been said. */
export const pushOutcomeKind = lastWordKind<PushOutcome>("push-outcome", { concurrency: 20 });

export interface PushOutcome {
  readonly push: Omit<Push, "roots">;
  readonly state: PushState;
  /** Ids aria2 has its files under; absent = it has none. */
  readonly gids?: readonly string[] | undefined;
  /** Id for a session of its own, should it come in a message of its own. */
  readonly own: string;
}
