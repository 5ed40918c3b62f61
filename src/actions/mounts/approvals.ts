import type { JobOutcome } from "../../jobs/job.ts";
import type { JobQueue, RunningJob } from "../../jobs/queue.ts";
import type { PendingApproval } from "../../storage/driver.ts";
import { StorageError } from "../../storage/error.ts";
import type { Storage } from "../../storage/storage.ts";
import type { Approvals } from "../model/approval.ts";
import type { ApprovalScreen } from "../model/screen.ts";
import { finishIn, sayIn, type FinishParts } from "./approval-end.ts";
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
    prepare: (order) => ({
      async at(shown) {
        // Who asks for another code has no use for the one before.
        await cancelAll(order.visit.person.id);
        await jobs.add(approvalKind, { ...order, shown }, { id: order.id });
      },
    }),
    cancel: (id) => jobs.cancel(approvalKind, id),
    forget: cancelAll,
  };
}

async function follow(parts: ApprovalsParts, approval: Approval, job: RunningJob<never, Noted>): Promise<void> {
  const { checkpoint } = job;
  const known = checkpoint && "decided" in checkpoint ? checkpoint.decided : undefined;
  const decided = known ?? (await decision(parts, approval, job));
  parts.log.info({ person: approval.visit.person.id, approval: job.id, outcome: decided.state }, "approval decided");
  if (decided.state !== "approved") return sayIn(parts, approval, cardOf(approval, decided), job.signal);
  await finishIn(parts, approval, decided, job.signal);
}

function cardOf({ card }: Approval, decided: Exclude<Decided, { state: "approved" }>): ApprovalScreen {
  const state =
    decided.state === "failed" ? ({ is: "failed", reason: decided.reason } as const) : ({ is: decided.state } as const);
  return { ...card, state };
}

/**
 * Asks at the interval told until somebody has decided. When it may be asked next is noted before each question, so that
 * a restart asks no sooner; what was decided is noted before anything is made of it.
 */
async function decision(
  { storage, now, wait }: ApprovalsParts,
  { kind, pending: begun }: Approval,
  { signal, checkpoint, save }: RunningJob<never, Noted>,
): Promise<Decided> {
  let pending: PendingApproval = checkpoint && "pending" in checkpoint ? checkpoint.pending : begun;
  for (;;) {
    await wait(Math.max(0, Math.min(pending.nextPoll, pending.until) - now()), signal);
    await save({ pending: { ...pending, nextPoll: now() + pending.interval } });
    const outcome = await storage.pollApproval(kind, pending, { signal }).catch((error: unknown) => {
      if (!(error instanceof StorageError)) throw error;
      return afterFailure(error, pending, now());
    });
    if (outcome.state === "waiting") {
      pending = outcome.pending;
      continue;
    }
    await save({ decided: outcome });
    return outcome;
  }
}

/** A service out of reach has decided nothing: it is asked again, later each time. */
function afterFailure(
  { code, retryAfter = 0 }: StorageError,
  pending: PendingApproval,
  now: number,
): Decided | { readonly state: "waiting"; readonly pending: PendingApproval } {
  if (code !== "unreachable" && code !== "upstream" && code !== "too-frequent")
    return { state: "failed", reason: { code } };
  const interval = Math.min(pending.interval * 2, longestInterval);
  return { state: "waiting", pending: { ...pending, interval, nextPoll: now + Math.max(interval, retryAfter) } };
}

/** ms between two questions to a service that does not answer. */
const longestInterval = 60_000;

/** Cancelled, or given up: what ends by itself has said so. */
async function sayUnfinished(parts: ApprovalsParts, approval: Approval, outcome: JobOutcome<void>): Promise<void> {
  if (outcome.is === "done") return;
  const state =
    outcome.is === "cancelled"
      ? ({ is: "cancelled" } as const)
      : ({ is: "failed", reason: { code: "upstream" } } as const);
  await sayIn(parts, approval, { ...approval.card, state }, AbortSignal.timeout(60_000));
}
