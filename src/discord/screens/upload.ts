import type { UploadScreen } from "../../actions/model/screen.ts";
import { kindOf, kindSigns } from "../../i18n/signs.ts";
import {
  isUploadMendable,
  isUploadSignedOut,
  settlingWays,
  uploadLines,
  uploadRank,
  uploadSummary,
} from "../../i18n/uploading.ts";
import { label, plainLabel } from "../markup.ts";
import { press, trailLine, type Painter } from "./painter.ts";
import type { Button, Sheet } from "./sheet.ts";

/** Most files that are told of one by one, and most characters of a name. */
const [maxLines, nameWidth] = [10, 90];

/** Files on their way into a folder, and how far they are. */
export function uploadSheet(painter: Painter, screen: UploadScreen): Sheet {
  const { say } = painter;
  const { items, mount, trail, left, is } = screen;
  const shown = items.toSorted((a, b) => uploadRank(a.state) - uploadRank(b.state)).slice(0, maxLines);
  return {
    head: [items.length > 1 && `### ⏫ ${say("upload-title", { count: items.length })}`, trailLine(mount, trail)],
    body: [
      ...shown.flatMap((item) =>
        uploadLines(painter, item, { called: label(item.name, nameWidth), driver: mount.driver }),
      ),
      items.length > shown.length && say("upload-more", { count: items.length - shown.length }),
      items.length > 1 && uploadSummary(painter, items),
      left > 0 && say("upload-left", { count: left }),
    ],
    menu: { placeholder: say("choose-entry"), options: is === "running" ? [] : opened(screen) },
    rows:
      is === "running" ? [[press(`✖️ ${say("press-cancel")}`, { do: "cancel-upload", view: screen.view })]] : ways(),
  };

  function ways(): (Button | false)[][] {
    const { view } = screen;
    const isMendable = items.some(({ state }) => isUploadMendable(state));
    return [
      settlingWays(items).map(({ sign, words, how }) =>
        press(`${sign} ${say(words)}`, { do: "settle-upload", view, how }),
      ),
      [
        isUploadSignedOut(items) && press(`🔑 ${say("press-renew-mount")}`, { do: "renew-mount", view }),
        isMendable && press(`🔄 ${say("press-retry")}`, { do: "retry-upload", view }),
        press(`📁 ${say("press-folder")}`, { do: "back", view }),
      ],
    ];
  }
}

function opened({ items, view }: UploadScreen): NonNullable<Sheet["menu"]>["options"] {
  return items.flatMap(({ name, state }, index) =>
    state.is === "done" || state.is === "present"
      ? [
          {
            label: `${kindSigns[kindOf(state.entry)]} ${plainLabel(name, nameWidth)}`,
            widgetAction: { is: "press", press: { do: "open-upload", view, index } } as const,
          },
        ]
      : [],
  );
}
