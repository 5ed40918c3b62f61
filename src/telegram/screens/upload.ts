import { FormattedString } from "@grammyjs/parse-mode";
import type { InlineKeyboardButton } from "grammy/types";
import type { UploadScreen } from "../../actions/model/screen.ts";
import { elideName, isolate } from "../../i18n/names.ts";
import { kindOf, kindSigns } from "../../i18n/signs.ts";
import {
  isUploadMendable,
  isUploadSignedOut,
  settlingWays,
  uploadLines,
  uploadRank,
  uploadSummary,
} from "../../i18n/uploading.ts";
import { button, lines, strong, trailLine, type Painted, type Painter } from "./painter.ts";

/** Most files that are told of one by one, and most buttons to those that are there. */
const [maxLines, maxOpened] = [10, 20];

/** Files on their way into a folder, and how far they are. */
export function paintUpload(painter: Painter, screen: UploadScreen): Painted {
  const { say } = painter;
  const { items, mount, trail, left } = screen;
  const shown = items.toSorted((a, b) => uploadRank(a.state) - uploadRank(b.state)).slice(0, maxLines);
  return {
    text: lines(
      items.length > 1 && FormattedString.join(["⏫ ", strong(say("upload-title", { count: items.length }))]),
      trailLine(mount, trail),
      "",
      ...shown.flatMap((item) =>
        uploadLines(painter, item, { called: isolate(elideName(item.name, 60)), driver: mount.driver }),
      ),
      items.length > shown.length && say("upload-more", { count: items.length - shown.length }),
      items.length > 1 && uploadSummary(painter, items),
      left > 0 && say("upload-left", { count: left }),
    ),
    keyboard: waysFrom(painter, screen).filter((row) => row.length > 0),
  };
}

function waysFrom({ say }: Painter, { view, items, is }: UploadScreen): InlineKeyboardButton[][] {
  if (is === "running") return [[button(`✖️ ${say("press-cancel")}`, { do: "cancel-upload", view })]];
  const opened = items.flatMap(({ name, state }, index) =>
    state.is === "done" || state.is === "present"
      ? [[button(`${kindSigns[kindOf(state.entry)]} ${elideName(name)}`, { do: "open-upload", view, index })]]
      : [],
  );
  const isMendable = items.some(({ state }) => isUploadMendable(state));
  return [
    ...opened.slice(0, maxOpened),
    settlingWays(items).map(({ sign, words, how }) =>
      button(`${sign} ${say(words)}`, { do: "settle-upload", view, how }),
    ),
    [
      ...(isUploadSignedOut(items) ? [button(`🔑 ${say("press-renew-mount")}`, { do: "renew-mount", view })] : []),
      ...(isMendable ? [button(`🔄 ${say("press-retry")}`, { do: "retry-upload", view })] : []),
      button(`📁 ${say("press-folder")}`, { do: "back", view }),
    ],
  ];
}
