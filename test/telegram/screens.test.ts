import type { Listing } from "../../src/actions/model/screen.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { listFormats } from "../../src/actions/model/screen.ts";
import { clearChoices, dailyChoices, downloadChoices, usualPolicy } from "../../src/users/place.ts";
import type { LinkCard, MessageScreen, TransferState } from "../../src/actions/model/screen.ts";
import { encodeButton } from "../../src/actions/buttons.ts";
import { noticeCodes } from "../../src/actions/model/screen.ts";
import { uploadFailures } from "../../src/actions/model/upload.ts";
import { storageErrorCodes } from "../../src/storage/error.ts";
import { isPublicAddress } from "../../src/i18n/address.ts";
import { figuresIn } from "../../src/i18n/figures.ts";
import { clip, elideName } from "../../src/i18n/names.ts";
import { cardOf, paintFound } from "../../src/telegram/screens/found.ts";
import { paint } from "../../src/telegram/screens/paint.ts";
import { lines, painterFor } from "../../src/telegram/screens/painter.ts";
import { linkCard, listing, view, words } from "./test-app.ts";

const now = Date.UTC(2026, 10, 24, 12);
const mount = { id: "mountmount", title: "Holiday", driver: "pikpak" };

const hostile = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 255 }),
  fc.constantFrom(
    "<b>bold</b> &amp; *x* _y_ `z`.mp4",
    "שלום עולם‮.exe",
    "👨‍👩‍👧‍👦".repeat(40),
    "第".repeat(255),
    " \n\t ",
    "",
    "a\u0300".repeat(100),
  ),
);

const entry = fc.record(
  {
    id: fc.uuid(),
    kind: fc.constantFrom("folder" as const, "file" as const),
    name: hostile,
    size: fc.nat({ max: 2 ** 50 }),
    modifiedAt: fc.nat({ max: now }),
    mimeType: fc.constantFrom("video/mp4", "application/zip", "x"),
    thumbnail: fc.constantFrom("https://img.example.com/1.jpg", "http://127.0.0.1/1.jpg"),
  },
  { requiredKeys: ["id", "kind", "name"] },
);

const states: readonly TransferState[] = [
  { is: "queued", place: 3 },
  { is: "running", done: 0 },
  { is: "running", done: 5e8, speed: 1e6, left: 90_000 },
  { is: "done", took: 61_000 },
  { is: "cancelled" },
  { is: "interrupted" },
  ...uploadFailures.map((code) => ({ is: "failed" as const, code, limit: 5e7 })),
  ...storageErrorCodes.map((code) => ({ is: "failed" as const, code, retryAfter: 4000, reference: "abc" })),
];

