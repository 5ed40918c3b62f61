import { conversations, createConversation, type Conversation } from "@grammyjs/conversations";
import type { Context, NextFunction } from "grammy";
import type { Update } from "grammy/types";
import { LRUCache } from "lru-cache";
import type { FormRef } from "../actions/model/form.ts";
import type { Answer, FormScreen } from "../actions/model/screen.ts";
import type { Values } from "../storage/field.ts";
import { commandIn, commandNamed } from "./commands.ts";
import type { BotContext, Heard, Reply, Waiting } from "./context.ts";
import type { Deliverer } from "./deliver.ts";
import { dialogueKey } from "./dialogue-key.ts";
import { conversation, notShown, type DialogueRecords } from "./dialogue-records.ts";
import { loggable } from "./loggable.ts";
import { placeOf, type Place, type Post } from "./post.ts";
import { patiently } from "./retry.ts";
import { decodeDialoguePress, paintQuestionOf, questionOf } from "./screens/form.ts";
import { forgetWords, takeAway, withoutStore, type TakeAwayParts } from "./take-away.ts";
import {
  answerWalk,
  changeAnswer,
  fieldAsked,
  hasSecrets,
  isSecretAnswer,
  isTypedToSignIn,
  skipQuestion,
  startWalk,
  swapQuestion,
  type Step,
  type Walk,
} from "./walk.ts";

/** Forms, asked question by question. */
export interface Dialogue {
  /** Runs before everything that handles updates: hears answers, and lets the rest pass. */
  middleware(ctx: BotContext, next: NextFunction): Promise<void>;
  /** Asks a form's first question; a form that came back from `before` keeps what was answered. */
  open(ctx: BotContext, screen: FormScreen, before?: Walk): Promise<void>;
  /** Ends what runs here; the form it was about, or undefined when nothing ran. */
  leave(ctx: BotContext): Promise<FormRef | undefined>;
}

interface DialogueParts extends TakeAwayParts {
  readonly records: DialogueRecords;
  readonly post: Post;
  readonly deliverer: Deliverer;
  /** Hands in the filled form. */
  submit(ctx: BotContext, form: FormRef, values: Values): Promise<Answer>;
  /** Leaves the form on a press of Cancel. */
  cancel(ctx: BotContext, form: FormRef): Promise<void>;
  /** Asks for another way to sign in than the form's. */
  otherWays(ctx: BotContext, form: FormRef): Promise<void>;
  /** Shows what is not a form any more. */
  show(ctx: BotContext, answer: Answer, before: Walk): Promise<void>;
}

/**
 * Dialogues on `@grammyjs/conversations`, one conversation a question: it ends in the update that answers it, so that
 * an answer is never written to its storage, and the next question begins with a record that holds no secret.
 */
export function createDialogue(parts: DialogueParts): Dialogue {
  const held = createHeldSecrets(parts.now);
  const withRecords = conversations<BotContext, Context>({ storage: parts.records.storage });
  const listening = createConversation<BotContext, Context>(waitForReply, conversation);
  const inConversations = async (ctx: BotContext, work: NextFunction): Promise<void> => {
    await withRecords(ctx, async () => {
      await listening(ctx, work);
      if (ctx.turn.heard) await takeReply(parts, held, ctx, ctx.turn.heard);
    });
  };
  return {
    async middleware(ctx, next) {
      ctx.turn.kept = await parts.records.read(ctx);
      // Where nothing is asked, as mostly, the plugin has nothing to do until something is.
      await (ctx.turn.kept ? inConversations(ctx, next) : next());
    },
    async open(ctx, screen, before) {
      const key = dialogueKey(ctx);
      if (!before) held.drop(key);
      if (screen.problem) held.forget(key, screen.problem.field);
      const begin = () => ask(parts, ctx, startWalk(screen, held.of(key), before));
      await (isInConversations(ctx) ? begin() : inConversations(ctx, begin));
    },
    async leave(ctx) {
      held.drop(dialogueKey(ctx));
      if (isInConversations(ctx)) await ctx.conversation.exit(conversation);
      return ctx.turn.running;
    },
  };
}

/** The plugin has what is asked here in its hands. */
function isInConversations(ctx: BotContext): boolean {
  return "conversation" in ctx;
}

