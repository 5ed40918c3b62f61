import { ButtonStyle } from "discord.js";
import { audiences, sharedCapabilities } from "../../users/place.ts";
import type { LendChoice, LendingCard, PlaceSettingsScreen } from "../../actions/model/screen.ts";
import { maxOptions } from "../limits.ts";
import { label, plainLabel } from "../markup.ts";
import { press, trailLine, type Painter } from "./painter.ts";
import type { Button, Sheet } from "./sheet.ts";
import { labelled } from "../../i18n/phrases.ts";
import { orders } from "../../storage/entry.ts";
import { chosenMark, sharedCapabilitySigns, sortArrow } from "../../i18n/signs.ts";

/** Most characters of a server's name, and of a title in a menu. */
const nameWidth = 80;

/** Which drive a server is to have. */
export function lendChoiceSheet({ say }: Painter, { view, mounts, place }: LendChoice): Sheet {
  return {
    head: [place !== undefined && label(place, nameWidth), say("lend-choice")],
    menu: {
      placeholder: say("choose-mount"),
      options: mounts.slice(0, maxOptions).map(({ title }, index) => ({
        label: `🗄 ${plainLabel(title, nameWidth)}`,
        widgetAction: { is: "press", press: { do: "lend", view, index } },
      })),
    },
  };
}

/** How a drive is lent: who may do what with it. */
export function lendingSheet(painter: Painter, card: LendingCard): Sheet {
  const { say } = painter;
  const { view, policy, place } = card;
  return {
    head: [
      `### 🤝 ${say(card.draft ? "lending-draft" : "lending-title")}`,
      place !== undefined && label(place, nameWidth),
      trailLine(card.mount, card.trail),
    ],
    body: [
      ...sharedCapabilities.map((capability) =>
        labelled(say, say(`capability-${capability}`), say(`audience-${policy[capability]}`)),
      ),
      say("lending-daily", { count: policy.daily ?? 0 }),
      card.downloadChoices.length > 0 && say("lending-downloads", { count: policy.downloads ?? 0 }),
      policy.open ? say("lending-open") : say("lending-private"),
      say(card.draft ? "lending-draft-how" : "lending-how"),
    ],
    rows: [
      partRow(painter, card),
      ...sharedCapabilities.map((capability) =>
        audiences.map((audience) =>
          press(
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
        press(`${chosenMark(count === (policy.daily ?? 0))}${count === 0 ? "∞" : say("per-day", { count })}`, {
          do: "set-daily",
          view,
          count,
        }),
      ),
      card.downloadChoices.map((count) =>
        press(
          `${chosenMark(count === (policy.downloads ?? 0))}⏬ ${count === 0 ? say("downloads-off") : say("per-day", { count })}`,
          { do: "set-downloads", view, count },
        ),
      ),
      [
        press(`${policy.open ? "🔘" : "⚪"} ${say("press-open-links")}`, { do: "set-open", view, open: !policy.open }),
        ...(card.draft
          ? [
              press(`✅ ${say("press-confirm-lend")}`, { do: "confirm-lend", view }, { style: ButtonStyle.Success }),
              press(`✖️ ${say("press-cancel")}`, { do: "unlend", view }),
            ]
          : [press(`↩️ ${say("press-unlend")}`, { do: "unlend", view })]),
      ],
    ],
  };
}

/** The whole drive, or the folder at hand. */
function partRow({ say }: Painter, { view, draft, folder, trail }: LendingCard): Button[] {
  if (!draft || !folder) return [];
  const name = plainLabel(folder.at(-1) ?? "", nameWidth / 2);
  return [
    press(`${chosenMark(trail.length === 0)}🗄 ${say("lend-drive")}`, { do: "lend-what", view, what: "drive" }),
    press(`${chosenMark(trail.length > 0)}📁 ${name}`, { do: "lend-what", view, what: "folder" }),
  ];
}

/** The settings of a server. */
export function placeSettingsSheet(painter: Painter, screen: PlaceSettingsScreen): Sheet {
  const { say, languageName } = painter;
  const { view, place, languages, language, rows, rowChoices, order, clearAfter, clearChoices, privateLinks } = screen;
  return {
    head: [`### ⚙️ ${say("place-settings-title")}`, place !== undefined && label(place, nameWidth)],
    body: [
      say("settings-language", { language: language === undefined ? say("place-own") : languageName(language) }),
      rows === undefined ? say("place-rows-own") : say("settings-rows", { rows }),
      say("settings-order", { order: order ? say(`order-${order.by}`) : say("place-own") }),
      clearAfter === 0 ? say("place-clear-never") : say("place-clear", { minutes: clearAfter }),
      privateLinks ? say("place-private-links") : say("place-open-links"),
    ],
    menu: {
      placeholder: say("choose-language"),
      options: languages.map((tag, index) => ({
        label: languageName(tag),
        widgetAction: { is: "press", press: { do: "set-language", view, index } },
        chosen: tag === language,
      })),
    },
    rows: [
      rowChoices
        .slice(-5)
        .map((count) => press(`${chosenMark(count === rows)}${count}`, { do: "set-rows", view, rows: count })),
      orders.map((by) => press(`${say(`press-sort-${by}`)}${sortArrow(order, by)}`, { do: "set-order", view, by })),
      clearChoices.map((minutes) =>
        press(`${chosenMark(minutes === clearAfter)}${minutes === 0 ? "∞" : say("minutes", { count: minutes })}`, {
          do: "set-clear",
          view,
          minutes,
        }),
      ),
      [
        press(`${privateLinks ? "🔘" : "⚪"} ${say("press-private-links")}`, {
          do: "set-private-links",
          view,
          privateLinks: !privateLinks,
        }),
      ],
    ],
  };
}
