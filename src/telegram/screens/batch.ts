import { FormattedString } from "@grammyjs/parse-mode";
import type { InlineKeyboardButton } from "grammy/types";
import type { BatchScreen } from "../../actions/model/batch-screen.ts";
import { uploadFailures } from "../../actions/model/upload.ts";
import {
  batchProgress,
  batchStep,
  batchTitle,
  destinationName,
  isWorthAnotherTry,
  unsentReason,
} from "../../i18n/batches.ts";
import { elideName, isolate } from "../../i18n/names.ts";
import { kindOf, kindSigns } from "../../i18n/signs.ts";
import { button, lines, trailLine, type Painted, type Painter } from "./painter.ts";

/** Most files that did not come and are told of one by one, and that get a button. */
const [maxLines, maxOpened] = [10, 20];

const ours: ReadonlySet<string> = new Set(uploadFailures);

/** Several files on their way into the chat, and how far they are. */
export function paintBatch(painter: Painter, screen: BatchScreen): Painted {
  const { say } = painter;
  const { mount, trail, destination, count, state, unsent, more } = screen;
  // All of them were let go of alike: that is said above.
  const told = state.is === "cancelled" ? unsent.filter(({ why }) => why.is !== "cancelled") : unsent;
  return {
    text: lines(
      FormattedString.bold(batchTitle(painter, screen)),
      trailLine(mount, trail),
      destination && say("batch-to", { chat: destinationName(destination, (name) => isolate(elideName(name, 40))) }),
      "",
      state.is === "running" && batchStep(painter, state, count, isolate(elideName(state.name, 60))),
      state.is === "running" && batchProgress(painter, state),
      ...told
        .slice(0, maxLines)
        .flatMap(({ entry, why }) => [
          `⚠️ ${isolate(elideName(entry.name, 60))}`,
          unsentReason(painter, why, { driver: mount.driver, ours }),
        ]),
      told.length > maxLines && say("batch-more-unsent", { count: told.length - maxLines }),
      more && `ℹ️ ${say("batch-more", { count })}`,
    ),
    keyboard: waysFrom(painter, screen),
  };
}

function waysFrom({ say }: Painter, screen: BatchScreen): InlineKeyboardButton[][] {
  const { view, state, unsent } = screen;
  if (state.is === "waiting" || state.is === "running") {
    return [[button(`✖️ ${say("press-cancel")}`, { do: "cancel-batch", view })]];
  }
  const opened = unsent
    .slice(0, maxOpened)
    .map(({ entry }, index) => [
      button(`${kindSigns[kindOf(entry)]} ${elideName(entry.name)}`, { do: "open-unsent", view, index }),
    ]);
  return [
    ...opened,
    [
      ...(isWorthAnotherTry(screen) ? [button(`🔄 ${say("press-retry")}`, { do: "retry-batch", view })] : []),
      button(`📁 ${say("press-folder")}`, { do: "back", view }),
    ],
  ];
}
