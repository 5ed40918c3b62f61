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
import { kindOf, kindSigns } from "../../i18n/signs.ts";
import { label, plainLabel } from "../markup.ts";
import { press, trailLine, type Painter } from "./painter.ts";
import type { Button, Sheet } from "./sheet.ts";

/** Most files that did not come and are told of one by one, and most characters of a name. */
const [maxLines, nameWidth] = [10, 90];

const ours: ReadonlySet<string> = new Set(uploadFailures);

/** Several files on their way into the chat, and how far they are. */
export function batchSheet(painter: Painter, screen: BatchScreen): Sheet {
  const { say } = painter;
  const { mount, trail, destination, count, state, unsent, more } = screen;
  // All of them were let go of alike: that is said above.
  const told = state.is === "cancelled" ? unsent.filter(({ why }) => why.is !== "cancelled") : unsent;
  return {
    head: [
      `### ${batchTitle(painter, screen)}`,
      trailLine(mount, trail),
      destination && say("batch-to", { chat: destinationName(destination, (name) => label(name, nameWidth)) }),
    ],
    body: [
      state.is === "running" && batchStep(painter, state, count, label(state.name, nameWidth)),
      state.is === "running" && batchProgress(painter, state),
      ...told
        .slice(0, maxLines)
        .flatMap(({ entry, why }) => [
          `⚠️ ${label(entry.name, nameWidth)}`,
          unsentReason(painter, why, { driver: mount.driver, ours }),
        ]),
      told.length > maxLines && say("batch-more-unsent", { count: told.length - maxLines }),
      more && `ℹ️ ${say("batch-more", { count })}`,
    ],
    menu: { placeholder: say("choose-entry"), options: isUnderWay(screen) ? [] : opened(screen) },
    rows: [waysFrom(painter, screen)],
  };
}

function isUnderWay({ state: { is } }: BatchScreen): boolean {
  return is === "waiting" || is === "running";
}

function opened({ unsent, view }: BatchScreen): NonNullable<Sheet["menu"]>["options"] {
  return unsent.map(({ entry }, index) => ({
    label: `${kindSigns[kindOf(entry)]} ${plainLabel(entry.name, nameWidth)}`,
    widgetAction: { is: "press", press: { do: "open-unsent", view, index } },
  }));
}

function waysFrom({ say }: Painter, screen: BatchScreen): (Button | false)[] {
  const { view } = screen;
  if (isUnderWay(screen)) return [press(`✖️ ${say("press-cancel")}`, { do: "cancel-batch", view })];
  return [
    isWorthAnotherTry(screen) && press(`🔄 ${say("press-retry")}`, { do: "retry-batch", view }),
    press(`📁 ${say("press-folder")}`, { do: "back", view }),
  ];
}
