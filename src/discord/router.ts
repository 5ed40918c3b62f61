import type { AutocompleteInteraction, ModalSubmitInteraction } from "discord.js";
import type { Logger } from "pino";
import type { Action, Press, Visit } from "../actions/action.ts";
import { encodePress } from "../actions/press.ts";
import type { Suggestion, Typing } from "../actions/suggest.ts";
import type { FormScreen } from "../actions/screen.ts";
import type { Values } from "../storage/form.ts";
import { commandNamed, openShareIn, type Given, type Opening } from "./commands.ts";
import type { Deliverer } from "./deliver.ts";
import type { Guard } from "./guard.ts";
import { decodeModal, decodeWish, type Wish } from "./ids.ts";
import { answerWithin, mostOption, mostSuggestions } from "./limits.ts";
import { plainLabel } from "./markup.ts";
import type { Post } from "./post.ts";
import { loggable } from "./refusals.ts";
import type { Slip, Slips } from "./slips.ts";
import { textIn } from "./quoted.ts";
import type { Turn } from "./turn.ts";
import { publicVisit, visitOf, type Deed } from "./visit.ts";

/** From a deed to what it asks for. */
export interface Router {
  answer(deed: Deed): Promise<void>;
  suggest(typing: AutocompleteInteraction): Promise<void>;
}

interface RouterParts {
  readonly guard: Guard;
  readonly deliverer: Deliverer;
  readonly post: Post;
  readonly slips: Slips;
  readonly log: Logger;
  now(): number;
  suggest(visit: Visit, typing: Typing): Promise<readonly Suggestion[]>;
}

/** The router of one bot. */
export function createRouter(parts: RouterParts): Router {
  const { guard, log } = parts;
  return {
    answer: (deed) => guard.handle(deed, (turn) => route(parts, turn)),

    async suggest(typing) {
      try {
        const known = await inTime(suggestionsFor(parts, typing));
        await typing.respond([...(known ?? [])]);
      } catch (error) {
        log.debug({ err: loggable(error) }, "discord suggestion not given");
        if (!typing.responded) await typing.respond([]).catch(() => undefined);
      }
    },
  };
}

function route(parts: RouterParts, turn: Turn): Promise<void> {
  const { deed } = turn;
  if (deed.isChatInputCommand()) {
    const given = Object.fromEntries(deed.options.data.map(({ name, value }) => [name, String(value)]));
    return obey(parts, turn, deed.commandName, given);
  }
  if (deed.isMessageContextMenuCommand()) return act(parts, turn, openShareIn(textIn(deed.targetMessage)), "reply");
  if (deed.isModalSubmit()) return submit(parts, turn, decodeModal(deed.customId), answersIn(deed));
  const wish = decodeWish(deed.isStringSelectMenu() ? (deed.values[0] ?? "") : deed.customId);
  return wish ? grant(parts, turn, wish) : unknown(parts, turn, "unknown-press");
}

function grant(parts: RouterParts, turn: Turn, wish: Wish): Promise<void> {
  switch (wish.is) {
    case "press":
      return act(parts, turn, wish.press, formsAtOnce.has(wish.press.do) ? "modal" : "reply");
    case "post":
      return postHere(parts, turn, wish.press);
    case "command":
      return obey(parts, turn, wish.name, {}, "unknown-press");
    case "fill":
      return fillIn(parts, turn, wish.slip);
    case "go-on":
      return goOn(parts, turn, wish.slip);
    case "leave":
      return leave(parts, turn, wish.slip);
  }
}

/** Presses that are answered with a form without asking a drive: their modal must be the very first answer. */
const formsAtOnce: ReadonlySet<Press["do"]> = new Set([
  "add-share",
  "rename-mount",
  "find-person",
  "ask-quota",
  "compose-broadcast",
] satisfies Press["do"][]);

/** Discord may still list what an older version had, and so may a button. */
function obey(
  parts: RouterParts,
  turn: Turn,
  name: string,
  given: Given,
  otherwise: Unknown = "unknown-command",
): Promise<void> {
  const command = commandNamed(name);
  if (!command) return unknown(parts, turn, otherwise);
  return act(parts, turn, command.action(given), command.opening(given));
}

/** Performs an action and shows what comes. */
async function act(parts: RouterParts, turn: Turn, action: Action, opening: Opening): Promise<void> {
  if (opening === "modal") return actAtOnce(parts, turn, action);
  const { guard, deliverer } = parts;
  if (!(await guard.admit(turn))) return;
  await guard.inOrder(turn, async () => deliverer.show(turn, await guard.perform(turn, action)));
}

/** Shows a form's modal at once; where that takes too long, or something else comes, it is shown as usual. */
async function actAtOnce({ guard, deliverer }: RouterParts, turn: Turn, action: Action): Promise<void> {
  const answering = guard.inOrder(turn, () => guard.perform(turn, action));
  const early = await inTime(answering);
  if (early && (await deliverer.pop(turn, early.screen, early.language))) return;
  if (await guard.admit(turn)) await deliverer.show(turn, early ?? (await answering));
}

/** Of the time Discord waits, what is left for finding the answer itself. */
const patience = answerWithin * 0.6;

/** What comes in time to be the first answer; undefined = it does not. */
async function inTime<T>(work: Promise<T>): Promise<T | undefined> {
  const { promise: over, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), patience);
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}

