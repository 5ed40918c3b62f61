import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { DiscordAPIError, MessageFlags, RateLimitError, REST, RESTJSONErrorCodes, Routes } from "discord.js";
import { LRUCache } from "lru-cache";
import type { Dispatcher } from "undici";
import { UploadError, type FileToSend } from "../actions/model/upload.ts";
import type { Words } from "../i18n/words.ts";
import { counted } from "../messaging/counted.ts";
import type {
  Edited,
  FileMeta,
  FileProgress,
  FileSource,
  Grant,
  Message,
  MessageRef,
  Messenger,
  Removed,
  Target,
  Unsent,
} from "../messaging/messenger.ts";
import { receive } from "./received.ts";
import { isBrokenOff, isMessageGone, isOver, isShutOut } from "./refusals.ts";
import { restBy } from "./rest.ts";
import { paint } from "./screens/paint.ts";
import { painterFor } from "./screens/painter.ts";
import type { Uploader, Uploading } from "./upload.ts";
import { userAgentAppendix } from "./user-agent.ts";

interface MessengerParts {
  /** The bot's. */
  readonly token: string;
  /** REST base without the version. */
  readonly apiRoot: string;
  readonly words: Words;
  readonly uploader: Uploader;
  now(): number;
  /** How its requests go out; absent = straight. */
  readonly dispatcher?: Dispatcher | undefined;
}

/** Milliseconds one request may take. */
const timeout = 15_000;
/** Milliseconds of rest after Discord finds that too many chats are opened; it does not say how many it wants. */
const openingPause = 60_000;
/** Milliseconds before each further try of what may be done twice, after a connection that broke off. */
const pauses = [300, 1000] as const;
/** Conversations whose channels are remembered, and addresses of attachments that were asked for anew. */
const [maxChannels, maxRenewed] = [20_000, 2000];

/**
 * Discord at any time, from any process. While an interaction's token lives, messages go by it: where somebody brought the
 * bot along there is no other way. After that, or without one, to a channel the bot is in, or to the person themself.
 */
export function createMessenger(parts: MessengerParts): Messenger {
  const lines = linesOf(parts);
  /** A file that is tried again is the same file. */
  const uploads = new WeakMap<FileSource, Uploading>();
  const renewed = new LRUCache<string, string>({ max: maxRenewed });
  const upload: Messenger["sendAlbum"] = async (target, files, progress) => {
    const [first] = files;
    const way = await wayTo(lines, target);
    if (!way || !first) throw new UploadError("forbidden");
    const address =
      way.by === "token" ? { ...way, ...way.grant, ephemeral: way.ephemeral } : { by: way.by, channel: way.channel };
    const uploading = uploads.get(first.source) ?? parts.uploader.open(address);
    uploads.set(first.source, uploading);
    const sent = files.map(({ source, meta }) => fileOf(source, meta, progress));
    return { ...target, message: await uploading.send(sent, progress.signal) };
  };
  return {
    platform: "discord",
    async send(target, message) {
      return answered(async () => {
        const way = await wayTo(lines, target);
        if (!way) return closed;
        const found = await post(lines, way, { target, body: bodyOf(parts, target, message) });
        return { is: "sent", ref: { ...target, message: found } };
      });
    },
    async edit(ref, message) {
      return answered(async () => {
        const body = bodyOf(parts, ref, message);
        for (const way of await waysBack(lines, ref)) {
          const edited = await edit(lines, pathOf(way, ref.message), { way, body });
          if (edited) return edited;
        }
        return closed;
      });
    },
    sendFile: (target, source, meta, progress) => upload(target, [{ source, meta }], progress),
    sendAlbum: upload,
    receive: (file, options) => receive({ ...parts, rest: lines.steady, renewed }, file, options),
    remove: (ref) => answered(() => remove(lines, ref)),
    notify: (person, notice, { language }) =>
      answered(async () => {
        const target: Target = { place: person, kind: "private", language };
        const way = await wayTo(lines, target);
        if (!way) return closed;
        const found = await post(lines, way, { target, body: bodyOf(parts, target, notice) });
        return { is: "sent", ref: { ...target, message: found } };
      }),
  };
}

