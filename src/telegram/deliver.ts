import { FormattedString } from "@grammyjs/parse-mode";
import { GrammyError, HttpError } from "grammy";
import { writeRef, type MessageRef, type Target } from "../messaging/messenger.ts";
import type { Action } from "../actions/action.ts";
import type { Follower } from "../messaging/follow.ts";
import { decodeButton, encodeButton } from "../actions/buttons.ts";
import type { Removals } from "../messaging/removals.ts";
import type { Answer, LinkCard, ListReady, MessageScreen, Notice, Screen } from "../actions/model/screen.ts";
import type { Upload } from "../actions/model/upload.ts";
import type { Words } from "../i18n/words.ts";
import type { BotContext } from "./context.ts";
import { maxToast } from "./limits.ts";
import { keyOf, placeOf, type Address, type Place, type Post } from "./post.ts";
import { paint } from "./screens/paint.ts";
import { painterFor, type Painted, type Painter } from "./screens/painter.ts";
import { mayBeEphemeral } from "./ephemeral.ts";
import { waitAfter } from "./retry.ts";
import type { Uploader } from "./upload.ts";

/** Where a screen goes: a new message, an edit in place, a toast, or to the asker alone. */
export interface Deliverer {
  /** Shows an answer where the update came from, and what follows it. */
  show(ctx: BotContext, answer: MessageAnswer): Promise<void>;
  /** A sentence of the locale by its key: a toast on a press, else a message. */
  tell(ctx: BotContext, key: string): Promise<void>;
  /** A sentence of the locale by its key, with a button that leads to the private chat. */
  invite(ctx: BotContext, key: string, payload: string): Promise<void>;
  /** Puts something in place of the message that was pressed on; sends it where there is none any more. */
  replace(ctx: BotContext, painted: Painted): Promise<Place>;
  /** Puts something in the place of the question that was answered; undefined = there is none, or it cannot be changed. */
  putInstead(ctx: BotContext, painted: Painted): Promise<Place | undefined>;
  /** Tells the asker alone, at once, that something will come; what comes takes its place. */
  announce(ctx: BotContext): void;
  painter(ctx: BotContext): Painter;
}

interface MessageAnswer extends Answer {
  readonly screen: MessageScreen;
}

interface DelivererParts {
  readonly post: Post;
  readonly words: Words;
  readonly follower: Follower;
  now(): number;
  readonly uploader: Uploader;
  readonly removals: Removals | undefined;
  /** The bot runs this group: then Telegram lets it write to one person there at any time. */
  isBotAdmin(ctx: BotContext): Promise<boolean>;
  /** The bot's user name, for links into the private chat. */
  botName(): string;
}

/** Milliseconds between edits by themselves: 20 a minute is what a group takes, everything included. */
const pace = { private: 2000, group: 5000 } as const;

/** Knows Telegram's ways to show something to somebody. */
export function createDeliverer(parts: DelivererParts): Deliverer {
  const { post, words } = parts;
  return {
    show: (ctx, answer) => show(parts, ctx, answer),
    async tell(ctx, key) {
      const text = words.in(ctx.turn.language)(key);
      if (ctx.callbackQuery && !ctx.turn.answered) return post.answer(ctx, { text, alert: true });
      await speak(parts, ctx, plain(text));
    },
    async invite(ctx, key, payload) {
      const say = words.in(ctx.turn.language);
      const url = `https://t.me/${parts.botName()}?start=${payload}`;
      await speak(parts, ctx, { ...plain(say(key)), keyboard: [[{ text: say("private-open"), url }]] });
    },
    replace: (ctx, painted) => replace(parts, ctx, painted),
    putInstead: (ctx, painted) => putInstead(parts, ctx, painted),
    announce(ctx) {
      const waiting = plain(words.in(ctx.turn.language)("ephemeral-waiting"));
      ctx.turn.placeholder = post.ephemeral(ctx, waiting).catch(() => undefined);
    },
    painter: (ctx) => painterOf(parts, ctx),
  };
}

function plain(text: string): Painted {
  return { text: new FormattedString(text), keyboard: [] };
}

function painterOf({ words, now, botName }: DelivererParts, { turn }: BotContext): Painter {
  const deepLink = (payload: string) => `https://t.me/${botName()}?start=${payload}`;
  return painterFor({ words, language: turn.language, place: turn.visit.place.kind, now: now(), deepLink });
}

