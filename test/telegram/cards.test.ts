import { expect, test } from "vitest";
import type { FileCard, FoundFiles, LinkCard } from "../../src/actions/model/screen.ts";
import { paintFound } from "../../src/telegram/screens/found.ts";
import { paintQuestionOf } from "../../src/telegram/screens/form.ts";
import { paint } from "../../src/telegram/screens/paint.ts";
import { painterFor } from "../../src/telegram/screens/painter.ts";
import type { Walk } from "../../src/telegram/walk.ts";
import { words } from "./test-app.ts";

const now = Date.UTC(2026, 10, 27, 12);
const view = { id: "abcdefghij", revision: 1 };
const mount = { id: "m", title: "Mia's PikPak", driver: "pikpak" };
const entry = { id: "1", kind: "file" as const, name: "photo.jpg", size: 100 };
const painter = painterFor({ words, language: "en", place: "private", now });

test("a date is one that each reader sees in their own time zone", () => {
  const at = now + 24 * 3_600_000;
  const card: LinkCard = {
    show: "link",
    view,
    mount,
    entry,
    url: "https://bot.example/d/x",
    via: "redirect",
    expiresAt: at,
    can: [],
  };
  const { text } = paint(painter, card);
  const [time] = text.entities.filter(({ type }) => type === "date_time");
  expect(time).toMatchObject({ unix_time: at / 1000 });
  expect(text.text.slice(time?.offset, (time?.offset ?? 0) + (time?.length ?? 0))).toBe("Nov 28, 2026, 12:00 PM UTC");
  expect(text.text).toContain("24 hours");
  expect(text.text).not.toMatch(/[\uE000-\uF8FF]/);
});

test("a link's card says what only the first part means, and offers the download that keeps its name", () => {
  const named = "https://bot.example/p/x/photo.jpg";
  const card: LinkCard = {
    show: "link",
    view,
    mount,
    entry,
    url: "https://bot.example/d/x",
    via: "redirect",
    extent: "first-part",
    named,
    can: [],
  };
  const { text, keyboard } = paint(painter, card);
  expect(text.text).toContain("only the first part");
  expect(text.text).toContain("curl -L -o 'photo.jpg'");
  expect(keyboard.flat()).toContainEqual(expect.objectContaining({ text: "⬇️ Download with its name", url: named }));
});

test("a picture can be had as a file, too", () => {
  const card: FileCard = { show: "file", view, mount, trail: [], entry, variants: [], can: ["send", "send-as-file"] };
  expect(
    paint(painter, card)
      .keyboard.flat()
      .map(({ text }) => text),
  ).toEqual(expect.arrayContaining(["📥 Send it here", "📄 Send it as a file"]));
});

test("a pass code is asked for in four lines", () => {
  const field = { name: "passCode", kind: "secret", role: "code", required: true, maxLength: 50 } as const;
  const walk: Walk = {
    form: { id: "open-link", kind: "pikpak-share", subject: "https://mypikpak.com/s/x" },
    fields: [field],
    values: {},
    skipped: [],
    swapped: [],
    asking: "passCode",
    reason: { code: "pass-code-needed" },
    page: { url: "https://bot.example/s/x", expiresAt: now + 600_000 },
  };
  expect(paintQuestionOf(painter, walk, 1).text.text.split("\n")).toHaveLength(4);
});

test("of a file found while typing there is a card that says whose it is, and one with a link for whoever reads it", () => {
  const file = {
    index: 0,
    entry,
    mount,
    trail: [],
    address: { url: "https://bot.example/d/x", via: "redirect" as const, expiresAt: now + 3_600_000 },
  };
  const found: FoundFiles = { show: "found", view, files: [file], homeless: false };
  const [plain, linked] = paintFound(painter, found).map((card) => JSON.stringify(card));
  expect(plain).toContain("From the drive Mia's PikPak");
  expect(plain).not.toContain("bot.example");
  expect(linked).toContain('"url":"https://bot.example/d/x"');
  expect(linked).toContain("Whoever has the link can download the file");
});
