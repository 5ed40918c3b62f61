import type { Agent as HttpsAgent } from "node:https";
import { Api, GrammyError, HttpError, InputFile, InputMediaBuilder, type Transformer } from "grammy";
import type { Message } from "grammy/types";
import { UploadError, type FileToSend } from "../actions/model/upload.ts";
import { loggable } from "./loggable.ts";
import { clip } from "../i18n/names.ts";
import { kindOf } from "../i18n/signs.ts";
import { isStill } from "../storage/file-kind.ts";
import { withoutTurns } from "../storage/turning-marks.ts";
import { maxCaption } from "./limits.ts";
import type { Address } from "./post.ts";
import { isPublicServer } from "./settings.ts";

/** Puts files into chats, over calls of their own: they last longer than any other. */
export interface Uploader {
  /** Streams a file; nothing of it is kept. The id of its message. Rejects with an `UploadError`. */
  send(address: Address, file: FileToSend): Promise<number>;
  /** Streams pictures that stand together. The id of the first one's message. Rejects with an `UploadError`; they are all there, or none is. */
  sendAlbum(address: Address, files: readonly FileToSend[], signal: AbortSignal): Promise<number>;
  /** A small text as a file. */
  sendText(address: Address, file: { readonly name: string; readonly text: string }): Promise<void>;
}

interface UploaderParts {
  readonly token: string;
  readonly apiRoot: string;
  /** The way through the operator's proxy; absent = straight. */
  readonly agent?: HttpsAgent | undefined;
  /** What stands around every call. Not a retry: it would send the bytes again without anybody knowing. */
  readonly transformers: readonly Transformer[];
}

const MiB = 1024 * 1024;
/** Bytes of what goes with a file in the same request, for it is the request that must not be too large. */
const besides = 32 * 1024;
/** Bytes of the largest photo Telegram takes as one. */
const maxPhoto = 10 * MiB;
/** Bytes and format of a picture that goes with a film. */
const maxPicture = 200 * 1024;
/** Seconds one upload may take; 2 GB at 1 Mbit/s are five hours. What stands still is given up by who asked for it. */
const longestUpload = 6 * 3600;

/** Bytes of the largest file a Bot API server takes: the public one 50 MB, one's own 2,000 MB. */
export function uploadLimitOf(apiRoot: string): number {
  return (isPublicServer(apiRoot) ? 50 : 2000) * MiB - besides;
}

interface Line {
  readonly api: Api;
  readonly uploadLimit: number;
}

/** The uploader of one bot. */
export function createUploader({ token, apiRoot, transformers, agent }: UploaderParts): Uploader {
  const client = { apiRoot, timeoutSeconds: longestUpload };
  const api = new Api(token, agent ? { ...client, baseFetchConfig: { agent } } : client);
  api.config.use(...transformers);
  const line: Line = { api, uploadLimit: uploadLimitOf(apiRoot) };
  return {
    async send(address, file) {
      const way = wayFor(file);
      const watched = watchBytes(file);
      try {
        return await carry(line, address, watched, way);
      } catch (error) {
        // What its own player does not take is still a file.
        const isRefused = isAboutMedia(error) || (error instanceof HttpError && !watched.isGiven());
        if (way === "document" || file.signal.aborted || !isRefused) throw uploadError(error);
        return await carry(line, address, file, "document").catch((worse: unknown) => {
          throw uploadError(worse);
        });
      }
    },
    async sendAlbum(address, files, signal) {
      try {
        return await carryAlbum(line, address, files, signal);
      } catch (error) {
        throw uploadError(error);
      }
    },
    async sendText({ chat, ...options }, { name, text }) {
      await api.sendDocument(chat, new InputFile(Buffer.from(text), uploadName(name)), options);
    },
  };
}

type Way = "video" | "photo" | "audio" | "document";

function wayFor({ entry, asFile }: FileToSend): Way {
  if (asFile) return "document";
  const kind = kindOf(entry);
  switch (kind) {
    case "video":
    case "audio":
      return kind;
    case "image":
      return isPhoto(entry) ? "photo" : "document";
    case "folder":
    case "archive":
    case "document":
    case "file":
      return "document";
  }
}

/** Telegram makes a photo of these; of larger ones, and of those that move, it takes the file. */
function isPhoto(entry: FileToSend["entry"]): boolean {
  return isStill(entry) && entry.size !== undefined && entry.size <= maxPhoto;
}

