import { FormattedString } from "@grammyjs/parse-mode";
import type { GivenCard, GivenList } from "../../actions/model/given-screen.ts";
import { givenState, linkLife } from "../../i18n/given.ts";
import { elideName, isolate } from "../../i18n/names.ts";
import { chosenMark, kindOf, kindSigns } from "../../i18n/signs.ts";
import { addressRow, addressText, namedRow, namedText, watchText } from "./address.ts";
import { button, lines, pairs, strong, trailLine, turningRow, type Painted, type Painter } from "./painter.ts";

/** A link with a life of its own: its address, and what can be changed about it. */
export function paintGiven(painter: Painter, card: GivenCard): Painted {
  const { say, figures, now } = painter;
  const { view, mount, entry, variant, endsAt, life, lives, isLocked, opens, isNew } = card;
  const time = figures.span(Math.max(0, endsAt - now));
  return {
    text: lines(
      FormattedString.join(["🔗 ", strong(say("given-title"))]),
      FormattedString.join([`${kindSigns[kindOf(entry)]} `, strong(entry.name)]),
      variant && say("link-variant", { name: isolate(variant.name) }),
      trailLine(mount, []),
      "",
      addressText(card),
      watchText(painter, card),
      namedText(painter, card),
      "",
      `⏳ ${say("link-expires", { date: figures.date(endsAt), time })}`,
      isLocked ? `🔒 ${say("given-locked")}` : `🔓 ${say("given-unlocked")}`,
      `👁 ${say("given-opened", { count: opens })}`,
    ),
    keyboard: [
      addressRow(painter, card),
      namedRow(painter, card),
      ...pairs(
        lives.map((choice, index) =>
          button(`${chosenMark(choice === life)}${linkLife(say, choice)}`, { do: "set-link-life", view, index }),
        ),
      ),
      [
        button(`🔒 ${say(isLocked ? "press-change-link-password" : "press-ask-link-password")}`, {
          do: "ask-link-password",
          view,
        }),
        ...(isLocked ? [button(`🔓 ${say("press-clear-link-password")}`, { do: "clear-link-password", view })] : []),
      ],
      [
        button(`🚫 ${say("press-take-back-link")}`, { do: "take-back-link", view }),
        ...(isNew ? [button(`🔗 ${say("press-given-links")}`, { do: "given-links", view })] : []),
      ],
      [button(`⬆ ${say("press-back")}`, { do: "back", view })],
    ].filter((row) => row.length > 0),
  };
}

/** Those that live, one a row. */
export function paintGivenList(painter: Painter, list: GivenList): Painted {
  const { say } = painter;
  const { view, links, total, isTakenBack } = list;
  return {
    text: lines(
      isTakenBack && `✅ ${say("given-taken-back")}`,
      FormattedString.join(["🔗 ", strong(say("given-list-title"))]),
      total === 0 ? say("given-none") : say("given-total", { count: total }),
      "",
      ...links.map((link) => `${isolate(elideName(link.entry.name, 50))} · ${givenState(painter, link)}`),
    ),
    keyboard: [
      ...links.map(({ entry, isLocked }, index) => [
        button(`${kindSigns[kindOf(entry)]} ${elideName(entry.name)}${isLocked ? " 🔒" : ""}`, {
          do: "given-link",
          view,
          index,
        }),
      ]),
      turningRow(view, list.page),
      [button(`🔄 ${say("press-refresh")}`, { do: "refresh", view })],
    ].filter((row) => row.length > 0),
  };
}
