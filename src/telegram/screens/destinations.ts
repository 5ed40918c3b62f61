import { FormattedString } from "@grammyjs/parse-mode";
import type { DestinationList } from "../../actions/model/destinations-screen.ts";
import { destinationName } from "../../i18n/batches.ts";
import { elideName } from "../../i18n/names.ts";
import { kindOf, kindSigns } from "../../i18n/signs.ts";
import { button, lines, strong, turningRow, type Painted, type Painter } from "./painter.ts";

/** Most characters of a chat's name beside that of its server, and alone. */
const nameWidth = 40;

/** Chats that files can be delivered to, one a row. */
export function paintDestinations(painter: Painter, list: DestinationList): Painted {
  const { say } = painter;
  const { view, entry, rows, page, isOutOfReach } = list;
  return {
    text: lines(
      FormattedString.join(["📢 ", strong(say("destinations-title"))]),
      entry && FormattedString.join([`${kindSigns[kindOf(entry)]} `, strong(elideName(entry.name, 80))]),
      "",
      isOutOfReach && `⚠️ ${say("notice-chats-out-of-reach")}`,
      !isOutOfReach && rows.length === 0 && say("destinations-none"),
      say("destinations-how-telegram"),
    ),
    keyboard: [
      ...rows.map((chat, index) => [
        button(
          destinationName(chat, (name) => elideName(name, nameWidth)),
          { do: "deliver-to", view, index },
        ),
      ]),
      turningRow(view, page),
      [
        button(`🔄 ${say("press-refresh")}`, { do: "refresh", view }),
        button(`⬆ ${say("press-back")}`, { do: "back", view }),
      ],
    ].filter((row) => row.length > 0),
  };
}
