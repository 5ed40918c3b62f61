import { ButtonStyle } from "discord.js";
import type { HookCard } from "../../actions/model/hook-screen.ts";
import { hookExample, hookUseLines } from "../../i18n/hook.ts";
import { hookSign } from "../../i18n/signs.ts";
import { copyable } from "../markup.ts";
import { press, type Painter } from "./painter.ts";
import type { Sheet } from "./sheet.ts";

/** A person's hook, with its address when it was made just now. */
export function hookSheet(painter: Painter, { view, hook, address }: HookCard): Sheet {
  const { say } = painter;
  return {
    head: [`### ${hookSign} ${say("hook-title")}`, say("hook-about")],
    body: [
      ...hookUseLines(painter, hook),
      address !== undefined && copyable(address),
      address !== undefined && `⚠️ ${say("hook-once")}`,
      ...(hook ? [say("hook-how"), copyable(hookExample)] : []),
    ],
    rows: [
      [
        ...(hook
          ? [
              press(`🔄 ${say("press-renew-hook")}`, { do: "renew-hook", view }),
              press(`🚫 ${say("press-revoke-hook")}`, { do: "revoke-hook", view }, { style: ButtonStyle.Danger }),
            ]
          : [press(`${hookSign} ${say("press-make-hook")}`, { do: "make-hook", view })]),
        press(`⬆ ${say("press-back")}`, { do: "back", view }),
      ],
    ],
  };
}
