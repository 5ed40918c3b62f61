import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate } from "node:timers/promises";
import { Api } from "grammy";
import { Agent } from "undici";
import { afterEach, describe, expect, test, vi } from "vitest";
import { pino } from "pino";
import type { Fault } from "../../emulators/telegram/faults.ts";
import { createTransport } from "../../src/telegram/transport.ts";
import { mia } from "./double.ts";
import { listing, loginForm, openTestApp, type Desk, type TestApp } from "./test-app.ts";

const secret = "correct horse 7!";
let app: TestApp | undefined;
afterEach(async () => {
  vi.restoreAllMocks();
  await app?.close();
  app = undefined;
});

/** What a network or a busy Telegram does to a call. */
const troubles = {
  "a reset connection": { reset: true },
  "a reset connection, twice": { reset: true, times: 2 },
  "a page of a proxy with status 502": { status: 502, html: "<html>Bad Gateway</html>" },
  "a rest of 35 seconds": {
    status: 429,
    description: "Too Many Requests: retry after 35",
    parameters: { retry_after: 35 },
  },
} satisfies Record<string, Omit<Fault, "method">>;

/** Waits end at once, and are noted in ms. */
function noWaiting() {
  const waits: number[] = [];
  const wait = async (ms: number) => {
    waits.push(ms);
    await setImmediate();
  };
  return { waits, wait };
}

