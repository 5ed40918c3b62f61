import { FormattedString } from "@grammyjs/parse-mode";
import type { InlineKeyboardButton, InlineQueryResultArticle } from "grammy/types";
import type { FileAddress } from "../../actions/model/file-address.ts";
import type { FoundFile, FoundFiles } from "../../actions/model/screen.ts";
import { isPublicAddress } from "../../i18n/address.ts";
import { elideName } from "../../i18n/names.ts";
import { kindOf, kindSigns } from "../../i18n/signs.ts";
import { addressRow } from "./address.ts";
import { button, lines, strong, type Painter } from "./painter.ts";

/**
 * Files found while somebody types: a card that says whose drive it is on, with a button for those it is shared with;
 * and where there is a link to pass on, one that holds it, for whoever reads it.
 */
export function paintFound(painter: Painter, { view, files }: FoundFiles): InlineQueryResultArticle[] {
  return files.flatMap((file) => [
    cardFor(painter, file, {
      // Which card was sent comes back with it: the view, and the row in it.
      id: `${view.id}-${file.index}`,
      said: [painter.say("inline-whose", { drive: elideName(file.mount.title, 60) })],
      buttons: [button(`🔗 ${painter.say("press-link")}`, { do: "link-row", view, index: file.index })],
    }),
    ...(file.address ? [linkedCard(painter, view.id, file, file.address)] : []),
  ]);
}

function linkedCard(painter: Painter, view: string, file: FoundFile, address: FileAddress): InlineQueryResultArticle {
  const { say, figures, now } = painter;
  const { url, expiresAt } = address;
  const life = expiresAt === undefined ? undefined : say("inline-linked", { time: figures.span(expiresAt - now) });
  return cardFor(painter, file, {
    id: `${view}-${file.index}-l`,
    sign: "🔗",
    what: say("inline-with-link"),
    said: [...(isPublicAddress(url) ? [] : [url]), life ?? say("link-lifetime-unknown"), say("link-secret")],
    buttons: addressRow(painter, address).filter((one) => "url" in one),
  });
}

interface Card {
  readonly id: string;
  readonly sign?: string;
  /** What tells it from the file's other card, before it is chosen. */
  readonly what?: string;
  readonly said: readonly string[];
  readonly buttons: readonly InlineKeyboardButton[];
}

function cardFor(painter: Painter, file: FoundFile, { id, sign, what, said, buttons }: Card): InlineQueryResultArticle {
  const { entry, mount, trail } = file;
  const icon = kindSigns[kindOf(entry)];
  const card = lines(FormattedString.join([`${icon} `, strong(entry.name)]), figuresOf(painter, file), ...said);
  const text = card.text.length > maxCard ? card.slice(0, maxCard) : card;
  const place = [mount.title, ...trail].map((name) => elideName(name, 24)).join(" › ");
  return {
    type: "article",
    id,
    title: `${sign ?? icon} ${elideName(entry.name, 60)}`,
    description: [...(what === undefined ? [] : [what]), figuresOf(painter, file), place].join(" · "),
    input_message_content: {
      message_text: text.text,
      entities: text.entities,
      link_preview_options: { is_disabled: true },
    },
    ...(buttons.length > 0 && { reply_markup: { inline_keyboard: [[...buttons]] } }),
  };
}

const maxCard = 1000;

function figuresOf({ say, figures }: Painter, { entry }: FoundFile): string {
  const kind = say(`kind-${kindOf(entry)}`);
  return `${kind} · ${entry.size === undefined ? say("file-size-unknown") : figures.size(entry.size)}`;
}

/** The session of a card that was sent. */
export function cardOf(result: string): string | undefined {
  return /^([A-Za-z0-9]{10})-\d{1,2}(?:-l)?$/.exec(result)?.[1];
}
