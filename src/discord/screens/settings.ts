import type { SettingsScreen } from "../../actions/model/screen.ts";
import { hookSign, sortArrow } from "../../i18n/signs.ts";
import { label } from "../markup.ts";
import { press, type Painter } from "./painter.ts";
import type { Sheet } from "./sheet.ts";
import { orders } from "../../storage/entry.ts";

/** What a person can choose, and what is chosen. */
export function settingsSheet(painter: Painter, screen: SettingsScreen): Sheet {
  const { say, languageName } = painter;
  const { view, languages, language, rows, rowChoices, order, method, methods, aria2, revocable, hooks } = screen;
  const by = say(`order-${order.by}`);
  const sorted = order.descending ? say("listing-order-down", { by }) : say("listing-order-up", { by });
  return {
    head: [`### ⚙️ ${say("settings-title")}`],
    body: [
      say("settings-language", { language: languageName(language) }),
      say("settings-rows", { rows }),
      say("settings-order", { order: sorted }),
      methods.length > 1 && say("mount-method", { method: say(`method-${method}`) }),
      aria2?.host !== undefined && say("settings-aria2", { host: label(aria2.host) }),
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
      rowChoices.map((count) =>
        press(
          `${count === rows ? "🔘 " : ""}${count}`,
          { do: "set-rows", view, rows: count },
          { disabled: count === rows },
        ),
      ),
      orders.map((by) => press(`${say(`press-sort-${by}`)}${sortArrow(order, by)}`, { do: "set-order", view, by })),
      methods.length > 1
        ? methods.map((way) =>
            press(`${way === method ? "🔘" : "⚪"} ${say(`method-${way}`)}`, { do: "set-method", view, method: way }),
          )
        : [],
      [
        aria2 !== undefined &&
          press(`📡 ${say(aria2.host === undefined ? "press-ask-aria2" : "press-change-aria2")}`, {
            do: "ask-aria2",
            view,
          }),
        aria2?.host !== undefined && press(`✖️ ${say("press-drop-aria2")}`, { do: "drop-aria2", view }),
      ],
      [
        hooks === true && press(`${hookSign} ${say("press-show-hook")}`, { do: "show-hook", view }),
        revocable === true && press(`🚫 ${say("press-revoke-all-links")}`, { do: "revoke-links", view }),
      ],
    ],
  };
}
