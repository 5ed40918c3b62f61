import type { LinkCard } from "../../actions/model/screen.ts";
import { commandLines } from "../../i18n/command-lines.ts";
import { commands, label, moment, strong } from "../markup.ts";
import { abilityButtons, press, type Painter } from "./painter.ts";
import { addressButtons, addressLines, isWritten } from "./address.ts";
import type { Sheet } from "./sheet.ts";
import { sentences } from "../../i18n/phrases.ts";

/** A file's address, how long it lives, and what to do with it. */
export function linkSheet(painter: Painter, card: LinkCard): Sheet {
  const { say } = painter;
  const { entry, variant, url, view } = card;
  const shellLines = commandLines(entry.name, url);
  return {
    head: [`🔗 **${say("link-title")}**`, strong(entry.name, 400)],
    body: [
      variant && say("link-variant", { name: label(variant.name) }),
      ...addressLines(painter, card),
      shellLines.length > 0 && commands(shellLines),
      card.extent === "first-part" && `⚠️ ${say("link-first-part")}`,
      lifetime(painter, card.expiresAt),
      sentences(say, say(`link-via-${card.via}`), say("link-secret")),
    ],
    ...(!isWritten(card) && { file: { name: "link.txt", text: `${url}\n` } }),
    rows: [
      [
        ...addressButtons(painter, card),
        ...abilityButtons(painter, card),
        press(`⬆ ${say("press-back")}`, { do: "back", view }),
      ],
    ],
  };
}

function lifetime({ say, figures, now }: Painter, expiresAt: number | undefined): string {
  if (expiresAt === undefined) return `⏳ ${say("link-lifetime-unknown")}`;
  return `⏳ ${say("link-expires", { date: moment(expiresAt), time: figures.span(expiresAt - now) })}`;
}
