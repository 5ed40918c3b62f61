import { createHmac } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { CallOptions, DriverContext } from "../../storage/driver.ts";
import { StorageError, storageErrorKind } from "../../storage/error.ts";
import { joined } from "../../storage/joined.ts";

/** A share as one pass code opens it, for whoever opens it so. It begins empty, and is filled by those who ask the service. */
export interface OpenedShare {
  /** Names it among others, and says nothing of its code. */
  readonly id: number;
  /** As its owner called it; undefined = not told yet. */
  title?: string;
  /** The token the service gave for the code: every later call names it. Public shares have one, too; undefined = not asked for yet. */
  token?: string | undefined;
}

/**
 * What shares show, for all who open the same one with the same code: asked for by one of them, and for a minute the answer
 * to everybody else. A failure is told to those who wait for it, and kept for nobody. In memory, so each process has its own.
 */
export interface SharedReads {
  /** The share as the code opens it. A code that the service has not accepted has an empty one of its own. */
  opened(shareId: string, passCode: string, context: Pick<DriverContext, "randomHex">): OpenedShare;
  /** The service refuses it: what was read of it is shown to nobody any more. */
  forget(opened: OpenedShare): void;
  /** A question about a share, answered from memory, with whoever asks the same now, or by asking. */
  find<T>(opened: OpenedShare, question: Question<T>): Promise<T>;
  /** Tells answers to one question apart; undefined = there is none that is good. */
  answerNumber(opened: OpenedShare, of: About, context: Pick<DriverContext, "monotonic">): number | undefined;
  /** Forgets one answer. */
  drop(opened: OpenedShare, of: About): void;
}

/** What a question is about; the same for the same question. */
type About = readonly (string | number | undefined)[];

interface Question<T> extends CallOptions {
  readonly of: About;
  /** What was known or asked for before does not do. */
  readonly refresh?: boolean | undefined;
  /** The answer is not kept; whoever asks meanwhile gets it all the same. */
  readonly passing?: boolean | undefined;
  readonly context: Pick<DriverContext, "monotonic">;
  /** Asks the service. The signal ends when nobody waits any more. */
  ask(options: CallOptions): Promise<T>;
  /** Entries it takes the room of. */
  sizeOf(answer: T): number;
  /** Who asks was closed meanwhile: that it failed says nothing to the others. */
  isClosed(): boolean;
}

/**
 * ms an answer is given to others. A link that is posted to many is opened by most of them within moments; who opens it later
 * sees what its owner has changed, or taken down, a minute ago. Addresses of files are none of these answers.
 */
const freshFor = 60_000;
/** Entries kept over all shares: about 11 MB. */
const maxEntries = 20_000;
/** Shares whose title and token are kept. */
const maxShares = 1000;
/** Failures of others that somebody waits through, before they ask by themselves. */
const maxOthers = 2;

interface Answer {
  readonly value: unknown;
  /** When it came, by the monotonic clock. */
  readonly at: number;
  readonly number: number;
}

/** Nothing is known yet. */
export function createSharedReads(): SharedReads {
  const shares = new LRUCache<string, OpenedShare>({ max: maxShares });
  const answers = new LRUCache<string, Answer & { readonly size: number }>({
    maxSize: maxEntries,
    sizeCalculation: ({ size }) => size,
  });
  const refused = new WeakSet<OpenedShare>();
  const asking = new Map<string, Asking<unknown>>();
  let numbers = 0;
  let salt: string | undefined;
  const shareKey = (shareId: string, passCode: string, { randomHex }: Pick<DriverContext, "randomHex">) =>
    createHmac("sha256", (salt ??= randomHex(32)))
      .update(JSON.stringify([shareId, passCode]))
      .digest("base64url");
  const keep = (key: string, answer: Answer & { readonly size: number }) => {
    // One that was asked for later knows more.
    if ((answers.peek(key)?.number ?? 0) < answer.number) answers.set(key, answer);
  };
  const good = (key: string, { monotonic }: Pick<DriverContext, "monotonic">): Answer | undefined => {
    const known = answers.get(key);
    return known && monotonic() - known.at <= freshFor ? known : undefined;
  };
  const begin = <T>(key: string, question: Question<T>): Asking<T> => {
    const number = (numbers += 1);
    const end = () => void (asking.get(key) === begun && asking.delete(key));
    const ask = async (options: CallOptions) => {
      try {
        const value = await question.ask(options);
        const size = question.sizeOf(value);
        if (!question.passing) keep(key, { value, at: question.context.monotonic(), number, size });
        return value;
      } finally {
        end();
      }
    };
    const begun = new Asking<T>({ ...question, ask }, end);
    asking.set(key, begun);
    return begun;
  };
  return {
    opened(shareId, passCode, context) {
      const key = shareKey(shareId, passCode, context);
      const known = shares.get(key);
      if (known && !refused.has(known)) return known;
      const unread = { id: (numbers += 1) };
      shares.set(key, unread);
      return unread;
    },
    forget: (opened) => void refused.add(opened),
    async find<T>(opened: OpenedShare, question: Question<T>): Promise<T> {
      const key = keyOf(opened, question.of);
      for (let others = 0; others < maxOthers && !question.refresh; others += 1) {
        // What is kept under a key is what the questions of that key are answered with.
        const known = good(key, question.context);
        if (known) return known.value as T;
        const other = asking.get(key) as Asking<T> | undefined;
        if (!other?.serves(question)) break;
        try {
          return await other.join(question.signal);
        } catch (error) {
          question.signal?.throwIfAborted();
          if (!other.failedAlone) throw ofAnother(error);
        }
      }
      return begin(key, question).join(question.signal);
    },
    answerNumber: (opened, of, context) => good(keyOf(opened, of), context)?.number,
    drop: (opened, of) => void answers.delete(keyOf(opened, of)),
  };
}

function keyOf({ id }: OpenedShare, of: About): string {
  return JSON.stringify([id, ...of]);
}

/** An error may hold what the next try of its owner wants. */
function ofAnother(error: unknown): unknown {
  if (!(error instanceof StorageError)) return error;
  const { code, retryAfter, subject, message } = error;
  return new StorageError(code, { retryAfter, subject, message, cause: error });
}

/** A question that is with the service; it is ended when nobody waits for the answer. */
class Asking<T> {
  /** The failure was about who asked, and the next may meet another. */
  failedAlone = false;
  readonly #isBackground: boolean;
  readonly #answer: Promise<T>;
  readonly #stop = new AbortController();
  readonly #onLeft: () => void;
  #waiting = 0;

  /** `onLeft`: told when nobody waits any more, before it is ended. */
  constructor({ ask, asker, background = false, isClosed }: Question<T>, onLeft: () => void) {
    this.#isBackground = background;
    this.#onLeft = onLeft;
    this.#answer = ask({ signal: this.#stop.signal, asker, background }).catch((error: unknown) => {
      this.failedAlone = isClosed() || isAboutAsker(error);
      throw error;
    });
    this.#answer.catch(() => undefined);
  }

  /** What somebody waits for is not left to the background's turns. */
  serves({ background = false }: Pick<CallOptions, "background">): boolean {
    return background || !this.#isBackground;
  }

  async join(signal: AbortSignal | undefined): Promise<T> {
    this.#waiting += 1;
    try {
      return await joined(this.#answer, signal);
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0) {
        this.#onLeft();
        this.#stop.abort();
      }
    }
  }
}

/** Its device, its secrets: a human who is wanted is wanted for each device. */
function isAboutAsker(error: unknown): boolean {
  return !(error instanceof StorageError) || storageErrorKind(error.code).about === "person";
}
