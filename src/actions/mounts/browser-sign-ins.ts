import { createHash } from "node:crypto";
import type { Keyv } from "keyv";
import { jobKind, type JobOutcome } from "../../jobs/job.ts";
import type { JobQueue } from "../../jobs/queue.ts";
import { StorageError } from "../../storage/error.ts";
import type { Storage } from "../../storage/storage.ts";
import type { BrowserOrder, BrowserSignIns, ReturnOutcome } from "../model/browser-sign-in.ts";
import type { ApprovalScreen, ApprovalState } from "../model/screen.ts";
import { finishIn, type FinishParts } from "./approval-end.ts";
import type { Awaited } from "./last-words.ts";

/** A return that is waited for. */
export type AwaitedReturn = BrowserOrder &
  Awaited & {
    /** A browser has come back, and what it brought is being made something of. */
    readonly isTaken?: boolean;
  };

interface BrowserSignInsParts extends FinishParts {
  readonly jobs: Pick<JobQueue, "add" | "cancel" | "handle" | "list" | "postpone">;
  readonly storage: Pick<Storage, "finishBrowser">;
  /** Encrypted, by the digest of the state: who has the store has no state to come back with. */
  readonly returns: Keyv<AwaitedReturn>;
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
}

/** The end of a sign-in, with all it takes to say so. */
interface End extends Awaited {
  /** Of the record of the return. */
  readonly key: string;
}

/** When the time for a return is over. */
const endKind = jobKind<End>("browser-sign-in", { keepFor: 3_600_000 });

/** Sign-ins through browsers. Made before the queue is started. */
export function createBrowserSignIns(parts: BrowserSignInsParts): BrowserSignIns {
  const { jobs, returns } = parts;
  jobs.handle(endKind, {
    run: (end) => sayOver(parts, end),
    over: (end, outcome) => sayUnfinished(parts, end, outcome),
  });
  const waiting = async (id: string) => {
    const key = (await jobs.list(endKind)).find((job) => job.id === id)?.input.key;
    const awaited = key === undefined ? undefined : await returns.get(key);
    return awaited?.isTaken ? undefined : awaited;
  };
  const cancelAll = async (person: string) => {
    for (const { id, input } of await jobs.list(endKind))
      if (input.visit.person.id === person) await jobs.cancel(endKind, id);
  };
  return {
    async prepare(order) {
      await cancelAll(order.visit.person.id);
      // Before anybody sees the address: whoever has it can come back.
      await keep(parts, order);
      return parts.lastWords.placing(order.id);
    },
    async screenOf(id) {
      const awaited = await waiting(id);
      return awaited && waitingInBrowser(awaited);
    },
    cancel: async (id) => (await waiting(id)) !== undefined && jobs.cancel(endKind, id),
    forget: cancelAll,
    take: (kind, back, { signal }) => take(parts, { kind, back }, signal),
  };
}

/** The address as it is shown while its return is waited for. */
export function waitingInBrowser({ card, pending }: Pick<BrowserOrder, "card" | "pending">): ApprovalScreen {
  const { address: direct, until } = pending;
  return { ...card, state: { is: "waiting", direct, until } };
}

/** ms that a record outlives the time it is for. */
const lastLook = 60_000;
/** ms that making something of a return takes at most. */
const finishedWithin = 5 * 60_000;

async function keep({ jobs, returns, now }: BrowserSignInsParts, order: BrowserOrder): Promise<void> {
  const { pending, ...rest } = order;
  const key = keyOf(pending.state);
  const askedAt = now();
  await returns.set(key, { ...order, askedAt }, Math.max(1, pending.until - askedAt + lastLook));
  await jobs.add(endKind, { ...rest, askedAt, key }, { id: order.id, dueAt: pending.until });
}

interface Return {
  readonly kind: string;
  readonly back: URLSearchParams;
}

async function take(parts: BrowserSignInsParts, { kind, back }: Return, signal: AbortSignal): Promise<ReturnOutcome> {
  const key = keyOf(back.get("state") ?? "");
  const awaited = await taken(parts, { key, kind });
  if (!awaited) return "over";
  const outcome = await finished(parts, awaited, back, signal);
  await parts.returns.delete(key);
  await parts.jobs.cancel(endKind, awaited.id);
  return outcome;
}

async function finished(
  parts: BrowserSignInsParts,
  awaited: AwaitedReturn,
  back: URLSearchParams,
  signal: AbortSignal,
): Promise<ReturnOutcome> {
  try {
    const granted = await parts.storage.finishBrowser(awaited.kind, awaited.pending, back, { signal });
    await finishIn(parts, awaited, granted, signal);
    return "done";
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    const isDenied = error.code === "approval-denied";
    const state: ApprovalState = isDenied ? { is: "denied" } : { is: "failed", reason: { code: error.code } };
    await parts.lastWords.say(awaited, { ...awaited.card, state });
    return isDenied ? "denied" : "failed";
  }
}

/**
 * What is waited for under this key, in its time: whoever asks has it alone. The end stays noted until something came of
 * it, so that a kill meanwhile leaves nobody waiting.
 */
function taken(
  { returns, exclusive, jobs, now }: BrowserSignInsParts,
  { key, kind }: { readonly key: string; readonly kind: string },
): Promise<AwaitedReturn | undefined> {
  return exclusive(`return:${key}`, async () => {
    const awaited = await returns.get(key);
    if (awaited?.kind !== kind || awaited.isTaken || awaited.pending.until <= now()) return undefined;
    if (!(await jobs.postpone(endKind, awaited.id, now() + finishedWithin))) return undefined;
    await returns.set(key, { ...awaited, isTaken: true }, finishedWithin + lastLook);
    return awaited;
  });
}

async function sayOver({ returns, lastWords }: BrowserSignInsParts, end: End): Promise<void> {
  await returns.delete(end.key);
  await lastWords.say(end, { ...end.card, state: { is: "over" } });
}

/** Cancelled, or given up. Where a browser came back, that has its own end. */
async function sayUnfinished(parts: BrowserSignInsParts, end: End, outcome: JobOutcome<void>): Promise<void> {
  if (outcome.is === "done") return;
  const awaited = await parts.returns.get(end.key);
  if (outcome.is === "cancelled" && (!awaited || awaited.isTaken)) return;
  await parts.returns.delete(end.key);
  const state = { is: outcome.is === "cancelled" ? "cancelled" : "over" } as const;
  await parts.lastWords.say(end, { ...end.card, state });
}

function keyOf(state: string): string {
  return createHash("sha256").update(state).digest("base64url");
}
