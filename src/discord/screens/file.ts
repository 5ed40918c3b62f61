import { ButtonStyle } from "discord.js";
import type { FileCard } from "../../actions/model/screen.ts";
import { kindOf, kindSigns } from "../../i18n/signs.ts";
import { moment, plainLabel, strong } from "../markup.ts";
import { addressButtons, addressLines, isWritten } from "./address.ts";
import { abilityButtons, postButton, press, trailLine, type Painter } from "./painter.ts";
import type { Sheet } from "./sheet.ts";

/** Most versions of a film that get a button; PikPak makes about four. */
const maxVariants = 9;
/** Most characters of the whole name, markup included: a name has at most 255 of its own. */
const nameWidth = 600;
/** Most characters of a version's name on its button. */
const variantWidth = 40;

/** One file: its full name, what is known of it, and its links. */
export function fileSheet(painter: Painter, card: FileCard): Sheet {
  const { say, figures } = painter;
  const { entry, variants, duration, original, view, address, neighbours } = card;
  const kind = kindOf(entry);
  const size = entry.size === undefined ? say("file-size-unknown") : figures.size(entry.size);
  return {
    head: [trailLine(card.mount, card.trail)],
    body: [
      strong(entry.name, nameWidth),
      `${kindSigns[kind]} ${say(`kind-${kind}`)} · ${size}`,
      duration !== undefined && say("file-duration", { time: figures.playing(duration) }),
      entry.modifiedAt !== undefined && say("file-modified", { date: moment(entry.modifiedAt) }),
      variants.length > 0 && say("file-variants"),
      original === false && variants.length > 0 && say("file-no-original"),
      ...(address && isWritten(address) ? addressLines(painter, address) : []),
    ],
    rows: [
      address ? addressButtons(painter, address) : [],
      [
        original !== false &&
          press(
            `🔗 ${variants.length > 0 ? say("press-link-original") : say("press-link")}`,
            { do: "link", view },
            { style: ButtonStyle.Primary },
          ),
        ...variants
          .slice(0, maxVariants)
          .map(({ name }, variant) => press(`🔗 ${plainLabel(name, variantWidth)}`, { do: "link", view, variant })),
      ],
      [
        // A file stays as it is here: there is nothing to choose.
        ...abilityButtons(painter, { view, can: card.can.filter((ability) => ability !== "send-as-file") }),
        neighbours?.previous === true && press(`◀ ${say("press-previous-file")}`, { do: "step", view, next: false }),
        press(`⬆ ${say("press-back")}`, { do: "back", view }),
        neighbours?.next === true && press(`${say("press-next-file")} ▶`, { do: "step", view, next: true }),
        postButton(painter, { do: "retry", view }),
      ],
    ],
  };
}
