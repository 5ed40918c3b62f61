import { InlineKeyboard, InlineQueryResultBuilder, InputFile } from "grammy";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ChatView, Stage } from "../../../emulators/stage.ts";
import { partsOf } from "../../../emulators/telegram/stage.ts";
import { openTestApp, type TestApp } from "./test-app.ts";

// What the demo page gets to draw, and what its visitor can do.

let app: TestApp;
let stage: Stage;
beforeEach(async () => {
  app = await openTestApp();
  stage = app.telegram.stage();
});
afterEach(() => app.close());

function chat(person: string, title = "ChatDrive"): ChatView {
  const found = stage.chats().find((view) => view.person === person && view.title === title);
  if (!found) throw new Error(`${person} has no chat ${title}`);
  return found;
}

/** Looks again after every change the page would be told of. */
function until<T>(find: () => T | undefined): Promise<T> {
  return app.telegram.until(find, { what: () => JSON.stringify(stage.chats(), undefined, 1) });
}

test("a visitor writes, sees bubbles with parts and buttons, presses, and sees a toast", async () => {
  app.telegram.person({ name: "Mia" });
  await app.runs((bot) => {
    bot.command("start", (ctx) =>
      ctx.reply("<b>Hi</b> https://example.com", {
        parse_mode: "HTML",
        reply_markup: new InlineKeyboard()
          .text("Go", "go")
          .url("Web", "https://example.com")
          .row()
          .copyText("Copy", "text")
          .url("Deep", "https://t.me/drive_bot?start=deep"),
      }),
    );
    bot.callbackQuery("go", (ctx) => ctx.answerCallbackQuery("Gone"));
  });
  const changes: number[] = [];
  stage.onChange(() => void changes.push(1));
  const id = chat("mia").id;
  await stage.act({ do: "say", chat: id, person: "mia", text: "/start" });
  const shown = await until(() => chat("mia").messages.find(({ bot }) => bot));
  expect(shown).toMatchObject({
    author: "ChatDrive",
    mine: false,
    ephemeral: false,
    parts: [
      { text: "Hi", style: "bold" },
      { text: " " },
      { text: "https://example.com", style: "link", href: "https://example.com" },
    ],
    rows: [
      [
        { kind: "press", label: "Go", value: "data:go" },
        { kind: "url", label: "Web", url: "https://example.com" },
      ],
      [
        { kind: "copy", label: "Copy", text: "text" },
        { kind: "press", label: "Deep", value: "open:https://t.me/drive_bot?start=deep" },
      ],
    ],
  });
  expect(chat("mia").messages[0]).toMatchObject({ mine: true, author: "Mia" });
  await stage.act({ do: "press", chat: id, person: "mia", message: shown.id, value: "data:go" });
  expect(await until(() => chat("mia").toast?.text)).toBe("Gone");
  await stage.act({
    do: "press",
    chat: id,
    person: "mia",
    message: shown.id,
    value: "open:https://t.me/drive_bot?start=deep",
  });
  expect(
    chat("mia")
      .messages.at(-1)
      ?.parts.map(({ text }) => text)
      .join(""),
  ).toBe("/start deep");
  expect(changes.length).toBeGreaterThan(3);
});

