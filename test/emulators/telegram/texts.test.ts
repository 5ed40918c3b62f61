import fc from "fast-check";
import { FormattedString } from "@grammyjs/parse-mode";
import { describe, expect, test } from "vitest";
import { readText } from "../../../emulators/telegram/entities.ts";
import type { Entity, Marked } from "../../../emulators/telegram/marked.ts";
import { Refusal } from "../../../emulators/telegram/refusal.ts";

// Texts as the service reads them.

function refusalOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof Refusal) return error.message.replace("Bad Request: ", "");
  }
  return "taken";
}

/** `taken` when every entity lies in the text and is not empty, `refused` when the service says why it is not. */
function outcomeOf(read: () => Marked): string {
  try {
    const { text, entities } = read();
    const outside = entities.filter(({ offset, length }) => offset < 0 || length <= 0 || offset + length > text.length);
    return outside.length === 0 ? "taken" : JSON.stringify({ text, outside });
  } catch (error) {
    return error instanceof Refusal ? "refused" : String(error);
  }
}

describe("HTML", () => {
  const html = (text: string) => readText(text, { parseMode: "HTML" });

  test.each<[raw: string, text: string, entities: object[]]>([
    ["<b>bold</b> plain", "bold plain", [{ type: "bold", offset: 0, length: 4 }]],
    [
      "<b>a<i>b</i></b>",
      "ab",
      [
        { type: "bold", offset: 0, length: 2 },
        { type: "italic", offset: 1, length: 1 },
      ],
    ],
    ["&lt;b&gt; &amp;amp; &quot;&#65;&#x42; &copy;", '<b> &amp; "AB &copy;', []],
    [
      '<a href="https://example.com/?a=1&amp;b">x</a>',
      "x",
      [{ type: "text_link", offset: 0, length: 1, url: "https://example.com/?a=1&b" }],
    ],
    [
      '<pre><code class="language-ts">let x</code></pre>',
      "let x",
      [{ type: "pre", offset: 0, length: 5, language: "ts" }],
    ],
    ["<blockquote expandable>q</blockquote>", "q", [{ type: "expandable_blockquote", offset: 0, length: 1 }]],
    ['<span class="tg-spoiler">s</span>', "s", [{ type: "spoiler", offset: 0, length: 1 }]],
    ["😀<u>x</u>", "😀x", [{ type: "underline", offset: 2, length: 1 }]],
    ["  <b> x </b>  ", "x", [{ type: "bold", offset: 0, length: 1 }]],
    ["<b></b>x", "x", []],
  ])("HTML is read: %s", (raw, text, entities) => {
    expect(html(raw)).toEqual({ text, entities });
  });

  test.each<[raw: string, why: string]>([
    ["<b>x", `can't parse entities: Can't find end tag corresponding to start tag "b"`],
    ["x</b>", "can't parse entities: Unexpected end tag at byte offset 1"],
    ["é<b>x</i>", 'can\'t parse entities: Unmatched end tag at byte offset 6, expected "</b>", found "</i>"'],
    ["<div>x</div>", 'can\'t parse entities: Unsupported start tag "div" at byte offset 0'],
    ["1 < 2", 'can\'t parse entities: Unsupported start tag "" at byte offset 2'],
    ["x<b", "can't parse entities: Unclosed start tag at byte offset 1"],
    [
      "<a href>x</a>",
      'can\'t parse entities: Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0',
    ],
    [
      "&#xd800;",
      "can't parse entities: Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units",
    ],
  ])("HTML is refused with %s", (raw, why) => {
    expect(refusalOf(() => html(raw))).toBe(why);
  });
});