const screen: fc.Arbitrary<MessageScreen> = fc.oneof(
  fc
    .record({ rows: fc.array(entry, { maxLength: 10 }), trail: fc.array(hostile, { maxLength: 30 }) })
    .map((more) => listing(more)),
  fc
    .record({ entry, trail: fc.array(hostile), n: fc.nat({ max: 30 }), name: hostile })
    .map(({ entry, trail, n, name }) => ({
      show: "file" as const,
      view,
      mount: { ...mount, title: name },
      trail,
      entry,
      variants: Array.from({ length: n }, (_, at) => ({ id: String(at), name: `${at}P` })),
      duration: n * 999,
      can: ["send"] as const,
    })),
  fc.record({ entry, tail: fc.nat({ max: 3000 }) }).map(({ entry, tail }): LinkCard => ({
    show: "link",
    can: [],
    for: "asker",
    view,
    mount,
    entry,
    url: `https://dl.example.com/${"x".repeat(tail)}`,
    via: "direct",
  })),
  fc.array(hostile, { maxLength: 200 }).map((titles) => ({
    show: "mounts" as const,
    view,
    mounts: titles.map((title) => ({
      ...mount,
      title,
      current: false,
      health: { state: "working" as const, at: now },
    })),
  })),
  hostile.map((title) => ({
    show: "mount" as const,
    view,
    mount: {
      ...mount,
      title,
      current: true,
      health: { state: "failing" as const, at: now, code: "signed-out" as const },
    },
    quota: { used: 5e9, limit: 1e10, trashed: 5, plan: "platinum" },
    usual: "redirect" as const,
    methods: ["redirect", "proxy", "proxy-url"] as const,
    can: ["renew-mount", "revoke-links"] as const,
    lapsed: "proxy" as const,
  })),
  fc.record({ subject: hostile, notice: fc.constantFrom(...noticeCodes, ...storageErrorCodes) }).map((more) => ({
    show: "notice" as const,
    level: "failed" as const,
    retryAfter: 4000,
    verify: "https://user.example.com/verify",
    view,
    offer: ["retry", "back", "mounts", "add-account", "add-share", "renew-mount"] as const,
    reference: "abc",
    ...more,
  })),
  fc.record({ entry, state: fc.constantFrom(...states), total: fc.nat({ max: 2 ** 40 }) }).map((more) => ({
    show: "transfer" as const,
    view,
    mount,
    ...more,
  })),
  fc.record({ trail: fc.array(hostile), title: hostile, format: fc.constantFrom(...listFormats) }).map((more) => ({
    show: "list-ready" as const,
    view,
    mount: { ...mount, title: more.title },
    trail: more.trail,
    format: more.format,
    part: 1,
    file: { name: more.title, text: "x" },
    links: 5,
    leftOut: 2,
    capped: { files: 2000, folders: 200 },
    expiresAt: now + 5000,
    via: "gateway" as const,
    can: [],
    failed: { code: "too-frequent" as const, retryAfter: 5000 },
  })),
  hostile.map((subject) => ({ show: "question" as const, view, question: "remove-mount" as const, subject })),
  fc
    .record({ words: hostile, rows: fc.array(entry, { maxLength: 10 }), folder: hostile, trail: fc.array(hostile) })
    .map(({ words, rows, folder, trail }) =>
      listing({
        for: "asker",
        rows,
        trail,
        search: {
          words,
          kind: "video",
          least: 1024 ** 3,
          most: 1024 ** 4,
          ranked: true,
          common: [folder, folder],
          where: rows.map(() => [folder, folder, folder, folder]),
          elsewhere: { is: "narrower", folder },
          filters: true,
          looked: { folders: 12, entries: 3456 },
          state: "running",
        },
      }),
    ),
  fc.record({ titles: fc.array(hostile, { maxLength: 200 }), place: hostile }).map(({ titles, place }) => ({
    show: "lend-choice" as const,
    for: "asker" as const,
    view,
    place,
    mounts: titles.map((title) => ({ ...mount, title })),
  })),
  fc.record({ title: hostile, place: hostile, trail: fc.array(hostile) }).map(({ title, place, trail }) => ({
    show: "lending" as const,
    view,
    mount: { ...mount, title },
    trail,
    place,
    policy: { ...usualPolicy, daily: 10, open: true },
    dailyChoices,
    downloadChoices,
  })),
  hostile.map((place) => ({
    show: "place-settings" as const,
    view,
    place,
    languages: words.languages,
    language: "zh",
    rowChoices: [5, 8, 10],
    order: { by: "size" as const, descending: true },
    clearAfter: 30,
    clearChoices,
    privateLinks: true,
  })),
  fc.constantFrom<MessageScreen>(
    { show: "welcome", view, mounts: 2 },
    { show: "help", place: "private", admin: true },
    { show: "help", place: "group", admin: false },
    {
      show: "settings",
      view,
      languages: words.languages,
      language: "en",
      rows: 8,
      rowChoices: [5, 8, 10],
      order: { by: "size", descending: true },
      method: "redirect",
      methods: ["redirect", "proxy"],
      revocable: true,
    },
    { show: "list-choice", view, mount, trail: ["Day 3"], formats: listFormats, most: { files: 2000, folders: 200 } },
    { show: "list-progress", view, mount, trail: [], folders: 3, files: 90, links: 4 },
  ),
);

test.each(words.languages)("every screen fits Telegram's limits, whatever names are in it (%s)", (language) => {
  const painter = painterFor({ words, language, place: "private", now });
  fc.assert(
    fc.property(screen, (drawn) => {
      const { text, keyboard } = paint(painter, drawn);
      const buttons = keyboard.flat();
      expect(text.text.trim()).not.toBe("");
      expect(text.text.length).toBeLessThanOrEqual(4096);
      expect(buttons.length).toBeLessThanOrEqual(100);
      for (const { offset, length } of text.entities) {
        expect(length).toBeGreaterThan(0);
        expect(offset + length).toBeLessThanOrEqual(text.text.length);
      }
      for (const button of buttons) {
        expect(button.text.trim()).not.toBe("");
        expect(button.text.length).toBeLessThanOrEqual(300);
        expect(button.text.isWellFormed()).toBe(true);
        expect("callback_data" in button ? button.callback_data : "-").toMatch(/^[A-Za-z0-9-]{1,48}$/);
        expect("copy_text" in button ? button.copy_text.text.length : 1).toBeLessThanOrEqual(256);
      }
    }),
    { numRuns: 300 },
  );
});