const closed = { is: "closed" } as const;

interface Lines {
  /** For what may be done twice. */
  readonly steady: REST;
  /** For what is sent once. */
  readonly once: REST;
  /** Of direct conversations, by person. */
  readonly channels: LRUCache<string, string>;
  now(): number;
}

function linesOf({ token, apiRoot, dispatcher, now }: MessengerParts): Lines {
  const line = (retries: number) =>
    new REST({
      ...restBy(dispatcher),
      api: apiRoot,
      timeout,
      retries,
      userAgentAppendix,
      rejectOnRateLimit: () => true,
    }).setToken(token);
  return { steady: line(3), once: line(0), channels: new LRUCache({ max: maxChannels }), now };
}

/** How a place is reached. */
type Way =
  | { readonly by: "token"; readonly grant: Grant; readonly ephemeral: boolean }
  | { readonly by: "channel"; readonly channel: string };

/** Undefined = a server as a whole, which has no chat of its own, or a place of another platform. */
async function wayTo(lines: Lines, target: Target): Promise<Way | undefined> {
  const { grant, kind } = target;
  if (grant && grant.until > lines.now()) return { by: "token", grant, ephemeral: kind === "private" };
  return channelWay(lines, target);
}

async function channelWay(lines: Lines, { place, thread }: Target): Promise<Way | undefined> {
  const channel = thread ?? /^discord:channel:(\d+)$/.exec(place)?.[1];
  if (channel !== undefined) return { by: "channel", channel };
  const user = /^discord:(\d+)$/.exec(place)?.[1];
  return user === undefined ? undefined : { by: "channel", channel: await conversationWith(lines, user) };
}

/** The channel of the conversation with somebody: asked for twice, Discord gives the same one. */
async function conversationWith({ steady, channels }: Lines, user: string): Promise<string> {
  const known = channels.get(user);
  if (known !== undefined) return known;
  const found = await persist(() => steady.post(Routes.userChannels(), { body: { recipient_id: user } }));
  // What Discord answers to this is a channel.
  const { id } = found as { readonly id: string };
  channels.set(user, id);
  return id;
}

interface Posting {
  readonly target: Target;
  readonly body: Body;
}

/** Puts a new message there; its id. What was sent on the way by a lower layer twice is, by its nonce, one message. */
async function post({ once }: Lines, way: Way, { target, body: { files, ...body } }: Posting): Promise<string> {
  if (way.by === "token") {
    const flags = body.flags | (way.ephemeral ? MessageFlags.Ephemeral : 0);
    const path = Routes.webhook(way.grant.application, way.grant.token);
    const sent = await once.post(path, { auth: false, files, body: { ...body, flags } });
    return idOf(sent);
  }
  const nonce = randomBytes(12).toString("hex");
  const { replyTo } = target;
  const whole = {
    ...body,
    nonce,
    enforce_nonce: true,
    ...(replyTo !== undefined && { message_reference: { message_id: replyTo, fail_if_not_exists: false } }),
  };
  return idOf(await once.post(Routes.channelMessages(way.channel), { files, body: whole }));
}

interface Editing {
  readonly way: Way;
  readonly body: Body;
}

/** Undefined = there is no such way any more. */
async function edit(
  { steady }: Lines,
  path: `/${string}`,
  { way, body: { files, ...body } }: Editing,
): Promise<Edited | undefined> {
  try {
    const whole = { ...body, attachments: [] };
    await persist(() => steady.patch(path, { auth: way.by === "channel", files, body: whole }));
    return { is: "edited" };
  } catch (error) {
    if (isMessageGone(error)) return { is: "gone" };
    if (isOver(error)) return undefined;
    throw error;
  }
}

/** The ways to a message that is there: what one person alone sees in a server has none but its token. */
async function waysBack(lines: Lines, ref: MessageRef): Promise<readonly Way[]> {
  const isEphemeral = ref.kind === "private" && ref.grant !== undefined;
  const ways = [tokenWay(lines, ref), isEphemeral ? undefined : await channelWay(lines, ref)];
  return ways.filter((way) => way !== undefined);
}

