import type { ListChoice, ListProgress, ListReady } from "../../actions/model/screen.ts";
import { button, lines, strong, trailLine, type Painted, type Painter } from "./painter.ts";
import { sentences } from "../../i18n/phrases.ts";
import { reasonText } from "../../i18n/kind-words.ts";

/** As what a folder's links are wanted. */
export function paintListChoice(painter: Painter, { view, mount, trail, formats, most }: ListChoice): Painted {
  const { say } = painter;
  return {
    text: lines(trailLine(mount, trail), strong(say("list-title")), say("list-about", { ...most })),
    keyboard: [
      ...formats.map((format) => [button(`🧾 ${say(`list-format-${format}`)}`, { do: "list-as", view, format })]),
      [button(`⬆ ${say("press-back")}`, { do: "back", view })],
    ],
  };
}

/** A list that is being made. */
export function paintListProgress(
  painter: Painter,
  { view, mount, trail, folders, files, links }: ListProgress,
): Painted {
  const { say } = painter;
  return {
    text: lines(
      trailLine(mount, trail),
      `⏳ ${say("list-reading", { folders, files })}`,
      say("list-links", { count: links }),
    ),
    keyboard: [[button(`✖️ ${say("press-cancel")}`, { do: "back", view })]],
  };
}

/** What stands beside the list when it is in the chat. */
export function paintListReady(painter: Painter, screen: ListReady): Painted {
  const { say, figures, now } = painter;
  const { view, mount, trail, format, part, links, leftOut, capped, expiresAt, via, failed } = screen;
  return {
    text: lines(
      trailLine(mount, trail),
      `✅ ${say("list-ready", { count: links })}`,
      leftOut > 0 && say("list-left-out", { count: leftOut }),
      (capped || part > 1) && say("list-part", { part }),
      capped && `⚠️ ${say("list-more", { ...capped })}`,
      failed && `⚠️ ${sentences(say, say("list-failed"), reasonText(painter, failed, mount.driver))}`,
      expiresAt === undefined
        ? `⏳ ${say("link-lifetime-unknown")}`
        : `⏳ ${say("list-expires", { date: figures.date(expiresAt), time: figures.span(expiresAt - now) })}`,
      sentences(say, say(`list-via-${via}`), say("list-secret")),
    ),
    keyboard: [
      ...(capped
        ? [
            [
              button(`▶ ${say("press-list-part", { part: part + 1 })}`, {
                do: "list-part",
                view,
                format,
                part: part + 1,
              }),
            ],
          ]
        : []),
      [button(`⬆ ${say("press-back")}`, { do: "back", view })],
    ],
  };
}
