import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { MessageFlags } from "discord.js";
import { Agent, request, type Dispatcher } from "undici";
import { UploadError, type FileToSend } from "../actions/model/upload.ts";
import { fileName, label } from "./markup.ts";
import { userAgent } from "./user-agent.ts";

/** Where a file goes. */
export type UploadAddress =
  /** What an interaction is answered through, for as long as its token lives. */
  | {
      readonly by: "token";
      readonly application: string;
      readonly token: string;
      /** Milliseconds since the epoch. */
      readonly until: number;
      /** For the asker's eyes alone. */
      readonly ephemeral: boolean;
    }
  /** A channel the bot may write in. */
  | { readonly by: "channel"; readonly channel: string };

/** Puts files into chats, piece by piece: discord.js would hold a whole file in memory. */
export interface Uploader {
  /** Makes ready for one message of files; nothing is sent before `send`. */
  open(address: UploadAddress): Uploading;
  close(): Promise<void>;
}

/** The way of files into one message, over as many tries as it takes. */
export interface Uploading {
  /**
   * Streams one to ten files; nothing of them is kept. Resolves with the id of their message. Rejects with an `UploadError`;
   * after one that says `again` it may be called once more, and they stand there once all the same.
   */
  send(files: readonly FileToSend[], wanted: AbortSignal): Promise<string>;
}

interface UploaderParts {
  /** REST base without the version. */
  readonly apiRoot: string;
  /** The bot's. */
  readonly token: string;
  now(): number;
  /** Absent = a connection of its own to Discord. */
  readonly dispatcher?: Dispatcher | undefined;
}

/** The version of the interface discord.js speaks. */
const version = "v10";
/** Most characters of an attachment's name. */
const maxName = 200;
/** Most characters of each of several names above their files: Discord takes 2000 of all. */
const maxOfSeveral = 180;
/** Milliseconds Discord may ask to wait before a file is sent again. */
const longestWait = 60_000;
/** Milliseconds a request without a file may take. */
const timeout = 15_000;
/** Milliseconds before each look whether a file has come whose answer was lost. */
const looks = [0, 1000, 4000] as const;

/** The uploader of one bot. */
export function createUploader(parts: UploaderParts): Uploader {
  const own = parts.dispatcher ? undefined : new Agent({ bodyTimeout: 60_000, headersTimeout: 120_000 });
  const dispatcher = parts.dispatcher ?? own;
  return {
    open: (address) => new MessageUpload({ ...parts, dispatcher }, address),
    async close() {
      if (own && !own.closed) await own.close();
    },
  };
}

/**
 * The message comes first, with the file's name alone, and the file is put into it: an edit can be repeated, and looked
 * up when its answer was lost, also where only one person sees it. A new message can be neither.
 */
class MessageUpload implements Uploading {
  readonly #parts: UploaderParts;
  readonly #address: UploadAddress;
  /** Of the message that waits: another one that comes after it was taken away is not the same. */
  #nonce = newNonce();
  /** The message that waits for the file. */
  #message: string | undefined;

  constructor(parts: UploaderParts, address: UploadAddress) {
    this.#parts = parts;
    this.#address = address;
  }

  async send(files: readonly FileToSend[], wanted: AbortSignal): Promise<string> {
    const left = this.#left();
    if (left <= 0) throw new UploadError("too-slow");
    // Discord takes the file only while the token lives, so what lasts longer is let go of then.
    const over = new AbortController();
    const timer = Number.isFinite(left) && setTimeout(() => over.abort(new UploadError("too-slow")), left);
    const signal = AbortSignal.any([wanted, over.signal]);
    try {
      return await this.#fill(files, signal);
    } catch (error) {
      await this.#withdraw();
      wanted.throwIfAborted();
      if (error instanceof UploadError) throw error;
      // Cut off on the way: the file can be sent once more.
      throw new UploadError("refused", { again: true, cause: error });
    } finally {
      if (timer) clearTimeout(timer);
    }
  }

