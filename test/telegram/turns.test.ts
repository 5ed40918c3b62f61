import { afterEach, expect, test, vi } from "vitest";
import { pino } from "pino";
import { startDouble, mia } from "./double.ts";
import { createTelegram } from "../../src/telegram/bot.ts";
import { listing, loginForm, openTestApp, view, words, type Desk, type TestApp } from "./test-app.ts";
import { encodeButton } from "../../src/actions/buttons.ts";
import { token } from "./double.ts";

let app: TestApp;
afterEach(() => app.close());

/** A desk at which what is asked waits until the test lets it go. */
function slowDesk(): { desk: Desk; begun: string[]; release(): void } {
  const begun: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const desk: Desk = async (action) => {
    begun.push(action.do);
    if (action.do === "help") return { show: "help", place: "private" } as never;
    if (action.do !== "browse") await promise;
    return listing();
  };
  return { desk, begun, release: resolve };
}

test("a hundred quick taps on one keyboard are each answered, and only the first and the last are done", async () => {
  const { desk, begun, release } = slowDesk();
  app = await openTestApp(desk);
  const { double } = app;
  await app.telegram.start();
  double.sends(mia, mia.id, "/browse");
  const shown = await double.sees(({ text }) => text.includes("2/7"));
  const tap = (page: number) => double.tapsCode(mia, shown, encodeButton({ do: "turn", page, view }));
  tap(1);
  await vi.waitFor(() => expect(begun).toEqual(["browse", "turn"]));
  for (let n = 2; n <= 100; n++) tap(1 + (n % 2));
  await vi.waitFor(() => expect(double.answers.length).toBeGreaterThanOrEqual(98), 8000);
  expect(begun).toEqual(["browse", "turn"]);
  release();
  await vi.waitFor(() => expect(double.answers).toHaveLength(100), 5000);
  expect(begun).toEqual(["browse", "turn", "turn"]);
  expect(double.telegram.openPresses).toEqual([]);
});

test("a press that waits behind something slow is answered before Telegram forgets it", async () => {
  const { desk, release } = slowDesk();
  app = await openTestApp(desk, { answerWithin: 100 });
  const { double } = app;
  await app.telegram.start();
  double.sends(mia, mia.id, "/browse");
  const shown = await double.sees(({ text }) => text.includes("2/7"));
  double.sends(mia, mia.id, "/search film");
  double.tapsCode(mia, shown, encodeButton({ do: "link", view }));
  await vi.waitFor(() => expect(double.answers).toHaveLength(1), 2000);
  release();
});

test("/help is answered while a drive hangs, and leaves what hangs alone", async () => {
  const { desk, begun, release } = slowDesk();
  app = await openTestApp(desk);
  const { double } = app;
  await app.telegram.start();
  double.sends(mia, mia.id, "/search film");
  await vi.waitFor(() => expect(begun).toEqual(["search"]));
  double.sends(mia, mia.id, "/help");
  await vi.waitFor(() => expect(begun).toEqual(["search", "help"]));
  release();
});

/** A desk at which there is a form, and that form alone, to be cancelled. */
const formDesk: Desk = (action) => {
  if (action.do !== "cancel") return loginForm();
  return { show: "notice", notice: action.left ? "cancelled" : "nothing-to-cancel", level: "info" };
};

/** Resolves when all that was sent until now has reached the bot. */
async function received({ double }: TestApp): Promise<void> {
  const polls = () => double.telegram.calls.filter(({ method }) => method === "getUpdates").length;
  const before = polls();
  // One may have been under way, one brought it, and the next is asked for when what was brought is being handled.
  await vi.waitFor(() => expect(polls()).toBeGreaterThan(before + 2), 5000);
}

/** Dialogues' records, of which none is written from `hold` until the function it returns is called. */
function holdingStore() {
  const kept = new Map<string, string>();
  let writing = Promise.resolve();
  return {
    kept,
    hold(): () => void {
      const { promise, resolve } = Promise.withResolvers<void>();
      writing = promise;
      return resolve;
    },
    conversations: {
      get: async (key: string) => (kept.has(key) ? JSON.parse(kept.get(key) ?? "") : undefined),
      set: (key: string, value: unknown) => writing.then(() => kept.set(key, JSON.stringify(value))),
      delete: async (key: string) => kept.delete(key),
    },
  };
}

/** Sends /cancel while a question is on the screen whose record is held back; what it is answered with. */
async function cancelBefore(write: () => void, question: string): Promise<string> {
  const { double } = app;
  await double.sees(({ text }) => text.includes(question));
  double.sends(mia, mia.id, "/cancel");
  await received(app);
  write();
  return (await double.sees(({ text }) => /cancel/i.test(text))).text;
}

test("/cancel ends a question that is on the screen and not yet in the store", async () => {
  const { kept, hold, conversations } = holdingStore();
  app = await openTestApp(formDesk, { conversations, moment: 1 });
  await app.telegram.start();
  const write = hold();
  app.double.sends(mia, mia.id, "/login");
  expect(await cancelBefore(write, "User name")).toContain("Cancelled");
  await app.telegram.stop();
  expect(kept.size).toBe(0);
});

