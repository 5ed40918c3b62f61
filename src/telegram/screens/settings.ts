import { FormattedString } from "@grammyjs/parse-mode";
import type { SettingsScreen } from "../../actions/model/screen.ts";
import { isolate } from "../../i18n/names.ts";
import { button, lines, strong, type Painted, type Painter, pairs } from "./painter.ts";
import { orders } from "../../storage/entry.ts";
import { chosenMark, hookSign, sortArrow } from "../../i18n/signs.ts";

/** What a person can choose, and what is chosen. */
export function paintSettings(painter: Painter, screen: SettingsScreen): Painted {
  const { say, languageName } = painter;
  const { view, languages, language, rows, rowChoices, order, method, methods, aria2, revocable, hooks } = screen;
  const by = say(`order-${order.by}`);
  const sorted = order.descending ? say("listing-order-down", { by }) : say("listing-order-up", { by });
  return {
    text: lines(
      FormattedString.join(["⚙️ ", strong(say("settings-title"))]),
      say("settings-language", { language: languageName(language) }),
      say("settings-rows", { rows }),
      say("settings-order", { order: sorted }),
      methods.length > 1 && say("mount-method", { method: say(`method-${method}`) }),
      aria2?.host !== undefined && say("settings-aria2", { host: isolate(aria2.host) }),
    ),
    keyboard: [
      ...pairs(
        languages.map((tag, index) =>
          button(`${chosenMark(tag === language)}${languageName(tag)}`, { do: "set-language", view, index }),
        ),
      ),
      rowChoices.map((count) => button(`${chosenMark(count === rows)}${count}`, { do: "set-rows", view, rows: count })),
      orders.map((by) => button(`${say(`press-sort-${by}`)}${sortArrow(order, by)}`, { do: "set-order", view, by })),
      ...(methods.length > 1
        ? methods.map((way) => [
            button(`${chosenMark(way === method)}${say(`method-${way}`)}`, { do: "set-method", view, method: way }),
          ])
        : []),
      aria2
        ? [
            button(`📡 ${say(aria2.host === undefined ? "press-ask-aria2" : "press-change-aria2")}`, {
              do: "ask-aria2",
              view,
            }),
            ...(aria2.host === undefined ? [] : [button(`✖️ ${say("press-drop-aria2")}`, { do: "drop-aria2", view })]),
          ]
        : [],
      hooks ? [button(`${hookSign} ${say("press-show-hook")}`, { do: "show-hook", view })] : [],
      revocable ? [button(`🚫 ${say("press-revoke-all-links")}`, { do: "revoke-links", view })] : [],
    ].filter((row) => row.length > 0),
  };
}