async function show(parts: DelivererParts, ctx: BotContext, answer: MessageAnswer): Promise<void> {
  const { screen, updates, upload, clearAt } = answer;
  const painted = paint(painterOf(parts, ctx), screen);
  if (ctx.callbackQuery?.inline_message_id !== undefined) return onCard(parts, ctx, { painted, screen, updates });
  const isForAsker = "for" in screen && screen.for === "asker";
  if (isForAsker && (screen.show === "notice" || ctx.turn.visit.place.kind === "group")) {
    await updates?.[Symbol.asyncIterator]().return?.();
    if (answer.placed) return placePrivately(parts, ctx, painted, answer.placed);
    await (screen.show === "notice" ? showNotice(parts, ctx, screen, painted) : privately(parts, ctx, painted, screen));
    return;
  }
  if (upload) {
    await startUpload(parts, ctx, upload, painted);
    return parts.post.answer(ctx);
  }
  // A link in the open stands beside what it was pressed on, which others still use.
  const isOfItsOwn = screen.show === "link" && ctx.turn.visit.place.kind === "group";
  const isInPlace = ctx.callbackQuery && !isOfItsOwn;
  const place = isInPlace ? await replace(parts, ctx, painted) : await speak(parts, ctx, painted);
  if (updates && place) followUpdates(parts, ctx, { updates, place });
  if (place) await answer.placed?.at(refOf(ctx, place));
  if (clearAt !== undefined && place && place.message !== 0) {
    // The same name however it is said there the next time.
    await parts.removals?.note(writeRef({ ...refOf(ctx, place), language: "" }), clearAt);
  }
  await parts.post.answer(ctx);
}

interface CardPress {
  readonly painted: Painted;
  readonly screen: MessageScreen;
  readonly updates: Answer["updates"];
}

/** A press on a card that stands in some chat of anybody's: its answer is for the presser, in private. */
async function onCard(parts: DelivererParts, ctx: BotContext, { painted, screen, updates }: CardPress): Promise<void> {
  const { post, words } = parts;
  await updates?.[Symbol.asyncIterator]().return?.();
  const isToast = screen.show === "notice" && painted.keyboard.length === 0 && painted.text.text.length <= maxToast;
  if (isToast) return post.answer(ctx, { text: painted.text.text, alert: true });
  if (await post.sendPrivately(ctx, painted)) {
    return post.answer(ctx, { text: words.in(ctx.turn.language)("private-sent") });
  }
  await invite(parts, ctx, undefined);
}

/** The message that shows it is there for all who see the file: it takes no ephemeral message's place. */
async function startUpload(parts: DelivererParts, ctx: BotContext, upload: Upload, painted: Painted): Promise<void> {
  const { post } = parts;
  const isInPlace = ctx.callbackQuery?.message && ephemeralPressed(ctx) === undefined;
  const place = isInPlace ? await replace(parts, ctx, painted) : placeOf(await post.send(ctx, painted));
  await upload.start({ to: targetOf(ctx, post.address(ctx)), shown: refOf(ctx, place) });
}

/** Where an answer goes, as a job keeps it: the process that runs the job may be another one. */
function targetOf({ turn }: BotContext, address: Address): Target {
  const { chat, message_thread_id: thread, reply_parameters: reply } = address;
  return {
    place: `telegram:${chat}`,
    kind: turn.visit.place.kind,
    language: turn.language,
    ...(thread !== undefined && { thread: String(thread) }),
    ...(reply !== undefined && { replyTo: String(reply.message_id) }),
  };
}

interface Followed {
  readonly updates: AsyncIterable<Screen>;
  readonly place: Place;
}

function followUpdates(parts: DelivererParts, ctx: BotContext, { updates, place }: Followed): void {
  let listed: Promise<ListReady | Notice> | undefined;
  parts.follower.follow(keyOf(place), updates, {
    every: pace[ctx.turn.visit.place.kind],
    draw: async (screen) => {
      if (screen.show === "form" || screen.show === "found") return true;
      // Sent once, however often the message beside it is tried.
      const shown = screen.show === "list-ready" ? await (listed ??= sendList(parts, ctx, screen)) : screen;
      return parts.post.redraw(place, paint(painterOf(parts, ctx), shown)).catch(falseIfClosed);
    },
    again: waitAfter,
  });
}

/** A chat that shut the bot out has no message to change any more. */
function falseIfClosed(error: unknown): false {
  if (error instanceof GrammyError && [401, 403].includes(error.error_code)) return false;
  throw error;
}

/** The list as a file of its own below; what is to be said of it then. */
async function sendList(
  { post, uploader }: DelivererParts,
  ctx: BotContext,
  list: ListReady,
): Promise<ListReady | Notice> {
  try {
    await uploader.sendText(post.address(ctx), list.file);
    return list;
  } catch (error) {
    if (!(error instanceof GrammyError || error instanceof HttpError)) throw error;
    return { show: "notice", notice: "list-not-sent", level: "failed", view: list.view, offer: ["back"] };
  }
}

async function replace(parts: DelivererParts, ctx: BotContext, painted: Painted): Promise<Place> {
  const { post, follower } = parts;
  const pressed = ctx.callbackQuery?.message;
  if (!pressed) return placeOf(await post.send(ctx, painted));
  const place = placeOf(pressed);
  await follower.stop(keyOf(place));
  const replaced = ephemeralPressed(ctx);
  const isDone =
    replaced === undefined
      ? await post.edit(place, painted)
      : (await post.ephemeral(ctx, painted, { id: replaced })) !== undefined;
  return isDone ? place : placeOf(await post.send(ctx, painted));
}

