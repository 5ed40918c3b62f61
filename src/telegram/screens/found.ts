import { FormattedString } from "@grammyjs/parse-mode";
import type { InlineQueryResultArticle } from "grammy/types";
import type { FoundFile, FoundFiles } from "../../actions/model/screen.ts";
import { elideName } from "../../i18n/names.ts";
import { kindOf, kindSigns } from "../../i18n/signs.ts";
import { button, strong, type Painter } from "./painter.ts";

/** Files found while somebody types, each a card with a button that asks for its link. */
export function paintFound(painter: Painter, { view, files }: FoundFiles): InlineQueryResultArticle[] {
  return files.map((file): InlineQueryResultArticle => {
    const card = FormattedString.join([
      `${kindSigns[kindOf(file.entry)]} `,
      strong(file.entry.name),
      `\n${figuresOf(painter, file)}`,
    ]);
    const text = card.text.length > maxCard ? card.slice(0, maxCard) : card;
    return {
      type: "article",
      // Which card was sent comes back with it: the view, and the row in it.
      id: `${view.id}-${file.index}`,
      title: `${kindSigns[kindOf(file.entry)]} ${elideName(file.entry.name, 60)}`,
      description: [
        figuresOf(painter, file),
        [file.mount.title, ...file.trail].map((name) => elideName(name, 24)).join(" › "),
      ].join(" · "),
      input_message_content: {
        message_text: text.text,
        entities: text.entities,
        link_preview_options: { is_disabled: true },
      },
      reply_markup: {
        inline_keyboard: [[button(`🔗 ${painter.say("press-link")}`, { do: "link-row", view, index: file.index })]],
      },
    };
  });
}

const maxCard = 1000;

function figuresOf({ say, figures }: Painter, { entry }: FoundFile): string {
  const kind = say(`kind-${kindOf(entry)}`);
  return `${kind} · ${entry.size === undefined ? say("file-size-unknown") : figures.size(entry.size)}`;
}

/** The session of a card that was sent. */
export function cardOf(result: string): string | undefined {
  return /^([A-Za-z0-9]{10})-\d{1,2}$/.exec(result)?.[1];
}
