import { Context, type Filter, type FilterQuery, type NextFunction } from "grammy";
import type { Message } from "grammy/types";
import { LRUCache } from "lru-cache";
import type { Logger } from "pino";
import type { Action } from "../actions/action.ts";
import type { PlaceNews } from "../users/place.ts";
import type { Removals } from "../messaging/removals.ts";
import { decodeButton } from "../actions/buttons.ts";
import { isCode } from "../users/access.ts";
import type { Answer, FoundFiles, Notice } from "../actions/model/screen.ts";
import type { Sent } from "../actions/upload/upload.ts";
import { commandIn, commandNamed, type Command } from "./commands.ts";
import type { BotContext } from "./context.ts";
import type { Deliverer } from "./deliver.ts";
import { filesIn } from "./files-in.ts";
import { createDialogue, type Dialogue } from "./dialogue.ts";
import type { DialogueRecords } from "./dialogue-records.ts";
import { mayBeEphemeral } from "./ephemeral.ts";
import { loggable } from "./loggable.ts";
import type { Post } from "./post.ts";
import type { Wait } from "./retry.ts";
import { decodeDialoguePress } from "./screens/form.ts";
import { cardOf, paintFound } from "./screens/found.ts";
import { takeAway, withoutStore } from "./take-away.ts";
import type { Walk } from "./walk.ts";

interface RouterParts {
  perform(ctx: BotContext, action: Action): Promise<Answer>;
  /** Whether a text names a share by itself. */
  namesShare(text: string): boolean;
  /** Whether a text holds a credential of a drive, by its looks alone; absent = none is known. */
  holdsCredential?(text: string): boolean;
  readonly records: DialogueRecords;
  readonly post: Post;
  readonly deliverer: Deliverer;
  readonly log: Logger;
  readonly wait: Wait;
  readonly places?: PlaceNews | undefined;
  readonly removals?: Removals | undefined;
  now(): number;
  /** Person ids of those who run a group or channel. */
  adminsOf(chat: number): Promise<readonly string[]>;
  /** Told of a chat in which an operator has seen the panel. */
  onOperator(ctx: BotContext): void;
}

interface Routes extends RouterParts {
  readonly dialogue: Dialogue;
  /** Ids of the newest messages people sent, by chat. */
  readonly lastHeard: LRUCache<number, number>;
  /** Albums that were answered with something else than that they are uploaded. */
  readonly answered: LRUCache<string, true>;
}

const [maxLastHeard, maxAnswered] = [20_000, 1000];

/** From an update to what it asks for: answers of a dialogue first, then presses, commands, pasted texts. */
export function createRouter(parts: RouterParts): Handler {
  const dialogue: Dialogue = createDialogue({
    ...parts,
    submit: (ctx, form, values) => parts.perform(ctx, { do: "submit", form, values }),
    cancel: (ctx, left) => act(routes, ctx, { do: "cancel", left }),
    otherWays: (ctx, { kind, subject }) => act(routes, ctx, { do: "sign-in", kind, mount: subject }),
    show: (ctx, answer, before) => show(routes, ctx, answer, before),
  });
  const routes: Routes = {
    ...parts,
    dialogue,
    lastHeard: new LRUCache({ max: maxLastHeard }),
    answered: new LRUCache({ max: maxAnswered }),
  };
  const before = firstOf(beforeDialogues(routes));
  const behind = firstOf(behindDialogues(routes));
  return (ctx, next) => {
    const goOn = () => behind(ctx, next);
    // What is done beside others leaves the dialogue to them: two of them would write over each other's records.
    return before(ctx, () => (ctx.turn.beside ? goOn() : dialogue.middleware(ctx, goOn)));
  };
}

/** What handles an update, or leaves it to what comes next. */
type Handler = (ctx: BotContext, next: NextFunction) => Promise<void>;

/** What is done with updates of one sort. */
interface Route {
  fits(ctx: BotContext): boolean;
  take(ctx: BotContext, next: NextFunction): unknown;
}

function route<Query extends FilterQuery>(
  query: Query | readonly Query[],
  take: (ctx: Filter<BotContext, Query>, next: NextFunction) => unknown,
): Route {
  // grammY's own filters narrow the context to what the query says.
  return { fits: Context.has.filterQuery([query].flat() as Query[]), take };
}

/** The first that fits takes it. grammY's `on` would make a composer for each line and update: a tenth of what an update costs. */
function firstOf(table: readonly Route[]): Handler {
  return async (ctx, next) => {
    const found = table.find(({ fits }) => fits(ctx));
    await (found ? found.take(ctx, next) : next());
  };
}