function logTo(lines: { level: number; msg: string }[]) {
  return pino({ level: "debug" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
}

const signIn: Desk = (action) => (action.do === "sign-in" ? loginForm() : listing());

describe.each(Object.entries(troubles))("a sign-in that meets %s", (_name, trouble) => {
  test.each(["deleteMessage", "sendMessage", "editMessageReplyMarkup"])(
    "a sign-in in trouble at %s goes on, hands in what was typed, and leaves no password in the chat",
    async (method) => {
      const lines: { level: number; msg: string }[] = [];
      app = await openTestApp(signIn, { ...noWaiting(), log: logTo(lines) });
      const { double } = app;
      await app.telegram.start();
      double.sends(mia, mia.id, "/login");
      await double.sees(({ text }) => text.includes("User name"));
      double.sends(mia, mia.id, "mia@example.com");
      await double.sees(({ text }) => text.includes("❔ Password"));
      double.telegram.fail({ method, ...trouble });
      const typed = double.sends(mia, mia.id, secret);
      await double.sees(({ text }) => text.includes("Root folder"));
      double.taps(mia, "⏭");
      await double.sees(({ text }) => text.includes("2/7"));
      expect(app.asked.at(-1)?.action).toMatchObject({ do: "submit", values: { password: secret } });
      await double.called(({ method: done, payload }) => done === "deleteMessage" && payload["message_id"] === typed);
      await vi.waitFor(() => expect(double.isDeleted(typed)).toBe(true));
      expect(lines.filter(({ level }) => level >= 50)).toEqual([]);
    },
  );
});

test("a question that never arrived is asked again, and what is typed meanwhile is deleted and not taken for its answer", async () => {
  app = await openTestApp(signIn, noWaiting());
  const { double } = app;
  await app.telegram.start();
  double.sends(mia, mia.id, "/login");
  await double.sees(({ text }) => text.includes("User name"));
  double.telegram.fail({ method: "editMessageText", reset: true, times: 12 });
  double.sends(mia, mia.id, "mia@example.com");
  await vi.waitFor(() => expect(failures(app, "editMessageText")).toBeGreaterThanOrEqual(3));
  double.telegram.heal();
  const typed = double.sends(mia, mia.id, secret);
  await double.sees(({ text }) => text.includes("❔ Password"));
  await vi.waitFor(() => expect(double.isDeleted(typed)).toBe(true));
  double.sends(mia, mia.id, secret);
  await double.sees(({ text }) => text.includes("Root folder"));
});

test("a password whose message Telegram will not delete is said to be still there", async () => {
  app = await openTestApp(signIn, noWaiting());
  const { double } = app;
  await app.telegram.start();
  double.sends(mia, mia.id, "/login");
  await double.sees(({ text }) => text.includes("User name"));
  double.sends(mia, mia.id, "mia@example.com");
  await double.sees(({ text }) => text.includes("❔ Password"));
  double.telegram.fail({ method: "deleteMessage", reset: true, times: 20 });
  double.sends(mia, mia.id, secret);
  const asked = await double.sees(({ text }) => text.includes("Root folder"));
  expect(asked.text).toContain("delete it yourself");
});

test("a connection that breaks under an answer is tried again, and nothing is called unforeseen", async () => {
  const lines: { level: number; msg: string }[] = [];
  app = await openTestApp(() => listing(), { ...noWaiting(), log: logTo(lines) });
  const { double } = app;
  await app.telegram.start();
  double.telegram.fail({ method: "sendMessage", reset: true });
  double.sends(mia, mia.id, "/browse");
  await double.sees(({ text }) => text.includes("2/7"));
  double.telegram.fail({ method: "editMessageText", reset: true });
  double.telegram.fail({ method: "answerCallbackQuery", reset: true });
  double.taps(mia, "raw");
  await vi.waitFor(() => expect(double.answers).toHaveLength(1));
  expect(double.shown.some(({ text }) => text.includes("nobody foresaw"))).toBe(false);
  expect(lines.filter(({ level }) => level >= 50)).toEqual([]);
});

test("trouble with Telegram that lasts is called by its name", async () => {
  const lines: { level: number; msg: string }[] = [];
  app = await openTestApp(() => listing(), { ...noWaiting(), log: logTo(lines) });
  const { double } = app;
  await app.telegram.start();
  double.sends(mia, mia.id, "/browse");
  await double.sees(({ text }) => text.includes("2/7"));
  double.telegram.fail({ method: "editMessageText", status: 502, html: "<html>Bad Gateway</html>", times: 12 });
  double.taps(mia, "raw");
  await vi.waitFor(() => expect(double.answers).toHaveLength(1));
  expect(String(double.answers[0]?.payload["text"])).toContain("connection to this chat was interrupted");
  expect(lines.filter(({ level }) => level >= 50)).toEqual([]);
  expect(lines.map(({ msg }) => msg)).toContain("telegram call failed");
});

describe("a Telegram that cannot be reached at the start", () => {
  test.each(["getMe", "deleteWebhook"])(
    "a Telegram that cannot be reached at %s is waited for, with the cause in the log at once",
    async (method) => {
      const lines: { level: number; msg: string }[] = [];
      app = await openTestApp(() => listing(), { ...noWaiting(), log: logTo(lines) });
      const { double } = app;
      double.telegram.fail({ method, reset: true, times: 5 });
      await app.telegram.start();
      expect(app.telegram.isUp()).toEqual(expect.stringContaining("not reached"));
      expect(lines.filter(({ msg }) => msg === "telegram not reached")).toHaveLength(1);
      double.sends(mia, mia.id, "/browse");
      await double.sees(({ text }) => text.includes("2/7"));
      expect(app.telegram.isUp()).toBe(true);
      expect(app.fatal).toEqual([]);
    },
  );

  test("a Telegram that cannot be reached at setWebhook is waited for too", async () => {
    const webhook = { url: "https://bot.example/hook", secret: "s3cret" };
    app = await openTestApp(() => listing(), noWaiting(), webhook);
    app.double.telegram.fail({ method: "setWebhook", reset: true, times: 3 });
    await app.telegram.start();
    expect(app.telegram.isUp()).toEqual(expect.any(String));
    await vi.waitFor(() => expect(app?.telegram.isUp()).toBe(true));
  });

  test("a Telegram that cannot be reached does not keep the process from ending", async () => {
    const { wait } = noWaiting();
    // Only the pause before the next try in the background lasts.
    const untilEnd = (ms: number, signal: AbortSignal) => (ms === 1000 ? ends(signal) : wait(ms));
    app = await openTestApp(() => listing(), { wait: untilEnd });
    app.double.telegram.fail({ method: "getMe", reset: true, times: 1000 });
    await app.telegram.start();
    await app.telegram.stop();
    expect(app.telegram.isUp()).toEqual(expect.any(String));
  });
});

describe("a dead line to Telegram", () => {
  const timeouts = { call: 150, poll: 300 };

  test("a dead connection under getUpdates is noticed, told by readiness, and replaced", async () => {
    app = await openTestApp(() => listing(), { ...noWaiting(), timeouts });
    const { double } = app;
    await app.telegram.start();
    double.sends(mia, mia.id, "/browse");
    await double.sees(({ text }) => text.includes("2/7"));
    double.telegram.fail({ method: "getUpdates", delay: 60_000, times: 2 });
    await vi.waitFor(() => expect(app?.telegram.isUp()).toEqual(expect.stringContaining("getUpdates")), 3000);
    const before = double.shown.length;
    double.sends(mia, mia.id, "/browse");
    await vi.waitFor(() => expect(double.shown.length).toBe(before + 1), 3000);
    expect(app.telegram.isUp()).toBe(true);
  });

  test("a dead connection under sendMessage neither silences the chat nor fails what waits behind it", async () => {
    app = await openTestApp(() => listing(), { ...noWaiting(), timeouts });
    const { double } = app;
    await app.telegram.start();
    double.telegram.fail({ method: "sendMessage", delay: 60_000 });
    double.sends(mia, mia.id, "/browse");
    double.sends(mia, mia.id, "/browse");
    await vi.waitFor(() => expect(double.shown).toHaveLength(2), 3000);
  });

  test("a dead connection lets the bot stop, without a rejection", async () => {
    app = await openTestApp(() => listing(), { ...noWaiting(), timeouts });
    await app.telegram.start();
    app.double.telegram.fail({ delay: 60_000, times: 1000 });
    app.double.sends(mia, mia.id, "/browse");
    await expect(app.telegram.stop()).resolves.toBeUndefined();
  });
});

function failures(opened: TestApp | undefined, method: string): number {
  return opened?.double.telegram.calls.filter((call) => call.method === method && !call.ok).length ?? 0;
}

function ends(signal: AbortSignal): Promise<void> {
  return new Promise((_resolve, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true }),
  );
}

test("every call to Telegram says who makes it", async () => {
  const agents: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    agents.push(request.headers["user-agent"]);
    response.end('{"ok":true,"result":true}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const transport = createTransport({ dispatcher: (options) => new Agent(options) });
  const bot = { token: "1:TOKEN", apiRoot: `http://127.0.0.1:${port}` };
  const api = new Api(bot.token, bot);
  api.config.use(transport.calls(bot));
  await api.sendMessage(1, "hello");
  await transport.close();
  server.close();
  expect(agents).toEqual([expect.stringMatching(/^ChatDrive\/\d/)]);
});
