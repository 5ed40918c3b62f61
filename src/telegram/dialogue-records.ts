import type { ConversationData, ConversationStorage } from "@grammyjs/conversations";
import { LRUCache } from "lru-cache";
import type { Logger } from "pino";
import type { Peers } from "../storage/peers.ts";
import { createAskedSecrets, type AskedSecrets } from "./asked-secrets.ts";
import type { BotContext, Kept, Waiting } from "./context.ts";
import { dialogueKey } from "./dialogue-key.ts";
import { loggable } from "./loggable.ts";
import type { Wait } from "./retry.ts";
import { fieldAsked, hasSecrets, isTypedToSignIn } from "./walk.ts";

/** Where half-finished dialogues are kept; the app hands in an encrypted namespace. */
export interface DialogueStore {
  get(key: string): Promise<unknown>;
  /** `ttl` in milliseconds. */
  set(key: string, value: unknown, ttl: number): Promise<unknown>;
  delete(key: string): Promise<unknown>;
}

/** The records of dialogues. What could not be written counts all the same in this process, which tries until it is. */
export interface DialogueRecords {
  /** What is kept of the dialogue an update may belong to; undefined = nothing is asked there. */
  read(ctx: BotContext): Promise<Kept | undefined>;
  /** For the plugin, which finds what was read in the update's turn. */
  readonly storage: ConversationStorage<BotContext, ConversationData>;
  /** Who is asked for a secret, as far as it is known without the store. */
  readonly asked: AskedSecrets;
  /** The question that waits in somebody's private chat is answered elsewhere. Never fails: what answered it is done. */
  forget(person: string): Promise<void>;
}

interface RecordsParts {
  readonly store: DialogueStore;
  /** Absent = there is one process. */
  readonly peers?: Peers | undefined;
  readonly log: Logger;
  readonly wait: Wait;
  /** Ends the trying. */
  readonly closing: AbortSignal;
}

/** What could not be written. */
interface Unwritten {
  /** Name of the record that stands in the store instead. */
  readonly before: string;
  /** Undefined = the record is to go. */
  readonly kept: Kept | undefined;
}

/** The name of the one conversation there is. */
export const conversation = "form";
/** In place of a question's message id: it could not be shown yet. */
export const notShown = 0;
/** Grows with every change of what a waiting question's record looks like: older dialogues then end. */
const recordVersion = 3;
/** A dialogue that is not gone on with is forgotten after this many ms. */
const life = 24 * 3_600_000;
/** Milliseconds between two tries to write what could not be written. */
const tryEvery = 3000;
/** Records that can wait to be written, and those whose name is known. */
const [maxUnwritten, maxNamed] = [1000, 20_000];

/** The records of one bot. */
export function createDialogueRecords(parts: RecordsParts): DialogueRecords {
  const asked = createAskedSecrets({ life, peers: parts.peers });
  const records = createLasting(parts);
  const note = (key: string, kept: Kept | undefined) => asked.note(key, secretAskedIn(kept));
  const write = async (key: string, kept: Kept | undefined): Promise<void> => {
    // Before it is written: what was asked was seen, whatever becomes of its record.
    note(key, kept);
    await records.write(key, kept);
  };
  return {
    asked,
    async read(ctx) {
      const key = dialogueKey(ctx);
      const kept = await records.read(key);
      note(key, kept);
      return kept;
    },
    storage: {
      type: "context",
      version: recordVersion,
      adapter: {
        read: ({ turn }) => turn.kept,
        write: (ctx, kept) => write(dialogueKey(ctx), kept),
        delete: (ctx) => write(dialogueKey(ctx), undefined),
      },
    },
    async forget(person) {
      const chat = person.slice(person.indexOf(":") + 1);
      await write(`${chat}:${chat}`, undefined).catch((err: unknown) =>
        parts.log.warn({ err: loggable(err) }, "telegram question that was answered elsewhere is asked on"),
      );
    },
  };
}

interface Lasting {
  read(key: string): Promise<Kept | undefined>;
  /** Undefined = the record is to go. Rejects only where it is not known what stands in the store. */
  write(key: string, kept: Kept | undefined): Promise<void>;
}

/** Records that count in this process though they could not be written. */
function createLasting({ store, log, wait, closing }: RecordsParts): Lasting {
  const unwritten = new LRUCache<string, Unwritten>({ max: maxUnwritten, ttl: life });
  /** What stands in the store, by its last answer. */
  const names = new LRUCache<string, string>({ max: maxNamed, ttl: life });

  const put = async (key: string, kept: Kept | undefined): Promise<void> => {
    await (kept ? store.set(key, kept, life) : store.delete(key));
    names.set(key, nameOf(kept));
  };

  const read = async (key: string): Promise<Kept | undefined> => {
    // What comes back was written here; another version of it is refused by the plugin.
    const found = (await store.get(key)) as Kept | undefined;
    names.set(key, nameOf(found));
    const mine = unwritten.get(key);
    if (!mine) return found;
    if (mine.before !== nameOf(found)) {
      // Another process has gone on.
      unwritten.delete(key);
      return found;
    }
    await put(key, mine.kept).then(
      () => unwritten.get(key) === mine && unwritten.delete(key),
      () => undefined,
    );
    return mine.kept;
  };

  const tryAll = async (): Promise<void> => {
    for (;;) {
      const key = unwritten.keys().next().value;
      if (key === undefined) return void unwritten.purgeStale();
      await read(key).catch(() => undefined);
      // What cannot be written for one of them cannot be for the others.
      if (unwritten.has(key)) return;
    }
  };

  let trying: Promise<void> | undefined;
  const tryOn = async (): Promise<void> => {
    while (unwritten.size > 0 && !closing.aborted) {
      await wait(tryEvery, closing);
      await tryAll();
    }
  };

  return {
    read,
    async write(key, kept) {
      const before = unwritten.get(key)?.before ?? names.get(key);
      unwritten.delete(key);
      try {
        await put(key, kept);
      } catch (error) {
        if (before === undefined) throw error;
        log.warn({ err: loggable(error) }, "telegram dialogue not kept: it goes on in memory until it is");
        unwritten.set(key, { before, kept });
        // It ends early with the process alone.
        trying ??= tryOn()
          .catch(() => undefined)
          .finally(() => (trying = undefined));
      }
    },
  };
}

/** The question that waits in a record. */
function waitingIn(kept: Kept | undefined): Waiting | undefined {
  const args = kept?.version[1] === recordVersion ? kept.state[conversation]?.[0]?.args : undefined;
  // What `enter` was called with, as the plugin writes it.
  return args === undefined ? undefined : (JSON.parse(args) as readonly Waiting[])[0];
}

/** Tells one record from another; "" = there is none. */
function nameOf(kept: Kept | undefined): string {
  const waiting = waitingIn(kept);
  return waiting ? `${waiting.after} ${waiting.prompt} ${waiting.walk.asking}` : "";
}

function secretAskedIn(kept: Kept | undefined): number | undefined {
  const waiting = waitingIn(kept);
  if (!waiting) return undefined;
  const { walk, prompt } = waiting;
  // What is typed to sign in with goes, the user name too; and of a question that nobody saw, what may be an earlier one's answer.
  const isSecret = prompt === notShown ? hasSecrets(walk) : isTypedToSignIn(fieldAsked(walk));
  return isSecret ? prompt : undefined;
}
