import { DiscordAPIError, HTTPError, RateLimitError } from "discord.js";
import type { Logger } from "pino";
import type { Follower } from "../messaging/follow.ts";
import type { Answer, FormScreen, MessageScreen, Screen } from "../actions/model/screen.ts";
import type { ViewRef } from "../actions/model/session.ts";
import type { Upload } from "../actions/model/upload.ts";
import type { Visit } from "../users/visit.ts";
import type { MessageRef, Messenger } from "../messaging/messenger.ts";
import type { Words } from "../i18n/words.ts";
import { lastWordWithin } from "./limits.ts";
import { NotYet } from "./not-yet.ts";
import type { Place, Post } from "./post.ts";
import { isMessageGone, isOver, isShutOut } from "./refusals.ts";
import type { Removing } from "./removing.ts";
import { formSheet, isModal, paintModal } from "./screens/form.ts";
import { paint } from "./screens/paint.ts";
import { painterFor, type Painter } from "./screens/painter.ts";
import { paintSheet, type Painted } from "./screens/sheet.ts";
import { codeIn, pendingFormOfPage, type PendingForm, type PendingForms } from "./pending-forms.ts";
import { refOf } from "./ref.ts";
import type { Turn } from "./turn.ts";
import { canPost, chatOf, messageOf, ownPlace, publicVisit } from "./visit.ts";

/** Where a screen goes: in place of the message acted on, beside it for the asker alone, into the channel, or a modal. */
export interface Deliverer {
  /** Shows an answer to an interaction that was acknowledged, and what follows it. */
  show(turn: Turn, answer: Answer): Promise<void>;
  /** Shows a form as the very first answer. False = it is none that fits a modal; nothing was done. */
  pop(turn: Turn, screen: Screen, language: string): Promise<boolean>;
  /** Shows an answer to everybody; what is meant for the asker stays theirs. */
  publish(turn: Turn, answer: Answer): Promise<void>;
  /** A sentence of the locale by its key, for the asker alone. */
  tell(turn: Turn, key: string): Promise<void>;
  /** Shows an answer to what was written to the bot, as a message of its own. */
  write(said: SaidDirectly, answer: Answer): Promise<void>;
  /** What came of a page, in the message that leads to it. */
  settle(pendingForm: PendingForm, answer: Answer): Promise<void>;
}

interface DelivererParts {
  readonly post: Post;
  readonly messenger: Messenger;
  readonly pendingForms: PendingForms;
  readonly words: Words;
  readonly follower: Follower;
  /** Absent = what is shown stays. */
  readonly removing: Pick<Removing, "note"> | undefined;
  readonly log: Logger;
  /** Whether a view may be shown in that place, to everybody there. */
  canPost(visit: Visit, view: ViewRef): Promise<boolean>;
  now(): number;
  newId(): string;
}

/** Milliseconds between edits by themselves: Discord takes five in five seconds for one token, presses included. */
const pace = 2500;

/** Knows Discord's ways to show something to somebody. */
export function createDeliverer(parts: DelivererParts): Deliverer {
  return {
    show: (turn, answer) => show(parts, turn, answer),
    pop: (turn, screen, language) => pop(parts, turn, screen, language),
    publish: (turn, answer) => publish(parts, turn, answer),
    tell: (turn, key) => tell(parts, turn, key),
    write: (said, answer) => write(parts, said, answer),
    settle: (pendingForm, answer) => settle(parts, pendingForm, answer),
  };
}

async function show(parts: DelivererParts, turn: Turn, answer: Answer): Promise<void> {
  const { screen, updates, language, upload } = answer;
  const painter = painterOf(parts, turn, { language, canPost: await isPostable(parts, turn, screen) });
  if (screen.show === "form") return showForm(parts, turn, screen, painter);
  if (!isMessage(screen)) return end(answer);
  const painted = paint(painter, screen);
  if (isForAsker(screen) && (screen.show === "notice" || turn.visit.place.kind === "group")) {
    await end(answer);
    const beside = await parts.post.ephemeral(turn.interaction, painted);
    await answer.placed?.at(lastingRef(parts, { ...turn, language }, beside));
    return;
  }
  const place = await (isOfItsOwn(turn, screen)
    ? parts.post.publish(turn.interaction, painted)
    : putInPlace(parts, turn, painted));
  await noteEnd(parts, turn, place, answer);
  if (upload) return startUpload(parts, { ...turn, language }, upload, place);
  await answer.placed?.at(lastingRef(parts, { ...turn, language }, place));
  followUpdates(parts, place.id, { updates, draw: drawAt(place, painter) });
}

/**
 * Begins to put a file into the chat, beside the message that shows how far it is and seen by whoever sees that one. What
 * becomes of it is told whether or not its message can still be edited then.
 */
