import type { Removals } from "./removals.ts";

/** Removes messages whose time has come, those of before a restart too. */
export interface Sweeper {
  start(): void;
  /** Resolves when nothing is being removed any more. */
  stop(): Promise<void>;
}

interface SweeperParts {
  readonly removals: Removals;
  /** Milliseconds between looks; absent = 20 s. */
  readonly every?: number | undefined;
  /** True = it is gone, or will never go: somebody was quicker, or the bot left. False = the next look tries again. */
  remove(message: string): Promise<boolean>;
  onError(error: unknown): void;
}

/** Messages removed at a look: no platform likes it all at once. */
const atOnce = 30;

/** A sweeper over the removals of one platform. */
export function createSweeper({ removals, every = 20_000, remove, onError }: SweeperParts): Sweeper {
  let timer: NodeJS.Timeout | undefined;
  let sweeping: Promise<void> | undefined;
  const sweep = async () => {
    const due = (await removals.due()).slice(0, atOnce);
    const gone: string[] = [];
    for (const message of due) {
      const isGone = await remove(message).catch((error: unknown) => onError(error));
      if (isGone === true) gone.push(message);
    }
    await removals.done(gone);
  };
  const look = () => {
    sweeping ??= sweep()
      .catch(onError)
      .finally(() => (sweeping = undefined));
  };
  return {
    start() {
      look();
      clearInterval(timer);
      timer = setInterval(look, every).unref();
    },
    async stop() {
      clearInterval(timer);
      await sweeping;
    },
  };
}
