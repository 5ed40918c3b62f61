import { FormattedString } from "@grammyjs/parse-mode";
import type { InlineKeyboardButton } from "grammy/types";
import type { SettingsScreen } from "../../actions/model/screen.ts";
import type { Order } from "../../storage/entry.ts";
import { button, lines, strong, type Painted, type Painter } from "./painter.ts";

const orders: readonly Order["by"][] = ["name", "size", "modified"];

/** What a person can choose, and what is chosen. */
export function paintSettings(painter: Painter, screen: SettingsScreen): Painted {
  const { say, languageName } = painter;
  const { view, languages, language, rows, rowChoices, order, method, methods, revocable } = screen;
  const by = say(`order-${order.by}`);
  const sorted = order.descending ? say("listing-order-down", { by }) : say("listing-order-up", { by });
  return {
    text: lines(
      FormattedString.join(["⚙️ ", strong(say("settings-title"))]),
      say("settings-language", { language: languageName(language) }),
      say("settings-rows", { rows }),
      say("settings-order", { order: sorted }),
      methods.length > 1 && say("mount-method", { method: say(`method-${method}`) }),
    ),
    keyboard: [
      ...pairs(
        languages.map((tag, index) =>
          button(`${mark(tag === language)}${languageName(tag)}`, { do: "set-language", view, index }),
        ),
      ),
      rowChoices.map((count) => button(`${mark(count === rows)}${count}`, { do: "set-rows", view, rows: count })),
      orders.map((choice) => {
        const arrow = order.descending ? " ↓" : " ↑";
        return button(`${say(`press-sort-${choice}`)}${choice === order.by ? arrow : ""}`, {
          do: "set-order",
          view,
          by: choice,
        });
      }),
      ...(methods.length > 1
        ? methods.map((way) => [
            button(`${mark(way === method)}${say(`method-${way}`)}`, { do: "set-method", view, method: way }),
          ])
        : []),
      revocable ? [button(`🚫 ${say("press-revoke-all-links")}`, { do: "revoke-links", view })] : [],
    ].filter((row) => row.length > 0),
  };
}

function mark(chosen: boolean): string {
  return chosen ? "🔘 " : "";
}

function pairs(buttons: readonly InlineKeyboardButton[]): InlineKeyboardButton[][] {
  return buttons.flatMap((_, at) => (at % 2 === 0 ? [buttons.slice(at, at + 2)] : []));
}
