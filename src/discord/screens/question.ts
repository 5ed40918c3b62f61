import { ButtonStyle } from "discord.js";
import type { Question } from "../../actions/model/screen.ts";
import { destinationName } from "../../i18n/batches.ts";
import { questionSigns } from "../../i18n/signs.ts";
import { label, strong } from "../markup.ts";
import { press, type Painter } from "./painter.ts";
import type { Sheet } from "./sheet.ts";

/** Are you sure? */
export function questionSheet({ say, figures }: Painter, card: Question): Sheet {
  const { view, question, subject, destination, count, size } = card;
  const isBroadcast = question === "broadcast";
  return {
    head: [
      subject !== undefined && (isBroadcast ? label(subject, 1900) : strong(subject)),
      destination && destinationName(destination, (name) => strong(name)),
      `❓ ${say(`question-${question}`, { count: count ?? 0 })}`,
      size !== undefined && say("question-frees", { size: figures.size(size) }),
    ],
    rows: [
      [
        press(
          `${questionSigns[question]} ${say(`press-confirm-${question}`)}`,
          { do: "confirm", view },
          { style: isBroadcast || question === "deliver" ? ButtonStyle.Primary : ButtonStyle.Danger },
        ),
        press(`✖️ ${say(`press-dismiss-${question}`)}`, { do: "dismiss", view }),
      ],
    ],
  };
}
