import type { InlineKeyboardButton } from "grammy/types";
import type { FileCard } from "../../actions/model/screen.ts";
import { isPublicAddress } from "../../i18n/address.ts";
import { elideName } from "../../i18n/names.ts";
import { kindOf, kindSigns } from "../../i18n/signs.ts";
import { addressRow, addressText, namedRow, namedText, watchText } from "./address.ts";
import { abilityButtons, button, evenRows, lines, strong, trailLine, type Painted, type Painter } from "./painter.ts";

/** Most versions of a film that get a button; PikPak makes about four. */
const maxVariants = 12;

/** One file: its full name, what is known of it, and its links. */
export function paintFile(painter: Painter, card: FileCard): Painted {
  const { say, figures } = painter;
  const { entry, variants, duration, original, view, address } = card;
  const kind = kindOf(entry);
  const size = entry.size === undefined ? say("file-size-unknown") : figures.size(entry.size);
  const { thumbnail } = entry;
  return {
    text: lines(
      trailLine(card.mount, card.trail),
      "",
      strong(entry.name),
      `${kindSigns[kind]} ${say(`kind-${kind}`)} · ${size}`,
      duration !== undefined && say("file-duration", { time: figures.playing(duration) }),
      entry.modifiedAt !== undefined && say("file-modified", { date: figures.date(entry.modifiedAt) }),
      variants.length > 0 && say("file-variants"),
      ...(address && !isPublicAddress(address.url)
        ? ["", addressText(address), watchText(painter, address), namedText(painter, address)]
        : []),
      original === false && variants.length > 0 && say("file-no-original"),
    ),
    keyboard: [
      ...(address ? [addressRow(painter, address), namedRow(painter, address)].filter((row) => row.length > 0) : []),
      ...(original === false
        ? []
        : [
            [
              button(`🔗 ${variants.length > 0 ? say("press-link-original") : say("press-link")}`, {
                do: "link",
                view,
              }),
            ],
          ]),
      ...variants
        .slice(0, maxVariants)
        .map(({ name }, variant) => [button(`🔗 ${elideName(name)}`, { do: "link", view, variant })]),
      ...evenRows(abilityButtons(painter, card)),
      neighbourRow(painter, card),
    ].filter((row) => row.length > 0),
    ...(thumbnail !== undefined && isPublicAddress(thumbnail) && { preview: thumbnail }),
  };
}

/** The files beside this one, and the way back to their folder. */
function neighbourRow({ say }: Painter, { view, neighbours }: FileCard): InlineKeyboardButton[] {
  return [
    ...(neighbours?.previous ? [button(`◀ ${say("press-previous-file")}`, { do: "step", view, next: false })] : []),
    button(`⬆ ${say("press-back")}`, { do: "back", view }),
    ...(neighbours?.next ? [button(`${say("press-next-file")} ▶`, { do: "step", view, next: true })] : []),
  ];
}
