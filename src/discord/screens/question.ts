import { ButtonStyle } from "discord.js";
import type { Question } from "../../actions/screen.ts";
import { label, strong } from "../markup.ts";
import { press, type Painter } from "./painter.ts";
import type { Sheet } from "./sheet.ts";

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
export function questionSheet({ say }: Painter, { view, question, subject, count }: Question): Sheet {
  const isBroadcast = question === "broadcast";
  return {
    head: [
      subject !== undefined && (isBroadcast ? label(subject, 1900) : strong(subject)),
      `❓ ${say(`question-${question}`, { count: count ?? 0 })}`,
    ],
    rows: [
      [
        press(
          `${signs[question]} ${say(`press-confirm-${question}`)}`,
          { do: "confirm", view },
          { style: isBroadcast ? ButtonStyle.Primary : ButtonStyle.Danger },
        ),
        press(`✖️ ${say(dismissals[question] ?? "press-dismiss")}`, { do: "dismiss", view }),
      ],
    ],
  };
}
