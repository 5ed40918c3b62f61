import type { Question } from "../../actions/model/screen.ts";
import { questionSigns } from "../../i18n/signs.ts";
import { button, lines, strong, type Painted, type Painter } from "./painter.ts";

/** Are you sure? */
export function paintQuestion({ say, figures }: Painter, { view, question, subject, count, size }: Question): Painted {
  return {
    text: lines(
      subject !== undefined && (question === "broadcast" ? subject.toWellFormed() : strong(subject)),
      `❓ ${say(`question-${question}`, { count: count ?? 0 })}`,
      size !== undefined && say("question-frees", { size: figures.size(size) }),
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