async function startUpload({ post }: DelivererParts, turn: Turn, upload: Upload, place: Place): Promise<void> {
  const { message: _shown, ...to } = refOf(post.grantOf(turn.interaction), turn, place.id);
  const shown = lastingRef({ post }, turn, place);
  await upload.start({ to, shown, ...(to.grant && { until: to.grant.until }) });
}

/** A message whose last word may come a little later than what it is about. */
function lastingRef({ post }: Pick<DelivererParts, "post">, turn: Turn, place: Place): MessageRef {
  const ref = refOf(post.grantOf(turn.interaction), turn, place.id);
  return ref.grant ? { ...ref, grant: { ...ref.grant, until: ref.grant.until + lastWordWithin } } : ref;
}

async function showForm(parts: DelivererParts, turn: Turn, screen: FormScreen, painter: Painter): Promise<void> {
  const { post, pendingForms, newId } = parts;
  const { interaction, language } = turn;
  const id = formId(screen, newId);
  const isBeside = turn.visit.place.kind === "group";
  const visit = { ...turn.visit, place: ownPlace(interaction) };
  const grant = post.grantOf(interaction);
  // Where it takes the answer's place, that can be found before Discord has said which message it is.
  const answered = { place: visit.person.id, kind: "private", language, message: "@original", grant } as const;
  await pendingForms.put(id, {
    visit: turn.visit,
    screen,
    ...(!isBeside && !isModal(screen) && { message: answered }),
  });
  const painted = paintSheet(formSheet(painter, screen, id));
  const place = await (isBeside ? post.ephemeral(interaction, painted) : putInPlace(parts, turn, painted));
  if (!isModal(screen)) await pendingForms.placed(id, refOf(grant, { ...turn, visit }, place.id));
}

async function pop(parts: DelivererParts, turn: Turn, screen: Screen, language: string): Promise<boolean> {
  const { interaction } = turn;
  if (screen.show !== "form" || !isModal(screen) || interaction.isModalSubmit()) return false;
  const pendingForm = parts.newId();
  await parts.pendingForms.put(pendingForm, { visit: turn.visit, screen });
  const painter = painterOf(parts, turn, { language, canPost: false });
  await parts.post.pop(interaction, paintModal(painter, screen, pendingForm));
  return true;
}

async function publish(parts: DelivererParts, turn: Turn, answer: Answer): Promise<void> {
  const { screen, updates, language } = answer;
  if (!isMessage(screen) || isForAsker(screen)) return show(parts, turn, answer);
  const painter = painterIn(parts, language, {
    place: publicVisit(turn.interaction).place.kind,
    canPost: false,
    chat: chatOf(turn.interaction),
  });
  try {
    const place = await parts.post.publish(turn.interaction, paint(painter, screen));
    await noteEnd(parts, turn, place, answer);
    followUpdates(parts, place.id, { updates, draw: drawAt(place, painter) });
  } catch (error) {
    await end(answer);
    if (!isShutOut(error)) throw error;
    await tell(parts, turn, "post-not-here");
  }
}

async function tell({ post, words }: DelivererParts, turn: Turn, key: string): Promise<void> {
  await post.ephemeral(turn.interaction, paintSheet({ head: [`ℹ️ ${words.in(turn.language)(key)}`] }));
}

async function settle(parts: DelivererParts, { visit, message }: PendingForm, answer: Answer): Promise<void> {
  const { messenger } = parts;
  const { screen, updates, language } = answer;
  if (!isMessage(screen)) return end(answer);
  const own = { place: visit.person.id, kind: "private", language } as const;
  const edited = message && (await messenger.edit({ ...message, language }, screen));
  // Where its message is out of reach, what came of it is a message of its own.
  const sent = edited?.is === "edited" ? undefined : await messenger.send(own, screen);
  const ref =
    edited?.is === "edited" ? message && { ...message, language } : sent?.is === "sent" ? sent.ref : undefined;
  if (!ref) return end(answer);
  await answer.placed?.at(ref);
  followUpdates(parts, ref.message, { updates, draw: drawBy(parts, ref) });
}

/** Something written to the bot in somebody's own chat with it. */
export interface SaidDirectly {
  readonly visit: Visit;
  readonly channel: string;
}

async function write(parts: DelivererParts, { visit, channel }: SaidDirectly, answer: Answer): Promise<void> {
  const { screen, updates, language } = answer;
  const painter = painterIn(parts, language, { place: "private", canPost: false, chat: "direct" });
  if (screen.show === "form") return writeForm(parts, { visit, channel }, { screen, painter });
  if (!isMessage(screen)) return end(answer);
  const place = await parts.post.write(channel, paint(painter, screen));
  await answer.placed?.at({ place: visit.person.id, kind: "private", language, message: place.id });
  followUpdates(parts, place.id, { updates, draw: drawAt(place, painter) });
}