const painter = painterFor({ words, language: "en", place: "private", now });

test("a file card shows the whole name as it is", () => {
  const name = `<i>*_\`${"x".repeat(240)}\u202E.mp4`;
  const { text } = paint(painter, {
    show: "file",
    view,
    mount,
    trail: [],
    entry: { id: "1", kind: "file", name, size: 1024, thumbnail: "https://img.example.com/1.jpg" },
    variants: [],
    can: [],
  });
  expect(text.text).toContain(name.replace("\u202E", ""));
});

test("a list says beforehand where it ends, and afterwards that it did", () => {
  const capped = { files: 2000, folders: 200 };
  const place = { view, mount, trail: [] };
  const before = paint(painter, { show: "list-choice", ...place, formats: listFormats, most: capped });
  expect(before.text.text).toContain("at most 2,000 files from 200 folders");
  const list = {
    show: "list-ready",
    ...place,
    format: "plain",
    part: 1,
    file: { name: "x.txt", text: "x" },
    links: 1,
    leftOut: 0,
    via: "gateway",
  } as const;
  expect(paint(painter, { ...list, capped }).text.text).toContain("which is 2,000 files from 200 folders");
  expect(paint(painter, list).text.text).not.toContain("folders");
});

test("a listing names its place, its page, and every entry on a row of its own", () => {
  const { text, keyboard } = paint(painter, listing());
  expect(text.text).toBe("🏠 Holiday › Day 3\n42 entries · page 2/7 · by name ↑");
  expect(keyboard.map((row) => row.map((button) => button.text))).toEqual([
    ["📁 raw"],
    ["🎬 beach.mp4 · 1.2 GB"],
    ["◀", "2/7", "▶", "⏩"],
    ["Name ↑", "Size", "Date"],
    ["⬆ Up", "🔎 Find", "🔄 Refresh"],
  ]);
});

const found = {
  words: "beach",
  kind: "video" as const,
  ranked: true,
  common: ["2024"],
  where: [[], ["raw"]],
  filters: false,
  looked: { folders: 3, entries: 40 },
  state: "running" as const,
};
const labelsOf = (screen: Listing) => paint(painter, screen).keyboard.map((row) => row.map((one) => one.text));

test("a page of what was found names a common folder once and numbers the rows it speaks of", () => {
  const screen = listing({ page: { number: 1, next: true }, total: { known: 2, complete: false }, search: found });
  expect(paint(painter, screen).text.text.split("\n")).toEqual([
    "🏠 Holiday › Day 3",
    "🔎 beach · Video",
    "Looking… 3 folders, 40 entries so far.",
    "All in 2024",
    "2. in raw",
    "2 found so far · page 1/… · best first",
  ]);
  const labels = labelsOf(screen).flat();
  expect(labels.filter((label) => /^\d\. /.test(label))).toHaveLength(2);
  expect(labels).toContain("✖️ Stop");
});

test("rows of a search whose place needs no words have no numbers", () => {
  const screen = listing({ search: { ...found, where: [[], []] } });
  expect(paint(painter, screen).text.text).not.toMatch(/^\d\. /m);
  expect(
    labelsOf(screen)
      .flat()
      .filter((label) => /^\d\. /.test(label)),
  ).toEqual([]);
});

test("a search's choices to narrow it by stand behind one button that says what is chosen", () => {
  const closed = labelsOf(listing({ search: found }));
  expect(closed).toContainEqual(["🔽 Filter (🎬)"]);
  expect(closed.flat()).not.toContain("🎵");
  const open = labelsOf(listing({ search: { ...found, filters: true } }));
  expect(open).toContainEqual(["🔘 🎬", "🎵", "🖼", "📦", "📝", "📁"]);
});

