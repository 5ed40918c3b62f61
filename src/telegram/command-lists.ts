import type { Api } from "grammy";
import type { Logger } from "pino";
import type { Words } from "../i18n/words.ts";
import { publishCommands, publishForOperator } from "./commands.ts";
import { loggable } from "./loggable.ts";
import { publishProfile } from "./profile.ts";

/** The lists of commands Telegram shows: everybody's, and a longer one in the chats of operators. */
export interface CommandLists {
  /** Sends all lists, and what the bot says of itself, in the background: people can do without them. */
  publish(): void;
  /** An operator uses this private chat. */
  addOperator(chat: number): void;
}

interface CommandListsParts {
  readonly api: Api;
  readonly words: Words;
  readonly log: Logger;
  readonly operators?: readonly string[];
}

/** The lists of one bot. */
export function createCommandLists({ api, words, log, operators = [] }: CommandListsParts): CommandLists {
  const published = new Set<number>();
  const failed = (err: unknown) => log.warn({ err: loggable(err) }, "telegram commands not published");
  const profileFailed = (err: unknown) => log.warn({ err: loggable(err) }, "telegram profile not published");
  const addOperator = async (chat: number): Promise<void> => {
    if (published.has(chat)) return;
    published.add(chat);
    if (!(await publishForOperator(api, words, chat))) published.delete(chat);
  };
  const publish = async (): Promise<void> => {
    await publishCommands(api, words);
    for (const id of operators) {
      if (id.startsWith("telegram:")) await addOperator(Number(id.slice("telegram:".length)));
    }
  };
  return {
    publish() {
      void publish()
        .catch(failed)
        .then(() => publishProfile(api, words))
        .catch(profileFailed);
    },
    addOperator: (chat) => void addOperator(chat).catch(failed),
  };
}
