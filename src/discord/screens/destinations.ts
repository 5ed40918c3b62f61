import type { DestinationList } from "../../actions/model/destinations-screen.ts";
import { destinationName } from "../../i18n/batches.ts";
import { kindOf, kindSigns } from "../../i18n/signs.ts";
import { maxOptions } from "../limits.ts";
import { plainLabel, strong } from "../markup.ts";
import { press, turningRow, type Painter } from "./painter.ts";
import type { Sheet } from "./sheet.ts";

/** Most characters of a server's name and of a channel's in an option, and of a file's. */
const [nameWidth, fileWidth] = [40, 400];

/** Channels that files can be delivered to: one menu chooses. */
export function destinationsSheet({ say }: Painter, list: DestinationList): Sheet {
  const { view, entry, rows, page, isOutOfReach } = list;
  return {
    head: [
      `### 📢 ${say("destinations-title")}`,
      entry && `${kindSigns[kindOf(entry)]} ${strong(entry.name, fileWidth)}`,
    ],
    body: [
      isOutOfReach && `⚠️ ${say("notice-chats-out-of-reach")}`,
      !isOutOfReach && rows.length === 0 && say("destinations-none"),
      say("destinations-how-discord"),
    ],
    menu: {
      placeholder: say("choose-destination"),
      options: rows.slice(0, maxOptions).map((chat, index) => ({
        label: destinationName(chat, (name) => plainLabel(name, nameWidth)),
        widgetAction: { is: "press", press: { do: "deliver-to", view, index } },
      })),
    },
    rows: [
      turningRow(view, page),
      [
        press(`🔄 ${say("press-refresh")}`, { do: "refresh", view }),
        press(`⬆ ${say("press-back")}`, { do: "back", view }),
      ],
    ],
  };
}