test("a search offers the folder one was in, and a search of a folder that found nothing the whole drive", () => {
  const narrower = listing({ search: { ...found, elsewhere: { is: "narrower", folder: "Day 3" } } });
  expect(labelsOf(narrower)).toContainEqual(["📂 Only in Day 3"]);
  const nothing = listing({
    rows: [],
    total: { known: 0, complete: true },
    search: { ...found, state: "complete", where: [], common: [], elsewhere: { is: "wider", folder: "Day 3" } },
  });
  expect(labelsOf(nothing)).toContainEqual(["🏠 Search the whole drive"]);
  expect(paint(painter, nothing).text.text).toContain("You can search the whole drive instead.");
});

test("a Chinese text has no blank between two sentences, and a label has a full-width colon", () => {
  const own = painterFor({ words, language: "zh", place: "private", now });
  const card = {
    show: "link" as const,
    view,
    mount,
    entry: { id: "1", kind: "file" as const, name: "a.mp4" },
    url: "http://127.0.0.1/a",
    via: "gateway" as const,
    can: [],
    expiresAt: now + 24 * 3_600_000,
    watch: "http://127.0.0.1/w",
  };
  const { text } = paint(own, card).text;
  expect(text).toContain("通过本机器人的地址下载。任何拿到链接的人都能下载这个文件。");
  expect(text).toContain("📺 在浏览器中播放：http://127.0.0.1/w");
  expect(text).toContain("24 小时");
});

test.each(words.languages)("cards found while typing fit what Telegram takes (%s)", (language) => {
  const own = painterFor({ words, language, place: "private", now });
  fc.assert(
    fc.property(
      fc.array(fc.record({ entry, trail: fc.array(hostile), title: hostile }), { maxLength: 20 }),
      (found) => {
        const cards = paintFound(own, {
          show: "found",
          view,
          files: found.map(({ entry, trail, title }, index) => ({ index, entry, trail, mount: { ...mount, title } })),
          homeless: false,
        });
        for (const [index, card] of cards.entries()) {
          expect(Buffer.byteLength(card.id)).toBeLessThanOrEqual(64);
          expect(cardOf(card.id)).toBe(view.id);
          expect(card.title.trim()).not.toBe("");
          const content = card.input_message_content as { message_text: string };
          expect(content.message_text.trim()).not.toBe("");
          expect(content.message_text.length).toBeLessThanOrEqual(4096);
          expect(JSON.stringify(card.reply_markup)).toContain(encodeButton({ do: "link-row", view, index }));
        }
      },
    ),
  );
});

test("a page of a folder still being read has no last page yet", () => {
  const { text } = paint(painter, listing({ page: { number: 2, next: true }, total: { known: 500, complete: false } }));
  expect(text.text).toContain("500 entries so far · page 2/…");
});

test("a link gets a button only where Telegram takes it, and its address is always in the text", () => {
  const far = paint(painter, linkCard("https://dl.example.com/x") as LinkCard);
  const near = paint(painter, linkCard("http://127.0.0.1:8080/d/x") as LinkCard);
  expect(far.keyboard.flat().some((button) => "url" in button)).toBe(true);
  expect(near.keyboard.flat().some((button) => "url" in button)).toBe(false);
  expect([far.text.text, near.text.text].map((text) => /https?:\/\/\S+/.exec(text)?.[0])).toEqual([
    "https://dl.example.com/x",
    "http://127.0.0.1:8080/d/x",
  ]);
});

test.each([
  ["short.mp4", "short.mp4"],
  ["A very long film name that goes on and on S01E07.mkv", "A very long film name…n S01E07.mkv"],
  ["一部名字很长很长的电影它没有尽头第十二集.mkv", "一部名字很长很长的电…第十二集.mkv"],
])("the name %s on a button keeps its head, episode and extension", (name, label) => {
  expect(elideName(name)).toBe(label);
});

test("a text is never cut inside a character", () => {
  expect(clip("ab👨‍👩‍👧‍👦", 8)).toBe("ab…");
});

test.each([
  ["https://example.com", true],
  ["https://nas.local/x", false],
  ["https://dl.pikpak.com/x", true],
  ["http://localhost:1", false],
  ["http://127.0.0.1/x", false],
  ["http://10.1.2.3/x", false],
  ["http://[::1]/x", false],
  ["http://93.184.216.34/", true],
  ["magnet:?xt=1", false],
  ["nonsense", false],
])("the address %s can be a button: %s", (address, can) => {
  expect(isPublicAddress(address)).toBe(can);
});

