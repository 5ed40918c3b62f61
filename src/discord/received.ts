import { DiscordAPIError, Routes, type APIMessage, type REST } from "discord.js";
import type { LRUCache } from "lru-cache";
import type { Dispatcher } from "undici";
import type { SentFile } from "../actions/model/sent-file.ts";
import type { Received, ReceivingOptions } from "../messaging/messenger.ts";
import { outOfReach, sentBytes } from "../messaging/sent-bytes.ts";
import { StorageError } from "../storage/error.ts";
import { userAgent } from "./user-agent.ts";

interface ReceivedParts {
  readonly apiRoot: string;
  readonly dispatcher?: Dispatcher | undefined;
  /** Addresses of attachments as they were asked for anew, by what they were first. */
  readonly renewed: LRUCache<string, string>;
  /** Asks for a message. */
  readonly rest: Pick<REST, "get">;
}

/** Where Discord keeps attachments. */
const hosts: ReadonlySet<string> = new Set(["cdn.discordapp.com", "media.discordapp.net"]);

/**
 * The bytes of an attachment, from Discord's own hosts and no others; an emulator is its own. An address works for a day (Discord's
 * reference, "Signed Attachment CDN URLs"): after that its message is asked for, which has another one.
 */
export async function receive(parts: ReceivedParts, file: SentFile, options: ReceivingOptions): Promise<Received> {
  const { renewed } = parts;
  try {
    return await read(parts, { ...file, id: renewed.get(file.id) ?? file.id }, options);
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== "source-gone" || !file.message) throw error;
    const address = await addressAnew(parts, file, options);
    if (address === undefined) throw error;
    renewed.set(file.id, address);
    return read(parts, { ...file, id: address }, options);
  }
}

async function read(
  { apiRoot, dispatcher }: ReceivedParts,
  { id: url, name }: SentFile,
  options: ReceivingOptions,
): Promise<Received> {
  if (!isOfDiscord(url, apiRoot)) throw new StorageError("source-gone", { subject: name });
  return sentBytes(url, options, { userAgent, dispatcher });
}

/** Undefined = the message is gone, or has it no more. */
async function addressAnew(
  { rest }: ReceivedParts,
  { id, message }: SentFile,
  { signal }: ReceivingOptions,
): Promise<string | undefined> {
  const [, attachment] = /\/(\d{1,20})\/[^/]*$/.exec(URL.canParse(id) ? new URL(id).pathname : "") ?? [];
  if (!message || attachment === undefined) return undefined;
  try {
    // Discord's own answer, as its types describe it.
    const found = (await rest.get(Routes.channelMessage(message.channel, message.id), { signal })) as APIMessage;
    const forwarded = (found.message_snapshots ?? []).map((snapshot) => snapshot.message);
    return [found, ...forwarded].flatMap(({ attachments }) => attachments).find((one) => one.id === attachment)?.url;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof DiscordAPIError && error.status < 500) return undefined;
    throw outOfReach(error);
  }
}

function isOfDiscord(url: string, apiRoot: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, host } = new URL(url);
  const api = new URL(apiRoot);
  if (api.protocol === "https:") return protocol === "https:" && hosts.has(host);
  return host === api.host;
}