/** By the channel, where the bot sees it, and else by the token. */
async function remove(lines: Lines, ref: MessageRef): Promise<Removed> {
  for (const way of (await waysBack(lines, ref)).toReversed()) {
    try {
      await persist(() => lines.steady.delete(pathOf(way, ref.message), { auth: way.by === "channel" }));
      return { is: "removed" };
    } catch (error) {
      if (isMessageGone(error)) return { is: "gone" };
      if (!isRefused(error)) throw error;
    }
  }
  return { is: "gone" };
}

function tokenWay({ now }: Lines, { grant }: Target): Way | undefined {
  return grant && grant.until > now() ? { by: "token", grant, ephemeral: false } : undefined;
}

/** It was understood, and will be answered alike the next time. */
function isRefused(error: unknown): boolean {
  return error instanceof DiscordAPIError && error.status >= 400 && error.status < 500 && error.status !== 429;
}

function pathOf(way: Way, message: string): `/${string}` {
  return way.by === "token"
    ? Routes.webhookMessage(way.grant.application, way.grant.token, message)
    : Routes.channelMessage(way.channel, message);
}

type Body = ReturnType<typeof bodyOf>;

/** A message as Discord takes it. */
function bodyOf({ words, now }: MessengerParts, { kind, language, place }: Target, message: Message) {
  const allowed_mentions = { parse: [] };
  if (message.show === "announcement") {
    return { content: message.text, flags: MessageFlags.SuppressEmbeds as number, allowed_mentions, files: [] };
  }
  const chat = place.startsWith("discord:channel:") ? "server" : "direct";
  const painter = painterFor({ words, language, place: kind, canPost: false, chat, now: now() });
  const { components, files } = paint(painter, message);
  return {
    components,
    flags: MessageFlags.IsComponentsV2 as number,
    allowed_mentions,
    files: files.map(({ name, attachment }) => ({ name, data: attachment })),
  };
}

function fileOf(
  source: FileSource,
  { entry, duration, asFile }: FileMeta,
  { signal, onBytes }: FileProgress,
): FileToSend {
  return {
    entry,
    duration,
    asFile,
    open: () => counted(source.open(), onBytes),
    picture: (limit) => source.picture(limit),
    signal,
  };
}

/** What is known not to have been done; anything else rejects. */
async function answered<T>(work: () => Promise<T>): Promise<T | Unsent> {
  try {
    return await work();
  } catch (error) {
    const why = unsent(error);
    if (!why) throw error;
    return why;
  }
}

function unsent(error: unknown): Unsent | undefined {
  if (error instanceof RateLimitError) return { is: "later", after: Math.max(error.retryAfter, error.timeToReset) };
  if (error instanceof DiscordAPIError && error.code === RESTJSONErrorCodes.OpeningDirectMessagesTooFast) {
    return { is: "later", after: openingPause };
  }
  if (isShutOut(error) || isOver(error)) return closed;
  if (error instanceof DiscordAPIError && error.code === RESTJSONErrorCodes.UnknownUser) return closed;
  return isNeverReached(error) ? { is: "later", after: unreachedPause } : undefined;
}

/** Milliseconds before Discord is tried again that no connection came about with. */
const unreachedPause = 10_000;

/** No connection came about: nothing was sent. */
function isNeverReached(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const isKnown = "code" in error && typeof error.code === "string" && neverReached.test(error.code);
  return isKnown || (error.cause !== undefined && isNeverReached(error.cause));
}

const neverReached = /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/;

async function persist<T>(work: () => Promise<T>): Promise<T> {
  for (const pause of pauses) {
    try {
      return await work();
    } catch (error) {
      if (!isBrokenOff(error)) throw error;
      await sleep(pause);
    }
  }
  return work();
}

function idOf(answer: unknown): string {
  // What Discord answers to a new message is the message.
  return (answer as { readonly id: string }).id;
}