function beforeDialogues(routes: Routes): readonly Route[] {
  const { places, log } = routes;
  return [
    route("my_chat_member", async (ctx) => {
      const { status } = ctx.myChatMember.new_chat_member;
      log.info({ chat: ctx.chat.id, status }, "telegram membership changed");
      if (ctx.chat.type === "private") return;
      const place = ctx.turn.visit.place.id;
      if (status === "left" || status === "kicked") return places?.gone(place);
      await places?.runBy?.(place, await routes.adminsOf(ctx.chat.id));
    }),
    route("inline_query", (ctx) => findInline(routes, ctx)),
    route("chosen_inline_result", (ctx) => keepCard(routes, ctx)),
    route("message:left_chat_member", async (ctx) => {
      const { id } = ctx.message.left_chat_member;
      if (id !== ctx.me.id) await places?.left(ctx.turn.visit.place.id, `telegram:${id}`);
    }),
    route("message:migrate_to_chat_id", async (ctx) => {
      await places?.moved(ctx.turn.visit.place.id, `telegram:${ctx.message.migrate_to_chat_id}`);
    }),
    route("message", (ctx, next) => {
      // A card of ours that somebody sent: nobody said it to us.
      if (ctx.message.via_bot?.id === ctx.me.id) return;
      routes.lastHeard.set(ctx.chat.id, ctx.message.message_id);
      return next();
    }),
  ];
}

function behindDialogues(routes: Routes): readonly Route[] {
  return [
    route("callback_query", (ctx) => press(routes, ctx)),
    route("edited_message", (ctx) => hearEdited(routes, ctx)),
    route("message:text", (ctx) => hear(routes, ctx, ctx.message.text)),
    route(["message:caption", "message:file"], (ctx) => hearFile(routes, ctx)),
    route(unreadable, async (ctx) => {
      if (ctx.turn.visit.place.kind === "private") await routes.deliverer.tell(ctx, "not-text");
    }),
  ];
}

/** A file, with its caption: a command, or words about it. Of an album that does not go into a drive one message is answered. */
async function hearFile(routes: Routes, ctx: BotContext): Promise<void> {
  const { message } = ctx;
  if (!message) return;
  const command = commandIn(message.caption ?? "", ctx.me.username);
  if (command) return obey(routes, ctx, command);
  if (ctx.turn.visit.place.kind !== "private") return;
  const files = filesIn(message);
  if (files.length === 0 && message.caption === undefined) return routes.deliverer.tell(ctx, "not-text");
  const { media_group_id: group } = message;
  if (group !== undefined && message.caption === undefined && routes.answered.has(group)) return;
  const answer = await say(routes, ctx, message, files.length === 0 ? undefined : { files, group });
  if (group !== undefined && !isTaken(answer)) routes.answered.set(group, true);
}

/** The file goes into a drive, by itself or with others, or the drive fetches what it stands for. */
function isTaken({ screen }: Answer): boolean {
  return (
    screen.show === "upload" ||
    screen.show === "download" ||
    (screen.show === "notice" && screen.notice === "upload-joined")
  );
}

/** What people send that is no text; everything else without text is Telegram talking about the chat. */
const unreadable = [
  "message:sticker",
  "message:contact",
  "message:location",
  "message:poll",
  "message:dice",
  "message:story",
] as const;

/** Performs an action and shows what comes. */
async function act(routes: Routes, ctx: BotContext, action: Action): Promise<void> {
  await show(routes, ctx, await performVisibly(routes, ctx, action));
}

/** Milliseconds after which people see that something is being done. */
const typingAfter = 700;
/** Milliseconds after which the asker in a group gets a placeholder: Telegram takes an ephemeral message for 15 s. */
const ephemeralAfter = 6000;

