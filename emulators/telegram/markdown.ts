import type { Entity, Marked } from "./marked.ts";
import { badRequest } from "./refusal.ts";

interface OpenMark {
  readonly type: string;
  readonly sign: string;
  /** Where its text begins. */
  readonly offset: number;
  /** For the refusal. */
  readonly byte: number;
  readonly language?: string;
}

/** How tdlib names what is not ended. */
const spoken: Readonly<Record<string, string>> = {
  bold: "Bold",
  italic: "Italic",
  underline: "Underline",
  strikethrough: "Strikethrough",
  spoiler: "Spoiler",
  code: "Code",
  pre: "Pre",
  text_link: "TextUrl",
  custom_emoji: "CustomEmoji",
  blockquote: "BlockQuote",
};

/** `parse_mode: MarkdownV2`, or the older `Markdown`. */
export function readMarkdown(raw: string, { version }: { version: 1 | 2 }): Marked {
  const reader = version === 2 ? new Reader(raw) : new OldReader(raw);
  return reader.read();
}

function cannotParse(what: string): Error {
  return badRequest(`can't parse entities: ${what}`);
}

/** What a backslash takes its meaning from. */
function isAscii(code: number): boolean {
  return code >= 1 && code <= 126;
}

const reserved = new Set("_*[]()~`>#+-=|{}.!");
/** Longest first, so that `__` is not two `_`. */
const signs: readonly (readonly [sign: string, type: string])[] = [
  ["```", "pre"],
  ["__", "underline"],
  ["||", "spoiler"],
  ["*", "bold"],
  ["_", "italic"],
  ["~", "strikethrough"],
  ["`", "code"],
];

class Reader {
  readonly #raw: string;
  readonly #open: OpenMark[] = [];
  readonly #entities: Entity[] = [];
  #text = "";
  #at = 0;

  constructor(raw: string) {
    this.#raw = raw;
  }

