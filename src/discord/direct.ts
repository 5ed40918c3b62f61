import type { Message } from "discord.js";
import { LRUCache } from "lru-cache";
import type { Logger } from "pino";
import type { Action } from "../actions/action.ts";
import { failureNotice } from "../actions/context/failure.ts";
import type { Answer, Notice } from "../actions/model/screen.ts";
import type { Visit } from "../users/visit.ts";
import type { Languages } from "../messaging/languages.ts";
import { tooLate } from "../messaging/too-late.ts";
import { createTurns, NotBegun } from "../messaging/turns.ts";
import type { Deliverer, SaidDirectly } from "./deliver.ts";
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
  readonly languages: Languages;
  readonly log: Logger;
  newId(): string;
  /** Milliseconds the answer to one message may take, counted from its begin; absent = 60,000. */
  readonly deadline?: number | undefined;
}

/** Chats whose newest message is remembered. */
const maxNewest = 10_000;

/** The direct messages of one bot. */
export function createDirectMessages(parts: DirectParts): DirectMessages {
  const { deadline } = parts;
  const turns = createTurns({ deadline });
  const inProgress = new Set<Promise<unknown>>();
  const newest = new LRUCache<string, { readonly id: string; readonly text: string }>({ max: maxNewest });
  const hear = async (message: Message): Promise<void> => {
    if (message.author.bot || message.system || message.guildId !== null) return;
    newest.set(message.channelId, { id: message.id, text: message.content });
    const said = { visit: directVisit(message.author), channel: message.channelId };
    const working = turns
      .take({ chains: [said.visit.person.id] }, ({ signal }) =>
        answer(parts, said, { action: sayingOf(message), signal }),
      )
      .catch((error: unknown) => sayFailed(parts, said, error));
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
      await turns.finish();
      await Promise.allSettled(inProgress);
    },
  };
}

function sayingOf(message: Message): Action {
  const files = filesIn(message);
  return { do: "say", text: textIn(message), ...(files.length > 0 && { sent: { files } }) };
}

async function answer(
  { perform, deliverer, languages }: DirectParts,
  said: SaidDirectly,
  { action, signal }: { readonly action: Action; readonly signal: AbortSignal },
): Promise<void> {
  const { visit } = said;
  const answered = await Promise.race([perform(visit, action, signal), tooLate(signal, languages.of(visit))]);
  languages.note(visit, answered.language);
  await deliverer.write(said, answered);
}

/** The end of the line for a failure: people get a sentence and a reference, the log the rest. */
async function sayFailed(
  { deliverer, languages, log, newId }: DirectParts,
  said: SaidDirectly,
  error: unknown,
): Promise<void> {
  const err = loggable(error);
  if (isShutOut(error)) return log.info({ err }, "discord takes no answer here");
  const isNetwork = isUnreached(error) || error instanceof NotBegun;
  const reference = newId();
  if (isNetwork) log.warn({ err }, "discord not reached with an answer");
  else log.error({ err, reference }, "discord direct message failed");
  const screen: Notice = isNetwork
    ? { show: "notice", notice: "chat-trouble", level: "failed" }
    : failureNotice(error, reference);
  try {
    await deliverer.write(said, { screen, language: languages.of(said.visit) });
  } catch (worse) {
    log.warn({ err: loggable(worse), reference }, "discord person not told of a failure");
  }
}
