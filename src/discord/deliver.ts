import { DiscordAPIError, HTTPError, RateLimitError } from "discord.js";
import type { Logger } from "pino";
import type { Follower } from "../messaging/follow.ts";
import type { Answer, FormScreen, MessageScreen, Screen } from "../actions/model/screen.ts";
import type { Upload } from "../actions/model/upload.ts";
import type { Words } from "../i18n/words.ts";
import { lastWordWithin } from "./limits.ts";
import { transferDrawer } from "./outcome.ts";
import type { Place, Post } from "./post.ts";
import { isMessageGone, isOver, isShutOut } from "./refusals.ts";
import type { Removing } from "./removing.ts";
import { formSheet, isModal, paintModal } from "./screens/form.ts";
import { paint } from "./screens/paint.ts";
import { painterFor, type Painter } from "./screens/painter.ts";
import { paintSheet, type Painted } from "./screens/sheet.ts";
import { codeIn, pendingFormOfPage, type PendingForm, type PendingForms } from "./pending-forms.ts";
import type { Turn } from "./turn.ts";
import type { UploadAddress, Uploader } from "./upload.ts";
import { canPost, isDirect, messageOf, publicVisit } from "./visit.ts";

/** Where a screen goes: in place of the message acted on, beside it for the asker alone, into the channel, or a modal. */
export interface Deliverer {
  /** Shows an answer to a interaction that was acknowledged, and what follows it. */
  show(turn: Turn, answer: Answer): Promise<void>;
  /** Shows a form as the very first answer. False = it is none that fits a modal; nothing was done. */
  pop(turn: Turn, screen: Screen, language: string): Promise<boolean>;
  /** Shows an answer to everybody; what is meant for the asker stays theirs. */
  publish(turn: Turn, answer: Answer): Promise<void>;
  /** A sentence of the locale by its key, for the asker alone. */
  tell(turn: Turn, key: string): Promise<void>;
  /** What came of a page, in the message that leads to it. */
  settle(application: string, pendingForm: PendingForm, answer: Answer): Promise<void>;
}

interface DelivererParts {
  readonly uploader: Uploader;
  readonly post: Post;
  readonly pendingForms: PendingForms;
  readonly words: Words;
  readonly follower: Follower;
  /** Absent = what is shown stays. */
  readonly removing: Pick<Removing, "note"> | undefined;
  readonly log: Logger;
  now(): number;
  newId(): string;
}

/** Milliseconds between edits by themselves: Discord takes five in five seconds for one token, presses included. */
const pace = 2500;
/** The same while a file is on its way, which takes longer than a folder. */
const transferPace = 5000;

/** Knows Discord's ways to show something to somebody. */
export function createDeliverer(parts: DelivererParts): Deliverer {
  return {
    show: (turn, answer) => show(parts, turn, answer),
    pop: (turn, screen, language) => pop(parts, turn, screen, language),
    publish: (turn, answer) => publish(parts, turn, answer),
    tell: (turn, key) => tell(parts, turn, key),
    settle: (application, pendingForm, answer) => settle(parts, application, pendingForm, answer),
  };
}

async function show(parts: DelivererParts, turn: Turn, answer: Answer): Promise<void> {
  const { screen, updates, language, upload } = answer;
  const painter = painterOf(parts, turn, language);
  if (screen.show === "form") return showForm(parts, turn, screen, painter);
  if (!isMessage(screen)) return end(answer);
  const painted = paint(painter, screen);
  if (isForAsker(screen) && (screen.show === "notice" || turn.visit.place.kind === "group")) {
    await end(answer);
    await parts.post.ephemeral(turn.interaction, painted);
    return;
  }
  const place = await (isOfItsOwn(turn, screen)
    ? parts.post.publish(turn.interaction, painted)
    : putInPlace(parts, turn, painted));
  await noteEnd(parts, turn, place, answer);
  if (upload) return carry(parts, turn, { updates, upload, place, paint: (next) => paint(painter, next) });
  followUpdates(parts, place, { updates, paint: (next) => paint(painter, next) });
}

interface Carrying {
  readonly updates: Answer["updates"] | undefined;
  readonly upload: Upload;
  /** Where it shows how far it is. */
  readonly place: Place;
  paint(screen: MessageScreen): Painted;
}

/** Begins to put a file into the chat. What becomes of it is told whether or not its message can still be edited then. */
async function carry(parts: DelivererParts, turn: Turn, { updates, upload, place, paint: painted }: Carrying) {
  const { post, uploader, follower } = parts;
  const address = addressOf(parts, turn);
  if (updates) {
    const until = address.until + lastWordWithin;
    const edit = (next: Painted) => place.edit(next);
    const draw = transferDrawer(parts, { user: turn.interaction.user.id, until, edit, paint: painted });
    follower.follow(place.id, updates, {
      every: transferPace,
      // Where the message is out of reach the outcome goes elsewhere, so there is no end before it.
      draw: (screen) => draw(screen).then(() => true),
      again: waitAfter,
    });
  }
  await upload.start({
    message: JSON.stringify(post.tokenOf(turn.interaction)),
    until: address.until,
    send: (file) => uploader.send(address, file),
  });
}

