import { FormattedString } from "@grammyjs/parse-mode";
import type { InlineKeyboardButton } from "grammy/types";
import type { HookCard } from "../../actions/model/hook-screen.ts";
import { hookExample, hookUseLines } from "../../i18n/hook.ts";
import { hookSign } from "../../i18n/signs.ts";
import { maxCopied } from "../limits.ts";
import { button, lines, type Painted, type Painter } from "./painter.ts";

/** A person's hook, with its address when it was made just now. */
export function paintHook(painter: Painter, card: HookCard): Painted {
  const { say } = painter;
  const { hook, address } = card;
  return {
    text: lines(
      FormattedString.join([`${hookSign} `, FormattedString.bold(say("hook-title"))]),
      say("hook-about"),
      "",
      ...hookUseLines(painter, hook),
      address !== undefined && FormattedString.code(address),
      address !== undefined && `⚠️ ${say("hook-once")}`,
      ...(hook ? ["", say("hook-how"), FormattedString.code(hookExample)] : []),
    ),
    keyboard: keyboardOf(painter, card),
  };
}

function keyboardOf({ say }: Painter, { view, hook, address }: HookCard): InlineKeyboardButton[][] {
  const copy =
    address !== undefined && address.length <= maxCopied
      ? [[{ text: `📋 ${say("press-copy")}`, copy_text: { text: address } }]]
      : [];
  const ways = hook
    ? [
        button(`🔄 ${say("press-renew-hook")}`, { do: "renew-hook", view }),
        button(`🚫 ${say("press-revoke-hook")}`, { do: "revoke-hook", view }),
      ]
    : [button(`${hookSign} ${say("press-make-hook")}`, { do: "make-hook", view })];
  return [...copy, ways, [button(`⬆ ${say("press-back")}`, { do: "back", view })]];
}
