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

/** Updates being asked for. */
export interface Polling {
  readonly runner: RunnerHandle;
  /** Asks for nothing more. What was handled until now does not come again; call it when all of it is. */
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
      const updates = await fetch(size, signal);
      last = updates.at(-1)?.update_id ?? last;
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
    runner,
    async confirm() {
      if (last !== undefined) await bot.api.getUpdates({ offset: last + 1, limit: 1, timeout: 0 });
    },
  };
}

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
