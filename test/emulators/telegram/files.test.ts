import { createHash } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { autoRetry } from "@grammyjs/auto-retry";
import { Api, GrammyError, InputFile, InputMediaBuilder } from "grammy";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cleanName } from "../../../emulators/telegram/files.ts";
import { dispositionOf, readForm } from "../../../emulators/telegram/multipart.ts";
import type { Actor } from "../../../emulators/telegram/people.ts";
import { openTestApp, type TestApp } from "./test-app.ts";

const megabyte = 1024 * 1024;
let app: TestApp;
let api: Api;
let mia: Actor;
beforeEach(async () => {
  app = await openTestApp();
  api = new Api(app.telegram.token, { apiRoot: app.telegram.apiRoot });
  mia = app.telegram.person({ name: "Mia", started: true });
});
afterEach(() => app.close());

describe("a file name", () => {
  test.each([
    ["form-data; name=document; filename=a b.txt", "a b.txt"],
    ["form-data; name=document; filename=a;b.mkv", "refused"],
    ["form-data; name=document; filename=50%25.mkv", "50%.mkv"],
    ["form-data; name=document; filename=100%.mkv", "100%.mkv"],
    ['form-data; name="document"; filename="a;\\"b\\".mkv"', 'a;"b".mkv'],
    ["form-data; name=document; filename=%E7%94%B5%E5%BD%B1.mkv", "电影.mkv"],
    ["form-data; name=document; filename=电影.mkv", "电影.mkv"],
    ['form-data; name=document; filename="open', "refused"],
    ['form-data; name=document; filename="a"b', "refused"],
    ["attachment; filename=x", "refused"],
  ])("a file name %s is read as %s", (header, name) => {
    expect(filenameIn(header)).toBe(name);
  });

  test.each([
    ["a.txt", "a.txt"],
    ['a<b>:"c|d?*.mkv', "a b c d.mkv"],
    ["Film 🎬 1.mkv", "Film 1.mkv"],
    ["/etc/passwd", "passwd"],
    ["🎬.mkv", "file.mkv"],
    [`${"x".repeat(80)}.${"y".repeat(20)}`, `${"x".repeat(64)}.${"y".repeat(16)}`],
    ["电影（第一集）.mkv", "电影 第一集.mkv"],
  ])("a file name %s is shown as %s", (name, shown) => {
    expect(cleanName(name)).toBe(shown);
  });

  test("a file name goes through grammY whole when it is percent-encoded", async () => {
    for (const name of ["a b.txt", "50%.mkv", "a;b.mkv", "电影.mkv"]) {
      const { document } = await api.sendDocument(
        mia.chat.id,
        new InputFile(Buffer.from("x"), encodeURIComponent(name)),
      );
      expect(document.file_name).toBe(name);
    }
  });
});

test("a document arrives with its bytes, its caption, its thumbnail, and can be fetched and sent again", async () => {
  const bytes = Buffer.from("hello, file");
  const message = await api.sendDocument(mia.chat.id, new InputFile(bytes, "a.txt"), {
    caption: "<b>here</b>",
    parse_mode: "HTML",
    thumbnail: new InputFile(Buffer.from("jpeg"), "t.jpg"),
  });
  expect(message.document).toMatchObject({
    file_name: "a.txt",
    file_size: bytes.length,
    mime_type: "text/plain",
    thumbnail: { file_size: 4 },
  });
  expect(message.caption_entities).toEqual([{ type: "bold", offset: 0, length: 4 }]);
  const file = await api.getFile(message.document.file_id);
  const fetched = await fetch(`${app.telegram.apiRoot}/file/bot${app.telegram.token}/${file.file_path}`);
  expect(Buffer.from(await fetched.arrayBuffer())).toEqual(bytes);
  const again = await api.sendDocument(mia.chat.id, message.document.file_id);
  expect(again.document.file_unique_id).toBe(message.document.file_unique_id);
  expect(mia.sees()).toContain("<a.txt · 11 B>\n  here");
});