test("/cancel ends a question that a press on another brought to the screen and not yet to the store", async () => {
  const { kept, hold, conversations } = holdingStore();
  app = await openTestApp(formDesk, { conversations, moment: 1 });
  const { double } = app;
  await app.telegram.start();
  double.sends(mia, mia.id, "/login");
  await vi.waitFor(() => expect(kept.size).toBe(1), 5000);
  const write = hold();
  double.taps(mia, "🔁");
  expect(await cancelBefore(write, "Refresh token")).toContain("Cancelled");
  await app.telegram.stop();
  expect(kept.size).toBe(0);
});

test("/cancel that arrives together with /login ends the question that comes of it", async () => {
  app = await openTestApp(formDesk);
  const { double, kept } = app;
  double.sends(mia, mia.id, "/login");
  double.sends(mia, mia.id, "/cancel");
  await app.telegram.start();
  const { text } = await double.sees(({ text: said }) => /cancel/i.test(said));
  expect(text).toContain("Cancelled");
  await app.telegram.stop();
  expect(kept.size).toBe(0);
});

test("/cancel is answered while a drive hangs that nothing was asked about", async () => {
  const { desk, begun, release } = slowDesk();
  app = await openTestApp((action, visit, signal) =>
    action.do === "cancel" ? formDesk(action, visit, signal) : desk(action, visit, signal),
  );
  const { double } = app;
  await app.telegram.start();
  double.sends(mia, mia.id, "/search film");
  await vi.waitFor(() => expect(begun).toEqual(["search"]));
  double.sends(mia, mia.id, "/cancel");
  await double.sees(({ text }) => text.includes("nothing to cancel"));
  release();
});

test("an update that was received and not done when the process was killed comes again", async () => {
  const double = await startDouble();
  const begun: string[] = [];
  const bot = (perform: () => Promise<never> | Promise<object>) =>
    createTelegram({
      settings: { token, apiRoot: double.apiRoot },
      namesShare: () => false,
      words,
      log: pino({ level: "silent" }),
      now: Date.now,
      onFatal: () => undefined,
      conversations: { get: async () => undefined, set: async () => undefined, delete: async () => undefined },
      perform: async (_visit, action) => {
        begun.push(action.do);
        return (await perform()) as never;
      },
    });
  const killed = bot(() => new Promise<never>(() => undefined));
  app = { close: async () => undefined } as TestApp;
  await killed.start();
  double.sends(mia, mia.id, "/search one");
  double.sends(mia, mia.id, "/get two");
  await vi.waitFor(() => expect(begun).toEqual(["search"]));
  // Longer than any pause between polls that confirm what was taken.
  await double.called(({ method }) => method === "sendChatAction");
  const polls = () => double.telegram.calls.filter(({ method }) => method === "getUpdates").length;
  const before = polls();
  await vi.waitFor(() => expect(polls()).toBeGreaterThan(before + 2), 5000);
  expect(double.telegram.bot.inbox.pending).toHaveLength(2);
  // Another process takes over, as after a kill.
  begun.length = 0;
  void killed.stop();
  const next = bot(async () => ({ screen: listing(), language: "en" }));
  await next.start();
  await vi.waitFor(() => expect(begun).toEqual(["search", "get"]), 5000);
  await next.stop();
  await vi.waitFor(() => expect(double.telegram.bot.inbox.pending).toEqual([]));
  await double.close();
});

test("an update that is brought three times to the webhook is acted on once, and a malformed one harms nothing", async () => {
  const webhook = { url: "https://bot.example/hook", secret: "s3cret" };
  app = await openTestApp(() => listing(), {}, webhook);
  await app.telegram.start();
  const { createServer } = await import("node:http");
  const server = createServer((request, response) => void app.telegram.webhook?.handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const call = (body: unknown) =>
    fetch(`http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/hook`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-telegram-bot-api-secret-token": "s3cret" },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  const chat = { id: mia.id, type: "private", first_name: "Mia" };
  const update = { update_id: 7, message: { message_id: 1, from: mia, chat, date: 1, text: "/browse" } };
  await Promise.all([call(update), call(update), call(update)]);
  await call(update);
  expect(app.asked).toHaveLength(1);
  const malformed = [
    "null",
    "[]",
    "not json",
    { update_id: 8 },
    { update_id: 9, message: null },
    { update_id: 10, message: { text: 5, from: mia, chat } },
    { update_id: 11, callback_query: { id: 5, from: null } },
    { update_id: "12", message: { from: {}, chat: {} } },
    { update_id: 13, message: { message_id: 1, from: mia, chat, date: 1, text: "/browse", entities: 5 } },
  ];
  for (const body of malformed) await call(body);
  await call({ ...update, update_id: 14 });
  await vi.waitFor(() => expect(app.asked.length).toBeGreaterThanOrEqual(2));
  server.close();
  server.closeAllConnections();
});

test("what is asked carries the number of its update, by which other processes order it", async () => {
  app = await openTestApp(() => listing());
  const { double, asked } = app;
  await app.telegram.start();
  for (let n = 1; n <= 2; n++) {
    double.sends(mia, mia.id, "/browse");
    await vi.waitFor(() => expect(asked).toHaveLength(n), 5000);
  }
  const [first, second] = asked.map(({ visit }) => visit.order ?? Number.NaN);
  expect(second).toBe((first ?? Number.NaN) + 1);
});
