import type { Question } from "../../actions/screen.ts";
import { button, lines, strong, type Painted, type Painter } from "./painter.ts";

const signs: Readonly<Record<Question["question"], string>> = { "remove-mount": "🗑", forget: "🗑", broadcast: "📣" };

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
          ...button(`${signs[question]} ${say(`press-confirm-${question}`)}`, { do: "confirm", view }),
          ...(question !== "broadcast" && { style: "danger" as const }),
        },
      ],
      [
        button(`✖️ ${say(question === "broadcast" ? "press-dismiss-broadcast" : "press-dismiss")}`, {
          do: "dismiss",
          view,
        }),
      ],
    ],
  };
}
