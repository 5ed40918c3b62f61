import fc from "fast-check";
import { expect, test } from "vitest";
import { columnsBeside, elideName, elideTogether, graphemesOf, isolate } from "../../src/i18n/names.ts";

// Names side by side on a narrow screen: each can be told from the others.

const listed = (names: readonly string[], width = 24) => elideTogether(names.map((name) => ({ name, width })));

test("names of one list stand as they are where they fit", () => {
  expect(listed(["a.mkv", "b.mkv"])).toEqual(["a.mkv", "b.mkv"]);
});

test("names of one list leave out what they begin with alike, and keep episode and ending", () => {
  const show = "[Some Group] A Show With A Long Name - S01";
  expect(listed([`${show}E01 [BD 1080p].mkv`, `${show}E02 [BD 1080p].mkv`])).toEqual([
    "…S01E01 [BD 1080p].mkv",
    "…S01E02 [BD 1080p].mkv",
  ]);
});

test("names of one list show the place where they differ when that is in their middle", () => {
  const name = (middle: string) => `${"Long ago, far away ".repeat(3)}${middle}${" and so on".repeat(5)}.mkv`;
  const [one = "", two = ""] = listed([name("x"), name("y"), "short.txt"]);
  expect([one.includes("x"), two.includes("y"), one === two]).toEqual([true, true, false]);
});

test("names of one list are counted where they are the same", () => {
  expect(listed(["same.txt", "same.txt", "same.txt"])).toEqual(["same.txt", "same.txt (2)", "same.txt (3)"]);
});

test("names of one list are counted past a name that has such a number itself", () => {
  expect(listed(["a", "a", "a (2)"])).toEqual(["a", "a (3)", "a (2)"]);
});

test("names of one list never read the same, whatever they are", () => {
  const stem = fc.constantFrom("", "Episode ", "长长的名字".repeat(8), "The very long common beginning of everything ");
  const name = fc.tuple(stem, fc.string({ unit: "grapheme", maxLength: 60 })).map(([a, b]) => a + b);
  fc.assert(
    fc.property(fc.array(name, { maxLength: 10 }), (names) => {
      const labels = listed(names);
      expect(new Set(labels).size).toBe(labels.length);
    }),
  );
});

test("a name leaves room for its size on a phone", () => {
  const size = " · 4.37 GB";
  const label = elideName("A name that goes on and on for longer than a phone is wide.mkv", columnsBeside(size)) + size;
  expect(label.length).toBeLessThanOrEqual(38);
  expect(label.endsWith("4.37 GB")).toBe(true);
});

test.each(["photo\u202Egpj.exe", "photo\u2067gpj.exe\u2069"])(
  "a name that would turn itself around is shown plainly: %j",
  (name) => {
    for (const shown of [isolate(name), elideName(name), ...listed([name])]) expect(shown).toBe("photogpj.exe");
  },
);

test("a name is cut into the characters that Unicode's rules give, whatever scripts it mixes", () => {
  const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  const plain = fc.constantFrom(...Array.from("aZ~ é©ø“…　、〇あアー中丁（Ａ"));
  const any = fc.oneof(
    ...[plain, "grapheme" as const, "binary" as const].map((unit) => fc.string({ unit, maxLength: 20 })),
  );
  fc.assert(
    fc.property(any, (text) => {
      expect(graphemesOf(text)).toEqual(Array.from(segmenter.segment(text), ({ segment }) => segment));
    }),
  );
});

test("every character below the Han ones, and every full-width one, is cut from its neighbours as Unicode's rules say", () => {
  const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  const codes = [
    ...Array.from({ length: 0x3400 - 0x20 }, (_, n) => 0x20 + n),
    ...Array.from({ length: 0xf0 }, (_, n) => 0xff00 + n),
  ];
  const texts = codes.map((code) => `中${String.fromCharCode(code)}a`);
  const differing = texts.filter((text) => graphemesOf(text).length !== [...segmenter.segment(text)].length);
  expect(differing).toEqual([]);
});
