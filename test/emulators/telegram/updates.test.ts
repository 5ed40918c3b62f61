import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { run, type RunnerHandle } from "@grammyjs/runner";
import { Bot } from "grammy";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { virtualClock, type VirtualClock } from "../../../emulators/clock.ts";
import type { Actor } from "../../../emulators/telegram/people.ts";
import { openTestApp, type TestApp } from "./test-app.ts";

let app: TestApp;
let clock: VirtualClock;
let mia: Actor;
beforeEach(async () => {
  clock = virtualClock();
  app = await openTestApp({ clock });
  mia = app.telegram.person({ name: "Mia" });
});
afterEach(() => app.close());

interface Update {
  readonly update_id: number;
  readonly message?: { readonly text: string };
}

async function poll(parameters: object = {}): Promise<Update[]> {
  return (await app.call("getUpdates", parameters)).result ?? [];
}

const texts = (updates: readonly Update[]) => updates.map(({ message }) => message?.text);

describe("polling", () => {
  test("a poll gives the same updates again until a higher offset confirms them", async () => {
    for (const text of ["one", "two", "three"]) mia.sends(text);
    const first = await poll();
    expect(texts(first)).toEqual(["one", "two", "three"]);
    expect(texts(await poll({ limit: 1 }))).toEqual(["one"]);
    expect(texts(await poll({ offset: (first[0]?.update_id ?? 0) + 1 }))).toEqual(["two", "three"]);
    expect(texts(await poll({ offset: -1 }))).toEqual(["three"]);
    expect(texts(await poll())).toEqual(["three"]);
  });

  test("a poll waits for what comes, and no longer than it was told", async () => {
    const waiting = poll({ timeout: 30 });
    await app.telegram.until(() => (app.telegram.bot.inbox.isPolled ? true : undefined));
    mia.sends("at last");
    expect(texts(await waiting)).toEqual(["at last"]);
    const inVain = poll({ timeout: 30, offset: 2_000_000_000 });
    await polled();
    clock.pass(30_000);
    expect(await inVain).toEqual([]);
  });

  test("a poll by a second process ends the first with a conflict", async () => {
    const first = app.call("getUpdates", { timeout: 30 });
    await polled();
    const second = app.call("getUpdates", { timeout: 30 });
    expect(await first).toMatchObject({
      status: 409,
      description: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    });
    mia.sends("for the second");
    expect(await second).toMatchObject({ ok: true, result: [{ message: { text: "for the second" } }] });
  });

  test("a poll by a second grammY runner ends the first", async () => {
    const first = await runner();
    const ended = first.task()?.catch((error: unknown) => error);
    const second = await runner();
    expect(await ended).toMatchObject({ error_code: 409, method: "getUpdates" });
    expect(second.isRunning()).toBe(true);
    await second.stop();
  });

  test("a poll gives only the kinds that were named, and remembers them", async () => {
    await poll({ allowed_updates: ["callback_query"] });
    mia.sends("unheard");
    expect(await poll()).toEqual([]);
    await poll({ allowed_updates: [] });
    mia.sends("heard");
    expect(texts(await poll())).toEqual(["heard"]);
  });

  test("a poll finds nothing that is older than a day", async () => {
    mia.sends("old");
    clock.pass(24 * 3_600_000 + 1);
    mia.sends("new");
    expect(texts(await poll())).toEqual(["new"]);
  });

  test("a poll is refused while there is a webhook", async () => {
    await app.call("setWebhook", { url: "https://bot.example.com/x" });
    expect(await app.call("getUpdates")).toMatchObject({
      status: 409,
      description:
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    });
    await app.call("deleteWebhook");
    expect(await app.call("getUpdates")).toMatchObject({ ok: true });
  });
});

