import type { ListChoice, ListProgress, ListReady } from "../../actions/model/screen.ts";
import { moment } from "../markup.ts";
import { press, trailLine, type Painter } from "./painter.ts";
import type { Sheet } from "./sheet.ts";
import { sentences } from "../../i18n/phrases.ts";
import { reasonText } from "../../i18n/kind-words.ts";

/** As what a folder's links are wanted. */
export function listChoiceSheet(painter: Painter, { view, mount, trail, formats, most }: ListChoice): Sheet {
  const { say } = painter;
  return {
    head: [trailLine(mount, trail)],
    body: [`### 🧾 ${say("list-title")}`, say("list-about", { ...most })],
    rows: [
      formats.map((format) => press(`🧾 ${say(`list-format-${format}`)}`, { do: "list-as", view, format })),
      [press(`⬆ ${say("press-back")}`, { do: "back", view })],
    ],
  };
}

/** A list that is being made. */
export function listProgressSheet(
  painter: Painter,
  { view, mount, trail, folders, files, links }: ListProgress,
): Sheet {
  const { say } = painter;
  return {
    head: [trailLine(mount, trail)],
    body: [`⏳ ${say("list-reading", { folders, files })}`, say("list-links", { count: links })],
    rows: [[press(`✖️ ${say("press-cancel")}`, { do: "back", view })]],
  };
}

/** The list itself, attached, and what is to be known of it. */
export function listReadySheet(painter: Painter, screen: ListReady): Sheet {
  const { say } = painter;
  const { view, mount, trail, format, part, file, links, leftOut, capped, expiresAt, via, failed } = screen;
  return {
    head: [trailLine(mount, trail)],
    body: [
      `✅ ${say("list-ready", { count: links })}`,
      leftOut > 0 && say("list-left-out", { count: leftOut }),
      (capped || part > 1) && say("list-part", { part }),
      capped && `⚠️ ${say("list-more", { ...capped })}`,
      failed && `⚠️ ${sentences(say, say("list-failed"), reasonText(painter, failed, mount.driver))}`,
      expiresAt === undefined
        ? `⏳ ${say("link-lifetime-unknown")}`
        : `⏳ ${say("list-expires", { date: moment(expiresAt), time: painter.figures.span(expiresAt - painter.now) })}`,
      sentences(say, say(`list-via-${via}`), say("list-secret")),
    ],
    file: { name: attachmentName(file.name), text: file.text },
    rows: [
      [
        capped !== undefined &&
          press(`▶ ${say("press-list-part", { part: part + 1 })}`, { do: "list-part", view, format, part: part + 1 }),
        press(`⬆ ${say("press-back")}`, { do: "back", view }),
      ],
    ],
  };
}

/** What refers to an attachment must equal its name, and only plain names survive the way. */
function attachmentName(name: string): string {
  const extension = /\.[a-z0-9]{1,5}$/.exec(name)?.[0] ?? ".txt";
  return `links${extension}`;
}
