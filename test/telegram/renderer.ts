import { paint } from "../../src/telegram/screens/paint.ts";
import { paintQuestionOf } from "../../src/telegram/screens/form.ts";
import { painterFor } from "../../src/telegram/screens/painter.ts";
import { startWalk } from "../../src/telegram/walk.ts";
import { loadWords } from "../../src/i18n/words.ts";
import type { ScreenRenderer } from "../contracts/screens.ts";

const words = loadWords();
const now = Date.UTC(2026, 10, 24, 12);

/** Telegram's renderers, held against what Telegram takes. */
export const telegramRenderer: ScreenRenderer = {
  name: "Telegram",
  rows: 10,
  draw(screen, language, place) {
    const painter = painterFor({ words, language, place, now });
    const { text, keyboard } =
      screen.show === "form" ? paintQuestionOf(painter, startWalk(screen, {}), 1001) : paint(painter, screen);
    const buttons = keyboard.flat();
    const codes = buttons.flatMap((button) => ("callback_data" in button ? [button.callback_data] : []));
    return {
      text: text.text,
      presses: codes.filter((code) => !code.startsWith("d-")),
      problems: [
        ...(text.text.length > 4096 ? [`${text.text.length} characters`] : []),
        ...(buttons.length > 100 ? [`${buttons.length} buttons`] : []),
        ...keyboard.filter((row) => row.length === 0 || row.length > 8).map((row) => `a row of ${row.length}`),
        ...codes.filter((code) => !/^[A-Za-z0-9-]{1,48}$/.test(code)).map((code) => `the code ${code}`),
        ...buttons
          .filter((button) => button.text.trim() === "" || !button.text.isWellFormed())
          .map(() => "a blank label"),
        ...buttons
          .filter((button) => "copy_text" in button && button.copy_text.text.length > 256)
          .map(() => "a long copy"),
        ...text.entities
          .filter(({ offset, length }) => length <= 0 || offset + length > text.text.length)
          .map(({ type }) => `${type} outside the text`),
      ],
    };
  },
};
