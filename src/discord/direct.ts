import { tooLate } from "../messaging/too-late.ts";
import type { Message } from "discord.js";
import { LRUCache } from "lru-cache";
import type { Logger } from "pino";
import type { Action } from "../actions/action.ts";
import type { Answer } from "../actions/model/screen.ts";
import type { Visit } from "../users/visit.ts";
import type { Words } from "../i18n/words.ts";
import type { Deliverer } from "./deliver.ts";
import { filesIn } from "./files-in.ts";
import { textIn } from "./quoted.ts";
import { isShutOut, isUnreached, loggable } from "./refusals.ts";
import { directVisit } from "./visit.ts";

/** What people write to the bot in their own chat with it, where no interaction asks for an answer. */
export interface DirectMessages {
  /** Answers a message; never rejects. */
  hear(message: Message): Promise<void>;
  /** Answers a message whose words were changed, where it is the newest of its chat, as if it were new; never rejects. */
  hearChanged(message: Message): Promise<void>;
  /** Waits a little for what is in progress, then ends it. */
  finish(): Promise<void>;
}

interface DirectParts {
  perform(visit: Visit, action: Action, signal: AbortSignal): Promise<Answer>;
  readonly deliverer: Pick<Deliverer, "write">;
  readonly words: Pick<Words, "pick">;
  readonly log: Logger;
  newId(): string;
}

/** Milliseconds one message may take. */
const deadline = 60_000;
/** Milliseconds messages in progress get when the process is asked to end. */
const grace = 5000;

/** Chats whose newest message is remembered. */
const maxNewest = 10_000;

/** The direct messages of one bot. */
export function createDirectMessages(parts: DirectParts): DirectMessages {
  const inProgress = new Set<Promise<void>>();
  const ending = new AbortController();
  const newest = new LRUCache<string, { readonly id: string; readonly text: string }>({ max: maxNewest });
  const hear = async (message: Message): Promise<void> => {
    if (message.author.bot || message.system || message.guildId !== null) return;
    newest.set(message.channelId, { id: message.id, text: message.content });
    const working = answer(parts, message, ending.signal);
    inProgress.add(working);
    await working;
    inProgress.delete(working);
  };
  return {
    hear,
    async hearChanged(message) {
      const before = newest.get(message.channelId);
      // A change is also that a link's preview was found.
      if (before?.id === message.id && before.text !== message.content) await hear(message);
    },
    async finish() {
      const timer = setTimeout(() => ending.abort(new Error("the process ends")), grace);
      await Promise.allSettled(inProgress);
      clearTimeout(timer);
    },
  };
}

async function answer(parts: DirectParts, message: Message, ending: AbortSignal): Promise<void> {
  const { perform, deliverer, words } = parts;
  const said = { visit: directVisit(message.author), channel: message.channelId };
  try {
    const signal = AbortSignal.any([ending, AbortSignal.timeout(deadline)]);
    const files = filesIn(message);
    const action: Action = { do: "say", text: textIn(message), ...(files.length > 0 && { sent: { files } }) };
    const answered = perform(said.visit, action, signal);
    await deliverer.write(said, await Promise.race([answered, tooLate(signal, words.pick(undefined))]));
  } catch (error) {
    await sayFailed(parts, said, error);
  }
}

/** The end of the line for a failure: people get a sentence and a reference, the log the rest. */
async function sayFailed(
  { deliverer, words, log, newId }: DirectParts,
  said: Parameters<Deliverer["write"]>[0],
  error: unknown,
): Promise<void> {
  const err = loggable(error);
  if (isShutOut(error)) return log.info({ err }, "discord takes no answer here");
  const isNetwork = isUnreached(error);
  const reference = newId();
  if (isNetwork) log.warn({ err }, "discord not reached with an answer");
  else log.error({ err, reference }, "discord direct message failed");
  const notice = isNetwork ? ({ notice: "chat-trouble" } as const) : ({ notice: "unexpected", reference } as const);
  try {
    const screen = { show: "notice", level: "failed", ...notice } as const;
    await deliverer.write(said, { screen, language: words.pick(undefined) });
  } catch (worse) {
    log.warn({ err: loggable(worse), reference }, "discord person not told of a failure");
  }
}
