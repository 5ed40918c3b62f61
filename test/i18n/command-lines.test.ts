import { expect, test } from "vitest";
import { commandLines } from "../../src/i18n/command-lines.ts";

const url = "https://bot.example/d/ticket/x";

test("lines for a shell save a file under its own name", () => {
  expect(commandLines("A film (2024).mkv", url)).toEqual([
    `curl -L -o 'A film (2024).mkv' '${url}'`,
    `aria2c -o 'A film (2024).mkv' '${url}'`,
  ]);
});

test.each([
  ["it's.txt", String.raw`'it'\''s.txt'`],
  ["-rf", "'_rf'"],
  ["../up/x.txt", "'.._up_x.txt'"],
  ["..", "'file'"],
  ["photo\u202Egpj.exe", "'photo_gpj.exe'"],
  [`${"n".repeat(300)}.mkv`, `'${"n".repeat(56)}.mkv'`],
])("a name that would do something in a shell is only a name there: %j", (name, quoted) => {
  expect(commandLines(name, url)[0]).toBe(`curl -L -o ${quoted} '${url}'`);
});

test("a long address gets no lines of its own", () => {
  expect(commandLines("x.txt", `https://files.example/${"a".repeat(300)}`)).toEqual([]);
});
