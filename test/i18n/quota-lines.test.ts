import { expect, test } from "vitest";
import { figuresIn } from "../../src/i18n/figures.ts";
import { quotaLines } from "../../src/i18n/quota-lines.ts";
import { loadWords } from "../../src/i18n/words.ts";
import type { Quota } from "../../src/storage/driver.ts";

const words = loadWords();
const giga = 1024 ** 3;
const linesIn = (language: string, quota: Quota) =>
  quotaLines({ say: words.in(language), figures: figuresIn(language) }, quota, (word) => `*${word}*`).map((line) =>
    line.replaceAll(/[\u2066-\u2069]/g, ""),
  );

const told: Quota = {
  limit: 10 * giga,
  used: 4 * giga,
  trashed: giga,
  plan: "novip",
  tasks: { limit: 5, used: 2 },
  transfer: { offline: { limit: 60 * giga, used: 20 * giga }, "download-day": { limit: 20 * giga, used: 30 * giga } },
};

test("a drive's room is told with what is free and what may still be moved", () => {
  expect(linesIn("en", told)).toEqual([
    "▓▓▓▓░░░░░░ 40%",
    "📊 4 GB of 10 GB used, 6 GB free",
    "1 GB of it in the trash",
    "Plan: *novip*",
    "⏬ Offline downloads left: 3 of 5",
    "To be fetched this month: 40 GB of 60 GB left",
    "To be downloaded today: 0 B of 20 GB left",
  ]);
  expect(linesIn("zh", told)).toContain("⏬ 离线下载次数：剩余 3 次，共 5 次");
});

test("what a drive does not tell has no line", () => {
  expect(linesIn("en", { used: giga })).toEqual(["📊 1 GB used"]);
});