async function performVisibly(
  { perform, deliverer, log }: RouterParts,
  ctx: BotContext,
  action: Action,
): Promise<Answer> {
  const later = (ms: number, work: () => Promise<unknown> | void) =>
    setTimeout(
      () =>
        void Promise.resolve(work()).catch((err: unknown) =>
          log.debug({ err: loggable(err) }, "telegram sign of life not shown"),
        ),
      ms,
    );
  const isEphemeral =
    ctx.turn.visit.place.kind === "group" &&
    mayBeEphemeral(ctx) &&
    (action.do === "link" || action.do === "find-link" || (action.do === "bind" && isPrivate(ctx)));
  const timers = [
    // A press on a card sent through inline mode comes from a chat nobody names.
    ...(ctx.chat ? [later(typingAfter, () => ctx.replyWithChatAction("typing"))] : []),
    ...(isEphemeral ? [later(ephemeralAfter, () => deliverer.announce(ctx))] : []),
  ];
  try {
    return await perform(ctx, action);
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}

async function show(routes: Routes, ctx: BotContext, answer: Answer, before?: Walk): Promise<void> {
  const { screen } = answer;
  // Said a moment ago; only a press needs an answer of its own.
  if (screen.show === "notice" && screen.again && !ctx.callbackQuery) return;
  if (screen.show === "admin") routes.onOperator(ctx);
  if (screen.show === "form") return routes.dialogue.open(ctx, screen, before);
  if (screen.show === "found") return;
  // A question that waits here is written anew at the end of this update, unless it is left.
  if (screen.show === "notice" && isForgotten(screen) && !ctx.turn.beside) await routes.dialogue.leave(ctx);
  await routes.deliverer.show(ctx, { ...answer, screen });
}

function isForgotten({ notice }: Notice): boolean {
  return notice === "forgotten" || notice === "forgotten-credential-left";
}

async function press(routes: Routes, ctx: BotContext): Promise<void> {
  const code = ctx.callbackQuery?.data ?? "";
  const asked = decodeDialoguePress(code);
  // A dialogue's button that its dialogue did not take.
  if (asked) return routes.deliverer.tell(ctx, asked.owner === ctx.from?.id ? "dialogue-over" : "dialogue-elsewhere");
  const action = decodeButton(code);
  if (!action) return routes.deliverer.tell(ctx, "notice-unknown-press");
  await act(routes, ctx, action);
}

async function hear(routes: Routes, ctx: BotContext, text: string): Promise<void> {
  const command = commandIn(text, ctx.me.username);
  if (command) return obey(routes, ctx, command);
  if (ctx.turn.visit.place.kind === "private") await readPasted(routes, ctx);
}

interface Typed {
  readonly name: string;
  readonly words: string;
}

async function obey(routes: Routes, ctx: BotContext, { name, words }: Typed): Promise<void> {
  const { deliverer, dialogue } = routes;
  const command = commandNamed(name);
  const isPrivate = ctx.turn.visit.place.kind === "private";
  if (!command || (!isPrivate && command.scope === "operators")) {
    // In a group it may be meant for another bot.
    return isPrivate || /@/.test(ctx.message?.text?.split(/\s/)[0] ?? "") ? unknown(routes, ctx) : undefined;
  }
  if (!isPrivate && ctx.message?.sender_chat) return deliverer.tell(ctx, "anonymous-admin");
  const left = ctx.turn.beside ? undefined : await dialogue.leave(ctx);
  if (!isPrivate && command.scope === "private") return elsewhere(routes, ctx, command, words);
  if (name === "login" && words !== "") await takeBack(ctx);
  const files = [...filesIn(ctx.message), ...filesIn(ctx.message?.reply_to_message)];
  const action = command.action(name === "share" ? wordsOrQuoted(routes, ctx, words) : words, files);
  if (!action) return deliverer.tell(ctx, `usage-${name}`);
  await act(routes, ctx, action.do === "cancel" && left ? { ...action, left } : action);
}

/** In the very words an operator's command is answered with to everybody else. */
function unknown({ deliverer }: Routes, ctx: BotContext): Promise<void> {
  const screen: Notice = { show: "notice", notice: "unknown-command", level: "refused", for: "asker" };
  return deliverer.show(ctx, { screen, language: ctx.turn.language });
}

/** What belongs into the private chat; greeting a group is answered with what can be done in it, an invitation used up. */
async function elsewhere(routes: Routes, ctx: BotContext, { name }: Command, words: string): Promise<void> {
  if (name === "start") return act(routes, ctx, isCode(words) ? { do: "start", payload: words } : { do: "help" });
  await routes.deliverer.invite(ctx, "notice-private-only", name);
}

/** Nobody should type a password after a command, but people do: then it does not stay in the chat. */
async function takeBack(ctx: BotContext): Promise<void> {
  await ctx.deleteMessage().catch(() => undefined);
}

/** Everything a message says, and the addresses that stand behind its words and its buttons. */
function allOf(
  message: Partial<Pick<Message, "text" | "caption" | "entities" | "caption_entities" | "reply_markup">>,
): string {
  const { text, caption, entities = [], caption_entities: ofCaption = [], reply_markup: markup } = message;
  const behindWords = [...entities, ...ofCaption].flatMap((entity) =>
    entity.type === "text_link" ? [entity.url] : [],
  );
  const behindButtons = (markup?.inline_keyboard ?? [])
    .flat()
    .flatMap((button) => ("url" in button ? [button.url] : []));
  return [text ?? caption ?? "", ...behindWords, ...behindButtons].join("\n").trim();
}

/** What a command is about: its words and the addresses behind them, else the message it answers, else the quote of another chat. */
function wordsOrQuoted({ namesShare }: Routes, { message }: BotContext, words: string): string {
  if (!message) return words;
  const { reply_to_message: replied, quote, external_reply: elsewhere } = message;
  const own = allOf({ ...message, text: words });
  // A code alone is about what is answered.
  if (namesShare(own)) return own;
  const cited = quote ? allOf(quote) : "";
  const preview = elsewhere?.link_preview_options?.url ?? "";
  return [own, cited, replied ? allOf(replied) : "", preview].join("\n").trim();
}

async function readPasted(routes: Routes, ctx: BotContext): Promise<void> {
  if (ctx.message) await say(routes, ctx, ctx.message);
}

/** Hears what somebody says, and the files that came with it. */
async function say(routes: Routes, ctx: BotContext, message: Message, sent?: Sent): Promise<Answer> {
  const answer = await performVisibly(routes, ctx, { do: "say", text: saidIn(message), sent });
  await show(routes, ctx, (await withoutCredential(routes, ctx, answer, saidIn(message))) ?? answer);
  return answer;
}

/** What somebody says, and the addresses in what they quote: its words are somebody else's. */
function saidIn(message: Message): string {
  const { quote, external_reply: elsewhere } = message;
  const cited = [quote ? allOf(quote) : "", elsewhere?.link_preview_options?.url ?? ""].join("\n");
  return [allOf(message), ...(cited.match(/https?:\/\/\S+/gi) ?? [])].join("\n").trim();
}

/** Where a credential was pasted, its message is taken away, and that is said; undefined = there is none, or it stands there still. */
async function withoutCredential(
  routes: Routes,
  ctx: BotContext,
  answer: Answer,
  text: string,
): Promise<Answer | undefined> {
  const { screen } = answer;
  if (screen.show !== "notice") return undefined;
  // Nothing can be written, this notice neither.
  if (screen.notice === "store-unavailable" && routes.holdsCredential?.(text)) {
    await takeAway(routes, ctx);
    return { ...answer, screen: { ...screen, notice: withoutStore(ctx) } };
  }
  if (screen.notice !== "credential-exposed") return undefined;
  return (await takeAway(routes, ctx)) ? { ...answer, screen: { ...screen, notice: "credential-deleted" } } : undefined;
}

/** A change of the newest message is heard like a new one; of an answer people are told that it is not. */
async function hearEdited(routes: Routes, ctx: BotContext): Promise<void> {
  const { edited_message: edited } = ctx.update;
  if (!edited || ctx.turn.visit.place.kind !== "private") return;
  if (routes.lastHeard.get(edited.chat.id) !== edited.message_id) return;
  if (ctx.turn.running) return routes.deliverer.tell(ctx, "dialogue-edited");
  // From here on it is a message like any other.
  Object.assign(ctx.update, { message: edited });
  const text = edited.text ?? edited.caption;
  if (text !== undefined) await hear(routes, ctx, text);
}

/** A command that its sender alone sees. */
function isPrivate({ message }: BotContext): boolean {
  return message?.ephemeral_message_id !== undefined;
}

/** Files by the words somebody types after the bot's name in any chat: theirs alone, and never from a cache. */
async function findInline({ perform, deliverer }: RouterParts, ctx: BotContext): Promise<void> {
  const { query = "", offset = "" } = ctx.inlineQuery ?? {};
  const from = /^\d{1,6}$/.test(offset) ? Number(offset) : 0;
  const { screen } = await perform(ctx, { do: "find-inline", words: query, from });
  const painter = deliverer.painter(ctx);
  const found = screen.show === "found" ? screen : undefined;
  const hint = inlineHint(found, query);
  await ctx.answerInlineQuery(found ? paintFound(painter, found) : [], {
    is_personal: true,
    cache_time: 0,
    next_offset: found?.next === undefined ? "" : String(found.next),
    ...(hint !== undefined && { button: { text: painter.say(hint), start_parameter: "inline" } }),
  });
}

/** What stands above the results where there are none: the way into the private chat. */
function inlineHint(found: FoundFiles | undefined, query: string): string | undefined {
  if (found?.homeless) return "inline-homeless";
  return found?.files.length === 0 && query.trim() !== "" ? "inline-nothing" : undefined;
}

async function keepCard({ perform }: RouterParts, ctx: BotContext): Promise<void> {
  const card = cardOf(ctx.chosenInlineResult?.result_id ?? "");
  if (card !== undefined) await perform(ctx, { do: "keep-card", card });
}
