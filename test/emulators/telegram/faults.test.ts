import { HttpError } from "grammy";
import { Api } from "grammy";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openTestApp, type TestApp } from "./test-app.ts";

let app: TestApp;
beforeEach(async () => {
  app = await openTestApp();
});
afterEach(() => app.close());

test("a refusal on demand is given once, or as often as asked", async () => {
  app.telegram.fail({
    method: "getMe",
    status: 429,
    description: "Too Many Requests: retry after 5",
    parameters: { retry_after: 5 },
    times: 2,
  });
  const answers = [await app.call("getMe"), await app.call("getMe"), await app.call("getMe")];
  expect(answers.map(({ status }) => status)).toEqual([429, 429, 200]);
  expect(answers[0]).toMatchObject({ error_code: 429, parameters: { retry_after: 5 } });
});

test("a gateway's page, a cut connection and a late answer happen as they do", async () => {
  const api = new Api(app.telegram.token, { apiRoot: app.telegram.apiRoot });
  app.telegram.fail({ status: 502, html: "<html><h1>502 Bad Gateway</h1></html>" });
  await expect(api.getMe()).rejects.toThrow(HttpError);
  app.telegram.fail({ reset: true });
  await expect(api.getMe()).rejects.toThrow(HttpError);
  app.telegram.fail({ delay: 30 });
  const started = performance.now();
  expect(await api.getMe()).toMatchObject({ username: "drive_bot" });
  expect(performance.now() - started).toBeGreaterThan(25);
});

test("an answer can get lost after the call was carried out", async () => {
  const mia = app.telegram.person({ name: "Mia", started: true });
  app.telegram.fail({ method: "sendMessage", reset: true, afterwards: true });
  await expect(app.call("sendMessage", { chat_id: mia.chat.id, text: "sent all the same" })).rejects.toThrow(
    "fetch failed",
  );
  expect(mia.sees()).toContain("sent all the same");
});

test("a poll whose connection is cut is asked again, and nothing is lost", async () => {
  const mia = app.telegram.person({ name: "Mia" });
  await app.runs((bot) => bot.on("message:text", (ctx) => ctx.reply(`heard ${ctx.message.text}`)));
  mia.sends("one");
  await mia.waitsFor("heard one");
  app.telegram.cutConnections();
  mia.sends("two");
  expect((await mia.waitsFor("heard two", { timeout: 15_000 })).byBot).toBe(true);
});

test("calls are recorded with what was asked and what became of it, and no token in them", async () => {
  await app.call("sendMessage", { chat_id: 5, text: "x" });
  const [call] = app.telegram.calls;
  expect(call).toMatchObject({
    method: "sendMessage",
    bot: "drive_bot",
    parameters: { chat_id: 5, text: "x" },
    ok: false,
    error: { code: 400, description: "Bad Request: chat not found" },
  });
  expect(JSON.stringify(app.telegram.calls)).not.toContain(app.telegram.token);
});

test("a parameter nobody knows is noted as a fault of the bot", async () => {
  await app.call("getMe", { x: 1 });
  expect(app.telegram.complaints).toEqual([expect.stringContaining('unknown parameter "x"')]);
});
