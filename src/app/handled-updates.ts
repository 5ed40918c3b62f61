import type { Logger } from "pino";
import type { Store } from "../store/store.ts";
import type { TelegramParts } from "../telegram/bot.ts";

type Once = NonNullable<TelegramParts["once"]>;

/**
 * Does each update of Telegram once. Telegram brings again what it was not told of: behind an update that takes long
 * that is up to a hundred that are done, when the process is killed; and after a take-over what another process did.
 */
export function updatesOnce(store: Store, log: Logger): Once {
  return store.isShared ? onceAmongProcesses(store, log) : onceAlone(store, log);
}

/** Milliseconds for which Telegram brings an update again. */
const updatesLive = 24 * 3_600_000;

function onceAmongProcesses(store: Store, log: Logger): Once {
  const handled = store.open<true>("handled-updates");
  return (update, work) =>
    store.exclusive(`update:${update}`, async () => {
      const key = String(update);
      if (await handled.get(key)) return;
      await work();
      await handled.set(key, true, updatesLive).catch((err: unknown) => notNoted(log, err));
    });
}

/** What was done is not said to have failed. */
function notNoted(log: Logger, err: unknown): void {
  log.warn({ err }, "handled updates not noted: they may be done again after a kill");
}

/** Updates that are remembered: more than Telegram brings at once. */
const maxRemembered = 200;
const key = "recent";

/** One record holds the latest: several that end together are one write, and nothing grows. */
function onceAlone(store: Store, log: Logger): Once {
  const kept = store.open<readonly number[]>("handled-updates");
  let known: Promise<Set<number>> | undefined;
  let writing: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const write = async (updates: Set<number>) => {
    await kept.set(key, [...updates].slice(-maxRemembered)).catch((err: unknown) => {
      notNoted(log, err);
    });
  };
  /** Resolves when a write that began after now is over. */
  const note = (updates: Set<number>): Promise<void> => {
    next ??= (writing ?? Promise.resolve()).then(() => {
      next = undefined;
      writing = write(updates);
      return writing;
    });
    return next;
  };
  return async (update, work) => {
    known ??= kept.get(key).then((updates) => new Set(updates));
    const updates = await known.catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    if (updates.has(update)) return;
    await work();
    updates.add(update);
    for (const oldest of updates) {
      if (updates.size <= maxRemembered) break;
      updates.delete(oldest);
    }
    await note(updates);
  };
}