/** Runs anew for every update while a question waits, and may therefore do nothing but look. */
async function waitForReply(
  conversation: Conversation<BotContext>,
  _entered: Context,
  waiting: Waiting,
): Promise<void> {
  const { update, me } = await conversation.wait();
  // The update that asked this question comes again after a kill: all it wanted was done before the question was kept.
  if (update.update_id === waiting.after) await conversation.skip(); // The library's way to leave an update unanswered: the question goes on waiting.
  const reply = replyIn(update, waiting, me.username);
  await conversation.external((outer) => {
    if (reply) outer.turn.heard = { waiting, reply };
    else outer.turn.running = waiting.walk.form;
  });
  if (!reply) await conversation.skip({ next: true }); // It is about something else: the handlers behind this one have the update.
}

/** What an update answers to a question; undefined = it is about something else. */
function replyIn(update: Update, { walk, prompt }: Waiting, me: string): Reply | undefined {
  const { callback_query: query, message } = update;
  if (query) {
    const pressed = decodeDialoguePress(query.data ?? "");
    // A process that was killed may have asked the same question in an earlier message.
    const isAsked = pressed?.owner === query.from.id && pressed.question === questionOf(walk);
    return isAsked ? { is: "press", press: pressed.press } : undefined;
  }
  if (!message) return undefined;
  const command = message.text === undefined ? undefined : commandIn(message.text, me);
  const isCommand = command !== undefined && commandNamed(command.name) !== undefined;
  if (prompt === notShown) return message.chat.type === "private" && !isCommand ? { is: "unasked" } : undefined;
  // In a group people also talk to each other.
  if (message.chat.type !== "private" && message.reply_to_message?.message_id !== prompt) return undefined;
  const { text } = message;
  if (text === undefined) return { is: "not-text" };
  return isCommand ? undefined : { is: "text", text };
}

async function takeReply(parts: DialogueParts, held: HeldSecrets, ctx: BotContext, heard: Heard): Promise<void> {
  const { waiting, reply } = heard;
  const { walk } = waiting;
  const key = dialogueKey(ctx);
  ctx.turn.language = waiting.language;
  if (reply.is === "press" && reply.press.is === "cancel") {
    held.drop(key);
    return parts.cancel(ctx, walk.form);
  }
  if (reply.is === "press" && reply.press.is === "ways") {
    held.drop(key);
    return parts.otherWays(ctx, walk.form);
  }
  if (reply.is === "unasked") {
    // Nobody answers a question they have not seen; it may be the answer to one before, typed again.
    const isExposed = hasSecrets(walk) && !(await takeAway(parts, ctx));
    return ask(parts, ctx, walk, isExposed ? "dialogue-secret-undeleted" : "dialogue-asked-again");
  }
  const isExposed = reply.is === "text" && !(await tidyUp(parts, ctx, waiting, reply.text));
  const step = stepFor(walk, reply, held.of(key));
  if (!step) return ask(parts, ctx, walk, "dialogue-not-text");
  held.add(key, step.secret ?? {});
  if (step.is === "asked") return ask(parts, ctx, step.walk, isExposed ? "dialogue-secret-undeleted" : undefined);
  if (isExposed) {
    await parts.deliverer
      .tell(ctx, "dialogue-secret-undeleted")
      .catch((err: unknown) =>
        parts.log.warn({ err: loggable(err) }, "telegram person not told that a secret stands in the chat"),
      );
  }
  await handIn(parts, held, ctx, { walk: step.walk, before: walk });
}

/** Takes away what was typed to sign in with, so that one message leads through it. False = a secret still stands there. */
async function tidyUp(parts: DialogueParts, ctx: BotContext, waiting: Waiting, text: string): Promise<boolean> {
  const { walk, prompt } = waiting;
  const isSecret = isSecretAnswer(walk, text);
  const isGone = (isSecret || isTypedToSignIn(fieldAsked(walk))) && (await takeAway(parts, ctx));
  if (isGone && ctx.chat?.type === "private") ctx.turn.instead = { chat: ctx.chat.id, message: prompt };
  else await dropButtons(parts, ctx, waiting);
  return isGone || !isSecret;
}

/** Undefined = nothing that could be an answer. */
function stepFor(walk: Walk, reply: Reply, held: Values): Step | undefined {
  if (reply.is === "text") return answerWalk(walk, reply.text, held);
  if (reply.is === "not-text" || reply.is === "unasked") return undefined;
  const { press } = reply;
  switch (press.is) {
    case "skip":
      return skipQuestion(walk, held);
    case "instead":
      return swapQuestion(walk, held);
    case "change":
      return changeAnswer(walk, walk.fields[press.index]?.name ?? "");
    case "choice":
      return answerWalk(walk, fieldAsked(walk).choices?.[press.index] ?? "", held);
    case "cancel":
    case "ways":
      return undefined;
  }
}

