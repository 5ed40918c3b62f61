import type { InlineKeyboardButton } from "grammy/types";
import { createHash } from "node:crypto";
import { choiceLabel, fieldHint, fieldLabel, formTitle, problemText, reasonText } from "../../i18n/kind-words.ts";
import { isPublicAddress } from "../../i18n/address.ts";
import { labelled } from "../../i18n/phrases.ts";
import { elideName, isolate } from "../../i18n/names.ts";
import { changeable, fieldAsked, type Walk } from "../walk.ts";
import { lines, strong, type Painted, type Painter } from "./painter.ts";

/** What a button of a dialogue asks for. */
export type DialoguePress =
  | { readonly is: "skip" | "cancel" | "instead" | "ways" }
  /** `index` counts the answers to choose from, or the form's fields. */
  | { readonly is: "choice" | "change"; readonly index: number };

/** The letters of presses in codes: of those that count nothing, then of those with an index. */
const letters = { skip: "s", cancel: "x", instead: "i", ways: "w" } as const;
const countedLetters = { choice: "c", change: "e" } as const;

/** The code behind a dialogue's button: whose dialogue, which question, and what. ButtonPress codes start with a digit, so they never meet. */
function encodeDialoguePress({ owner, question }: Asker, press: DialoguePress): string {
  const what = "index" in press ? `${countedLetters[press.is]}${press.index}` : letters[press.is];
  return `d-${owner.toString(36)}-${question}-${what}`;
}

/** Whose dialogue, and which of its questions. */
interface Asker {
  readonly owner: number;
  readonly question: string;
}

/** The same for the same question of the same form, however often it is asked. */
export function questionOf({ form, fields, asking }: Walk): string {
  const of = createHash("sha256")
    .update([form.id, form.kind ?? "", ...(form.way === undefined ? [] : [form.way])].join(" "))
    .digest("hex")
    .slice(0, 6);
  return `${of}q${fields.findIndex(({ name }) => name === asking)}`;
}

/** What is behind a code; undefined = not a dialogue's button. */
export function decodeDialoguePress(code: string): (Asker & { readonly press: DialoguePress }) | undefined {
  const match = /^d-([0-9a-z]{1,12})-([0-9a-f]{6}q\d{1,2})-(?:([sxiw])|([ce])(\d{1,3}))$/.exec(code);
  if (!match) return undefined;
  const [, owner = "", question = "", letter, counted, index] = match;
  const asker = { owner: Number.parseInt(owner, 36), question };
  const is = named(letters, letter);
  if (is) return { ...asker, press: { is } };
  const countedIs = named(countedLetters, counted);
  return countedIs && { ...asker, press: { is: countedIs, index: Number(index) } };
}

/** What a letter stands for in a table of them. */
function named<Name extends string>(
  table: Readonly<Record<Name, string>>,
  letter: string | undefined,
): Name | undefined {
  // Object.keys forgets the type of the keys it was given.
  return (Object.keys(table) as Name[]).find((name) => table[name] === letter);
}

/** The question a form has come to. `note` is the key of a sentence about what was just sent. */
export function paintQuestionOf(painter: Painter, walk: Walk, owner: number, note?: string): Painted {
  const { say, figures } = painter;
  const field = fieldAsked(walk);
  const asker = { owner, question: questionOf(walk) };
  const { page, reason, problem, form } = walk;
  const verify = reason?.verify;
  const hint = fieldHint(painter, form, field.name);
  const known = walk.values[field.name];
  // A share's code came with its link: it is asked for in four lines.
  const isCode = field.role === "code";
  return {
    text: lines(
      note !== undefined && `ℹ️ ${say(note)}`,
      strong(formTitle(painter, form)),
      reason && `⚠️ ${reasonText(painter, reason, form.kind)}`,
      verify !== undefined && !isPublicAddress(verify) && verify,
      !isCode && "",
      problem && `⚠️ ${problemText(painter, form, problem)}`,
      `❔ ${fieldLabel(painter, form, field.name)}${known === undefined ? "" : ` (${isolate(known)})`}`,
      !(isCode && reason) && hint,
      field.kind === "secret" && `🔒 ${page ? say("dialogue-secret") : say("dialogue-secret-no-page")}`,
      page && !isCode && `🌐 ${say("dialogue-page-span", { time: figures.span(page.expiresAt - painter.now) })}`,
      page && !isPublicAddress(page.url) && page.url,
    ),
    keyboard: [
      ...(verify === undefined ? [] : addressRow(`🌐 ${say("press-verify")}`, verify)),
      ...(page ? addressRow(`🌐 ${say("press-page")}`, page.url) : []),
      ...choiceRows(painter, walk, asker),
      ...insteadRow(painter, walk, asker),
      ...(walk.ways ? [[dialogueButton(`🔑 ${say("press-show-ways")}`, asker, { is: "ways" })]] : []),
      ...changeable(walk).map((known) => [
        dialogueButton(
          `✏️ ${labelled(say, fieldLabel(painter, walk.form, known.name), elideName(walk.values[known.name] ?? "", 20))}`,
          asker,
          {
            is: "change",
            index: walk.fields.indexOf(known),
          },
        ),
      ]),
      [
        ...(field.required ? [] : [dialogueButton(`⏭ ${say("press-skip")}`, asker, { is: "skip" })]),
        dialogueButton(`✖️ ${say("press-cancel")}`, asker, { is: "cancel" }),
      ],
    ],
  };
}

function addressRow(text: string, url: string): InlineKeyboardButton[][] {
  return isPublicAddress(url) ? [[{ text, url }]] : [];
}

/** Most answers a choice offers as buttons; more can be typed. */
const maxChoices = 40;

function choiceRows(painter: Painter, walk: Walk, asker: Asker): InlineKeyboardButton[][] {
  const field = fieldAsked(walk);
  const { choices = [] } = field;
  return choices
    .slice(0, maxChoices)
    .map((choice, index) => [dialogueButton(choiceLabel(painter, field, choice), asker, { is: "choice", index })]);
}

function insteadRow(painter: Painter, walk: Walk, asker: Asker): InlineKeyboardButton[][] {
  const { instead } = fieldAsked(walk);
  if (instead === undefined) return [];
  const field = fieldLabel(painter, walk.form, instead);
  return [[dialogueButton(`🔁 ${painter.say("dialogue-instead", { field })}`, asker, { is: "instead" })]];
}

function dialogueButton(text: string, asker: Asker, press: DialoguePress): InlineKeyboardButton {
  return { text, callback_data: encodeDialoguePress(asker, press) };
}
