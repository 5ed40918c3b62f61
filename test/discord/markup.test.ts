import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { copyable, label, link, plainLabel, strong } from "../../src/discord/markup.ts";
import { plainText, readMarkdown } from "../../emulators/discord/markdown.ts";
import { hostileName } from "../contracts/screens.ts";

const reader = {
  locale: "en-US",
  now: 0,
  userName: () => "somebody",
  channelName: () => "somewhere",
};
const read = (text: string) => readMarkdown(text, reader);

/** What turns, hides or rings: none of it may be left of a name. */
const forbidden = /[\p{Cc}\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u2065\uFEFF]/u;

describe("a name in a message", () => {
  test("a name in a message is read as it is: no link, no ping, no heading, no style", () => {
    fc.assert(
      fc.property(hostileName, (name) => {
        const parts = read(label(name, 1000));
        expect(parts.filter(({ style, href }) => style !== undefined || href !== undefined)).toEqual([]);
        expect(plainText(parts)).toBe(plainLabel(name, 1002));
      }),
      { numRuns: 2000 },
    );
  });

  test("a name in a message takes no more room than it is given, and is never cut inside a character", () => {
    fc.assert(
      fc.property(hostileName, fc.integer({ min: 10, max: 300 }), (name, most) => {
        const said = label(name, most);
        expect(said.length).toBeLessThanOrEqual(most);
        expect(said.isWellFormed()).toBe(true);
        expect(said).not.toMatch(forbidden);
      }),
      { numRuns: 1000 },
    );
  });

  test("a name in a message stays bold where it is bold, whatever it ends with", () => {
    fc.assert(
      fc.property(hostileName, (name) => {
        const parts = read(`${strong(name, 1000)} end`);
        expect(plainText(parts)).toBe(`${plainLabel(name, 1002)} end`);
        expect(parts.at(-1)).toMatchObject({ text: " end" });
      }),
    );
  });

  test.each([
    ["<@1001>", "\\<\\@1001\\>"],
    ["<t:0:R>", "\\<t\\:0\\:R\\>"],
    ["https://evil.example", "https\\://evil.example"],
    ["a](https://evil.example)", "a\\]\\(https\\://evil.example\\)"],
    ["# big", "\\# big"],
    ["- item", "\\- item"],
    ["1. first", "1\\. first"],
    ["a\u202Eexe.mp4", "a exe.mp4"],
    ["", "…"],
  ])("the name %j is written %j", (name, written) => {
    expect(label(name)).toBe(written);
  });

  test("a long name in a message loses its middle, and keeps its head, its episode and its extension", () => {
    const name = "A very long film name that goes on and on and on S01E07.mkv";
    expect(plainLabel(name, 40)).toBe("A very long film name tha…n S01E07.mkv");
    expect(plainLabel(`${"👨‍👩‍👧‍👦".repeat(30)}.mkv`, 60)).toMatch(/^(👨‍👩‍👧‍👦)+…(👨‍👩‍👧‍👦)*\.mkv$/u);
  });
});

test("a link leads where it says and nowhere else, whatever its words are", () => {
  fc.assert(
    fc.property(hostileName, fc.webUrl({ withQueryParameters: true, withFragments: true }), (words, url) => {
      const parts = read(`${link(words, url)} end`);
      const links = parts.filter(({ href }) => href !== undefined);
      expect(links).toHaveLength(1);
      expect(decodeURI(links[0]?.href ?? "")).toBe(decodeURI(url.replaceAll("(", "%28").replaceAll(")", "%29")));
      expect(parts.at(-1)?.text).toBe(" end");
    }),
    { numRuns: 500 },
  );
});

test("an address to be copied stands there whole, and ends its block itself", () => {
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: true }), (url) => {
      expect(read(copyable(`${url}\`\`\``))).toEqual([{ text: `${url}%60%60%60`, style: "code" }]);
    }),
  );
});
