import type { AutocompleteInteraction, ModalSubmitInteraction } from "discord.js";
import type { Logger } from "pino";
import { isUrgent, type Action } from "../actions/action.ts";
import type { Visit } from "../users/visit.ts";
import { buttonOf, encodeButton, type ButtonPress } from "../actions/buttons.ts";
import type { Suggestion, Typing } from "../actions/browse/suggest.ts";
import type { FormScreen } from "../actions/model/screen.ts";
import type { SentFile } from "../actions/model/sent-file.ts";
import type { Values } from "../storage/field.ts";
import { commandNamed, openShareIn, type Given, type Opening } from "./commands.ts";
import type { Deliverer } from "./deliver.ts";
import { sentFile } from "./files-in.ts";
import type { Guard } from "./guard.ts";
import { decodeModal, decodeWidgetAction, type WidgetAction } from "./ids.ts";
import { answerWithin, maxOption, maxSuggestions } from "./limits.ts";
import { plainLabel } from "./markup.ts";
import type { Post } from "./post.ts";
import { loggable } from "./refusals.ts";
import type { OpenPage, PendingForm, PendingForms } from "./pending-forms.ts";
import { textIn } from "./quoted.ts";
import { refOf } from "./ref.ts";
import type { Turn } from "./turn.ts";
import { messageOf, publicVisit, visitOf, type BotInteraction } from "./visit.ts";

/** From an interaction to what it asks for. */
export interface Router {
  answer(interaction: BotInteraction): Promise<void>;
  suggest(typing: AutocompleteInteraction): Promise<void>;
}

interface RouterParts {
  readonly guard: Guard;
  readonly deliverer: Deliverer;
  readonly post: Post;
  readonly pendingForms: PendingForms;
  readonly log: Logger;
  now(): number;
  suggest(visit: Visit, typing: Typing): Promise<readonly Suggestion[]>;
}

/** The router of one bot. */
export function createRouter(parts: RouterParts): Router {
  const { guard, log } = parts;
  return {
    answer: (interaction) => guard.handle(interaction, (turn) => route(parts, turn)),

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
  const { interaction } = turn;
  if (interaction.isChatInputCommand()) {
    const { data } = interaction.options;
    const given = Object.fromEntries(data.map(({ name, value }) => [name, String(value)]));
    const files = data.flatMap(({ attachment }) => (attachment ? [sentFile(attachment)] : []));
    return obey(parts, turn, { name: interaction.commandName, given, files });
  }
  if (interaction.isMessageContextMenuCommand())
    return act(parts, turn, openShareIn(textIn(interaction.targetMessage)), "reply");
  if (interaction.isModalSubmit())
    return submit(parts, turn, decodeModal(interaction.customId), answersIn(interaction));
  const widgetAction = decodeWidgetAction(
    interaction.isStringSelectMenu() ? (interaction.values[0] ?? "") : interaction.customId,
  );
  return widgetAction ? grant(parts, turn, widgetAction) : unknown(parts, turn, "unknown-press");
}

function grant(parts: RouterParts, turn: Turn, widgetAction: WidgetAction): Promise<void> {
  switch (widgetAction.is) {
    case "press":
      return act(parts, turn, widgetAction.press, buttonOf(widgetAction.press).form ? "modal" : "reply");
    case "post":
      return postHere(parts, turn, widgetAction.press);
    case "command":
      return obey(parts, turn, { name: widgetAction.name, otherwise: "unknown-press" });
    case "fill":
      return fillIn(parts, turn, widgetAction.pendingForm);
    case "go-on":
      return goOn(parts, turn, widgetAction.pendingForm);
    case "ways":
      return otherWays(parts, turn, widgetAction.pendingForm);
    case "leave":
      return leave(parts, turn, widgetAction.pendingForm);
  }
}

/** Discord may still list what an older version had, and so may a button. */
function obey(
  parts: RouterParts,
  turn: Turn,
  { name, given = {}, files = [], otherwise = "unknown-command" }: Typed,
): Promise<void> {
  const command = commandNamed(name);
  if (!command) return unknown(parts, turn, otherwise);
  if (command.name === "cancel") return cancel(parts, turn);
  return act(parts, turn, command.action(given, files), command.opening(given));
}

interface Typed {
  readonly name: string;
  readonly given?: Given;
  readonly files?: readonly SentFile[];
  /** What is said where there is no such command. */
  readonly otherwise?: Unknown;
}

/** Performs an action and shows what comes. */
async function act(parts: RouterParts, turn: Turn, action: Action, opening: Opening): Promise<void> {
  if (opening === "modal") return actAtOnce(parts, turn, action);
  const { guard, deliverer } = parts;
  if (!(await guard.admit(turn))) return;
  const work = async () => deliverer.show(turn, await guard.perform(turn, action));
  await guard.inOrder(turn, work, { urgent: isUrgent(action) ? "now" : undefined, isMove: moves.has(action.do) });
}

/** Where only the last of several quick presses on a message matters. */
const moves: ReadonlySet<Action["do"]> = new Set([
  "open",
  "turn",
  "up",
  "refresh",
  "back",
] satisfies ButtonPress["do"][]);

/** Shows a form's modal at once; where that takes too long, or something else comes, it is shown as usual. */
async function actAtOnce({ guard, deliverer }: RouterParts, turn: Turn, action: Action): Promise<void> {
  const answering = guard.inOrder(turn, () => guard.perform(turn, action));
  const early = await inTime(answering);
  if (early && (await deliverer.pop(turn, early.screen, early.language))) return;
  if (!(await guard.admit(turn))) return;
  const answer = early ?? (await answering);
  if (answer) await deliverer.show(turn, answer);
}

/** Of the time Discord waits, what is left for finding the answer itself. */
const timeout = answerWithin * 0.6;

/** What comes in time to be the first answer; undefined = it does not. */
async function inTime<T>(work: Promise<T>): Promise<T | undefined> {
  const { promise: over, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), timeout);
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}