/** Beside the message that shows how far it is, and seen by whoever sees that one. */
function addressOf({ post }: DelivererParts, { interaction, visit }: Turn): UploadAddress {
  const ephemeral = visit.place.kind === "private" && !isDirect(interaction);
  return { application: interaction.applicationId, ...post.tokenOf(interaction), ephemeral };
}

async function showForm(parts: DelivererParts, turn: Turn, screen: FormScreen, painter: Painter): Promise<void> {
  const { post, pendingForms, newId } = parts;
  const pendingForm = screen.page && !isModal(screen) ? pendingFormOfPage(codeIn(screen.page.url)) : newId();
  const message = isModal(screen) ? {} : { message: post.tokenOf(turn.interaction) };
  await pendingForms.put(pendingForm, { ...pendingFormOf(turn, screen), ...message });
  const painted = paintSheet(formSheet(painter, screen, pendingForm));
  await (turn.visit.place.kind === "group"
    ? post.ephemeral(turn.interaction, painted)
    : putInPlace(parts, turn, painted));
}

async function pop(parts: DelivererParts, turn: Turn, screen: Screen, language: string): Promise<boolean> {
  const { interaction } = turn;
  if (screen.show !== "form" || !isModal(screen) || interaction.isModalSubmit()) return false;
  const pendingForm = parts.newId();
  await parts.pendingForms.put(pendingForm, pendingFormOf(turn, screen));
  await interaction.showModal(paintModal(painterOf(parts, turn, language), screen, pendingForm));
  return true;
}

async function publish(parts: DelivererParts, turn: Turn, answer: Answer): Promise<void> {
  const { screen, updates, language } = answer;
  if (!isMessage(screen) || isForAsker(screen)) return show(parts, turn, answer);
  const painter = painterIn(parts, language, { place: publicVisit(turn.interaction).place.kind, canPost: false });
  try {
    const place = await parts.post.publish(turn.interaction, paint(painter, screen));
    await noteEnd(parts, turn, place, answer);
    followUpdates(parts, place, { updates, paint: (next) => paint(painter, next) });
  } catch (error) {
    await end(answer);
    if (!isShutOut(error)) throw error;
    await tell(parts, turn, "post-not-here");
  }
}

async function tell({ post, words }: DelivererParts, turn: Turn, key: string): Promise<void> {
  await post.ephemeral(turn.interaction, paintSheet({ head: [`ℹ️ ${words.in(turn.language)(key)}`] }));
}

async function settle(
  parts: DelivererParts,
  application: string,
  pendingForm: PendingForm,
  answer: Answer,
): Promise<void> {
  const { visit, message, canPost } = pendingForm;
  const { screen, updates, language } = answer;
  if (!message || message.until < parts.now() || !isMessage(screen)) return end(answer);
  const painter = painterIn(parts, language, { place: visit.place.kind, canPost });
  try {
    const place = await parts.post.replace(application, message, paint(painter, screen));
    followUpdates(parts, place, { updates, paint: (next) => paint(painter, next) });
  } catch (error) {
    await end(answer);
    if (!isOver(error)) throw error;
  }
}

/** What is put in a message's place must not be painted over by what the message showed before. */
async function putInPlace({ follower, post }: DelivererParts, { interaction }: Turn, painted: Painted): Promise<Place> {
  const message = messageOf(interaction);
  if (message) await follower.stop(message.id);
  return post.put(interaction, painted);
}

async function noteEnd(
  { removing }: DelivererParts,
  { interaction }: Turn,
  { id }: Place,
  { clearAt }: Answer,
): Promise<void> {
  if (clearAt !== undefined) await removing?.note(interaction, id, clearAt);
}

function pendingFormOf(turn: Turn, screen: FormScreen): PendingForm {
  return { visit: turn.visit, screen, canPost: isPostable(turn) };
}

function isPostable({ interaction, visit }: Turn): boolean {
  return visit.place.kind === "private" && canPost(interaction);
}

function painterOf(parts: DelivererParts, turn: Turn, language: string): Painter {
  return painterIn(parts, language, { place: turn.visit.place.kind, canPost: isPostable(turn) });
}

function painterIn(
  { words, now }: DelivererParts,
  language: string,
  looks: Pick<Painter, "place" | "canPost">,
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
  paint(screen: MessageScreen): Painted;
}

function followUpdates({ follower }: DelivererParts, place: Place, { updates, paint: painted }: Following): void {
  if (!updates) return;
  follower.follow(place.id, updates, {
    every: pace,
    draw: async (screen) => {
      if (!isMessage(screen)) return true;
      return place.edit(painted(screen)).then(() => true, falseIfClosed);
    },
    again: waitAfter,
  });
}

/** A message that is gone, or that this bot's token for it does not reach any more. */
function falseIfClosed(error: unknown): false {
  if (isMessageGone(error) || isOver(error) || isShutOut(error)) return false;
  throw error;
}

/** Milliseconds until an edit that failed like this may be tried again; undefined = Discord will not have it at all. */
function waitAfter(error: unknown): number | undefined {
  if (error instanceof RateLimitError) return error.retryAfter;
  const isRefused = (error instanceof DiscordAPIError || error instanceof HTTPError) && error.status < 500;
  return isRefused ? undefined : 0;
}
