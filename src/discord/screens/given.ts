import { ButtonStyle } from "discord.js";
import type { GivenCard, GivenList } from "../../actions/model/given-screen.ts";
import { givenState, linkLife } from "../../i18n/given.ts";
import { chosenMark, kindOf, kindSigns } from "../../i18n/signs.ts";
import { maxOptions } from "../limits.ts";
import { label, moment, plainLabel, strong } from "../markup.ts";
import { addressButtons, addressLines, isWritten } from "./address.ts";
import { press, trailLine, turningRow, type Painter } from "./painter.ts";
import type { Sheet } from "./sheet.ts";

/** Most characters of a name. */
const nameWidth = 90;

/** A link with a life of its own: its address, and what can be changed about it. */
export function givenSheet(painter: Painter, card: GivenCard): Sheet {
  const { say, figures, now } = painter;
  const { view, mount, entry, variant, endsAt, life, lives, isLocked, opens, isNew } = card;
  const time = figures.span(Math.max(0, endsAt - now));
  return {
    head: [
      `### 🔗 ${say("given-title")}`,
      `${kindSigns[kindOf(entry)]} ${strong(entry.name, 400)}`,
      trailLine(mount, []),
    ],
    body: [
      variant && say("link-variant", { name: label(variant.name) }),
      ...addressLines(painter, card),
      `⏳ ${say("link-expires", { date: moment(endsAt), time })}`,
      isLocked ? `🔒 ${say("given-locked")}` : `🔓 ${say("given-unlocked")}`,
      `👁 ${say("given-opened", { count: opens })}`,
    ],
    ...(!isWritten(card) && { file: { name: "link.txt", text: `${card.url}\n` } }),
    rows: [
      [...addressButtons(painter, card)],
      lives.map((choice, index) =>
        press(`${chosenMark(choice === life)}${linkLife(say, choice)}`, { do: "set-link-life", view, index }),
      ),
      [
        press(`🔒 ${say(isLocked ? "press-change-link-password" : "press-ask-link-password")}`, {
          do: "ask-link-password",
          view,
        }),
        isLocked && press(`🔓 ${say("press-clear-link-password")}`, { do: "clear-link-password", view }),
        press(`🚫 ${say("press-take-back-link")}`, { do: "take-back-link", view }, { style: ButtonStyle.Danger }),
      ],
      [
        isNew && press(`🔗 ${say("press-given-links")}`, { do: "given-links", view }),
        press(`⬆ ${say("press-back")}`, { do: "back", view }),
      ],
    ],
  };
}

/** Those that live: a line each, and one menu to see one. */
export function givenListSheet(painter: Painter, list: GivenList): Sheet {
  const { say } = painter;
  const { view, total, isTakenBack } = list;
  const links = list.links.slice(0, maxOptions);
  return {
    head: [isTakenBack === true && `✅ ${say("given-taken-back")}`, `### 🔗 ${say("given-list-title")}`],
    body: [
      total === 0 ? say("given-none") : say("given-total", { count: total }),
      ...links.map((link) => `${label(link.entry.name, nameWidth)} · ${givenState(painter, link)}`),
    ],
    menu: {
      placeholder: say("choose-given"),
      options: links.map(({ entry, isLocked }, index) => ({
        label: `${kindSigns[kindOf(entry)]} ${plainLabel(entry.name, nameWidth - 10)}${isLocked ? " 🔒" : ""}`,
        widgetAction: { is: "press", press: { do: "given-link", view, index } },
      })),
    },
    rows: [turningRow(view, list.page), [press(`🔄 ${say("press-refresh")}`, { do: "refresh", view })]],
  };
}
