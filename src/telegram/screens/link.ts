import { FormattedString } from "@grammyjs/parse-mode";
import type { LinkCard } from "../../actions/model/screen.ts";
import { isolate } from "../../i18n/names.ts";
import { commandLines } from "../../i18n/command-lines.ts";
import { addressRow, addressText, namedRow, namedText, watchText } from "./address.ts";
import { abilityButtons, button, evenRows, lines, strong, type Painted, type Painter } from "./painter.ts";
import { sentences } from "../../i18n/phrases.ts";

/** A file's address, how long it lives, and what to do with it. */
export function paintLink(painter: Painter, card: LinkCard): Painted {
  const { say } = painter;
  const { entry, variant, view } = card;
  return {
    text: lines(
      FormattedString.join(["🔗 ", FormattedString.bold(say("link-title"))]),
      strong(entry.name),
      variant && say("link-variant", { name: isolate(variant.name) }),
      "",
      addressText(card),
      watchText(painter, card),
      namedText(painter, card),
      ...commandLines(entry.name, card.url).map((line) => FormattedString.code(line)),
      "",
      card.extent === "first-part" && `⚠️ ${say("link-first-part")}`,
      lifetime(painter, card.expiresAt),
      sentences(say, say(`link-via-${card.via}`), say("link-secret")),
    ),
    keyboard: [
      addressRow(painter, card),
      namedRow(painter, card),
      ...evenRows(abilityButtons(painter, card)),
      [button(`⬆ ${say("press-back")}`, { do: "back", view })],
    ].filter((row) => row.length > 0),
  };
}

function lifetime({ say, figures, now }: Painter, expiresAt: number | undefined): string {
  if (expiresAt === undefined) return `⏳ ${say("link-lifetime-unknown")}`;
  return `⏳ ${say("link-expires", { date: figures.date(expiresAt), time: figures.span(expiresAt - now) })}`;
}
