import type { PushScreen } from "../../actions/model/push-screen.ts";
import { pushLines } from "../../i18n/push.ts";
import { label, strong } from "../markup.ts";
import { press, trailLine, type Painter } from "./painter.ts";
import type { Sheet } from "./sheet.ts";

/** Files on their way to somebody's own aria2, and what it says. */
export function pushSheet(painter: Painter, { view, mount, name, state }: PushScreen): Sheet {
  const { say } = painter;
  const isUnderWay = state.is === "reading" || state.is === "sending";
  const isAgain = state.is === "failed" || state.is === "cancelled" || state.is === "lost";
  return {
    head: [`### 📡 ${say("push-title")}`, name !== undefined && strong(name, 400), trailLine(mount, [])],
    body: pushLines(painter, state, { driver: mount.driver, quote: (words) => label(words, 200) }),
    rows: [
      [
        isUnderWay && press(`✖️ ${say("press-cancel")}`, { do: "cancel-push", view }),
        state.is === "sent" && state.taken > 0 && press(`🔄 ${say("press-push-status")}`, { do: "push-status", view }),
        isAgain && press(`🔄 ${say("press-retry")}`, { do: "retry-push", view }),
        !isUnderWay && press(`⬆ ${say("press-back")}`, { do: "back", view }),
      ],
    ],
  };
}
