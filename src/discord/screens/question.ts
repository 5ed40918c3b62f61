import { ButtonStyle } from "discord.js";
import type { Question } from "../../actions/screen.ts";
import { strong } from "../markup.ts";
import { press, type Painter } from "./painter.ts";
import type { Sheet } from "./sheet.ts";

/** Are you sure? */
export function questionSheet({ say }: Painter, { view, question, subject }: Question): Sheet {
  return {
    head: [subject !== undefined && strong(subject), `❓ ${say(`question-${question}`)}`],
    rows: [
      [
        press(`🗑 ${say(`press-confirm-${question}`)}`, { do: "confirm", view }, { style: ButtonStyle.Danger }),
        press(`✖️ ${say("press-dismiss")}`, { do: "dismiss", view }),
      ],
    ],
  };
}
