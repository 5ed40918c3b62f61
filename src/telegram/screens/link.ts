import { FormattedString } from "@grammyjs/parse-mode";
import type { InlineKeyboardButton } from "grammy/types";
import type { LinkCard } from "../../actions/model/screen.ts";
import { isPublicAddress } from "../../i18n/address.ts";
import { isolate } from "../../i18n/names.ts";
import { maxCopied } from "../limits.ts";
import { button, lines, strong, type Painted, type Painter } from "./painter.ts";
import { labelled, sentences } from "../../i18n/phrases.ts";

/** A file's address, how long it lives, and what to do with it. */
export function paintLink(painter: Painter, card: LinkCard): Painted {
  const { say } = painter;
  const { entry, variant, url, view } = card;
  return {
    text: lines(
      FormattedString.join(["🔗 ", FormattedString.bold(say("link-title"))]),
      strong(entry.name),
      variant && say("link-variant", { name: isolate(variant.name) }),
      "",
      // With a button beside it a tap on the text copies it; without one it has to be tappable itself.
      isPublicAddress(url) ? FormattedString.code(url) : url,
      // A button takes no address of one's own network; the text does.
      card.watch !== undefined && !isPublicAddress(card.watch) && `📺 ${labelled(say, say("press-watch"), card.watch)}`,
      "",
      lifetime(painter, card.expiresAt),
      sentences(say, say(`link-via-${card.via}`), say("link-secret")),
    ),
    keyboard: [
      addressRow(painter, url),
      card.watch !== undefined && isPublicAddress(card.watch)
        ? [{ text: `📺 ${say("press-watch")}`, url: card.watch }]
        : [],
      card.sendable ? [button(`📥 ${say("press-send")}`, { do: "send", view })] : [],
      [button(`⬆ ${say("press-back")}`, { do: "back", view })],
    ].filter((row) => row.length > 0),
  };
}

function lifetime({ say, figures, now }: Painter, expiresAt: number | undefined): string {
  if (expiresAt === undefined) return `⏳ ${say("link-lifetime-unknown")}`;
  return `⏳ ${say("link-expires", { date: figures.date(expiresAt), time: figures.span(expiresAt - now) })}`;
}

function addressRow({ say }: Painter, url: string): InlineKeyboardButton[] {
  return [
    ...(isPublicAddress(url) ? [{ text: `🔗 ${say("press-open-link")}`, url }] : []),
    ...(url.length <= maxCopied ? [{ text: `📋 ${say("press-copy")}`, copy_text: { text: url } }] : []),
  ];
}