/** The same screen as a message of its own, in the place itself: whether it may be shown there is decided anew. */
async function postHere({ guard, deliverer }: RouterParts, turn: Turn, press: Press): Promise<void> {
  if (!(await guard.admit(turn))) return;
  const again: Action = { do: "start", payload: encodePress(press) };
  await guard.inOrder(turn, async () =>
    deliverer.publish(turn, await guard.perform(turn, again, publicVisit(turn.deed))),
  );
}

/** Opens the modal of a form that was shown as a message. */
async function fillIn({ guard, deliverer, slips }: RouterParts, turn: Turn, id: string): Promise<void> {
  const slip = await inTime(slips.find(id));
  const isTheirs = slip?.visit.person.id === turn.visit.person.id;
  if (slip && isTheirs && (await deliverer.pop(turn, slip.screen, turn.language))) return;
  if (await guard.admit(turn)) await deliverer.tell(turn, slip && !isTheirs ? "notice-not-yours" : "form-over");
}

/** Hands in what was typed into a modal. */
async function submit(parts: RouterParts, turn: Turn, id: string | undefined, values: Values): Promise<void> {
  const { guard, deliverer, slips } = parts;
  if (!(await guard.admit(turn))) return;
  const slip = id === undefined ? undefined : await ownSlip(parts, turn, id);
  if (!slip || id === undefined) return;
  const { form, values: known } = slip.screen;
  await guard.inOrder(turn, async () => {
    const answer = await guard.perform(turn, { do: "submit", form, values: { ...known, ...values } });
    if (answer.screen.show !== "form") await slips.drop(id);
    await deliverer.show(turn, answer);
  });
}

/** What came of a page; where nothing came yet, that its message is up to date again, or a new page. */
async function goOn(parts: RouterParts, turn: Turn, id: string): Promise<void> {
  const { guard, deliverer, slips, post, now } = parts;
  if (!(await guard.admit(turn))) return;
  const slip = await ownSlip(parts, turn, id);
  if (!slip) return;
  await guard.inOrder(turn, async () => {
    if (slip.result) return deliverer.show(turn, slip.result);
    if ((slip.screen.page?.expiresAt ?? 0) < now()) {
      return deliverer.show(turn, await guard.perform(turn, askedAgain(slip.screen)));
    }
    // This press can be answered for another quarter of an hour.
    await slips.put(id, { ...slip, message: post.tokenOf(turn.deed) });
    await deliverer.tell(turn, "page-not-sent");
  });
}

/** What asks for a form once more, when its page is over. */
function askedAgain({ form: { id, subject } }: FormScreen): Action {
  return { do: "sign-in", ...(id === "pikpak" && subject !== undefined && { mount: subject }) };
}

async function leave(parts: RouterParts, turn: Turn, id: string): Promise<void> {
  const { guard, deliverer, slips } = parts;
  if (!(await guard.admit(turn))) return;
  const slip = await ownSlip(parts, turn, id);
  if (!slip) return;
  await guard.inOrder(turn, async () => {
    await slips.drop(id);
    await deliverer.show(turn, await guard.perform(turn, { do: "cancel", left: slip.screen.form }));
  });
}

/** The person's own slip; else they were told why not. */
async function ownSlip({ slips, deliverer }: RouterParts, turn: Turn, id: string): Promise<Slip | undefined> {
  const slip = await slips.find(id);
  if (slip?.visit.person.id === turn.visit.person.id) return slip;
  await deliverer.tell(turn, slip ? "notice-not-yours" : "form-over");
  return undefined;
}

type Unknown = "unknown-press" | "unknown-command";

/** A widget or a command of an older version, or a forged one: there is a way on from it. */
async function unknown({ guard, deliverer }: RouterParts, turn: Turn, notice: Unknown): Promise<void> {
  if (!(await guard.admit(turn))) return;
  const { language } = turn;
  const screen = { show: "notice", notice, level: "refused", for: "asker" } as const;
  await deliverer.show(turn, { screen, language });
}

/** What was typed and chosen in a modal; what was left out is absent. */
function answersIn({ fields }: ModalSubmitInteraction): Values {
  const answers = fields.fields.map((field): [string, string] => {
    if ("value" in field && typeof field.value === "string") return [field.customId, field.value];
    return [field.customId, "values" in field ? (field.values[0] ?? "") : ""];
  });
  return Object.fromEntries(answers);
}

async function suggestionsFor(parts: RouterParts, typing: AutocompleteInteraction) {
  const { name, value } = typing.options.getFocused(true);
  const option = commandNamed(typing.commandName)?.options.find((one) => one.name === name);
  if (!option?.suggests) return [];
  const found = await parts.suggest(visitOf(typing), { of: option.suggests, typed: value });
  return found
    .filter((suggestion) => suggestion.value.length <= mostOption)
    .slice(0, mostSuggestions)
    .map(({ value: path, name: entry, kind }) => ({
      name: `${suggestionSigns[kind]} ${plainLabel(kind === "mount" ? entry : path, mostOption - 3)}`,
      value: path,
    }));
}

const suggestionSigns: Readonly<Record<Suggestion["kind"], string>> = { folder: "📁", file: "📄", mount: "🗄" };