describe("MarkdownV2", () => {
  const markdown = (text: string) => readText(text, { parseMode: "MarkdownV2" });

  test.each<[raw: string, text: string, entities: object[]]>([
    [
      "*b* _i_ __u__ ~s~ ||p|| `c`",
      "b i u s p c",
      ["bold", "italic", "underline", "strikethrough", "spoiler", "code"].map((type, n) => ({
        type,
        offset: n * 2,
        length: 1,
      })),
    ],
    ["\\*x\\* 1\\.5", "*x* 1.5", []],
    ["[a](https://example.com/\\))", "a", [{ type: "text_link", offset: 0, length: 1, url: "https://example.com/)" }]],
    ["```ts\nlet x```", "let x", [{ type: "pre", offset: 0, length: 5, language: "ts" }]],
    ["`a*b`", "a*b", [{ type: "code", offset: 0, length: 3 }]],
    [">q\n>r\nx", "q\nr\nx", [{ type: "blockquote", offset: 0, length: 3 }]],
    [
      "*a _b_*",
      "a b",
      [
        { type: "bold", offset: 0, length: 3 },
        { type: "italic", offset: 2, length: 1 },
      ],
    ],
  ])("MarkdownV2 is read: %s", (raw, text, entities) => {
    expect(markdown(raw)).toEqual({ text, entities });
  });

  test.each<[raw: string, why: string]>([
    ["1.5", "can't parse entities: Character '.' is reserved and must be escaped with the preceding '\\'"],
    ["a-b", "can't parse entities: Character '-' is reserved and must be escaped with the preceding '\\'"],
    ["x *b", "can't parse entities: Can't find end of Bold entity at byte offset 2"],
    ["é `c", "can't parse entities: Can't find end of Code entity at byte offset 3"],
    ["[x", "can't parse entities: Can't find end of TextUrl entity at byte offset 0"],
  ])("MarkdownV2 is refused with %s", (raw, why) => {
    expect(refusalOf(() => markdown(raw))).toBe(why);
  });

  test("the older Markdown takes its four signs", () => {
    expect(readText("*b* _i_ `c` [l](http://example.com) [x] 1.5", { parseMode: "Markdown" })).toEqual({
      text: "b i c l [x] 1.5",
      entities: [
        { type: "bold", offset: 0, length: 1 },
        { type: "italic", offset: 2, length: 1 },
        { type: "code", offset: 4, length: 1 },
        { type: "text_link", offset: 6, length: 1, url: "http://example.com" },
      ],
    });
    expect(refusalOf(() => readText("a *b", { parseMode: "Markdown" }))).toBe(
      "can't parse entities: Can't find end of the entity starting at byte offset 2",
    );
  });
});

describe("entities", () => {
  const marked = (text: string, ...entities: Entity[]) => readText(text, { entities });

  test.each<[what: string, entity: Entity, why: RegExp]>([
    ["beyond the end", { type: "bold", offset: 2, length: 5 }, /ends after the end of the text/],
    ["before the beginning", { type: "bold", offset: -1, length: 2 }, /^receive an entity with incorrect offset -1$/],
    ["from the middle of a character", { type: "bold", offset: 1, length: 2 }, /begins in a middle of a UTF-16 symbol/],
    ["to the middle of a character", { type: "bold", offset: 0, length: 1 }, /ends in a middle of a UTF-16 symbol/],
    [
      "of an unknown type",
      { type: "loud", offset: 0, length: 2 },
      /^can't parse MessageEntity: Unsupported type specified$/,
    ],
    ["of a link to nowhere", { type: "text_link", offset: 0, length: 2 }, /Can't find field "url"/],
    [
      "after the end",
      { type: "bold", offset: 9, length: 1 },
      /^entity begins after the end of the text at UTF-16 offset 9$/,
    ],
    [
      "of a link to no address",
      { type: "text_link", offset: 0, length: 2, url: "localhost" },
      /^entity URL 'localhost' is invalid: Wrong HTTP URL$/,
    ],
    [
      "of an emoji without a number",
      { type: "custom_emoji", offset: 0, length: 2, custom_emoji_id: "x" },
      /must be a valid Number/,
    ],
  ])("entities %s are refused", (_what, entity, why) => {
    expect(refusalOf(() => marked("😀ab", entity))).toMatch(why);
  });

  test("entities move with the text when blanks around it go", () => {
    expect(marked("  ab  ", { type: "bold", offset: 1, length: 5 })).toEqual({
      text: "ab",
      entities: [{ type: "bold", offset: 0, length: 2 }],
    });
  });

  test("entities are found where nobody marked them", () => {
    const { entities } = readText("/start@drive_bot see https://example.com/a, mail a@b.com #tag @mia example.org", {});
    expect(entities.map(({ type }) => type)).toEqual(["bot_command", "url", "email", "hashtag", "mention", "url"]);
  });

  test("entities of a library that counts well are always taken", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme", minLength: 1 }), { minLength: 1 }), (words) => {
        const text = words.map((word) => FormattedString.bold(word)).reduce((a, b) => FormattedString.join([a, b]));
        const read = readText(text.text, { entities: text.entities });
        for (const { offset, length } of read.entities) expect(offset + length).toBeLessThanOrEqual(read.text.length);
      }),
    );
  });
});

test("any text that is read keeps its entities inside, and nothing but refusals is thrown", () => {
  const signs = fc.array(
    fc.constantFrom(
      "<b>",
      "</b>",
      "<a href='",
      "&lt;",
      "*",
      "_",
      "__",
      "||",
      "`",
      "```",
      "[",
      "](",
      ")",
      "\\",
      ">",
      "\n",
      "x",
      "😀",
      " ",
      "é",
    ),
  );
  fc.assert(
    fc.property(signs, fc.constantFrom("HTML", "MarkdownV2", "Markdown"), (parts, parseMode) => {
      expect(["taken", "refused"]).toContain(outcomeOf(() => readText(parts.join(""), { parseMode })));
    }),
    { numRuns: 2000 },
  );
});