/**
 * The same file, which knows whether all of it was given: a refusal that comes while bytes are on their way looks like
 * a broken connection.
 */
function watchBytes(file: FileToSend): FileToSend & { isGiven(): boolean } {
  let isGiven = false;
  return {
    ...file,
    isGiven: () => isGiven,
    async *open() {
      yield* file.open();
      isGiven = true;
    },
  };
}

async function carry(line: Line, { chat, ...options }: Address, file: FileToSend, way: Way): Promise<number> {
  const { api } = line;
  const { entry, duration } = file;
  // A factory and no stream: each try opens the bytes anew.
  const input = new InputFile(() => file.open(), uploadName(entry.name));
  // grammY's types name the AbortSignal of a package older than Node's own; the two are alike.
  const signal = file.signal as Parameters<Api["sendDocument"]>[3];
  const said = { ...options, caption: clip(withoutTurns(entry.name), maxCaption) };
  const playing = duration === undefined ? {} : { duration: Math.round(duration) };
  switch (way) {
    case "video":
      return idOf(
        await api.sendVideo(
          chat,
          input,
          { ...said, ...playing, ...(await pictureOf(line, file)), supports_streaming: true },
          signal,
        ),
      );
    case "photo":
      return idOf(await api.sendPhoto(chat, input, said, signal));
    case "audio":
      return idOf(await api.sendAudio(chat, input, { ...said, ...playing }, signal));
    case "document":
      return idOf(await api.sendDocument(chat, input, said, signal));
  }
}

async function carryAlbum(
  { api }: Line,
  { chat, ...options }: Address,
  files: readonly FileToSend[],
  wanted: AbortSignal,
): Promise<number> {
  const signal = wanted as Parameters<Api["sendMediaGroup"]>[3];
  const media = files.map((file) =>
    InputMediaBuilder.photo(new InputFile(() => file.open(), uploadName(file.entry.name)), {
      caption: clip(withoutTurns(file.entry.name), maxCaption),
    }),
  );
  const [first] = await api.sendMediaGroup(chat, media, options, signal);
  if (!first) throw new Error("an album without messages");
  return idOf(first);
}

function idOf({ message_id: id }: Message): number {
  return id;
}

/** Telegram takes small JPEGs only, and the two together must not be too large. */
async function pictureOf({ uploadLimit }: Line, file: FileToSend): Promise<{ thumbnail?: InputFile }> {
  const bytes = await file.picture(Math.min(maxPicture, uploadLimit - (file.entry.size ?? 0)));
  const isJpeg = bytes?.[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
  return bytes && isJpeg ? { thumbnail: new InputFile(bytes, "thumbnail.jpg") } : {};
}

/**
 * A name as Telegram's reader of multipart forms gets it whole: it takes what is not quoted up to a `;` and then
 * percent-decodes it, and grammY sends the name as it is.
 */
export function uploadName(name: string): string {
  const plain = withoutTurns(name.toWellFormed())
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .trim();
  return encodeURIComponent(plain === "" ? "file" : plain);
}

/** It is the picture, film or song that displeases, and not the chat or the size. */
function isAboutMedia(error: unknown): boolean {
  return error instanceof GrammyError && error.error_code === 400 && !isAboutRights(error);
}

function isAboutRights({ description }: GrammyError): boolean {
  return /not enough rights|need administrator rights|have no rights|chat not found|CHAT_(SEND|WRITE)_|CHAT_RESTRICTED|TOPIC_/i.test(
    description,
  );
}

function uploadError(error: unknown): UploadError {
  const cause = loggable(error);
  // Cut off on the way: the file can be sent once more.
  if (!(error instanceof GrammyError)) return new UploadError("refused", { again: true, cause });
  const { error_code: code, parameters } = error;
  if (code === 413 || /too (big|large)/i.test(error.description)) return new UploadError("too-large", { cause });
  if (code === 403 || isAboutRights(error)) return new UploadError("forbidden", { cause });
  if (code === 429) {
    const retryAfter = (parameters.retry_after ?? 1) * 1000;
    return retryAfter <= longestWait
      ? new UploadError("refused", { again: true, retryAfter, cause })
      : new UploadError("slowed", { retryAfter, cause });
  }
  return new UploadError("refused", { again: code >= 500, cause });
}

/** Milliseconds Telegram may ask to wait before a file is sent again. */
const longestWait = 120_000;
