import type { ConversationData, ConversationFlavor, VersionedState } from "@grammyjs/conversations";
import type { Context } from "grammy";
import type { FormRef } from "../actions/model/form.ts";
import type { Visit } from "../users/visit.ts";
import type { DialoguePress } from "./screens/form.ts";
import type { Walk } from "./walk.ts";

/** What is kept of a dialogue, as the plugin writes it. */
export type Kept = VersionedState<ConversationData>;

/** A question that waits, as the conversation's storage keeps it. */
export interface Waiting {
  readonly walk: Walk;
  /** Message id of the question; 0 = it could not be shown yet. */
  readonly prompt: number;
  /** The update that asked it. Telegram may bring it again after a restart: it is no answer to its own question. */
  readonly after: number;
  readonly language: string;
}

/** What somebody did about a question. */
export interface Heard {
  readonly waiting: Waiting;
  readonly reply: Reply;
}

export type Reply =
  | { readonly is: "text"; readonly text: string }
  | { readonly is: "not-text" }
  /** Something came before the question could be shown. */
  | { readonly is: "unasked" }
  | { readonly is: "press"; readonly press: DialoguePress };

/** What goes with one update on its way through the middleware. */
interface Turn {
  readonly visit: Visit;
  /** Ends with the update's deadline, or with the process. */
  signal: AbortSignal;
  /** It is done beside others of its chat: the dialogue there is theirs. */
  beside: boolean;
  /** What would end a question waits for the end of this update from now on: a question is shown that is kept by then. */
  holdBack(): void;
  /** The language local sentences are said in: the person's last answer's, else their client's. */
  language: string;
  /** The press was answered: Telegram takes one answer. */
  answered: boolean;
  /** A placeholder only the asker sees, sent while the work goes on. */
  placeholder?: Promise<number | undefined>;
  /** The message that came was taken away, since it held a secret; false = it stands there still, absent = it was not to go. */
  takenAway?: boolean;
  /** The answered question, where its answer is gone and nothing stands below it: what comes takes its place. */
  instead?: { readonly chat: number; readonly message: number };
  /** What was kept of the dialogue here before this update; absent = nothing is asked here. */
  kept?: Kept | undefined;
  /** What a dialogue heard in this update. */
  heard?: Heard;
  /** The form a dialogue here is about, when this update was not its answer. */
  running?: FormRef;
}

/** grammY's context with the running dialogues and our turn. */
export type BotContext = ConversationFlavor<Context & { turn: Turn }>;
