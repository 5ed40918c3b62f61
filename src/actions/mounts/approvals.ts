import type { JobOutcome } from "../../jobs/job.ts";
import type { JobQueue, RunningJob } from "../../jobs/queue.ts";
import { askedAgain } from "../../storage/approval-wait.ts";
import type { PendingApproval } from "../../storage/driver.ts";
import { StorageError } from "../../storage/error.ts";
import type { Storage } from "../../storage/storage.ts";
import type { Approvals } from "../model/approval.ts";
import type { ApprovalScreen } from "../model/screen.ts";
import { finishIn, type FinishParts } from "./approval-end.ts";
import { approvalKind, type Approval, type Decided, type Noted } from "./approval-kind.ts";

interface ApprovalsParts extends FinishParts {
  readonly jobs: JobQueue;
  readonly storage: Pick<Storage, "pollApproval">;
}

/** Approvals over a job queue. Made before it is started: it is told here who waits for them. */
export function createApprovals(parts: ApprovalsParts): Approvals {
  const { jobs } = parts;
  jobs.handle(approvalKind, {
    run: (approval, job) => follow(parts, approval, job),
    over: (approval, outcome) => sayUnfinished(parts, approval, outcome),
  });
  const cancelAll = async (person: string) => {
    for (const { id, input } of await jobs.list(approvalKind))
      if (input.visit.person.id === person) await jobs.cancel(approvalKind, id);
  };
  return {
    async prepare(order) {
      // Who asks for another code has no use for the one before.
      await cancelAll(order.visit.person.id);
      // Before anybody sees the code: none is shown that nobody waits for.
      await jobs.add(approvalKind, { ...order, askedAt: parts.now() }, { id: order.id });
      return parts.lastWords.placing(order.id);
    },
    async screenOf(id) {
      const input = (await jobs.list(approvalKind)).find((job) => job.id === id)?.input;
      return input && waitingScreen(input);
    },
    cancel: (id) => jobs.cancel(approvalKind, id),
    forget: cancelAll,
  };
}

async function follow(parts: ApprovalsParts, approval: Approval, job: RunningJob<never, Noted>): Promise<void> {
  const { checkpoint } = job;
  const known = checkpoint && "decided" in checkpoint ? checkpoint.decided : undefined;
  const decided = known ?? (await decision(parts, approval, job));
  if (decided.state !== "approved") return parts.lastWords.say(approval, cardOf(approval, decided));
  await finishIn(parts, approval, decided, job.signal);
}

/** The code as it is shown while it is waited for. */
export function waitingScreen({ card, pending }: Pick<Approval, "card" | "pending">): ApprovalScreen {
  const { userCode, address, direct, until } = pending;
  return { ...card, state: { is: "waiting", code: { userCode, address }, direct, until } };
}

function cardOf({ card }: Approval, decided: Exclude<Decided, { state: "approved" }>): ApprovalScreen {
  const state =
    decided.state === "failed" ? ({ is: "failed", reason: decided.reason } as const) : ({ is: decided.state } as const);
  return { ...card, state };
}

/** Milliseconds between two questions at most, whatever becomes of the clock: PikPak may ask for a pause of minutes. */
const longestPause = 600_000;

/**
 * Asks at the interval told until somebody has decided. When it may be asked next is noted before each question and after
 * its answer, so that a restart asks no sooner; what was decided is noted before anything is made of it.
 */
async function decision(
  { storage, now, wait }: ApprovalsParts,
  { kind, pending: begun }: Approval,
  { signal, checkpoint, save }: RunningJob<never, Noted>,
): Promise<Decided> {
  let pending: PendingApproval = checkpoint && "pending" in checkpoint ? checkpoint.pending : begun;
  for (;;) {
    const left = Math.min(pending.nextPoll, pending.until) - now();
    await wait(Math.min(Math.max(0, left), longestPause), signal);
    // It has been waited for, also where the clock was set back meanwhile.
    const asked = { ...pending, nextPoll: Math.min(pending.nextPoll, now()) };
    await save({ pending: { ...asked, nextPoll: now() + pending.interval } });
    const outcome = await storage.pollApproval(kind, asked, { signal }).catch((error: unknown) => {
      if (!(error instanceof StorageError)) throw error;
      const again = askedAgain(error, pending, now());
      return again
        ? ({ state: "waiting", pending: again } as const)
        : ({ state: "failed", reason: { code: error.code } } as const);
    });
    if (outcome.state === "waiting") {
      pending = outcome.pending;
      await save({ pending });
      continue;
    }
    await save({ decided: outcome });
    return outcome;
  }
}

/** Cancelled, or given up: what ends by itself has said so. */
async function sayUnfinished(parts: ApprovalsParts, approval: Approval, outcome: JobOutcome<void>): Promise<void> {
  if (outcome.is === "done") return;
  const state =
    outcome.is === "cancelled"
      ? ({ is: "cancelled" } as const)
      : ({ is: "failed", reason: { code: "upstream" } } as const);
  await parts.lastWords.say(approval, { ...approval.card, state });
}