test("pictures, documents and previews are shown; typing is, until the bot has written", async () => {
  const mia = app.telegram.person({ name: "Mia", started: true });
  const bot = await app.runs(() => undefined);
  await bot.api.sendChatAction(mia.chat.id, "typing");
  expect(chat("mia").typing).toBe(true);
  await bot.api.sendPhoto(mia.chat.id, new InputFile(Buffer.from("png"), "p.png"), { caption: "look" });
  expect(chat("mia").typing).toBe(false);
  await bot.api.sendDocument(mia.chat.id, new InputFile(Buffer.from("12345"), "a.zip"));
  await bot.api.sendMessage(mia.chat.id, "see", { link_preview_options: { url: "https://example.com/p.png" } });
  expect(chat("mia").messages).toMatchObject([
    { picture: expect.stringMatching(/^\/kept\/./), parts: [{ text: "look" }] },
    { file: { name: "a.zip", size: 5, url: expect.stringMatching(/^\/kept\/./) } },
    { picture: "https://example.com/p.png" },
  ]);
  const [photo, archive] = chat("mia").messages;
  const bytesAt = (address = "") => stage.kept?.(address.slice("/kept/".length))?.bytes.toString();
  expect(bytesAt(photo?.picture)).toBe("png");
  expect(bytesAt(archive?.file?.url)).toBe("12345");
  expect(bytesAt("/kept/nothing")).toBeUndefined();
});

test("an ephemeral message is on one screen only, and a forum is shown topic by topic", async () => {
  const mia = app.telegram.person({ name: "Mia" });
  const jun = app.telegram.person({ name: "Jun" });
  const forum = app.telegram.group({ title: "Forum", members: [mia, jun], forum: true });
  const thread = forum.opensTopic("Films");
  forum.promotes(app.telegram.bot);
  const parameters = { chat_id: forum.id, message_thread_id: thread, text: "psst" };
  await app.call("sendMessage", {
    ...parameters,
    ephemeral_message_parameters: { receiver_user_id: jun.person.user.id },
  });
  expect(chat("jun", "Forum › Films").messages).toMatchObject([{ ephemeral: true, parts: [{ text: "psst" }] }]);
  expect(chat("mia", "Forum › Films").messages).toEqual([]);
});

test("commands are offered in the visitor's language, which they can change", async () => {
  app.telegram.person({ name: "Mia" });
  const set = (description: string, more: object = {}) =>
    app.call("setMyCommands", { commands: [{ command: "help", description }], ...more });
  await set("Help");
  await set("帮助", { language_code: "zh" });
  expect(chat("mia").commands).toEqual([{ name: "help", description: "Help" }]);
  await stage.act({ do: "speak", person: "mia", language: "zh-hans" });
  expect(chat("mia").commands).toEqual([{ name: "help", description: "帮助" }]);
});

test("typing the bot's name offers its results, and a press sends one", async () => {
  app.telegram.person({ name: "Mia" });
  await app.runs((bot) =>
    bot.on("inline_query", (ctx) =>
      ctx.answerInlineQuery([InlineQueryResultBuilder.article("1", "First").text(`about ${ctx.inlineQuery.query}`)]),
    ),
  );
  const { id } = chat("mia");
  await stage.act({ do: "say", chat: id, person: "mia", text: "@drive_bot films" });
  const offer = chat("mia").messages.at(-1);
  expect(offer?.rows).toEqual([[{ kind: "press", label: "First", value: "choose:0" }]]);
  await stage.act({ do: "press", chat: id, person: "mia", message: offer?.id ?? "", value: "choose:0" });
  expect(chat("mia").messages).toMatchObject([{ author: "Mia via @drive_bot", parts: [{ text: "about films" }] }]);
});

test("calls are told as they are made, polls that went well aside", async () => {
  const told: unknown[] = [];
  stage.onCall((call) => void told.push(call));
  await app.call("getUpdates");
  await app.call("sendMessage", { chat_id: 5, text: "x" });
  expect(told).toMatchObject([
    { to: "telegram", what: "sendMessage", ok: false, note: "400 Bad Request: chat not found" },
  ]);
});

test("marks that lie over each other cut the text, and the inner one shows", () => {
  const entities = [
    { type: "bold", offset: 0, length: 6 },
    { type: "text_link", offset: 2, length: 2, url: "https://e.com" },
  ];
  expect(partsOf("abcdefg", entities)).toEqual([
    { text: "ab", style: "bold" },
    { text: "cd", style: "link", href: "https://e.com" },
    { text: "ef", style: "bold" },
    { text: "g" },
  ]);
});
