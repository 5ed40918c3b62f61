import { FormattedString } from "@grammyjs/parse-mode";
import type { InlineKeyboardButton } from "grammy/types";
import { audiences, sharedCapabilities } from "../../users/place.ts";
import type { LendChoice, LendingCard, PlaceSettingsScreen } from "../../actions/model/screen.ts";
import { elideName } from "../../i18n/names.ts";
import { maxButtons } from "../limits.ts";
import { button, lines, strong, trailLine, type Painted, type Painter } from "./painter.ts";
import { labelled } from "../../i18n/phrases.ts";
import { orders } from "../../storage/entry.ts";
import { chosenMark, sharedCapabilitySigns, sortArrow } from "../../i18n/signs.ts";

/** Which drive a group is to have. */
export function paintLendChoice({ say }: Painter, { view, mounts, place }: LendChoice): Painted {
  return {
    text: lines(place !== undefined && strong(place), say("lend-choice")),
    keyboard: mounts
      .slice(0, maxButtons)
      .map(({ title }, index) => [button(`🗄 ${elideName(title)}`, { do: "lend", view, index })]),
  };
}

/** How a drive is lent: who may do what with it. */
export function paintLending(painter: Painter, card: LendingCard): Painted {
  const { say } = painter;
  const { view, policy, place } = card;
  return {
    text: lines(
      FormattedString.join(["🤝 ", strong(say(card.draft ? "lending-draft" : "lending-title"))]),
      place !== undefined && elideName(place, 60),
      trailLine(card.mount, card.trail),
      "",
      ...sharedCapabilities.map((capability) =>
        labelled(say, say(`capability-${capability}`), say(`audience-${policy[capability]}`)),
      ),
      say("lending-daily", { count: policy.daily ?? 0 }),
      card.downloadChoices.length > 0 && say("lending-downloads", { count: policy.downloads ?? 0 }),
      policy.open ? say("lending-open") : say("lending-private"),
      "",
      say(card.draft ? "lending-draft-how" : "lending-how"),
    ),
    keyboard: [
      ...partRows(painter, card),
      ...sharedCapabilities.map((capability) =>
        audiences.map((audience) =>
          button(
            `${chosenMark(policy[capability] === audience)}${sharedCapabilitySigns[capability]} ${say(`audience-${audience}`)}`,
            {
              do: "set-policy",
              view,
              capability,
              audience,
            },
          ),
        ),
      ),
      card.dailyChoices.map((count) =>
        button(`${chosenMark(count === (policy.daily ?? 0))}${count === 0 ? "∞" : say("per-day", { count })}`, {
          do: "set-daily",
          view,
          count,
        }),
      ),
      card.downloadChoices.map((count) =>
        button(
          `${chosenMark(count === (policy.downloads ?? 0))}⏬ ${count === 0 ? say("downloads-off") : say("per-day", { count })}`,
          { do: "set-downloads", view, count },
        ),
      ),
      [button(`${policy.open ? "🔘" : "⚪"} ${say("press-open-links")}`, { do: "set-open", view, open: !policy.open })],
      ...(card.draft
        ? [
            [button(`✅ ${say("press-confirm-lend")}`, { do: "confirm-lend", view })],
            [button(`✖️ ${say("press-cancel")}`, { do: "unlend", view })],
          ]
        : [[button(`↩️ ${say("press-unlend")}`, { do: "unlend", view })]]),
    ].filter((row) => row.length > 0),
  };
}

/** The whole drive, or the folder at hand. */
function partRows({ say }: Painter, { view, draft, folder, trail }: LendingCard): InlineKeyboardButton[][] {
  if (!draft || !folder) return [];
  const name = elideName(folder.at(-1) ?? "");
  return [
    [button(`${chosenMark(trail.length === 0)}🗄 ${say("lend-drive")}`, { do: "lend-what", view, what: "drive" })],
    [button(`${chosenMark(trail.length > 0)}📁 ${name}`, { do: "lend-what", view, what: "folder" })],
  ];
}

/** The settings of a group. */
export function paintPlaceSettings(painter: Painter, screen: PlaceSettingsScreen): Painted {
  const { say, languageName } = painter;
  const { view, place, languages, language, rows, rowChoices, order, clearAfter, clearChoices, privateLinks } = screen;
  return {
    text: lines(
      FormattedString.join(["⚙️ ", strong(say("place-settings-title"))]),
      place !== undefined && elideName(place, 60),
      say("settings-language", { language: language === undefined ? say("place-own") : languageName(language) }),
      rows === undefined ? say("place-rows-own") : say("settings-rows", { rows }),
      say("settings-order", { order: order ? say(`order-${order.by}`) : say("place-own") }),
      clearAfter === 0 ? say("place-clear-never") : say("place-clear", { minutes: clearAfter }),
      privateLinks ? say("place-private-links") : say("place-open-links"),
    ),
    keyboard: [
      languages.map((tag, index) =>
        button(`${chosenMark(tag === language)}${languageName(tag)}`, { do: "set-language", view, index }),
      ),
      rowChoices.map((count) => button(`${chosenMark(count === rows)}${count}`, { do: "set-rows", view, rows: count })),
      orders.map((by) => button(`${say(`press-sort-${by}`)}${sortArrow(order, by)}`, { do: "set-order", view, by })),
      clearChoices.map((minutes) =>
        button(`${chosenMark(minutes === clearAfter)}${minutes === 0 ? "∞" : say("minutes", { count: minutes })}`, {
          do: "set-clear",
          view,
          minutes,
        }),
      ),
      [
        button(`${privateLinks ? "🔘" : "⚪"} ${say("press-private-links")}`, {
          do: "set-private-links",
          view,
          privateLinks: !privateLinks,
        }),
      ] satisfies InlineKeyboardButton[],
    ].filter((row) => row.length > 0),
  };
}