/** A form that is filled in, and where it was before the last answer. */
interface Filled {
  readonly walk: Walk;
  readonly before: Walk;
}

async function handIn(parts: DialogueParts, held: HeldSecrets, ctx: BotContext, filled: Filled): Promise<void> {
  const { walk } = filled;
  const key = dialogueKey(ctx);
  const answer = await parts.submit(ctx, walk.form, { ...walk.values, ...held.of(key) });
  const { screen } = answer;
  // Nothing was done: what was asked last is asked again, and what was typed before that is not typed again.
  if (screen.show === "notice" && screen.notice === "store-unavailable") {
    return ask(parts, ctx, filled.before, `notice-${withoutStore(ctx)}`);
  }
  // Only an answer that is wrong in itself leaves the others as they were; a refused password is asked for again.
  const isKept = screen.show === "form" && screen.form.id === walk.form.id && screen.problem && !screen.reason;
  if (!isKept) held.drop(key);
  await parts.show(ctx, answer, walk);
}

/**
 * The question is kept before it is shown: where Telegram will not have it, the next thing that is typed is taken for no
 * other question's answer, and it is asked again.
 */
async function ask(parts: DialogueParts, ctx: BotContext, walk: Walk, note?: string): Promise<void> {
  const { deliverer, post, wait } = parts;
  // The update that asks the next question is kept with it: what was typed must not be in it.
  forgetWords(ctx.update);
  // The record is written after the question is shown: /cancel would not find it before.
  ctx.turn.holdBack();
  await keep(ctx, walk, notShown);
  const painted = paintQuestionOf(deliverer.painter(ctx), walk, ctx.from?.id ?? 0, note);
  const isOurPress = ctx.turn.heard?.reply.is === "press";
  const show = async (): Promise<Place> =>
    isOurPress
      ? deliverer.replace(ctx, painted)
      : ((await deliverer.putInstead(ctx, painted)) ??
        placeOf(await post.send(ctx, painted, { forceReply: ctx.turn.visit.place.kind === "group" })));
  const { message } = await patiently(show, { wait, signal: ctx.turn.signal });
  await keep(ctx, walk, message);
  await post.answer(ctx);
}

/** In place of what was asked before. */
async function keep(ctx: BotContext, walk: Walk, prompt: number): Promise<void> {
  const waiting: Waiting = { walk, prompt, after: ctx.update.update_id, language: ctx.turn.language };
  await ctx.conversation.exit(conversation);
  await ctx.conversation.enter(conversation, waiting);
}

/** An answered question keeps no buttons; that it could not be edited harms nobody. */
async function dropButtons({ log }: DialogueParts, ctx: BotContext, { prompt }: Waiting): Promise<void> {
  if (!ctx.chat) return;
  await ctx.api
    .editMessageReplyMarkup(ctx.chat.id, prompt)
    .catch((err: unknown) => log.debug({ err: loggable(err) }, "telegram buttons of a question not removed"));
}

/** Secrets of forms in progress: in this process alone, and not for long. After a restart they are asked again. */
interface HeldSecrets {
  of(key: string): Values;
  add(key: string, secrets: Values): void;
  forget(key: string, field: string): void;
  drop(key: string): void;
}

const secretLife = 15 * 60_000;
const maxHeld = 1000;

function createHeldSecrets(now: () => number): HeldSecrets {
  const held = new LRUCache<string, { readonly secrets: Values; readonly until: number }>({ max: maxHeld });
  const of = (key: string): Values => {
    const entry = held.get(key);
    if (entry && entry.until > now()) return entry.secrets;
    held.delete(key);
    return {};
  };
  const set = (key: string, secrets: Values) => held.set(key, { secrets, until: now() + secretLife });
  return {
    of,
    add(key, secrets) {
      if (Object.keys(secrets).length > 0) set(key, { ...of(key), ...secrets });
    },
    forget(key, field) {
      const { [field]: _forgotten, ...rest } = of(key);
      set(key, rest);
    },
    drop: (key) => void held.delete(key),
  };
}
