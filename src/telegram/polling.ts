import {
  createConcurrentSink,
  createRunner,
  createSource,
  createUpdateFetcher,
  type RunnerHandle,
} from "@grammyjs/runner";
import type { Bot, Context } from "grammy";
import type { Update } from "grammy/types";

interface PollingOptions {
  readonly allowedUpdates: readonly Exclude<keyof Update, "update_id">[];
  /** Milliseconds the next poll waits for updates that are being handled. */
  readonly patience?: number;
}

export interface Polling extends RunnerHandle {
  /** Tells Telegram that all that came was handled, once it was stopped: or it would come again after a restart. */
  confirm(): Promise<void>;
}

/**
 * Long polling that asks for more only when what came before is handled, or takes long. The next call is what tells
 * Telegram that updates arrived: what a killed process had begun, and could end at once, comes again after a restart.
 */
export function startPolling<C extends Context>(
  bot: Bot<C>,
  { allowedUpdates, patience = 1500 }: PollingOptions,
): Polling {
  const handling = new Set<Promise<unknown>>();
  let last: number | undefined;
  const fetch = createUpdateFetcher(bot, { silent: true, fetch: { allowed_updates: [...allowedUpdates] } });
  const source = createSource<Update>({
    async supply(size, signal) {
      await settled(handling, patience, signal);
      return fetch(size, signal);
    },
  });
  const sink = createConcurrentSink<Update>(
    {
      async consume(update) {
        // What takes long is waited for once: the next polls go on without it.
        const work = bot.handleUpdate(update);
        handling.add(work);
        last = Math.max(last ?? 0, update.update_id);
        await work.finally(() => handling.delete(work));
      },
    },
    async (error) => void (await bot.errorHandler(error as Parameters<typeof bot.errorHandler>[0])),
  );
  const runner = createRunner(source, sink);
  runner.start();
  return {
    ...runner,
    async confirm() {
      if (last === undefined) return;
      const signal = AbortSignal.timeout(confirmWithin);
      await bot.api.getUpdates({ offset: last + 1, limit: 1, timeout: 0 }, signal as Signal);
    },
  };
}

/** Milliseconds the end waits for Telegram. */
const confirmWithin = 2000;

/** What the runner hands over: the type of a package older than Node's own signal. */
type Signal = Parameters<ReturnType<typeof createUpdateFetcher>>[1];

/** Resolves when all of them are done, when patience ends (what is left is then not waited for again), or at once on abort. */
async function settled(handling: Set<Promise<unknown>>, patience: number, signal: Signal): Promise<void> {
  if (handling.size === 0 || signal.aborted) return;
  const { promise: over, resolve } = Promise.withResolvers<undefined>();
  const end = () => resolve(undefined);
  const timer = setTimeout(end, patience);
  signal.addEventListener("abort", end);
  await Promise.race([Promise.allSettled(handling), over]);
  clearTimeout(timer);
  signal.removeEventListener("abort", end);
  handling.clear();
}
