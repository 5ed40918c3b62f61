import { InlineKeyboard } from "grammy";
import { afterEach, expect, test } from "vitest";
import { openTestApp, type TestApp } from "./test-app.ts";

let app: TestApp;
afterEach(() => app.close());

test("a person writes, the bot answers with buttons, a press changes the message and shows a toast", async () => {
  app = await openTestApp();
  const mia = app.telegram.person({ name: "Mia" });
  await app.runs((bot) => {
    bot.command("start", (ctx) => ctx.reply("Hello", { reply_markup: new InlineKeyboard().text("Next", "next") }));
    bot.callbackQuery("next", async (ctx) => {
      await ctx.editMessageText("Page 2");
      await ctx.answerCallbackQuery("Turned");
    });
  });
  mia.sends("/start");
  const shown = await mia.waitsFor("Hello");
  expect(await mia.presses("Next")).toEqual({ text: "Turned", alert: false });
  expect(shown.text).toBe("Page 2");
  expect(mia.sees()).toBe("Mia:\n  /start\nChatDrive (edited):\n  Page 2");
  expect(app.telegram.complaints).toEqual([]);
});

test("the newest message with a button is the one that is pressed, unless another is named", async () => {
  app = await openTestApp();
  const mia = app.telegram.person({ name: "Mia" });
  const pressed: (string | undefined)[] = [];
  await app.runs((bot) => {
    bot.command("list", (ctx) => ctx.reply(ctx.match, { reply_markup: new InlineKeyboard().text("Open", ctx.match) }));
    bot.on("callback_query:data", async (ctx) => {
      pressed.push(ctx.callbackQuery.data);
      await ctx.answerCallbackQuery({ text: "No", show_alert: true });
    });
  });
  mia.sends("/list one");
  const one = await mia.waitsFor("one");
  mia.sends("/list two");
  await mia.waitsFor("two");
  await mia.presses("Open");
  await mia.presses(/^O/, { on: one });
  expect(await mia.forges("forged").answer()).toEqual({ text: "No", alert: true });
  expect(pressed).toEqual(["two", "one", "forged"]);
  expect(() => mia.taps("Close")).toThrow("Mia sees no button Close");
});

test("a press on a message that is gone still comes, without what it held", async () => {
  app = await openTestApp();
  const mia = app.telegram.person({ name: "Mia", started: true });
  const reply_markup = { inline_keyboard: [[{ text: "Go", callback_data: "go" }]] };
  await app.call("sendMessage", { chat_id: mia.chat.id, text: "list", reply_markup });
  const list = await mia.waitsFor("list");
  await app.call("deleteMessage", { chat_id: mia.chat.id, message_id: list.id });
  mia.forges("go", { on: list });
  expect(await app.call("getUpdates")).toMatchObject({
    result: [{ callback_query: { data: "go", message: { message_id: list.id, date: 0 } } }],
  });
});

test("people send, reply, edit and delete all kinds of things", async () => {
  app = await openTestApp();
  const mia = app.telegram.person({ name: "Mia", username: "mia" });
  const heard: string[] = [];
  await app.runs((bot) => {
    bot.on("message", (ctx) => {
      const { sticker, contact, document, reply_to_message: replied } = ctx.message;
      heard.push(
        sticker
          ? "sticker"
          : (contact?.phone_number ?? document?.file_name ?? replied?.text ?? ctx.message.text ?? "?"),
      );
      return ctx.reply(`${heard.length}`);
    });
    bot.on("edited_message", (ctx) => ctx.reply(`edited: ${ctx.msg.text}`));
  });
  const said = mia.sends("first");
  mia.sendsFile({ kind: "sticker" });
  mia.sendsFile({ kind: "document", name: "a.torrent", caption: "this" });
  mia.sendsContact("+15550100");
  mia.replies(await mia.waitsFor("1"), "what?");
  await mia.waitsFor("5");
  mia.edits(said, "second");
  await mia.waitsFor("edited: second");
  mia.deletes(said);
  expect(heard).toEqual(["first", "sticker", "a.torrent", "+15550100", "1"]);
  expect(mia.messages.some(({ id }) => id === said.id)).toBe(false);
});

test("two bots have chats, updates and tokens of their own", async () => {
  app = await openTestApp({
    bots: [
      { username: "one_bot", name: "One" },
      { username: "two_bot", name: "Two" },
    ],
  });
  const { telegram } = app;
  const two = telegram.addBot({ username: "three_bot", name: "Three" });
  const mia = telegram.person({ name: "Mia" });
  mia.with(two).sends("for three");
  expect(await app.call("getUpdates")).toMatchObject({ result: [] });
  expect(await app.call("getUpdates", {}, two.token)).toMatchObject({ result: [{ message: { text: "for three" } }] });
  expect(await app.call("getMe", {}, two.token)).toMatchObject({ result: { username: "three_bot" } });
  expect(await app.call("sendMessage", { chat_id: mia.chat.id, text: "x" })).toMatchObject({ ok: false });
  expect(await app.call("sendMessage", { chat_id: mia.chat.id, text: "x" }, two.token)).toMatchObject({ ok: true });
});

test("a wait in vain says what was there instead", async () => {
  app = await openTestApp();
  const mia = app.telegram.person({ name: "Mia" });
  mia.sends("hello?");
  await expect(mia.waitsFor("anything", { timeout: 20 })).rejects.toThrow(
    /Mia waited for anything and saw:\nMia:\n {2}hello\?/,
  );
});
