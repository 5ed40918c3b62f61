import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { MessageFlags } from "discord.js";
import { Agent, request } from "undici";
import { UploadError, type FileToSend } from "../actions/model/upload.ts";
import { shorten } from "../i18n/names.ts";

/** Where a file goes: what an interaction is answered through, for as long as its token lives. */
export interface UploadAddress {
  readonly application: string;
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
  /** For the asker's eyes alone. */
  readonly ephemeral: boolean;
}

/** Puts files into chats, piece by piece: discord.js would hold a whole file in memory. */
export interface Uploader {
  /** Streams a file; nothing of it is kept. Rejects with an `UploadError`. */
  send(address: UploadAddress, file: FileToSend): Promise<void>;
  close(): Promise<void>;
}

interface UploaderParts {
  /** REST base without the version. */
  readonly apiRoot: string;
  now(): number;
}

/** The version of the interface discord.js speaks. */
const version = "v10";
/** Most characters of an attachment's name. */
const maxName = 200;
/** Milliseconds Discord may ask to wait before a file is sent again. */
const longestWait = 60_000;

/** The uploader of one bot. */
export function createUploader({ apiRoot, now }: UploaderParts): Uploader {
  const agent = new Agent({ bodyTimeout: 60_000, headersTimeout: 120_000 });
  return {
    async send({ application, token, until, ephemeral }, file) {
      if (until <= now()) throw new UploadError("too-slow");
      // Discord takes the message only while the token lives, so what lasts longer is let go of then.
      const over = new AbortController();
      const timer = setTimeout(() => over.abort(new UploadError("too-slow")), until - now());
      try {
        const form = formOf(file, { ephemeral });
        const answer = await request(`${apiRoot}/${version}/webhooks/${application}/${token}?wait=true`, {
          method: "POST",
          dispatcher: agent,
          signal: AbortSignal.any([file.signal, over.signal]),
          headers: form.headers,
          body: Readable.from(form.body()),
        });
        const words = await answer.body.text();
        if (answer.statusCode >= 300) throw refusalOf(answer.statusCode, { words, left: until - now() });
      } catch (error) {
        file.signal.throwIfAborted();
        if (error instanceof UploadError) throw error;
        // Cut off on the way: the file can be sent once more.
        throw new UploadError("refused", { again: true, cause: error });
      } finally {
        clearTimeout(timer);
      }
    },
    async close() {
      if (!agent.closed) await agent.close();
    },
  };
}

interface MultipartForm {
  readonly headers: Readonly<Record<string, string>>;
  body(): AsyncGenerator<Uint8Array>;
}

/** One message with one file. Its length is told where the file's is known. */
function formOf(file: FileToSend, { ephemeral }: Pick<UploadAddress, "ephemeral">): MultipartForm {
  const boundary = `chatdrive${randomBytes(12).toString("hex")}`;
  const filename = shorten(file.entry.name, maxName);
  const payload = {
    attachments: [{ id: 0, filename }],
    allowed_mentions: { parse: [] },
    ...(ephemeral && { flags: MessageFlags.Ephemeral }),
  };
  const head = Buffer.from(
    [
      `--${boundary}`,
      'Content-Disposition: form-data; name="payload_json"',
      "Content-Type: application/json",
      "",
      JSON.stringify(payload),
      `--${boundary}`,
      `Content-Disposition: form-data; name="files[0]"; filename="${quoted(filename)}"`,
      `Content-Type: ${file.entry.mimeType ?? "application/octet-stream"}`,
      "",
      "",
    ].join("\r\n"),
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const { size } = file.entry;
  return {
    headers: {
      "content-type": `multipart/form-data; boundary=${boundary}`,
      ...(size !== undefined && { "content-length": String(head.length + size + tail.length) }),
    },
    async *body() {
      yield head;
      yield* file.open();
      yield tail;
    },
  };
}

/** As browsers write names into forms. */
function quoted(name: string): string {
  return name.replaceAll('"', "%22").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

interface Refused {
  /** Discord's answer. */
  readonly words: string;
  /** Milliseconds the token still lives. */
  readonly left: number;
}

function refusalOf(status: number, { words, left }: Refused): UploadError {
  const cause = new Error(`file upload: ${status}`);
  const { code, retry_after: seconds } = answerIn(words);
  if (status === 413 || code === 40_005) return new UploadError("too-large", { cause });
  if (code === 50_027 || code === 10_015) return new UploadError("too-slow", { cause });
  if (status === 403) return new UploadError("forbidden", { cause });
  const retryAfter = (seconds ?? 1) * 1000;
  // Who would wait beyond the token's end could not even be told that it was in vain.
  if (status === 429) {
    return new UploadError("refused", { again: retryAfter < Math.min(longestWait, left), retryAfter, cause });
  }
  return new UploadError("refused", { again: status >= 500, cause });
}

function answerIn(words: string): { readonly code?: number; readonly retry_after?: number } {
  try {
    const answer: unknown = JSON.parse(words);
    return typeof answer === "object" && answer !== null ? answer : {};
  } catch {
    return {};
  }
}
