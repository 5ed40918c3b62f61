import type { Question } from "../../actions/screen.ts";
import { button, lines, strong, type Painted, type Painter } from "./painter.ts";

const signs: Readonly<Record<Question["question"], string>> = {
  "remove-mount": "🗑",
  forget: "🗑",
  broadcast: "📣",
  "revoke-every-link": "🚫",
};

/** How no is said; absent = by keeping what the question is about. */
const dismissals: Readonly<Partial<Record<Question["question"], string>>> = {
  broadcast: "press-dismiss-broadcast",
  "revoke-every-link": "press-dismiss-revoke-every-link",
};

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
      [button(`✖️ ${say(dismissals[question] ?? "press-dismiss")}`, { do: "dismiss", view })],
    ],
  };
}
