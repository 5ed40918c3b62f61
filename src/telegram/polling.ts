import { GrammyError } from "grammy";
import type { Api } from "grammy";
import type { Update } from "grammy/types";
import type { Logger } from "pino";
import type { Readiness } from "../messaging/messenger.ts";
import { loggable } from "./loggable.ts";
import type { Wait } from "./retry.ts";
import { pollFor } from "./transport.ts";

interface PollingParts {
  readonly api: Pick<Api, "getUpdates">;
  readonly allowedUpdates: readonly Exclude<keyof Update, "update_id">[];
  /** Resolves when an update is done, or needs not be; rejects where it has to come again. */
  take(update: Update): Promise<void>;
  readonly log: Logger;
  readonly wait: Wait;
  /** Another process may have polled until now: a conflict with its last poll passes. Absent = a conflict is final. */
  readonly isShared?: boolean;
}

/** Updates being asked for. */
export interface Polling {
  readiness(): Readiness;
  /** Rejects when Telegram will not have it go on; resolves after `stop`. */
  readonly ended: Promise<void>;
  /** Asks for no more. */
  stop(): Promise<void>;
  /** Tells Telegram of all that is done; call it when nothing is in progress any more. */
  confirm(): Promise<void>;
}

/** Updates Telegram gives at once, at most. */
const limit = 100;
/** Milliseconds until the next poll, while updates are in progress: the first, and the longest. */
const pauses = { first: 50, longest: 1000 } as const;
/** Milliseconds between two tries of a poll that failed: the first, and the longest. */
const retries = { first: 1000, longest: 15_000 } as const;
/** Milliseconds that the last updates have to end when polling has stopped. */
const settleFor = 500;
/** Milliseconds between two log lines of a trouble that lasts. */
export const remindEvery = 5 * 60_000;

/**
 * Long polling that tells Telegram of an update when it is done: what a killed process had received and not done comes
 * again after a restart. While something is in progress the next polls ask from there on, and pass over what is known.
 * Only where a hundred updates wait behind one is it told of before it is done, for there would be nothing new to see.
 */
export function startPolling({ api, allowedUpdates, take, log, wait, isShared = false }: PollingParts): Polling {
  const closing = new AbortController();
  const inbox = createInbox(take);
  let trouble: string | undefined;
  let remindedAt = 0;

  /** How many updates came that were not known. */
  const poll = async (): Promise<number> => {
    const isIdle = inbox.inProgress === 0;
    const { offset } = inbox;
    const updates = await api.getUpdates(
      { offset, limit, timeout: isIdle ? pollFor : 0, allowed_updates: allowedUpdates },
      // grammY's types name the AbortSignal of a package older than Node's own; the two are alike.
      closing.signal as Parameters<Api["getUpdates"]>[1],
    );
    if (remindedAt > 0 && trouble !== undefined) log.info("telegram polling goes on");
    trouble = undefined;
    return inbox.put(updates, offset);
  };

  const failed = (error: unknown) => {
    const now = performance.now();
    if (trouble === undefined || now - remindedAt > remindEvery) {
      remindedAt = now;
      log.warn({ err: loggable(error) }, "telegram polling failed, goes on trying");
    }
    trouble = `telegram: getUpdates fails (${error instanceof Error ? error.message : String(error)})`;
  };

  const run = async (): Promise<void> => {
    let pause: number = pauses.first;
    let retry: number = retries.first;
    while (!closing.signal.aborted) {
      try {
        const count = await poll();
        retry = retries.first;
        pause = count > 0 ? pauses.first : Math.min(pause * 2, pauses.longest);
      } catch (error) {
        if (closing.signal.aborted) return;
        if (isFinal(error, isShared)) throw error;
        failed(error);
        await wait(retry, closing.signal).catch(() => undefined);
        retry = Math.min(retry * 2, retries.longest);
        continue;
      }
      await inbox.rest(pause, closing.signal);
    }
  };

  const running = run();
  const ended = running.catch((error: unknown) => {
    trouble = `telegram: polling ended (${error instanceof Error ? error.message : String(error)})`;
    throw error;
  });
  // Whoever wants to know asks `ended`.
  void ended.catch(() => undefined);
  return {
    readiness: () => trouble ?? true,
    ended,
    async stop() {
      trouble = "telegram: stopped";
      closing.abort();
      await running.catch(() => undefined);
    },
    async confirm() {
      // What was just done leaves the inbox a moment later than whoever waited for it goes on.
      await inbox.rest(settleFor, new AbortController().signal);
      if (inbox.offset > inbox.told) await api.getUpdates({ offset: inbox.offset, limit: 1, timeout: 0 });
    },
  };
}

/** Another process polls that knows nothing of this one, or the token is no more: it will not get better. */
function isFinal(error: unknown, isShared: boolean): boolean {
  return error instanceof GrammyError && (isShared ? [401, 404] : [401, 404, 409]).includes(error.error_code);
}

/** What was received: where the next poll begins, and what of it is in progress. */
interface Inbox {
  /** Id of the first update that is not done; 0 = nothing was received yet. */
  readonly offset: number;
  /** The offset Telegram was told last. */
  readonly told: number;
  readonly inProgress: number;
  /** Begins what is new of what a poll from that offset brought; how many that were. */
  put(updates: readonly Update[], from: number): number;
  /** Resolves when nothing is in progress, after `ms`, or on abort. */
  rest(ms: number, signal: AbortSignal): Promise<void>;
}

function createInbox(take: (update: Update) => Promise<void>): Inbox {
  const inProgress = new Map<number, Promise<void>>();
  /** Ids that are known, from the offset on. */
  const known = new Set<number>();
  let next = 0;
  let floor = 0;
  let told = 0;

  const offset = () => Math.max(floor, Math.min(next, ...inProgress.keys()));

  return {
    get offset() {
      return offset();
    },
    get told() {
      return told;
    },
    get inProgress() {
      return inProgress.size;
    },
    put(updates, from) {
      told = from;
      for (const id of known) if (id < told) known.delete(id);
      const fresh = updates.filter(({ update_id: id }) => !known.has(id));
      for (const update of fresh) {
        const { update_id: id } = update;
        known.add(id);
        next = Math.max(next, id + 1);
        // What was not done stays in progress for ever: it is not told of, and comes again to the next process.
        const work = take(update).then(() => void inProgress.delete(id));
        inProgress.set(id, work);
        void work.catch(() => undefined);
      }
      if (fresh.length === 0 && updates.length >= limit) floor = next;
      return fresh.length;
    },
    async rest(ms, signal) {
      if (inProgress.size === 0 || signal.aborted) return;
      const { promise: over, resolve } = Promise.withResolvers<undefined>();
      const end = () => resolve(undefined);
      const timer = setTimeout(end, ms);
      signal.addEventListener("abort", end, { once: true });
      await Promise.race([Promise.allSettled(inProgress.values()), over]);
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
    },
  };
}
