import { ComponentType, type APIContainerComponent } from "discord.js";
import { describe, expect, test } from "vitest";
import type { FileCard, FormScreen, LinkCard, Listing } from "../../src/actions/model/screen.ts";
import { encodeWidgetAction } from "../../src/discord/ids.ts";
import { isModal, paintModal } from "../../src/discord/screens/form.ts";
import { paint } from "../../src/discord/screens/paint.ts";
import { painterFor } from "../../src/discord/screens/painter.ts";
import { button, paintSheet, type Painted } from "../../src/discord/screens/sheet.ts";
import { loadWords } from "../../src/i18n/words.ts";

const now = Date.UTC(2026, 10, 24, 12);
const view = { id: "abcdefghij", revision: 1 };
const mount = { id: "mountmount", title: "Holiday", driver: "pikpak" };
const painter = painterFor({
  words: loadWords(),
  language: "en",
  place: "private",
  canPost: true,
  chat: "server",
  now,
});

const listing: Listing = {
  show: "listing",
  view,
  mount,
  trail: ["Day 3"],
  rows: [
    { id: "1", kind: "folder", name: "raw" },
    { id: "2", kind: "file", name: "beach.mp4", size: 1_288_490_189, mimeType: "video/mp4", modifiedAt: now },
  ],
  page: { number: 2, count: 7, next: true },
  total: { known: 42, complete: true },
  order: { by: "name", descending: false },
  up: true,
  can: [],
};

const linkTo = (url: string): LinkCard => ({
  show: "link",
  for: "asker",
  view,
  mount,
  entry: { id: "2", kind: "file", name: "beach.mp4" },
  url,
  via: "direct",
  expiresAt: now + 3_600_000,
  can: [],
});

function textsOf({ components: [container] }: Painted): string[] {
  return container.components.flatMap((part) => (part.type === ComponentType.TextDisplay ? [part.content] : []));
}

function rowsOf({ components: [container] }: Painted) {
  return container.components.flatMap((part) => (part.type === ComponentType.ActionRow ? [part.components] : []));
}

function labelsOf(painted: Painted): string[][] {
  return rowsOf(painted).map((row) => row.map((one) => ("label" in one ? (one.label ?? "") : "menu")));
}

describe("a listing", () => {
  test("a listing names its place, its page, and every entry in text and in one menu", () => {
    const painted = paint(painter, listing);
    expect(textsOf(painted)).toEqual([
      "🏠 **Holiday** › Day 3\n-# 42 entries · page 2/7 · by name ↑",
      "📁 raw\n🎬 beach.mp4 · 1.2 GB",
    ]);
    const [menu] = rowsOf(painted)[0] ?? [];
    expect(menu).toMatchObject({
      type: ComponentType.StringSelect,
      options: [{ label: "📁 raw" }, { label: "🎬 beach.mp4", description: "1.2 GB · 11/24/2026" }],
    });
    expect(labelsOf(painted).slice(1, 3)).toEqual([
      ["◀", "2/7", "▶", "⏩"],
      ["Name ↑", "Size", "Date"],
    ]);
    expect(labelsOf(painted).at(-1)).toEqual(expect.arrayContaining(["⬆ Up", "🔄 Refresh", "📣 Post here"]));
  });

  test("a listing of 25 long names that all need escaping keeps every row, within what one message may hold", () => {
    const rows = Array.from({ length: 25 }, (_, at) => ({
      id: `${at}`,
      kind: "file" as const,
      name: `${at} ${"[_*]".repeat(60)}.mkv`,
      size: 2 ** 40,
    }));
    const painted = paint(painter, { ...listing, rows, trail: Array.from({ length: 9 }, () => "*".repeat(255)) });
    const [head = "", body = ""] = textsOf(painted);
    expect(head.length + body.length).toBeLessThanOrEqual(4000);
    expect(body.split("\n")).toHaveLength(25);
    expect(body.split("\n").every((line) => line.endsWith(".mkv · 1 TB"))).toBe(true);
  });
});

test("a file card shows the whole name", () => {
  const name = `<i>*_\`${"x".repeat(240)}.mp4`;
  const card: FileCard = {
    show: "file",
    view,
    mount,
    trail: [],
    entry: { id: "1", kind: "file", name },
    variants: [],
    can: [],
  };
  expect(textsOf(paint(painter, card)).join("\n").replaceAll("\\", "")).toContain(`**${name}**`);
});

