import type { Question } from "../../actions/screen.ts";
import { button, lines, strong, type Painted, type Painter } from "./painter.ts";

/** Are you sure? */
export function paintQuestion({ say }: Painter, { view, question, subject }: Question): Painted {
  return {
    text: lines(subject !== undefined && strong(subject), `❓ ${say(`question-${question}`)}`),
    keyboard: [
      [{ ...button(`🗑 ${say(`press-confirm-${question}`)}`, { do: "confirm", view }), style: "danger" }],
      [button(`✖️ ${say("press-dismiss")}`, { do: "dismiss", view })],
    ],
  };
}
