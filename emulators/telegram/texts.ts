import { readText, type Markup } from "./entities.ts";
import type { Entity, Marked } from "./marked.ts";
import { badRequest } from "./refusal.ts";

/** The text of a message: 1 to 4096 characters after the markup is read. */
export function readMessageText(raw: string | undefined, markup: Markup): Marked {
  if (raw === undefined || raw === "") throw badRequest("message text is empty");
  const marked = readText(raw, markup);
  if (marked.text === "") throw badRequest("text must be non-empty");
  if (marked.text.length > 4096) throw badRequest("message is too long");
  return marked;
}

/** A caption, in the fields of a message; none when it is empty. */
export function readCaption({ caption, parse_mode, caption_entities, show_caption_above_media }: Captioned): Caption {
  const { text, entities } = readText(caption ?? "", { parseMode: parse_mode, entities: caption_entities });
  if (text.length > 1024) throw badRequest("message caption is too long");
  if (text === "") return {};
  return {
    caption: text,
    ...(entities.length > 0 && { caption_entities: entities }),
    ...(show_caption_above_media && { show_caption_above_media: true as const }),
  };
}

/** Parameters that carry a caption. */
export interface Captioned {
  readonly caption?: string | undefined;
  readonly parse_mode?: string | undefined;
  readonly caption_entities?: readonly Entity[] | undefined;
  readonly show_caption_above_media?: boolean | undefined;
}

/** A caption in a message. */
export interface Caption {
  readonly caption?: string;
  readonly caption_entities?: readonly Entity[];
  readonly show_caption_above_media?: true;
}

/** A text in the fields of a message. */
export function textContent({ text, entities }: Marked): { text: string; entities?: readonly Entity[] } {
  return { text, ...(entities.length > 0 && { entities }) };
}
