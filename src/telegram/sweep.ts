import { GrammyError, type Api } from "grammy";
import type { Removals } from "../actions/removals.ts";

/** Removes messages whose time has come, those of before a restart too. */
export interface Sweeper {
  start(): void;
  /** Resolves when nothing is being removed any more. */
  stop(): Promise<void>;
}

interface SweeperParts {
  readonly api: Api;
  readonly removals: Removals;
  /** Milliseconds between looks. */
  readonly every: number;
  onError(error: unknown): void;
}

/** Messages removed at a look: Telegram does not like it all at once. */
const atOnce = 30;

/** A sweeper over the removals of Telegram; messages are `chat:message`. */
export function createSweeper({ api, removals, every, onError }: SweeperParts): Sweeper {
  let timer: NodeJS.Timeout | undefined;
  let sweeping: Promise<void> | undefined;
  const sweep = async () => {
    const due = (await removals.due()).slice(0, atOnce);
    const gone: string[] = [];
    for (const message of due) if (await remove(api, message)) gone.push(message);
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
      timer = setInterval(look, every).unref();
    },
    async stop() {
      clearInterval(timer);
      await sweeping;
    },
  };
}

/** True = it is gone, or will never go: somebody was quicker, or the bot left. */
async function remove(api: Api, message: string): Promise<boolean> {
  const [chat = NaN, id = NaN] = message.split(":").map(Number);
  try {
    await api.deleteMessage(chat, id);
    return true;
  } catch (error) {
    return error instanceof GrammyError && [400, 403].includes(error.error_code);
  }
}