/** The same screen as a message of its own, in the place itself: whether it may be shown there is decided anew. */
async function postHere({ guard, deliverer }: RouterParts, turn: Turn, press: ButtonPress): Promise<void> {
  if (!(await guard.admit(turn))) return;
  const again: Action = { do: "start", payload: encodeButton(press) };
  await guard.inOrder(turn, async () =>
    deliverer.publish(turn, await guard.perform(turn, again, publicVisit(turn.interaction))),
  );
}

/** Opens the modal of a form that was shown as a message. */
async function fillIn({ guard, deliverer, pendingForms }: RouterParts, turn: Turn, id: string): Promise<void> {
  const pendingForm = await inTime(pendingForms.find(id));
  const isTheirs = pendingForm?.visit.person.id === turn.visit.person.id;
  if (pendingForm && isTheirs && (await deliverer.pop(turn, pendingForm.screen, turn.language))) return;
  if (await guard.admit(turn)) await deliverer.tell(turn, pendingForm && !isTheirs ? "notice-not-yours" : "form-over");
}

/** Hands in what was typed into a modal. */
async function submit(parts: RouterParts, turn: Turn, id: string | undefined, values: Values): Promise<void> {
  const { guard, deliverer, pendingForms } = parts;
  if (!(await guard.admit(turn))) return;
  const pendingForm = id === undefined ? undefined : await ownPendingForm(parts, turn, id);
  if (!pendingForm || id === undefined) return;
  const { form, values: known } = pendingForm.screen;
  await guard.inOrder(turn, async () => {
    const answer = await guard.perform(turn, { do: "submit", form, values: { ...known, ...values } });
    if (answer.screen.show !== "form") await pendingForms.drop(id);
    await deliverer.show(turn, answer);
  });
}

/** What came of a page; where nothing came yet, that its message is up to date again, or a new page. */
async function goOn(parts: RouterParts, turn: Turn, id: string): Promise<void> {
  const { guard, deliverer, pendingForms, post, now } = parts;
  if (!(await guard.admit(turn))) return;
  const pendingForm = await ownPendingForm(parts, turn, id);
  if (!pendingForm) return;
  await guard.inOrder(turn, async () => {
    if (pendingForm.result) return deliverer.show(turn, pendingForm.result);
    if ((pendingForm.screen.page?.expiresAt ?? 0) < now()) {
      return deliverer.show(turn, await guard.perform(turn, askedAgain(pendingForm.screen)));
    }
    // This press can be answered for another quarter of an hour.
    const message = messageOf(turn.interaction)?.id;
    if (message !== undefined) {
      await pendingForms.placed(id, refOf(post.grantOf(turn.interaction), turn, message));
    }
    await deliverer.tell(turn, "page-not-sent");
  });
}