describe("a link", () => {
  const buttons = (url: string) =>
    rowsOf(paint(painter, linkTo(url)))
      .flat()
      .flatMap((one) => ("url" in one ? [one.url] : []));

  test("a link is a button as long as Discord takes it for one", () => {
    const longest = `https://dl.example.com/${"x".repeat(512 - 23)}`;
    expect([buttons(longest), buttons(`${longest}x`)]).toEqual([[longest], []]);
    expect(buttons("http://127.0.0.1:8080/d/x")).toEqual([]);
  });

  test("a link is always in the text too, to press and to copy, without a preview", () => {
    const url = `https://dl.example.com/${"x".repeat(876)}`;
    const text = textsOf(paint(painter, linkTo(url))).join("\n");
    expect(text).toContain(`[Open the link](<${url}>)`);
    expect(text).toContain(`\`\`\`\n${url}\n\`\`\``);
  });

  test("a link too long for a message is in a file that the message shows", () => {
    const url = `https://dl.example.com/${"x".repeat(5000)}`;
    const { components, files } = paint(painter, linkTo(url));
    expect(files.map(({ name, attachment }) => [name, attachment.toString()])).toEqual([["link.txt", `${url}\n`]]);
    expect(JSON.stringify(components)).toContain("attachment://link.txt");
  });

  test("a link tells its end in the reader's own time", () => {
    expect(textsOf(paint(painter, linkTo("https://dl.example.com/x"))).join()).toContain(`<t:${now / 1000 + 3600}:f>`);
  });
});

describe("a form", () => {
  const form = (more: Partial<FormScreen> = {}): FormScreen => ({
    show: "form",
    form: { id: "open-link", kind: "pikpak-share" },
    fields: [
      { name: "link", kind: "text", required: true, maxLength: 9000 },
      { name: "passCode", kind: "secret", required: false, maxLength: 50 },
      { name: "transcode", kind: "choice", required: false, choices: ["no", "yes"], maxLength: 5 },
    ],
    values: { link: "https://mypikpak.com/s/x", passCode: "abcd", transcode: "yes" },
    ...more,
  });

  test("a form with a credential in it, or with what a verification ended with, is never a modal", () => {
    const roles = ["credential", "proof", "code", "login"] as const;
    const asking = (role: (typeof roles)[number]) =>
      [{ name: "x", kind: "secret", role, required: true, maxLength: 9 }] as const;
    expect(roles.filter((role) => isModal({ fields: asking(role) }))).toEqual(["code", "login"]);
  });

  test("a form as a modal holds what is known already, but no secret", () => {
    const modal = paintModal(painter, form(), "formform");
    expect(modal.components).toMatchObject([
      { label: "Share link", component: { custom_id: "link", value: "https://mypikpak.com/s/x", max_length: 4000 } },
      { label: "Pass code", component: { custom_id: "passCode", required: false } },
      { component: { options: [{ value: "no" }, { value: "yes", default: true }] } },
    ]);
    expect(JSON.stringify(modal)).not.toContain("abcd");
  });

  test("a form of more questions than a modal has asks those that are needed", () => {
    const fields = Array.from({ length: 8 }, (_, at) => ({
      name: `field${at}`,
      kind: "text" as const,
      required: at > 3,
      maxLength: 10,
    }));
    const modal = paintModal(painter, form({ fields, values: {} }), "formform");
    expect(modal.components).toMatchObject(
      ["field0", "field4", "field5", "field6", "field7"].map((name) => ({ component: { custom_id: name } })),
    );
  });
});

test("a list says beforehand where it ends, and afterwards that it did", () => {
  const capped = { files: 2000, folders: 200 };
  const place = { view, mount, trail: [] };
  const textOf = (painted: Painted) => JSON.stringify(painted.components);
  const before = paint(painter, { show: "list-choice", ...place, formats: ["plain"], most: capped });
  expect(textOf(before)).toContain("at most 2,000 files from 200 folders");
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
  expect(textOf(paint(painter, { ...list, capped }))).toContain("which is 2,000 files from 200 folders");
  expect(textOf(paint(painter, list))).not.toContain("folders");
});

test("a sheet that asks for too much keeps Discord's limits and its beginning", () => {
  const one = (at: number) =>
    button(`${at}`, { is: "command", name: `x${"abcdefghij"[at % 10] ?? ""}`.repeat(at + 1).slice(0, 30) });
  const { components } = paintSheet({
    head: ["the beginning", "x".repeat(3000)],
    body: Array.from({ length: 50 }, () => "y".repeat(100)),
    rows: [Array.from({ length: 60 }, (_, at) => one(at))],
  });
  const [{ components: parts }]: readonly [APIContainerComponent] = components;
  const nested = parts.reduce((sum, part) => sum + 1 + ("components" in part ? part.components.length : 0), 1);
  expect(nested).toBeLessThanOrEqual(40);
  expect(parts.length).toBeLessThanOrEqual(10);
  expect(textsOf({ components, files: [] }).join("").length).toBeLessThanOrEqual(4000);
  expect(textsOf({ components, files: [] })[0]).toMatch(/^the beginning\n/);
});

test.each([
  { is: "press", press: { do: "open", view, index: 24 } },
  { is: "post", press: { do: "turn", view, page: 1_000_000 } },
  { is: "fill", pendingForm: "x".repeat(43) },
  { is: "go-on", pendingForm: "x".repeat(43) },
  { is: "leave", pendingForm: "x".repeat(43) },
  { is: "command", name: "browse" },
] as const)("the custom id $is fits behind a widget", (widgetAction) => {
  expect(encodeWidgetAction(widgetAction).length).toBeLessThanOrEqual(100);
});
