import { ButtonStyle } from "discord.js";
import type { Question } from "../../actions/model/screen.ts";
import { questionSigns } from "../../i18n/signs.ts";
import { label, strong } from "../markup.ts";
import { press, type Painter } from "./painter.ts";
import type { Sheet } from "./sheet.ts";

/** Are you sure? */
export function questionSheet({ say, figures }: Painter, { view, question, subject, count, size }: Question): Sheet {
  const isBroadcast = question === "broadcast";
  return {
    head: [
      subject !== undefined && (isBroadcast ? label(subject, 1900) : strong(subject)),
      `❓ ${say(`question-${question}`, { count: count ?? 0 })}`,
      size !== undefined && say("question-frees", { size: figures.size(size) }),
    ],
    rows: [
      [
        press(
          `${questionSigns[question]} ${say(`press-confirm-${question}`)}`,
          { do: "confirm", view },
          { style: isBroadcast ? ButtonStyle.Primary : ButtonStyle.Danger },
        ),
        press(`✖️ ${say(`press-dismiss-${question}`)}`, { do: "dismiss", view }),
      ],
    ],
  };
}