test.each([
  ["en", "512 B", "1 KB", "1.2 GB"],
  ["zh", "512 B", "1 kB", "1.2 GB"],
])("a size is written as people read it in %s", (language, ...sizes) => {
  const { size } = figuresIn(language);
  expect([size(512), size(1024), size(1_288_490_189)].map((text) => text.toLowerCase())).toEqual(
    sizes.map((text) => text.toLowerCase()),
  );
});

test("spans and playing times are said as people say them", () => {
  expect(figuresIn("en").span(65 * 60_000)).toBe("1 hour 5 minutes");
  expect(figuresIn("zh").span(65 * 60_000)).toBe("1 小时 5 分钟");
  expect(figuresIn("en").playing(3723)).toBe("1:02:03");
  expect(figuresIn("en").playing(63)).toBe("1:03");
});

test.each([
  [{ is: "queued", place: 3 }, "number 3 in the queue", ["✖️ Cancel"]],
  [{ is: "running", done: 512, speed: 256, left: 2000 }, "▓▓▓▓▓░░░░░ 50%", ["✖️ Cancel"]],
  [{ is: "running", done: 1024, speed: 256, left: 0 }, "the chat is taking it in", ["✖️ Cancel"]],
  [{ is: "done", took: 61_000 }, "✅ Sent in 61 seconds", ["🔗 Link", "⬆ Back"]],
  [{ is: "interrupted" }, "I was restarted", ["🔄 Try again", "🔗 Link", "⬆ Back"]],
  [{ is: "failed", code: "too-large", limit: 52_428_800 }, "50 MB", ["🔗 Link", "⬆ Back"]],
  [{ is: "failed", code: "unreachable" }, "The drive cannot be reached", ["🔄 Try again", "🔗 Link", "⬆ Back"]],
] as const satisfies readonly (readonly [TransferState, string, readonly string[]])[])(
  "a file on its way says how it is and what can be done: %j",
  (state, sentence, labels) => {
    const painter = painterFor({ words, language: "en", place: "private", now });
    const entry = { id: "1", kind: "file", name: "beach.mp4", size: 1024 } as const;
    const { text, keyboard } = paint(painter, { show: "transfer", view, mount, entry, total: 1024, state });
    expect(text.text).toContain("🎬 beach.mp4");
    expect(text.text).toContain(sentence);
    expect(keyboard.flat().map((one) => one.text)).toEqual(labels);
  },
);

test("a name that brings the marks around a date forges none, on a card or on a task's", () => {
  const painter = painterFor({ words, language: "en", place: "private", now });
  const name = "\uE0F01\uE0F1sent yesterday\uE0F2.mkv";
  const at = { view, mount: { ...mount, title: name } };
  const page = { number: 1, count: 1 };
  const task = { id: "1", name, phase: "running", progress: 50 } as const;
  const tasks = {
    show: "tasks" as const,
    ...at,
    tasks: [task],
    page,
    total: { running: 1, waiting: 0, done: 0, failed: 0 },
  };
  const cards = [
    tasks,
    { show: "task" as const, ...at, task, opens: false },
    { ...listing({ rows: [], trail: [name] }), ...at },
  ];
  for (const card of cards) {
    const { text } = paint(painter, card);
    expect(text.entities.map(({ type }) => type)).not.toContain("date_time");
    expect(text.text).toContain("1sent yesterday.mkv");
    expect(text.text).not.toMatch(/[\uE0F0-\uE0F2]/);
  }
});

test("a time that no calendar has, said between a date's marks, is no date", () => {
  expect(lines(`\uE0F0${"9".repeat(15)}\uE0F1then\uE0F2`).entities).toEqual([]);
  expect(lines("\uE0F01790000000000\uE0F1then\uE0F2").entities.map(({ type }) => type)).toEqual(["date_time"]);
});

test("a text that is too long for a message ends between characters, with an ellipsis", () => {
  for (const before of [4090, 4091, 4092, 4093, 4094, 4095]) {
    const { text } = lines("a".repeat(before) + "👍🏽".repeat(3));
    expect(text).toMatch(/^a+(?:👍🏽)*…$/u);
    expect(text.isWellFormed()).toBe(true);
    expect(text.length).toBeLessThanOrEqual(4096);
  }
  expect(lines("a".repeat(4096)).text).toHaveLength(4096);
});
