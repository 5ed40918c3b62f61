import { createConcurrentSink, createRunner, createSource, createUpdateFetcher } from "@grammyjs/runner";
import type { Bot, Context } from "grammy";
import type { Update } from "grammy/types";

interface PollingOptions {
  readonly allowedUpdates: readonly Exclude<keyof Update, "update_id">[];
  /** Milliseconds the next poll waits for updates that are being handled. */
  readonly timeout?: number;
}

/** Updates being asked for. */
export interface Polling {
  isRunning(): boolean;
  /** Rejects when Telegram will not have it go on; resolves after `stop`. */
  readonly ended: Promise<void>;
  /** Asks for no more, and tells Telegram what was handled. */
  stop(): Promise<void>;
}

/**
 * Long polling that asks for more only when what came before is handled, or takes long. The next call is what tells
 * Telegram that updates arrived: what a killed process had begun, and could end at once, comes again after a restart.
 */
export function startPolling<C extends Context>(
  bot: Bot<C>,
  { allowedUpdates, timeout = 1500 }: PollingOptions,
): Polling {
  const handling = new Set<Promise<unknown>>();
  const fetch = createUpdateFetcher(bot, { silent: true, fetch: { allowed_updates: [...allowedUpdates] } });
  /** The update after those Telegram has not been told about; undefined = it knows of all. */
  let untold: number | undefined;
  const source = createSource<Update>({
    async supply(size, signal) {
      await settled(handling, timeout, signal);
      if (!signal.aborted) untold = undefined;
      const updates = await fetch(size, signal);
      const last = updates.at(-1);
      if (last) untold = last.update_id + 1;
      return updates;
    },
  });
  const sink = createConcurrentSink<Update>(
    {
      async consume(update) {
        // What takes long is waited for once: the next polls go on without it.
        const work = bot.handleUpdate(update);
        handling.add(work);
        await work.finally(() => handling.delete(work));
      },
    },
    async (error) => void (await bot.errorHandler(error as Parameters<typeof bot.errorHandler>[0])),
  );
  const runner = createRunner(source, sink);
  runner.start();
  return {
    isRunning: runner.isRunning,
    ended: runner.task() ?? Promise.resolve(),
    async stop() {
      await runner.stop();
      await settled(handling, timeout);
      // What was handled last would come again, and a clean end is no kill.
      if (untold !== undefined) await bot.api.getUpdates({ offset: untold, limit: 1, timeout: 0 });
    },
  };
}

/** What the runner hands over: the type of a package older than Node's own signal. */
type Signal = Parameters<ReturnType<typeof createUpdateFetcher>>[1];

/** Resolves when all of them are done, when timeout ends (what is left is then not waited for again), or at once on abort. */
async function settled(handling: Set<Promise<unknown>>, timeout: number, signal?: Signal): Promise<void> {
  if (handling.size === 0 || signal?.aborted) return;
  const { promise: over, resolve } = Promise.withResolvers<undefined>();
  const end = () => resolve(undefined);
  const timer = setTimeout(end, timeout);
  signal?.addEventListener("abort", end);
  await Promise.race([Promise.allSettled(handling), over]);
  clearTimeout(timer);
  signal?.removeEventListener("abort", end);
  handling.clear();
}