  read(): Marked {
    while (this.#at < this.#raw.length) this.#step();
    this.#endQuote();
    const left = this.#open.at(-1);
    if (left)
      throw cannotParse(`Can't find end of ${spoken[left.type] ?? left.type} entity at byte offset ${left.byte}`);
    return { text: this.#text, entities: this.#entities };
  }

  #step(): void {
    const sign = this.#raw[this.#at] ?? "";
    const last = this.#open.at(-1);
    if (sign === "\\" && isAscii(this.#raw.charCodeAt(this.#at + 1)))
      return this.#keep(this.#raw[this.#at + 1] ?? "", 2);
    if (last && (last.type === "code" || last.type === "pre")) return this.#inCode(last);
    if (sign === "\n" && !this.#raw.startsWith("\n>", this.#at)) this.#endQuote();
    if (sign === ">" && this.#atLineStart()) return this.#quote();
    if (!reserved.has(sign)) return this.#keep(sign, 1);
    return this.#mark(sign, last);
  }

  #keep(sign: string, length: number): void {
    this.#text += sign;
    this.#at += length;
  }

  #inCode(last: OpenMark): void {
    if (!this.#raw.startsWith(last.sign, this.#at)) return this.#keep(this.#raw[this.#at] ?? "", 1);
    this.#at += last.sign.length;
    return this.#end();
  }

  #atLineStart(): boolean {
    return this.#at === 0 || this.#raw[this.#at - 1] === "\n";
  }

  #quote(): void {
    if (!this.#open.some(({ type }) => type === "blockquote")) this.#begin("blockquote", ">");
    else this.#at++;
  }

  #endQuote(): void {
    if (this.#open.at(-1)?.type === "blockquote") this.#end();
  }

  #mark(sign: string, last: OpenMark | undefined): void {
    const known = signs.find(([start]) => this.#raw.startsWith(start, this.#at));
    // `___` ends what was begun last.
    if (
      sign === "_" &&
      last &&
      (last.sign === "_" || last.sign === "__") &&
      this.#raw.startsWith(last.sign, this.#at)
    ) {
      if (last.sign === "__" || !this.#raw.startsWith("__", this.#at) || this.#raw.startsWith("___", this.#at)) {
        this.#at += last.sign.length;
        return this.#end();
      }
    }
    if (known && last?.sign === known[0]) {
      this.#at += known[0].length;
      return this.#end();
    }
    if (known) return this.#begin(known[1], known[0]);
    if (sign === "[") return this.#begin("text_link", "[");
    if (sign === "!" && this.#raw[this.#at + 1] === "[") return this.#begin("custom_emoji", "![");
    if (sign === "]" && last && (last.type === "text_link" || last.type === "custom_emoji")) return this.#link(last);
    throw cannotParse(`Character '${sign}' is reserved and must be escaped with the preceding '\\'`);
  }

  #begin(type: string, sign: string): void {
    const byte = Buffer.byteLength(this.#raw.slice(0, this.#at));
    this.#at += sign.length;
    const language = type === "pre" ? /^([^\s`]+)\n/.exec(this.#raw.slice(this.#at))?.[1] : undefined;
    if (type === "pre" && language !== undefined) this.#at += language.length + 1;
    else if (type === "pre" && this.#raw[this.#at] === "\n") this.#at++;
    this.#open.push({ type, sign, offset: this.#text.length, byte, ...(language !== undefined && { language }) });
  }

  #end(more: object = {}): void {
    const ended = this.#open.pop();
    if (!ended) return;
    const { type, offset, language } = ended;
    const length = this.#text.length - offset;
    if (length > 0) this.#entities.push({ type, offset, length, ...(language !== undefined && { language }), ...more });
  }

  #link(last: OpenMark): void {
    const address = /^\]\(((?:\\.|[^)\\])*)\)/s.exec(this.#raw.slice(this.#at));
    if (!address) {
      if (this.#raw[this.#at + 1] !== "(") {
        throw cannotParse(`Character ']' is reserved and must be escaped with the preceding '\\'`);
      }
      throw cannotParse(
        `Can't find end of a URL at byte offset ${Buffer.byteLength(this.#raw.slice(0, this.#at + 2))}`,
      );
    }
    this.#at += address[0].length;
    const url = (address[1] ?? "").replace(/\\(.)/gs, "$1");
    const emoji = /^tg:\/\/emoji\?id=(\d+)$/.exec(url)?.[1];
    this.#end(last.type === "custom_emoji" ? { custom_emoji_id: emoji ?? "" } : { url });
  }
}

/** The older rules: nothing nests, and only four signs mean anything. */
class OldReader {
  readonly #raw: string;
  #text = "";

  constructor(raw: string) {
    this.#raw = raw;
  }

  read(): Marked {
    const entities: Entity[] = [];
    let at = 0;
    while (at < this.#raw.length) {
      const rest = this.#raw.slice(at);
      const sign = rest[0] ?? "";
      if (sign === "\\" && "_*`[".includes(rest[1] ?? " ")) {
        this.#text += rest[1];
        at += 2;
      } else if (!"_*`[".includes(sign) || /^\[[^\]]*\](?!\()/.test(rest)) {
        // Brackets without an address are brackets.
        this.#text += sign;
        at++;
      } else {
        const found = oldMark(rest);
        if (!found)
          throw cannotParse(
            `Can't find end of the entity starting at byte offset ${Buffer.byteLength(this.#raw.slice(0, at))}`,
          );
        const { length, text, ...entity } = found;
        if (text !== "") entities.push({ ...entity, offset: this.#text.length, length: text.length });
        this.#text += text;
        at += length;
      }
    }
    return { text: this.#text, entities };
  }
}

function oldMark(
  rest: string,
): { type: string; text: string; length: number; url?: string; language?: string } | undefined {
  const block = /^```(?:([^\s`]+)\n)?([\s\S]*?)```/.exec(rest);
  if (block) {
    return {
      type: "pre",
      text: block[2] ?? "",
      length: block[0].length,
      ...(block[1] !== undefined && { language: block[1] }),
    };
  }
  const link = /^\[([^\]]*)\]\(([^)]*)\)/.exec(rest);
  if (link) return { type: "text_link", text: link[1] ?? "", length: link[0].length, url: link[2] ?? "" };
  const simple = /^([_*`])([\s\S]*?)\1/.exec(rest);
  const types: Readonly<Record<string, string>> = { _: "italic", "*": "bold", "`": "code" };
  return simple ? { type: types[simple[1] ?? ""] ?? "", text: simple[2] ?? "", length: simple[0].length } : undefined;
}
