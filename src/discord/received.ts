import type { Dispatcher } from "undici";
import type { SentFile } from "../actions/model/sent-file.ts";
import type { Received, ReceivingOptions } from "../messaging/messenger.ts";
import { sentBytes } from "../messaging/sent-bytes.ts";
import { StorageError } from "../storage/error.ts";
import { userAgent } from "./user-agent.ts";

interface ReceivedParts {
  readonly apiRoot: string;
  readonly dispatcher?: Dispatcher | undefined;
}

/** Where Discord keeps attachments. */
const hosts: ReadonlySet<string> = new Set(["cdn.discordapp.com", "media.discordapp.net"]);

/** The bytes of an attachment, from Discord's own hosts and no others; an emulator is its own. */
export function receive(
  parts: ReceivedParts,
  { id: url, name }: SentFile,
  options: ReceivingOptions,
): Promise<Received> {
  const { apiRoot, dispatcher } = parts;
  if (!isOfDiscord(url, apiRoot)) throw new StorageError("source-gone", { subject: name });
  return sentBytes(url, options, { userAgent, dispatcher });
}

function isOfDiscord(url: string, apiRoot: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, host } = new URL(url);
  const api = new URL(apiRoot);
  if (api.protocol === "https:") return protocol === "https:" && hosts.has(host);
  return host === api.host;
}
