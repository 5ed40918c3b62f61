import { fmt, FormattedString } from "@grammyjs/parse-mode";
import type { InlineKeyboardButton } from "grammy/types";
import type { ButtonPress } from "../../actions/buttons.ts";
import { encodeButton } from "../../actions/buttons.ts";
import type { Ability } from "../../actions/model/screen.ts";
import type { ViewRef } from "../../actions/model/session.ts";
import { abilitySigns } from "../../i18n/signs.ts";
import type { MountTag } from "../../actions/model/mount-tag.ts";
import type { Say } from "../../i18n/words.ts";
import { figuresIn, pageOf, type Figures, type Pages } from "../../i18n/figures.ts";
import { clip, dateMarks, elideName, ellipsis, isolate } from "../../i18n/names.ts";
import { maxText } from "../limits.ts";

/** What a message is made of: text with entities (names are never escaped), and rows of buttons. */
export interface Painted {
  readonly text: FormattedString;
  readonly keyboard: readonly (readonly InlineKeyboardButton[])[];
  /** Address whose preview is shown above the text; absent = previews are off. */
  readonly preview?: string;
}

/** What renderers draw with. */
export interface Painter {
  readonly say: Say;
  readonly language: string;
  readonly figures: Figures;
  /** Whether a key has words, for choices and drivers that may have none. */
  has(key: string): boolean;
  /** The name of another language, in itself. */
  languageName(language: string): string;
  readonly place: "private" | "group";
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The address that opens the bot with a payload; absent = not known. */
  readonly deepLink?: ((payload: string) => string) | undefined;
}

interface PainterParts {
  readonly words: { in(language: string): Say; has(key: string): boolean };
  readonly language: string;
  readonly place: "private" | "group";
  readonly now: number;
  readonly deepLink?: Painter["deepLink"];
}

/** The painter of one language, for one answer. */
export function painterFor({ words, language, place, now, deepLink }: PainterParts): Painter {
  const figures = figuresIn(language);
  return {
    say: words.in(language),
    language,
    figures: {
      ...figures,
      date: (at) => `${dateMarks.start}${at}${dateMarks.text}${figures.date(at)}${dateMarks.end}`,
    },
    has: (key) => words.has(key),
    languageName: (other) => words.in(other)("language-name"),
    place,
    now,
    deepLink,
  };
}

/** A date in the middle of a sentence, until `lines` makes an entity of it. */
const moment = /\uE0F0(\d{1,14})\uE0F1([^\uE0F2]*)\uE0F2/;

/** A line whose dates each reader sees in their own time zone and language. */
function withMoments(line: string): FormattedString | string {
  const [whole, at, text = ""] = moment.exec(line) ?? [];
  if (whole === undefined) return line;
  const start = line.indexOf(whole);
  const date = FormattedString.time(text, Math.floor(Number(at) / 1000), "Dt");
  return joined([line.slice(0, start), date, withMoments(line.slice(start + whole.length))]);
}

/** Joins what is there line by line; undefined lines are left out, empty ones stay. */
export function lines(...all: readonly (string | FormattedString | undefined | false)[]): FormattedString {
  const kept = all
    .filter((line) => line !== undefined && line !== false)
    .map((line) => (typeof line === "string" ? withMoments(line) : line));
  const whole = joined(kept, "\n");
  if (whole.text.length <= maxText) return whole;
  const length = clip(whole.text, maxText).length - ellipsis.length;
  return joined([whole.slice(0, length), ellipsis]);
}

/** In one go: `FormattedString.join` makes all of it anew with every item. */
function joined(items: readonly (string | FormattedString)[], separator = ""): FormattedString {
  const between = items.map((_, at) => (at < items.length - 1 ? separator : ""));
  return fmt(["", ...between], ...items);
}

/** A name in bold; an empty one, which Telegram would have no entity for, as a dash. */
export function strong(name: string): FormattedString {
  return FormattedString.bold(isolate(name === "" ? "–" : name));
}

/** A button that is pressed. */
export function button(text: string, press: ButtonPress): InlineKeyboardButton.CallbackButton {
  return { text, callback_data: encodeButton(press) };
}

/** The buttons of what a card can. */
export function abilityButtons(
  { say }: Painter,
  { can, view }: { readonly can: readonly Ability[]; readonly view: ViewRef },
): InlineKeyboardButton.CallbackButton[] {
  return can.map((ability) => {
    const { sign, button: wanted } = abilitySigns[ability];
    return button(`${sign} ${say(`press-${wanted}`)}`, { do: wanted, view });
  });
}

/** Buttons in as few rows as Telegram shows well, all of about the same length. */
export function evenRows<T>(buttons: readonly T[]): T[][] {
  const count = Math.ceil(buttons.length / maxInRow);
  const length = Math.ceil(buttons.length / Math.max(1, count));
  return Array.from({ length: count }, (_row, n) => buttons.slice(n * length, (n + 1) * length));
}

/** Buttons of a row: the platform takes eight. */
const maxInRow = 8;

/** Where in a list's pages one is, and the ways to those beside it; nothing where there is one. */
export function turningRow(view: ViewRef, page: Pages): InlineKeyboardButton.CallbackButton[] {
  const { number, count, next = number < (count ?? 0) } = page;
  if (number <= 1 && !next) return [];
  const turn = (to: number, sign: string) => button(sign, { do: "turn", view, page: to });
  return [
    ...(number > 1 ? [turn(number - 1, "◀")] : []),
    turn(number, pageOf(page)),
    ...(next ? [turn(number + 1, "▶")] : []),
  ];
}

/** Most folders of a trail that are named; in between stands an ellipsis. */
const crumbsShown = 3;

/** `🏠 Drive › first › … › last two`. */
export function trailLine(mount: MountTag, trail: readonly string[]): FormattedString {
  const shown = trail.length > crumbsShown ? [...trail.slice(0, 1), "…", ...trail.slice(1 - crumbsShown)] : trail;
  const crumbs = shown.map((name) => (name === "…" ? name : elideName(name, 40)));
  return joined([joined(["🏠 ", strong(elideName(mount.title, 60))]), ...crumbs], " › ");
}

/** Buttons two a row. */
export function pairs(buttons: readonly InlineKeyboardButton[]): InlineKeyboardButton[][] {
  return buttons.flatMap((_, at) => (at % 2 === 0 ? [buttons.slice(at, at + 2)] : []));
}
