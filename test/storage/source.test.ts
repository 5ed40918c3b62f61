import fc from "fast-check";
import { expect, test } from "vitest";
import { sourceOf, sourcesIn } from "../../src/storage/source.ts";

const hash = "0123456789abcdef0123456789abcdef01234567";
const inBase32 = "AERUKZ4JVPG66AJDIVTYTK6N54ASGRLH";

test.each([
  [`magnet:?xt=urn:btih:${hash}&dn=a+film.mkv&tr=udp%3A%2F%2Ft.example`, `btih:${hash}`, "a film.mkv"],
  [`magnet:?dn=a%20film&xt=urn%3Abtih%3A${hash.toUpperCase()}`, `btih:${hash}`, "a film"],
  [`MAGNET:?xt=urn:btih:${inBase32}`, `btih:${hash}`, undefined],
  [hash.toUpperCase(), `btih:${hash}`, undefined],
  [inBase32, `btih:${hash}`, undefined],
  ["https://files.example/a%20film.mkv?x=1", "https://files.example/a%20film.mkv?x=1", "a film.mkv"],
  ["https://files.example/100%.txt", "https://files.example/100%.txt", "100%.txt"],
  [
    "ed2k://|file|a film.mkv|12|31D6CFE0D16AE931B73C59D7E0C089C0|/",
    "ed2k:31d6cfe0d16ae931b73c59d7e0c089c0:12",
    "a film.mkv",
  ],
  [`PikPak://a film.mkv|12|${hash}`, `gcid:${hash}`, "a film.mkv"],
])("the address %s names what it leads to", (text, identity, name) => {
  const source = sourceOf(text);
  expect([source?.identity, source?.name]).toEqual([identity, name]);
});

test.each([
  "good morning",
  "magnet:?dn=nothing",
  "magnet:?xt=urn:btih:123",
  `magnet:?xt=urn:btih:${hash} and more`,
  "abcdefghijklmnopqrstuvwxyzabcdef",
  "d41d8cd98f00b204e9800998ecf8427e",
  "ftp://files.example/a",
  "javascript:alert(1)",
  "https://",
  "ed2k://|server|1.2.3.4|5|/",
  "PikPak://name|12|short",
])("%s is no address that a drive fetches", (text) => {
  expect(sourceOf(text)).toBeUndefined();
});

test("several addresses in one text are found in their order, each thing once however it is written", () => {
  const text = `take these:\n${hash}\nmagnet:?xt=urn:btih:${inBase32}&dn=x and https://files.example/a, <https://files.example/b>\nnot this one ${hash.replace("0", "f")}`;
  expect(sourcesIn(text).map(({ identity }) => identity)).toEqual([
    `btih:${hash}`,
    "https://files.example/a",
    "https://files.example/b",
  ]);
});

test.each([
  [`链接：magnet:?xt=urn:btih:${hash}，好看`, `btih:${hash}`],
  [`【资源】https://files.example/a.iso（第一集）`, "https://files.example/a.iso"],
  [`《影》https://files.example/影.mkv。还有别的`, "https://files.example/影.mkv"],
  [`ed2k://|file|【影】.mkv|12|31d6cfe0d16ae931b73c59d7e0c089c0|/；谢谢`, "ed2k:31d6cfe0d16ae931b73c59d7e0c089c0:12"],
  [`「https://files.example/a」、后面`, "https://files.example/a"],
])("the address in %s ends where the Chinese text goes on", (text, identity) => {
  expect(sourcesIn(text).map((source) => source.identity)).toEqual([identity]);
  expect(sourcesIn(text)[0]?.url).not.toMatch(/[，。；：！？、（）」》]|(好看|谢谢|后面)$/);
});

test("a hash written either way, with whatever around it, is the same thing", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 20, maxLength: 20 }),
      fc.constantFrom("", "&dn=a", "&tr=x&dn=%E0"),
      (bytes, rest) => {
        const hex = Buffer.from(bytes).toString("hex");
        const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
        const letters = (bits.match(/.{5}/g) ?? []).map(
          (five) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[Number.parseInt(five, 2)],
        );
        const written = [hex, letters.join(""), letters.join("").toLowerCase(), hex.toUpperCase()];
        const found = written.map((one) => sourceOf(`magnet:?xt=urn:btih:${one}${rest}`)?.identity);
        expect(new Set(found)).toEqual(new Set([`btih:${hex}`]));
      },
    ),
  );
});

test("whatever is pasted gives addresses that are taken once more as they are", () => {
  const scheme = fc.constantFrom("magnet:?xt=urn:btih:", "ed2k://|file|", "PikPak://", "https://", "");
  fc.assert(
    fc.property(fc.array(fc.tuple(scheme, fc.string({ maxLength: 60 }))), (parts) => {
      for (const source of sourcesIn(parts.map((part) => part.join("")).join("\n"))) {
        expect(source.url).not.toMatch(/[\n\r]/);
        expect(sourceOf(source.url)?.identity).toBe(source.identity);
      }
    }),
  );
});