  async #fill(files: readonly FileToSend[], signal: AbortSignal): Promise<string> {
    const message = (this.#message ??= await this.#announce(files, signal));
    const form = formOf(files);
    try {
      await this.#ask("PATCH", this.#path(message), {
        signal,
        headers: form.headers,
        body: Readable.from(form.body()),
      });
    } catch (error) {
      const isLost = !signal.aborted && !(error instanceof UploadError && !error.again);
      if (!isLost || !(await this.#hasCome(message, signal))) throw error;
    }
    return message;
  }

  /** The message the file will be in. Its id. */
  async #announce(files: readonly FileToSend[], signal: AbortSignal): Promise<string> {
    const body = {
      content: files.map(({ entry }) => label(entry.name, files.length === 1 ? undefined : maxOfSeveral)).join("\n"),
      allowed_mentions: { parse: [] },
      ...(this.#address.by === "token"
        ? { flags: this.#address.ephemeral ? MessageFlags.Ephemeral : 0 }
        : { nonce: this.#nonce, enforce_nonce: true }),
    };
    const { id } = await this.#ask("POST", this.#path(), { signal, ...inJson(body) });
    if (id === undefined) throw new UploadError("refused", { again: true });
    return id;
  }

  /** Whether the file is in its message, though nobody said so. */
  async #hasCome(message: string, signal: AbortSignal): Promise<boolean> {
    for (const pause of looks) {
      await rest(pause, signal);
      const found = await this.#ask("GET", this.#path(message), { signal }).catch(() => undefined);
      if (found?.attachments) return found.attachments.length > 0;
    }
    return false;
  }

  /** Nothing came to stand in the message. Where it cannot be taken away, the next try uses it. */
  async #withdraw(): Promise<void> {
    const message = this.#message;
    if (message === undefined || this.#left() <= 0) return;
    const signal = AbortSignal.timeout(timeout);
    const isGone = await this.#ask("DELETE", this.#path(message), { signal }).then(
      () => true,
      (error: unknown) => error instanceof UploadError && !error.again,
    );
    if (!isGone) return;
    this.#message = undefined;
    this.#nonce = newNonce();
  }

  async #ask(
    method: "GET" | "POST" | "PATCH" | "DELETE",
    path: string,
    { headers, signal, ...rest }: Asking,
  ): Promise<Answered> {
    const { apiRoot, token, dispatcher } = this.#parts;
    const isUpload = method === "PATCH";
    const answer = await request(`${apiRoot}/${version}${path}`, {
      method,
      ...(dispatcher && { dispatcher }),
      signal: isUpload ? signal : AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
      headers: {
        "user-agent": userAgent,
        ...(this.#address.by === "channel" && { authorization: `Bot ${token}` }),
        ...headers,
      },
      ...rest,
    });
    const words = await answer.body.text();
    if (answer.statusCode >= 300) throw refusalOf(answer.statusCode, { words, left: this.#left() });
    return answerIn(words);
  }

  #path(message?: string): string {
    const address = this.#address;
    if (address.by === "channel")
      return `/channels/${address.channel}/messages${message === undefined ? "" : `/${message}`}`;
    const webhook = `/webhooks/${address.application}/${address.token}`;
    return message === undefined ? `${webhook}?wait=true` : `${webhook}/messages/${message}`;
  }

  /** Milliseconds the way there stays open. */
  #left(): number {
    return this.#address.by === "token" ? this.#address.until - this.#parts.now() : Number.POSITIVE_INFINITY;
  }
}

function newNonce(): string {
  return randomBytes(12).toString("hex");
}

interface Asking {
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Readable;
}

function inJson(body: object): Pick<Asking, "headers" | "body"> {
  return { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { signal }).catch(() => undefined);
}

interface MultipartForm {
  readonly headers: Readonly<Record<string, string>>;
  body(): AsyncGenerator<Uint8Array>;
}

/** Files for a message, instead of any that are there. Its length is told where theirs are known. */
function formOf(files: readonly FileToSend[]): MultipartForm {
  const boundary = `chatdrive${randomBytes(12).toString("hex")}`;
  const names = files.map(({ entry }) => fileName(entry.name, maxName));
  const payload = { attachments: names.map((filename, id) => ({ id, filename })), allowed_mentions: { parse: [] } };
  const opening = part(boundary, [
    'Content-Disposition: form-data; name="payload_json"',
    "Content-Type: application/json",
  ]);
  const heads = files.map(({ entry }, n) =>
    part(boundary, [
      `Content-Disposition: form-data; name="files[${n}]"; filename="${quoted(names[n] ?? "")}"`,
      `Content-Type: ${entry.mimeType ?? "application/octet-stream"}`,
    ]),
  );
  const said = Buffer.from(`${JSON.stringify(payload)}\r\n`);
  const newLine = Buffer.from("\r\n");
  const tail = Buffer.from(`--${boundary}--\r\n`);
  const size = sumOf([
    ...files.map(({ entry }) => entry.size),
    ...[opening, said, ...heads, tail].map(({ length }) => length),
    files.length * newLine.length,
  ]);
  return {
    headers: {
      "content-type": `multipart/form-data; boundary=${boundary}`,
      ...(size !== undefined && { "content-length": String(size) }),
    },
    async *body() {
      yield opening;
      yield said;
      for (const [n, file] of files.entries()) {
        yield heads[n] ?? newLine;
        yield* file.open();
        yield newLine;
      }
      yield tail;
    },
  };
}

/** What stands before what a part holds. */
function part(boundary: string, headers: readonly string[]): Buffer {
  return Buffer.from([`--${boundary}`, ...headers, "", ""].join("\r\n"));
}

/** Undefined = one of them is not known. */
function sumOf(sizes: readonly (number | undefined)[]): number | undefined {
  return sizes.includes(undefined) ? undefined : sizes.reduce((sum: number, size = 0) => sum + size, 0);
}

/** As browsers write names into forms. */
function quoted(name: string): string {
  return name.replaceAll('"', "%22").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

interface Refused {
  /** Discord's answer. */
  readonly words: string;
  /** Milliseconds the way there stays open. */
  readonly left: number;
}

function refusalOf(status: number, { words, left }: Refused): UploadError {
  const cause = new Error(`file upload: ${status}`);
  const { code, retry_after: seconds } = answerIn(words);
  if (status === 413 || code === 40_005) return new UploadError("too-large", { cause });
  if (code === 50_027 || code === 10_015) return new UploadError("too-slow", { cause });
  if (status === 403 || code === 10_003) return new UploadError("forbidden", { cause });
  const retryAfter = (seconds ?? 1) * 1000;
  // Who would wait beyond the token's end could not even be told that it was in vain.
  if (status === 429) {
    const isSoon = retryAfter < Math.min(longestWait, left);
    return new UploadError(isSoon ? "refused" : "slowed", { again: isSoon, retryAfter, cause });
  }
  return new UploadError("refused", { again: status >= 500, cause });
}

/** What is read of Discord's answers: a message, or a refusal. */
interface Answered {
  readonly id?: string;
  readonly attachments?: readonly unknown[];
  readonly code?: number;
  readonly retry_after?: number;
}

function answerIn(words: string): Answered {
  try {
    const answer: unknown = JSON.parse(words);
    return typeof answer === "object" && answer !== null ? answer : {};
  } catch {
    return {};
  }
}
