import type { ConversationFlavor } from "@grammyjs/conversations";
import type { Context } from "grammy";
import type { FormRef, Visit } from "../actions/model/action.ts";
import type { Heard } from "./dialogue.ts";

/** What goes with one update on its way through the middleware. */
interface Turn {
  readonly visit: Visit;
  /** Ends with the update's deadline, or with the process. */
  readonly signal: AbortSignal;
  /** The language local sentences are said in: the person's last answer's, else their client's. */
  language: string;
  /** The press was answered: Telegram takes one answer. */
  answered: boolean;
  /** A placeholder only the asker sees, sent while the work goes on. */
  placeholder?: Promise<number | undefined>;
  /** What a dialogue heard in this update. */
  heard?: Heard;
  /** The form a dialogue here is about, when this update was not its answer. */
  running?: FormRef;
}

/** grammY's context with the running dialogues and our turn. */
export type BotContext = ConversationFlavor<Context & { turn: Turn }>;
