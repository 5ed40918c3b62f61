import { readHtml } from "./html.ts";
import { wrongWith } from "./keyboard.ts";
import { readMarkdown } from "./markdown.ts";
import type { Entity, Marked } from "./marked.ts";
import { badRequest } from "./refusal.ts";

/** How a text was given. */
export interface Markup {
  readonly parseMode?: string | undefined;
  readonly entities?: readonly Entity[] | undefined;
}

/** Entities in one text that are kept. */
const maxEntities = 100;

/** A text as the service keeps it: markup read, blanks around it gone, links and commands in it found. */
export function readText(raw: string, { parseMode = "", entities }: Markup): Marked {
  const marked = parsed(raw, parseMode, entities);
  const trimmed = trim(marked);
  const known = [...trimmed.entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  const found = findEntities(trimmed.text).filter((entity) => !known.some((other) => hides(other, entity)));
  const all = [...known, ...found].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return { text: trimmed.text, entities: all.slice(0, maxEntities) };
}

function parsed(raw: string, parseMode: string, entities: readonly Entity[] | undefined): Marked {
  switch (parseMode.toLowerCase()) {
    case "":
    case "none":
      return checked(raw, entities ?? []);
    case "html":
      return readHtml(raw);
    case "markdownv2":
      return readMarkdown(raw, { version: 2 });
    case "markdown":
      return readMarkdown(raw, { version: 1 });
    default:
      throw badRequest("unsupported parse_mode");
  }
}

const entityTypes = new Set([
  "mention",
  "hashtag",
  "cashtag",
  "bot_command",
  "url",
  "email",
  "phone_number",
  "bold",
  "italic",
  "underline",
  "strikethrough",
  "spoiler",
  "blockquote",
  "expandable_blockquote",
  "code",
  "pre",
  "text_link",
  "text_mention",
  "custom_emoji",
  "date_time",
]);

/** Entities a client counted itself: they must lie inside the text and cut no character in two. */
function checked(text: string, entities: readonly Entity[]): Marked {
  for (const entity of entities) {
    checkFields(entity);
    checkPlace(text, entity);
  }
  return { text, entities: entities.filter(({ length }) => length > 0) };
}

function checkFields({ type, url, user, custom_emoji_id: emoji }: Entity): void {
  const unparsed = (why: string) => badRequest(`can't parse MessageEntity: ${why}`);
  if (!entityTypes.has(type)) throw unparsed("Unsupported type specified");
  if (type === "text_link" && url === undefined) throw unparsed('Can\'t find field "url"');
  if (type === "text_mention" && user === undefined) throw unparsed('Can\'t find field "user"');
  if (type === "custom_emoji" && emoji === undefined) throw unparsed('Can\'t find field "custom_emoji_id"');
  if (type === "custom_emoji" && !/^\d{1,19}$/.test(emoji ?? "")) {
    throw unparsed('Field "custom_emoji_id" must be a valid Number');
  }
  const wrong = type === "text_link" ? wrongWith(url ?? "") : undefined;
  if (wrong !== undefined) throw badRequest(`entity URL '${url}' is invalid: ${wrong}`);
}

/** Inside the text, and between characters. */
function checkPlace(text: string, { offset, length }: Entity): void {
  const end = offset + length;
  if (offset < 0) throw badRequest(`receive an entity with incorrect offset ${offset}`);
  if (length < 0) throw badRequest(`receive an entity with incorrect length ${length}`);
  if (offset > text.length) throw badRequest(`entity begins after the end of the text at UTF-16 offset ${offset}`);
  const named = `entity beginning at UTF-16 offset ${offset}`;
  if (end > text.length) throw badRequest(`${named} ends after the end of the text at UTF-16 offset ${end}`);
  if (cutsCharacter(text, offset)) {
    throw badRequest(`entity begins in a middle of a UTF-16 symbol at UTF-16 offset ${offset}`);
  }
  if (cutsCharacter(text, end))
    throw badRequest(`${named} ends in a middle of a UTF-16 symbol at UTF-16 offset ${end}`);
}

function cutsCharacter(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  const after = text.charCodeAt(at);
  return before >= 0xd800 && before < 0xdc00 && after >= 0xdc00 && after < 0xe000;
}

/** The text without the blanks around it; what is marked moves along, and is no longer than what is left. */
function trim({ text, entities }: Marked): Marked {
  const start = text.length - text.trimStart().length;
  const kept = text.trim();
  return {
    text: kept,
    entities: entities.flatMap((entity) => {
      const from = Math.max(0, entity.offset - start);
      const to = Math.min(kept.length, entity.offset - start + entity.length);
      return to > from ? [{ ...entity, offset: from, length: to - from }] : [];
    }),
  };
}

/** Where something is marked already in a way that excludes finding more in it. */
function hides(known: Entity, found: Entity): boolean {
  const apart = found.offset + found.length <= known.offset || known.offset + known.length <= found.offset;
  return !apart && ["code", "pre", "text_link", "text_mention", found.type].includes(known.type);
}

const patterns: readonly (readonly [type: string, pattern: RegExp])[] = [
  ["url", /\bhttps?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]}']/gi],
  ["email", /\b[\w.+-]+@[\w-]+\.[\w.-]*\w/g],
  [
    "url",
    /(?<![\w@./:-])(?:[a-z0-9-]+\.)+(?:com|org|net|io|me|dev|app|cn|info|xyz)(?:\/[^\s<>"]*[^\s<>".,;:!?)\]}'])?(?![\w@])/gi,
  ],
  ["bot_command", /(?<![\w/])\/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w@])/g],
  ["mention", /(?<![\w@])@[A-Za-z0-9_]{3,32}(?![\w@])/g],
  ["hashtag", /(?<![\w#])#(?=\S*\p{L})[\p{L}\p{N}_]{1,256}/gu],
];

/** What the service itself sees in a text: addresses, commands, names and tags. */
export function findEntities(text: string): Entity[] {
  const found: Entity[] = [];
  for (const [type, pattern] of patterns) {
    for (const match of text.matchAll(pattern)) {
      const entity = { type, offset: match.index, length: match[0].length };
      const overlaps = found.some(
        (other) => entity.offset < other.offset + other.length && other.offset < entity.offset + entity.length,
      );
      if (!overlaps) found.push(entity);
    }
  }
  return found.sort((a, b) => a.offset - b.offset);
}
