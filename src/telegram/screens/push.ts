import { FormattedString } from "@grammyjs/parse-mode";
import type { PushScreen } from "../../actions/model/push-screen.ts";
import { pushLines } from "../../i18n/push.ts";
import { button, lines, strong, trailLine, type Painted, type Painter } from "./painter.ts";

/** Files on their way to somebody's own aria2, and what it says. */
export function paintPush(painter: Painter, { view, mount, name, state }: PushScreen): Painted {
  const { say } = painter;
  const isUnderWay = state.is === "reading" || state.is === "sending";
  const isAgain = state.is === "failed" || state.is === "cancelled" || state.is === "lost";
  return {
    text: lines(
      FormattedString.join(["📡 ", strong(say("push-title"))]),
      name !== undefined && strong(name),
      trailLine(mount, []),
      "",
      ...pushLines(painter, state, { driver: mount.driver }),
    ),
    keyboard: [
      isUnderWay ? [button(`✖️ ${say("press-cancel")}`, { do: "cancel-push", view })] : [],
      [
        ...(state.is === "sent" && state.taken > 0
          ? [button(`🔄 ${say("press-push-status")}`, { do: "push-status", view })]
          : []),
        ...(isAgain ? [button(`🔄 ${say("press-retry")}`, { do: "retry-push", view })] : []),
        ...(isUnderWay ? [] : [button(`⬆ ${say("press-back")}`, { do: "back", view })]),
      ],
    ].filter((row) => row.length > 0),
  };
}