describe("a webhook", () => {
  let server: Server;
  let hook: Hook;
  beforeEach(async () => {
    hook = { got: [], statuses: [], reply: undefined };
    server = createServer(
      (request, response) =>
        void take(hook, request).then((answer) => response.writeHead(answer.status).end(answer.body)),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  const arrived = (count: number) =>
    app.telegram.until(() => (hook.got.length >= count ? hook.got : undefined), { what: "no call of the webhook" });

  test("a webhook gets updates in their order, with the secret", async () => {
    await app.call("setWebhook", { url: url(), secret_token: "s3cret" });
    mia.sends("one");
    mia.sends("two");
    await taken();
    expect(hook.got.map(({ text }) => text)).toEqual(["one", "two"]);
    expect(hook.got[0]?.secret).toBe("s3cret");
    expect(JSON.stringify(app.telegram.calls)).not.toContain("s3cret");
  });

  test("a webhook that fails is called again, later each time, and says so in its info", async () => {
    hook.statuses = [500, 503];
    await app.call("setWebhook", { url: url() });
    mia.sends("again");
    await failed("500");
    expect(await app.call("getWebhookInfo")).toMatchObject({
      result: { url: url(), pending_update_count: 1, last_error_message: expect.stringContaining("500") },
    });
    clock.pass(1000);
    await failed("503");
    clock.pass(1999);
    expect(hook.got.length).toBe(2);
    clock.pass(1);
    await taken();
    expect(hook.got.map(({ text }) => text)).toEqual(["again", "again", "again"]);
  });

  test("a webhook may answer with a call", async () => {
    mia.sends("hello");
    hook.reply = { method: "sendMessage", chat_id: mia.chat.id, text: "from the answer" };
    await app.call("setWebhook", { url: url(), drop_pending_updates: false });
    expect((await mia.waitsFor("from the answer")).byBot).toBe(true);
    await arrived(1);
  });

  test("a webhook can start without what waited", async () => {
    mia.sends("old");
    await app.call("setWebhook", { url: url(), drop_pending_updates: true });
    mia.sends("new");
    await taken();
    expect(hook.got.map(({ text }) => text)).toEqual(["new"]);
  });

  test("a webhook on the outside is never called, whatever it is told", async () => {
    await app.call("setWebhook", { url: "https://bot.example.com/x" });
    mia.sends("hello");
    await failed("resolve");
    expect(await app.call("getWebhookInfo")).toMatchObject({ result: { pending_update_count: 1 } });
  });

  test.each([
    ["without TLS", { url: "http://bot.example.com/" }, "bad webhook: An HTTPS URL must be provided for webhook"],
    [
      "on another port",
      { url: "https://bot.example.com:444/" },
      "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
    ],
    [
      "on a host that looks like loopback",
      { url: "http://127.0.0.1.example.com/" },
      "bad webhook: An HTTPS URL must be provided for webhook",
    ],
    ["of nonsense", { url: "nonsense" }, "bad webhook: Failed to parse URL"],
    [
      "with a secret of other signs",
      { url: "https://bot.example.com/", secret_token: "a b" },
      "secret token contains unallowed characters",
    ],
    [
      "with too many connections",
      { url: "https://bot.example.com/", max_connections: 101 },
      'field "max_connections" has 101, allowed 1-100',
    ],
  ])("a webhook %s is refused", async (_what, parameters, why) => {
    expect(await app.call("setWebhook", parameters)).toMatchObject({ ok: false, description: `Bad Request: ${why}` });
  });
});

/** A runner whose first poll is under way. */
async function runner(): Promise<RunnerHandle> {
  const bot = new Bot(app.telegram.token, { client: { apiRoot: app.telegram.apiRoot } });
  await bot.init();
  const polls = () => app.telegram.bot.inbox.polls;
  const before = polls();
  const handle = run(bot, { runner: { silent: true } });
  await app.telegram.until(() => (polls() > before ? true : undefined));
  return handle;
}

/** Waits until a poll is under way. */
function polled(): Promise<true> {
  return app.telegram.until(() => (app.telegram.bot.inbox.isPolled ? true : undefined));
}

/** Waits until the webhook has taken all updates. */
async function taken(): Promise<void> {
  await app.telegram.until(() => (app.telegram.bot.inbox.pending.length === 0 ? true : undefined));
}

async function failed(why: string): Promise<void> {
  await app.telegram.until(() => (app.telegram.bot.webhook?.failure?.message.includes(why) ? true : undefined));
}

interface Hook {
  readonly got: { readonly text: string; readonly secret: string | undefined }[];
  statuses: number[];
  reply: object | undefined;
}

async function take(hook: Hook, request: IncomingMessage): Promise<{ status: number; body: string }> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const update = JSON.parse(Buffer.concat(pieces).toString()) as Update;
  hook.got.push({
    text: update.message?.text ?? "",
    secret: request.headers["x-telegram-bot-api-secret-token"]?.toString(),
  });
  const status = hook.statuses.shift() ?? 200;
  return { status, body: status === 200 && hook.reply ? JSON.stringify(hook.reply) : "" };
}