async function putInstead(
  { post }: DelivererParts,
  { turn }: BotContext,
  painted: Painted,
): Promise<Place | undefined> {
  const place = turn.instead;
  return place && (await post.edit(place, painted)) ? place : undefined;
}

/** A new message, or one in the place of an answered question; to a command that only its sender sees, an answer that only they see. Undefined = it cannot be edited as usual. */
async function speak(parts: DelivererParts, ctx: BotContext, painted: Painted): Promise<Place | undefined> {
  if (ctx.message?.ephemeral_message_id !== undefined) {
    await privately(parts, ctx, painted);
    return undefined;
  }
  return (await putInstead(parts, ctx, painted)) ?? placeOf(await parts.post.send(ctx, painted));
}

/** A short word fits a toast; one with buttons is a message that the asker alone gets. */
async function showNotice(parts: DelivererParts, ctx: BotContext, notice: Notice, painted: Painted): Promise<void> {
  const isToast = painted.keyboard.length === 0 && painted.text.text.length <= maxToast;
  if (!ctx.callbackQuery || ctx.turn.answered || !isToast) return privately(parts, ctx, painted);
  const alert = notice.level === "refused" || notice.level === "failed";
  await parts.post.answer(ctx, { text: painted.text.text, ...(alert && { alert }) });
}

/** To the asker alone: beside the group's messages, else in private, else by a link that asks again there. */
async function privately(
  parts: DelivererParts,
  ctx: BotContext,
  painted: Painted,
  card?: Exclude<MessageScreen, Notice>,
): Promise<void> {
  const { post } = parts;
  if (ctx.turn.visit.place.kind === "private") {
    await post.send(ctx, painted);
    return post.answer(ctx);
  }
  if (!mayBeEphemeral(ctx) && !(await parts.isBotAdmin(ctx))) return inPrivate(parts, ctx, painted, card);
  const replaced = ephemeralPressed(ctx) ?? (await ctx.turn.placeholder);
  // One's own copy of a list or a file stands in the place of the one it is from.
  const instead = card?.show === "listing" || card?.show === "file";
  if ((await post.ephemeral(ctx, painted, { instead, id: replaced })) !== undefined) return post.answer(ctx);
  await inPrivate(parts, ctx, painted, card);
}

/** What others go on changing is for the asker alone where it can be found again: in their private chat. */
async function placePrivately(
  parts: DelivererParts,
  ctx: BotContext,
  painted: Painted,
  placed: NonNullable<Answer["placed"]>,
): Promise<void> {
  const { post, words } = parts;
  const { language } = ctx.turn;
  const place = await post.sendPrivately(ctx, painted);
  if (!place) return invite(parts, ctx, undefined);
  const ref = { place: `telegram:${place.chat}`, kind: "private", language, message: String(place.message) } as const;
  await placed.at(ref);
  await post.answer(ctx, { text: words.in(language)("private-sent") });
}

async function inPrivate(
  parts: DelivererParts,
  ctx: BotContext,
  painted: Painted,
  card: Exclude<MessageScreen, Notice> | undefined,
): Promise<void> {
  const { post, words } = parts;
  if (await post.sendPrivately(ctx, painted)) {
    return post.answer(ctx, { text: words.in(ctx.turn.language)("private-sent") });
  }
  await invite(parts, ctx, card?.show === "link" ? card : undefined);
}

async function invite(parts: DelivererParts, ctx: BotContext, card: LinkCard | undefined): Promise<void> {
  const { post, words, botName } = parts;
  const payload = payloadOf(ctx, card);
  const url = `https://t.me/${botName()}${payload === undefined ? "" : `?start=${payload}`}`;
  if (ctx.callbackQuery && !ctx.turn.answered) return post.answer(ctx, { url });
  const say = words.in(ctx.turn.language);
  await post.send(ctx, { ...plain(say("private-here")), keyboard: [[{ text: say("private-open"), url }]] });
}

/** What asks for the same again: the button that was pressed, or the card's own link. */
function payloadOf(ctx: BotContext, card: LinkCard | undefined): string | undefined {
  const pressed: Action | undefined = decodeButton(ctx.callbackQuery?.data ?? "");
  if (pressed) return encodeButton(pressed);
  return card && encodeButton({ do: "link", view: card.view });
}

function ephemeralPressed(ctx: BotContext): number | undefined {
  const pressed = ctx.callbackQuery?.message;
  return pressed && "ephemeral_message_id" in pressed ? pressed.ephemeral_message_id : undefined;
}

/** A message of the bot, as a job keeps it: the process that runs the job may be another one. */
function refOf({ turn }: BotContext, { chat, message }: Place): MessageRef {
  const { place } = turn.visit;
  const { language } = turn;
  return { place: `telegram:${chat}`, kind: place.kind, language, message: String(message) };
}