async function writeForm(
  { post, pendingForms, newId }: DelivererParts,
  { visit, channel }: SaidDirectly,
  { screen, painter }: { readonly screen: FormScreen; readonly painter: Painter },
): Promise<void> {
  const id = formId(screen, newId);
  await pendingForms.put(id, { visit, screen });
  const place = await post.write(channel, paintSheet(formSheet(painter, screen, id)));
  const { language } = painter;
  const message = { place: visit.person.id, kind: "private", language, message: place.id } as const;
  if (!isModal(screen)) await pendingForms.placed(id, message);
}

/** Of a page, the pending form goes by the page's code. */
function formId(screen: FormScreen, newId: () => string): string {
  return screen.page && !isModal(screen) ? pendingFormOfPage(codeIn(screen.page.url)) : newId();
}

/** What is put in a message's place must not be painted over by what the message showed before. */
async function putInPlace({ follower, post }: DelivererParts, { interaction }: Turn, painted: Painted): Promise<Place> {
  const message = messageOf(interaction);
  if (message) await follower.stop(message.id);
  return post.put(interaction, painted);
}

async function noteEnd(parts: DelivererParts, turn: Turn, { id }: Place, { clearAt }: Answer): Promise<void> {
  if (clearAt === undefined) return;
  const { interaction } = turn;
  const visit = { ...turn.visit, place: publicVisit(interaction).place };
  const ref = refOf(parts.post.grantOf(interaction), { ...turn, visit }, id);
  await parts.removing?.note(interaction, ref, clearAt);
}

/** Whether a screen that one person sees may be shown to the others here too, by Discord and by whose drive it shows. */
async function isPostable(
  { canPost: mayShow }: DelivererParts,
  { interaction, visit }: Turn,
  screen: Screen,
): Promise<boolean> {
  if (visit.place.kind === "group" || !canPost(interaction)) return false;
  const view = screen.show === "listing" || screen.show === "file" ? screen.view : undefined;
  return view !== undefined && mayShow(publicVisit(interaction), view);
}

function painterOf(
  parts: DelivererParts,
  { interaction, visit }: Turn,
  { language, canPost: isOffered }: { readonly language: string; readonly canPost: boolean },
): Painter {
  return painterIn(parts, language, { place: visit.place.kind, canPost: isOffered, chat: chatOf(interaction) });
}

function painterIn(
  { words, now }: DelivererParts,
  language: string,
  looks: Pick<Painter, "place" | "canPost" | "chat">,
): Painter {
  return painterFor({ words, language, now: now(), ...looks });
}

/** Forms need a pending form besides, and what is found inline is for a chat that has such a thing. */
function isMessage(screen: Screen): screen is MessageScreen {
  return screen.show !== "form" && screen.show !== "found";
}

function isForAsker(screen: MessageScreen): boolean {
  return "for" in screen && screen.for === "asker";
}

/** A link in the open stands beside what it was pressed on, which others still use. */
function isOfItsOwn({ visit }: Turn, { show: shown }: MessageScreen): boolean {
  return shown === "link" && visit.place.kind === "group";
}

/** Nobody will see what would have followed. */
async function end({ updates }: Answer): Promise<void> {
  await updates?.[Symbol.asyncIterator]().return?.();
}

interface Following {
  readonly updates: Answer["updates"];
  /** False = the message can be changed no more. */
  draw(screen: MessageScreen): Promise<boolean>;
}

function followUpdates({ follower }: Pick<DelivererParts, "follower">, id: string, { updates, draw }: Following): void {
  if (!updates) return;
  follower.follow(id, updates, {
    every: pace,
    draw: async (screen) => (isMessage(screen) ? draw(screen) : true),
    again: waitAfter,
  });
}

/** Draws into a message that was put by an interaction. */
function drawAt({ edit }: Place, painter: Painter): Following["draw"] {
  return (screen) => edit(paint(painter, screen)).then(() => true, falseIfClosed);
}

/** Draws into a message of the bot's own. */
function drawBy({ messenger }: Pick<DelivererParts, "messenger">, ref: MessageRef): Following["draw"] {
  return async (screen) => {
    const edited = await messenger.edit(ref, screen);
    if (edited.is === "later") throw new NotYet(edited.after);
    return edited.is === "edited";
  };
}

/** A message that is gone, or that this bot's token for it does not reach any more. */
function falseIfClosed(error: unknown): false {
  if (isMessageGone(error) || isOver(error) || isShutOut(error)) return false;
  throw error;
}

/** Milliseconds until an edit that failed like this may be tried again; undefined = Discord will not have it at all. */
function waitAfter(error: unknown): number | undefined {
  if (error instanceof RateLimitError) return error.retryAfter;
  if (error instanceof NotYet) return error.after;
  const isRefused = (error instanceof DiscordAPIError || error instanceof HTTPError) && error.status < 500;
  return isRefused ? undefined : 0;
}
