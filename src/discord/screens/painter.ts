import type { ButtonPress } from "../../actions/buttons.ts";
import type { Ability } from "../../actions/model/screen.ts";
import type { ViewRef } from "../../actions/model/session.ts";
import { abilitySigns } from "../../i18n/signs.ts";
import type { MountTag } from "../../actions/model/mount-tag.ts";
import { figuresIn, pageOf, type Figures, type Pages } from "../../i18n/figures.ts";
import type { Say } from "../../i18n/words.ts";
import { label, strong } from "../markup.ts";
import type { Chat } from "../visit.ts";
import { button, type Button } from "./sheet.ts";

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
  /** The screen is seen by one person in a place where others are, and may be shown to them too. */
  readonly canPost: boolean;
  /** Where this is read. */
  readonly chat: Chat;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

interface PainterParts {
  readonly words: { in(language: string): Say; has(key: string): boolean };
  readonly language: string;
  readonly place: "private" | "group";
  readonly canPost: boolean;
  readonly chat: Chat;
  readonly now: number;
}

/** The painter of one language, for one answer. */
export function painterFor({ words, language, ...more }: PainterParts): Painter {
  return {
    say: words.in(language),
    language,
    figures: figuresIn(language),
    has: (key) => words.has(key),
    languageName: (other) => words.in(other)("language-name"),
    ...more,
  };
}

/** A button that is pressed on a view. */
export function press(text: string, wanted: ButtonPress, looks?: Parameters<typeof button>[2]): Button {
  return button(text, { is: "press", press: wanted }, looks);
}

/** The buttons of what a card can. */
export function abilityButtons(
  { say }: Painter,
  { can, view }: { readonly can: readonly Ability[]; readonly view: ViewRef },
): Button[] {
  return can.map((ability) => {
    const { sign, button: wanted } = abilitySigns[ability];
    return press(`${sign} ${say(`press-${wanted}`)}`, { do: wanted, view });
  });
}

/** A button that shows the same to everybody here, where that can be. */
export function postButton({ canPost, say }: Painter, again: ButtonPress): Button | false {
  return canPost && button(`📣 ${say("press-post-here")}`, { is: "post", press: again });
}

/** Where in a list's pages one is, and the ways to those beside it; nothing where there is one. */
export function turningRow(view: ViewRef, page: Pages): (Button | false)[] {
  const { number, count, next = number < (count ?? 0) } = page;
  if (number <= 1 && !next) return [];
  const turn = (to: number, sign: string, disabled = false) =>
    press(sign, { do: "turn", view, page: to }, { disabled });
  return [number > 1 && turn(number - 1, "◀"), turn(number, pageOf(page), true), next && turn(number + 1, "▶")];
}

/** Most folders of a trail that are named; in between stands an ellipsis. */
const crumbsShown = 3;
/** Most characters of each, and of the mount. */
const crumbWidth = 80;

/** `🏠 Drive › first › … › last two`. */
export function trailLine(mount: MountTag, trail: readonly string[]): string {
  const cut = trail.length > crumbsShown;
  const shown = (cut ? [...trail.slice(0, 1), ...trail.slice(1 - crumbsShown)] : trail).map((name) =>
    label(name, crumbWidth),
  );
  const crumbs = cut ? [...shown.slice(0, 1), "…", ...shown.slice(1)] : shown;
  return [`🏠 ${strong(mount.title, crumbWidth)}`, ...crumbs].join(" › ");
}
