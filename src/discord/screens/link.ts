import type { LinkCard } from "../../actions/model/screen.ts";
import { isPublicAddress } from "../../i18n/address.ts";
import { copyable, link, moment, strong, label } from "../markup.ts";
import { press, type Painter } from "./painter.ts";
import { addressButton, type Sheet } from "./sheet.ts";
import { sentences } from "../../i18n/phrases.ts";

/** Most characters of an address that is written into the message; it stands there twice. */
const maxWritten = 1500;

/** A file's address, how long it lives, and what to do with it. */
export function linkSheet(painter: Painter, card: LinkCard): Sheet {
  const { say } = painter;
  const { entry, variant, url, view } = card;
  const isWritten = url.length <= maxWritten;
  return {
    head: [`🔗 **${say("link-title")}**`, strong(entry.name, 400)],
    body: [
      variant && say("link-variant", { name: label(variant.name) }),
      isWritten ? link(say("press-open-link"), url) : say("link-in-file"),
      isWritten && copyable(url),
      card.watch !== undefined && `📺 ${link(say("press-watch"), card.watch)}`,
      lifetime(painter, card.expiresAt),
      sentences(say, say(`link-via-${card.via}`), say("link-secret")),
    ],
    ...(!isWritten && { file: { name: "link.txt", text: `${url}\n` } }),
    rows: [
      [
        isPublicAddress(url) && addressButton(`🔗 ${say("press-open-link")}`, url),
        card.watch !== undefined &&
          isPublicAddress(card.watch) &&
          addressButton(`📺 ${say("press-watch")}`, card.watch),
        card.sendable === true && press(`📥 ${say("press-send")}`, { do: "send", view }),
        press(`⬆ ${say("press-back")}`, { do: "back", view }),
      ],
    ],
  };
}

function lifetime({ say, figures, now }: Painter, expiresAt: number | undefined): string {
  if (expiresAt === undefined) return `⏳ ${say("link-lifetime-unknown")}`;
  return `⏳ ${say("link-expires", { date: moment(expiresAt), time: figures.span(expiresAt - now) })}`;
}