/** What asks for a form once more, when its page is over. */
function askedAgain({ form: { id, kind, subject } }: FormScreen): Action {
  if (id === "open-link" || id === "any-link") return { do: "open-share", text: subject };
  if (id === "link-password") return { do: "links" };
  if (id === "aria2") return { do: "show-settings" };
  return id === "sign-in" ? { do: "sign-in", mount: subject, kind } : { do: "sign-in" };
}

/** The ways to sign in, in place of the form of one of them. */
async function otherWays(parts: RouterParts, turn: Turn, id: string): Promise<void> {
  const { guard, deliverer, pendingForms } = parts;
  if (!(await guard.admit(turn))) return;
  const pendingForm = await ownPendingForm(parts, turn, id);
  if (!pendingForm) return;
  const { kind, subject } = pendingForm.screen.form;
  await guard.inOrder(turn, async () => {
    await pendingForms.drop(id);
    await deliverer.show(turn, await guard.perform(turn, { do: "sign-in", kind, mount: subject }));
  });
}

/** Leaves the form of a message, in its place. */
async function leave(parts: RouterParts, turn: Turn, id: string): Promise<void> {
  const { guard, deliverer } = parts;
  if (!(await guard.admit(turn))) return;
  const pendingForm = await ownPendingForm(parts, turn, id);
  if (!pendingForm) return;
  const work = async () => deliverer.show(turn, await giveUp(parts, turn, { id, pendingForm }));
  await guard.inOrder(turn, work, { urgent: "now" });
}

/** Leaves the page somebody was led to, which its message says too; where there is none, that there is none. */
async function cancel(parts: RouterParts, turn: Turn): Promise<void> {
  if (await parts.guard.admit(turn)) {
    // What is about to end may lead to a page.
    await parts.guard.inOrder(turn, () => cancelPage(parts, turn), { urgent: "soon" });
  }
}

async function cancelPage(parts: RouterParts, turn: Turn): Promise<void> {
  const { guard, deliverer, pendingForms, log } = parts;
  const open = await pendingForms.openPage(turn.visit.person.id);
  if (!open) return deliverer.show(turn, await guard.perform(turn, { do: "cancel" }));
  const answer = await giveUp(parts, turn, open);
  await deliverer.settle(open.pendingForm, answer).catch((err: unknown) => {
    log.debug({ err: loggable(err) }, "discord message of a cancelled page not changed");
  });
  await deliverer.show(turn, answer);
}

/** Ends a form. To cancel ends its page as well: what is typed there counts no more. */
async function giveUp({ guard, pendingForms }: RouterParts, turn: Turn, { id, pendingForm }: OpenPage) {
  await pendingForms.drop(id);
  return guard.perform(turn, { do: "cancel", left: pendingForm.screen.form });
}

/** The person's own pending form; else they were told why not. */
async function ownPendingForm(
  { pendingForms, deliverer }: RouterParts,
  turn: Turn,
  id: string,
): Promise<PendingForm | undefined> {
  const pendingForm = await pendingForms.find(id);
  if (pendingForm?.visit.person.id === turn.visit.person.id) return pendingForm;
  await deliverer.tell(turn, pendingForm ? "notice-not-yours" : "form-over");
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
    .filter((suggestion) => suggestion.value.length <= maxOption)
    .slice(0, maxSuggestions)
    .map(({ value: path, name: entry, kind }) => ({
      name: `${suggestionSigns[kind]} ${plainLabel(kind === "mount" ? entry : path, maxOption - 3)}`,
      value: path,
    }));
}

const suggestionSigns: Readonly<Record<Suggestion["kind"], string>> = { folder: "📁", file: "📄", mount: "🗄" };
