import type { Entity, Marked } from "./marked.ts";
import { badRequest } from "./refusal.ts";

interface OpenTag {
  /** As written, in small letters. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Where its text begins. */
  readonly offset: number;
}

const plainTags: Readonly<Record<string, string>> = {
  b: "bold",
  strong: "bold",
  i: "italic",
  em: "italic",
  u: "underline",
  ins: "underline",
  s: "strikethrough",
  strike: "strikethrough",
  del: "strikethrough",
  "tg-spoiler": "spoiler",
  code: "code",
  pre: "pre",
  blockquote: "blockquote",
};
const otherTags = ["a", "span", "tg-emoji", "tg-time"];

/** `parse_mode: HTML`. */
export function readHtml(raw: string): Marked {
  const open: OpenTag[] = [];
  const entities: Entity[] = [];
  let text = "";
  let at = 0;
  while (at < raw.length) {
    const sign = raw[at];
    if (sign === "&") {
      const read = /^&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot));?/i.exec(raw.slice(at));
      text += read ? characterOf(read) : "&";
      at += read ? read[0].length : 1;
    } else if (sign === "<") {
      const tag = tagAt(raw, at);
      if (tag.end) {
        const opened = closed(open, tag.name, byteOffset(raw, at));
        const entity = entityOf(opened, { text, open });
        if (entity && !isSaid(entities.at(-1), entity)) entities.push(entity);
      } else open.push({ name: tag.name, attributes: tag.attributes, offset: text.length });
      at = tag.after;
    } else {
      text += sign;
      at++;
    }
  }
  const left = open.at(-1);
  if (left) throw cannotParse(`Can't find end tag corresponding to start tag "${left.name}"`);
  if (!text.isWellFormed()) {
    throw cannotParse(
      "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units",
    );
  }
  return { text, entities };
}

function cannotParse(what: string): Error {
  return badRequest(`can't parse entities: ${what}`);
}

function byteOffset(raw: string, at: number): number {
  return Buffer.byteLength(raw.slice(0, at));
}

function characterOf([, hex, decimal, name]: RegExpExecArray): string {
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  if (name === undefined) return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "";
  return { lt: "<", gt: ">", amp: "&", quot: '"' }[name.toLowerCase()] ?? "";
}

interface Tag {
  readonly name: string;
  readonly end: boolean;
  readonly attributes: Readonly<Record<string, string>>;
  /** Where the raw text goes on. */
  readonly after: number;
}

function tagAt(raw: string, at: number): Tag {
  const offset = byteOffset(raw, at);
  const end = raw[at + 1] === "/";
  const name = (/^[^\s>/=]*/.exec(raw.slice(at + (end ? 2 : 1)))?.[0] ?? "").toLowerCase();
  const next = at + (end ? 2 : 1) + name.length;
  if (end) {
    const close = /^\s*>/.exec(raw.slice(next));
    if (!close) throw cannotParse(`Unclosed end tag at byte offset ${offset}`);
    return { name, end, attributes: {}, after: next + close[0].length };
  }
  if (next >= raw.length) throw cannotParse(`Unclosed start tag at byte offset ${offset}`);
  if (!(name in plainTags) && !otherTags.includes(name)) {
    throw cannotParse(`Unsupported start tag "${name}" at byte offset ${offset}`);
  }
  const { attributes, after } = attributesAt(raw, next, { name, offset });
  if (name === "span" && attributes["class"] !== "tg-spoiler") {
    throw cannotParse(`Tag "span" must have class "tg-spoiler" at byte offset ${offset}`);
  }
  return { name, end, attributes, after };
}

function attributesAt(
  raw: string,
  from: number,
  { name, offset }: { name: string; offset: number },
): { attributes: Record<string, string>; after: number } {
  const attributes: Record<string, string> = {};
  let at = from;
  for (;;) {
    at += /^[\s/]*/.exec(raw.slice(at))?.[0].length ?? 0;
    if (raw[at] === ">") return { attributes, after: at + 1 };
    if (at >= raw.length) throw cannotParse(`Unclosed start tag "${name}" at byte offset ${offset}`);
    const key = /^[^\s=>/"']+/.exec(raw.slice(at))?.[0];
    if (key === undefined) throw cannotParse(`Empty attribute name in the tag "${name}" at byte offset ${offset}`);
    at += key.length;
    const value = /^\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))/.exec(raw.slice(at));
    // `<blockquote expandable>` is the one attribute without a value.
    if (!value && key.toLowerCase() !== "expandable") {
      throw cannotParse(
        `Expected equal sign in declaration of an attribute of the tag "${name}" at byte offset ${offset}`,
      );
    }
    attributes[key.toLowerCase()] = unescaped(value?.[1] ?? value?.[2] ?? value?.[3] ?? "");
    at += value?.[0].length ?? 0;
  }
}

function unescaped(value: string): string {
  return value.replace(/&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot));?/gi, (...found) =>
    characterOf(found.slice(0, 4) as unknown as RegExpExecArray),
  );
}

function closed(open: OpenTag[], name: string, offset: number): OpenTag {
  const last = open.pop();
  if (!last) throw cannotParse(`Unexpected end tag at byte offset ${offset}`);
  if (name !== "" && name !== last.name) {
    throw cannotParse(`Unmatched end tag at byte offset ${offset}, expected "</${last.name}>", found "</${name}>"`);
  }
  return last;
}

function entityOf(
  { name, attributes, offset }: OpenTag,
  { text, open }: { text: string; open: readonly OpenTag[] },
): Entity | undefined {
  const length = text.length - offset;
  if (length <= 0) return undefined;
  const place = { offset, length };
  if (name === "a") {
    const url = attributes["href"] ?? text.slice(offset);
    return isAddress(url) ? { type: "text_link", ...place, url } : undefined;
  }
  if (name === "span") return { type: "spoiler", ...place };
  if (name === "tg-emoji") return { type: "custom_emoji", ...place, custom_emoji_id: attributes["emoji-id"] ?? "" };
  if (name === "tg-time") return { type: "date_time", ...place, unix_time: Number(attributes["unix"] ?? 0) };
  if (name === "blockquote" && "expandable" in attributes) return { type: "expandable_blockquote", ...place };
  if (name === "code" && open.at(-1)?.name === "pre") return languageOf(attributes, place);
  return { type: plainTags[name] ?? name, ...place };
}

/** The block around code with a language adds nothing to it. */
function isSaid(last: Entity | undefined, { type, offset, length }: Entity): boolean {
  return type === "pre" && last?.type === "pre" && last.offset === offset && last.length === length;
}

/** `<pre><code class="language-x">` is one block with a language. */
function languageOf(attributes: Readonly<Record<string, string>>, place: { offset: number; length: number }): Entity {
  const language = /^language-(.+)$/.exec(attributes["class"] ?? "")?.[1];
  return { type: "pre", ...place, ...(language !== undefined && { language }) };
}

function isAddress(url: string): boolean {
  return /^(?:https?|tg|tonsite):\/\/\S+$/i.test(url) || /^[\w-]+(\.[\w-]+)+(?:[/?#]\S*)?$/.test(url);
}