test("all kinds of media are taken, and an album is one", async () => {
  const file = () => new InputFile(Buffer.from("x"), "x.bin");
  expect(await api.sendPhoto(mia.chat.id, file())).toHaveProperty("photo");
  expect(await api.sendVideo(mia.chat.id, file(), { duration: 3, width: 4, height: 5 })).toMatchObject({
    video: { duration: 3, width: 4, height: 5 },
  });
  expect(await api.sendAudio(mia.chat.id, file(), { performer: "P", title: "T" })).toMatchObject({
    audio: { title: "T" },
  });
  expect(await api.sendAnimation(mia.chat.id, file())).toHaveProperty("animation");
  expect(await api.sendVoice(mia.chat.id, file())).toHaveProperty("voice");
  const album = await api.sendMediaGroup(mia.chat.id, [
    InputMediaBuilder.photo(file(), { caption: "one" }),
    InputMediaBuilder.video(file(), { thumbnail: file() }),
  ]);
  expect(new Set(album.map((message) => ("media_group_id" in message ? message.media_group_id : ""))).size).toBe(1);
  expect(album[0]).toMatchObject({ caption: "one" });
  const edited = await api.editMessageMedia(
    mia.chat.id,
    album[0]?.message_id ?? 0,
    InputMediaBuilder.document(file(), { caption: "new" }),
  );
  expect(edited).toMatchObject({ caption: "new", document: { file_name: "x.bin" } });
});

test.each<[what: string, send: () => Promise<unknown>, why: RegExp]>([
  ["of one", () => api.sendMediaGroup(mia.chat.id, [InputMediaBuilder.photo("x")]), /has 1 items, allowed 2-10/],
  [
    "of photos and documents",
    () => api.sendMediaGroup(mia.chat.id, [InputMediaBuilder.photo("x"), InputMediaBuilder.document("x")] as never),
    /document can't be mixed/,
  ],
  ["of an unknown file", () => api.sendDocument(mia.chat.id, "nonsense"), /wrong file identifier/],
  [
    "from an address nobody can reach",
    () => api.sendDocument(mia.chat.id, "https://example.com/x.zip"),
    /failed to get HTTP URL content/,
  ],
  [
    "without a byte",
    () => api.sendDocument(mia.chat.id, new InputFile(Buffer.alloc(0), "x")),
    /file must be non-empty/,
  ],
  [
    "that is too big a photo",
    () => api.sendPhoto(mia.chat.id, new InputFile(Buffer.alloc(11 * megabyte), "x")),
    /too big for a photo/,
  ],
])("a message %s is refused", async (_what, send, why) => {
  await expect(send()).rejects.toThrow(why);
});

test("a file the service fetches itself is taken from the web it is given", async () => {
  await app.close();
  app = await openTestApp({
    web: async (url) =>
      url.pathname === "/a.zip" ? { bytes: Buffer.from("zip"), type: "application/zip", name: "a.zip" } : undefined,
  });
  mia = app.telegram.person({ name: "Mia", started: true });
  const send = (document: string) => app.call("sendDocument", { chat_id: mia.chat.id, document });
  expect(await send("https://example.com/a.zip")).toMatchObject({
    ok: true,
    result: { document: { file_name: "a.zip" } },
  });
  expect(await send("https://example.com/b.zip")).toMatchObject({ ok: false });
});

test("a file of more than 50 MB is refused, and taken when the server is one's own", async () => {
  const big = () => new InputFile(() => zeros(51), "film.mkv");
  const refused = await api.sendDocument(mia.chat.id, big()).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(GrammyError);
  expect((refused as GrammyError).error_code).toBe(413);
  app.telegram.rules.uploadLimit = 2000 * megabyte;
  const { document } = await api.sendDocument(mia.chat.id, big());
  expect(document.file_size).toBe(51 * megabyte);
  await expect(api.getFile(document.file_id)).rejects.toThrow("file is too big");
});

