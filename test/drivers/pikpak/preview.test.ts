import { afterEach, beforeEach, expect, test } from "vitest";
import { readPreview } from "../../../src/drivers/pikpak/preview.ts";
import type { Driver } from "../../../src/storage/driver.ts";
import { startService, type Service } from "./service.ts";

let at: Service;
let driver: Driver;
beforeEach(async () => {
  at = await startService();
  driver = at.account();
});
afterEach(() => at.close());

const hash = "0123456789abcdef0123456789abcdef01234567";

test("a magnet's files are told with their folders and sizes, in one call", async () => {
  at.pikpak.rules.magnets = {
    [hash]: [
      { path: "Show/S01/one.mkv", size: 5 },
      { path: "Show/S01/two.mkv", size: 6 },
      { path: "Show/notes.txt", size: 1 },
    ],
  };
  expect(await driver.preview?.(hash)).toEqual({
    name: "Show",
    files: [
      { trail: ["Show", "S01"], name: "one.mkv", size: 5 },
      { trail: ["Show", "S01"], name: "two.mkv", size: 6 },
      { trail: ["Show"], name: "notes.txt", size: 1 },
    ],
    isCut: false,
  });
  expect(at.pikpak.calls.filter(({ path }) => path === "/drive/v1/resource/list")).toHaveLength(1);
});

test("a magnet that nobody knows yet has no files", async () => {
  at.pikpak.rules.magnets = { [hash]: [] };
  expect(await driver.preview?.(hash)).toEqual({ files: [], isCut: false });
});

test("a tree that goes too deep or too wide is cut, and that is told", () => {
  const file = (n: number) => ({ name: `${n}.mkv`, file_size: "1", is_dir: false });
  const wide = readPreview({ list: { resources: Array.from({ length: 3000 }, (_, n) => file(n)) } });
  expect([wide.files.length, wide.isCut]).toEqual([2000, true]);
  let deep: object = { resources: [file(1)] };
  for (let n = 0; n < 5000; n++) deep = { resources: [{ name: `d${n}`, is_dir: true, dir: deep }] };
  expect(readPreview({ list: deep })).toEqual({ files: [], isCut: true });
});

test.each([
  ["nothing", {}],
  ["a list of nothing", { list: null }],
  ["odd entries", { list: { resources: [null, 7, {}, { name: "" }] } }],
])("%s is nothing that is known", (_what, body) => {
  expect(readPreview(body)).toEqual({ files: [], isCut: false });
});

test("what is no answer at all is said to be none", () => {
  expect(() => readPreview("good morning")).toThrow(expect.objectContaining({ code: "upstream" }));
});
