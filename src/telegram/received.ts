import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { GrammyError, type Api } from "grammy";
import type { SentFile } from "../actions/model/sent-file.ts";
import type { Received, ReceivingOptions } from "../messaging/messenger.ts";
import { outOfReach, sentBytes } from "../messaging/sent-bytes.ts";
import { StorageError } from "../storage/error.ts";
import { isPublicServer, type TelegramSettings } from "./settings.ts";
import { waitAfter } from "./retry.ts";
import { userAgent, type Transport } from "./transport.ts";

interface ReceivedParts {
  readonly api: Api;
  readonly settings: Pick<TelegramSettings, "token" | "apiRoot">;
  readonly transport: Pick<Transport, "dispatcher">;
}

/** The bytes of a file that came in a message. A server of one's own may name a path on its disk, which has to be ours too. */
export async function receive(parts: ReceivedParts, file: SentFile, options: ReceivingOptions): Promise<Received> {
  const { settings, transport } = parts;
  const { path, size } = await pathOf(parts, file, options.signal);
  if (isAbsolute(path) && !isPublicServer(settings.apiRoot)) return fromDisk(path, options);
  const url = `${settings.apiRoot}/file/bot${settings.token}/${path.split("/").map(encodeURIComponent).join("/")}`;
  const received = await sentBytes(url, options, { userAgent, dispatcher: transport.dispatcher });
  return { ...received, size: received.size ?? size };
}

/** Telegram's own word for its path is good for an hour: it is asked for each time. */
async function pathOf({ api }: ReceivedParts, { id, name }: SentFile, signal: AbortSignal) {
  try {
    const { file_path: path = "", file_size: size } = await api.getFile(id);
    signal.throwIfAborted();
    if (path === "") throw new StorageError("source-gone", { subject: name });
    return { path, size };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof StorageError) throw error;
    throw refusalOf(error, name);
  }
}

function refusalOf(error: unknown, subject: string): StorageError {
  if (!(error instanceof GrammyError)) return outOfReach(error);
  const { description: message } = error;
  if (/file is too big/i.test(message)) return new StorageError("source-too-large", { subject, message });
  const wait = waitAfter(error);
  if (wait === undefined) return new StorageError("source-gone", { subject, message });
  return new StorageError("source-out-of-reach", { message, retryAfter: wait });
}

async function fromDisk(path: string, { from, signal }: ReceivingOptions): Promise<Received> {
  try {
    const { size } = await stat(path);
    return { size, stream: readable(createReadStream(path, { start: from, signal }), signal) };
  } catch (error) {
    throw outOfReach(error);
  }
}

async function* readable(stream: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncIterable<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    signal.throwIfAborted();
    throw outOfReach(error);
  }
}