test("a big upload is hashed, not held", async () => {
  app.telegram.rules.uploadLimit = 2000 * megabyte;
  const before = heldBytes();
  let most = 0;
  let pieces = 0;
  async function* watched(): AsyncGenerator<Buffer> {
    for await (const piece of zeros(150)) {
      pieces += 1;
      if (pieces % 30 === 0) most = Math.max(most, heldBytes() - before);
      yield piece;
    }
  }
  const { document } = await api.sendDocument(mia.chat.id, new InputFile(() => watched(), "film.mkv"));
  const stored = app.telegram.files.get(document.file_id);
  const hash = createHash("sha256");
  for await (const piece of zeros(150)) hash.update(piece);
  expect(stored).toMatchObject({ size: 150 * megabyte, sha256: hash.digest("hex") });
  expect(stored.bytes).toBeUndefined();
  expect(most).toBeLessThan(75 * megabyte);
});

/** Bytes of buffers that somebody still holds: garbage is collected first. */
function heldBytes(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().arrayBuffers;
}

test("an upload that was told to wait is sent again", async () => {
  api.config.use(autoRetry());
  app.telegram.fail({
    method: "sendDocument",
    status: 429,
    description: "Too Many Requests: retry after 1",
    parameters: { retry_after: 1 },
  });
  const { document } = await api.sendDocument(mia.chat.id, new InputFile(() => zeros(1), "x.bin"));
  expect(document.file_size).toBe(megabyte);
});

describe("a form", () => {
  const limits = { file: 100, keep: 100 };
  const form = [
    "--AaB",
    "Content-Disposition: form-data; name=text",
    "",
    "one\r\n--Aa two",
    "--AaB",
    'Content-Disposition: form-data; name="f"; filename="x.bin"',
    "Content-Type: application/x",
    "",
    "\r\n--AaX\r\n",
    "--AaB--",
    "",
  ].join("\r\n");

  test("a form is the same however it is cut", async () => {
    for (const size of [1, 2, 3, 7, 64, 1000]) {
      const { values, uploads } = await readForm(cut(form, size), "multipart/form-data; boundary=AaB", limits);
      expect(values).toEqual({ text: "one\r\n--Aa two" });
      expect(uploads.get("f")).toMatchObject({ name: "x.bin", type: "application/x", size: 9 });
      expect(uploads.get("f")?.bytes?.toString()).toBe("\r\n--AaX\r\n");
    }
  });

  test.each([
    ["without an end", form.slice(0, -6)],
    ["without a boundary in its type", ""],
    ["of nonsense", "nonsense"],
  ])("a form %s is refused", async (what, body) => {
    const type = what.includes("type") ? "multipart/form-data" : "multipart/form-data; boundary=AaB";
    await expect(readForm(cut(body, 10), type, limits)).rejects.toThrow("Bad Request");
  });

  test("an urlencoded body, a query and JSON written out are taken as well as a form", async () => {
    const root = `${app.telegram.apiRoot}/bot${app.telegram.token}`;
    const markup = JSON.stringify({ inline_keyboard: [[{ text: "x", callback_data: "y" }]] });
    const body = new URLSearchParams({
      chat_id: String(mia.chat.id),
      text: "form",
      reply_markup: markup,
      protect_content: "true",
    });
    expect(await (await fetch(`${root}/sendMessage`, { method: "POST", body })).json()).toMatchObject({ ok: true });
    expect(await (await fetch(`${root}/sendMessage?chat_id=${mia.chat.id}&text=query`)).json()).toMatchObject({
      ok: true,
    });
    expect(mia.messages.map(({ text, labels }) => [text, ...labels])).toEqual([["form", "x"], ["query"]]);
  });
});

function filenameIn(header: string): string | undefined {
  try {
    return dispositionOf(header).filename;
  } catch {
    return "refused";
  }
}

async function* zeros(megabytes: number): AsyncGenerator<Buffer> {
  const piece = Buffer.alloc(megabyte);
  for (let n = 0; n < megabytes; n++) yield piece;
}

async function* cut(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
