import { FormattedString } from "@grammyjs/parse-mode";
import type { Question } from "../../actions/model/screen.ts";
import { destinationName } from "../../i18n/batches.ts";
import { elideName, isolate } from "../../i18n/names.ts";
import { questionSigns } from "../../i18n/signs.ts";
import { button, lines, strong, type Painted, type Painter } from "./painter.ts";

/** Are you sure? */
export function paintQuestion({ say, figures }: Painter, card: Question): Painted {
  const { view, question, subject, destination, count, size } = card;
  return {
    text: lines(
      subject !== undefined && (question === "broadcast" ? subject.toWellFormed() : strong(subject)),
      destination && FormattedString.bold(destinationName(destination, (name) => isolate(elideName(name, 60)))),
      `❓ ${say(`question-${question}`, { count: count ?? 0 })}`,
      size !== undefined && say("question-frees", { size: figures.size(size) }),
    ),
    keyboard: [
      [
        {
          ...button(`${questionSigns[question]} ${say(`press-confirm-${question}`)}`, { do: "confirm", view }),
          ...(question !== "broadcast" && question !== "deliver" && { style: "danger" as const }),
        },
      ],
      [button(`✖️ ${say(`press-dismiss-${question}`)}`, { do: "dismiss", view })],
    ],
  };
}
