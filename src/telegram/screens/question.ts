import type { Question } from "../../actions/model/screen.ts";
import { questionSigns } from "../../i18n/signs.ts";
import { button, lines, strong, type Painted, type Painter } from "./painter.ts";

/** Are you sure? */
export function paintQuestion({ say }: Painter, { view, question, subject, count }: Question): Painted {
  return {
    text: lines(
      subject !== undefined && (question === "broadcast" ? subject.toWellFormed() : strong(subject)),
      `❓ ${say(`question-${question}`, { count: count ?? 0 })}`,
    ),
    keyboard: [
      [
        {
          ...button(`${questionSigns[question]} ${say(`press-confirm-${question}`)}`, { do: "confirm", view }),
          ...(question !== "broadcast" && { style: "danger" as const }),
        },
      ],
      [button(`✖️ ${say(`press-dismiss-${question}`)}`, { do: "dismiss", view })],
    ],
  };
}
