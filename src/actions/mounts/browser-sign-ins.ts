import { createHash } from "node:crypto";
import type { Keyv } from "keyv";
import { jobKind, type JobOutcome } from "../../jobs/job.ts";
import type { JobQueue } from "../../jobs/queue.ts";
import { StorageError } from "../../storage/error.ts";
import type { Storage } from "../../storage/storage.ts";
import type { BrowserOrder, BrowserSignIns, ReturnOutcome } from "../model/browser-sign-in.ts";
import type { ApprovalState } from "../model/screen.ts";
import type { MessageRef } from "../model/target.ts";
import { finishIn, sayIn, type FinishParts } from "./approval-end.ts";

/** A return that is waited for. */
export interface AwaitedReturn extends BrowserOrder {
  /** The message that shows how it stands. */
  readonly shown: MessageRef;
}

interface BrowserSignInsParts extends FinishParts {
  readonly jobs: Pick<JobQueue, "add" | "cancel" | "handle" | "list">;
  readonly storage: Pick<Storage, "finishBrowser">;
  /** Encrypted, by the digest of the state: who has the store has no state to come back with. */
  readonly returns: Keyv<AwaitedReturn>;
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
}

/** When the time for a return is over. */
const endKind = jobKind<{ readonly key: string; readonly person: string }>("browser-sign-in", { keepFor: 3_600_000 });

/** Sign-ins through browsers. Made before the queue is started. */
export function createBrowserSignIns(parts: BrowserSignInsParts): BrowserSignIns {
  const { jobs } = parts;
  jobs.handle(endKind, {
    run: ({ key }, { signal }) => end(parts, key, { is: "over" }, signal),
    over: ({ key }, outcome) => sayCancelled(parts, key, outcome),
  });
  const cancelAll = async (person: string) => {
    for (const { id, input } of await jobs.list(endKind)) if (input.person === person) await jobs.cancel(endKind, id);
  };
  return {
    prepare: (order) => ({
      async at(shown) {
        const { id, visit, pending } = order;
        await cancelAll(visit.person.id);
        const key = keyOf(pending.state);
        await parts.returns.set(key, { ...order, shown }, Math.max(1, pending.until - parts.now() + lastLook));
        await jobs.add(endKind, { key, person: visit.person.id }, { id, dueAt: pending.until });
      },
    }),
    cancel: (id) => jobs.cancel(endKind, id),
    forget: cancelAll,
    take: (kind, back, { signal }) => take(parts, kind, back, signal),
  };
}

/** ms that what is kept outlives its time, so that its message can be told. */
const lastLook = 60_000;

async function take(
  parts: BrowserSignInsParts,
  kind: string,
  back: URLSearchParams,
  signal: AbortSignal,
): Promise<ReturnOutcome> {
  const awaited = await taken(parts, keyOf(back.get("state") ?? ""));
  if (awaited?.kind !== kind || awaited.pending.until <= parts.now()) return "over";
  await parts.jobs.cancel(endKind, awaited.id);
  try {
    const granted = await parts.storage.finishBrowser(kind, awaited.pending, back, { signal });
    await finishIn(parts, awaited, granted, signal);
    return "done";
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    const isDenied = error.code === "approval-denied";
    const state: ApprovalState = isDenied ? { is: "denied" } : { is: "failed", reason: { code: error.code } };
    await sayIn(parts, awaited, { ...awaited.card, state }, signal);
    return isDenied ? "denied" : "failed";
  }
}

/** What was waited for under this key: whoever asks has it alone. */
function taken({ returns, exclusive }: BrowserSignInsParts, key: string): Promise<AwaitedReturn | undefined> {
  return exclusive(`return:${key}`, async () => {
    const awaited = await returns.get(key);
    if (awaited) await returns.delete(key);
    return awaited;
  });
}

async function sayCancelled(parts: BrowserSignInsParts, key: string, outcome: JobOutcome<void>): Promise<void> {
  if (outcome.is === "done") return;
  await end(parts, key, { is: outcome.is === "cancelled" ? "cancelled" : "over" }, AbortSignal.timeout(60_000));
}

async function end(parts: BrowserSignInsParts, key: string, state: ApprovalState, signal: AbortSignal): Promise<void> {
  const awaited = await taken(parts, key);
  if (awaited) await sayIn(parts, awaited, { ...awaited.card, state }, signal);
}

function keyOf(state: string): string {
  return createHash("sha256").update(state).digest("base64url");
}
