import { afterEach, describe, expect, test } from "vitest";
import { app as desk, usualCloud, type TestApp as Desk } from "../actions/test-app.ts";
import { group, jun, mia, type Double } from "./double.ts";
import { openTestApp, type TestApp } from "./test-app.ts";
import { announceBy } from "../../src/messaging/announce.ts";

// What operators and everybody else see of them, over the real bot and the real actions. Mia is the operator.

let app: TestApp;
let at: Desk;
afterEach(async () => {
  await at.services.admin.stop();
  await app.close();
});

async function opened(more: Parameters<typeof desk>[1] = {}): Promise<Double> {
  at = desk(usualCloud(), {
    now: Date.now,
    changes: { admins: ["telegram:1001"] },
    ...more,
    admin: {
      announce: (place, text) => announceBy(app.telegram.messenger, place, text),
      now: Date.now,
      wait: (ms, signal) =>
        new Promise((resolve, reject) => {
          const timer = setTimeout(resolve, ms);
          signal.addEventListener("abort", () => (clearTimeout(timer), reject(signal.reason)), { once: true });
        }),
      ...more.admin,
    },
  });
  app = await openTestApp((action, visit, signal) => at.do(visit, action, signal), { operators: ["telegram:1001"] });
  await app.telegram.start();
  return app.double;
}

test("/admin is an unknown command to others, to the letter, and the lists of commands do not name it", async () => {
  const double = await opened();
  double.sends(jun, jun.id, "/nonsense");
  const unknown = await double.sees(({ chat }) => chat === jun.id);
  double.sends(jun, jun.id, "/admin");
  const told = await double.sees(({ chat, id }) => chat === jun.id && id !== unknown.id);
  expect(told.text).toBe(unknown.text);
  expect(told.labels).toEqual([]);
  double.sends(jun, jun.id, "/help");
  expect((await double.sees(({ text }) => text.includes("/mounts"))).text).not.toContain("/admin");
  double.sends(mia, mia.id, "/help");
  expect((await double.sees(({ chat, text }) => chat === mia.id && text.includes("/mounts"))).text).toContain("/admin");

  await double.called(
    ({ method, payload }) => method === "setMyCommands" && JSON.stringify(payload["scope"]).includes("1001"),
  );
  const lists = double.calls.filter(({ method }) => method === "setMyCommands");
  const naming = lists.filter(({ payload }) => JSON.stringify(payload["commands"]).includes('"admin"'));
  expect(naming.length).toBeGreaterThan(0);
  for (const { payload } of naming) expect(payload["scope"]).toMatchObject({ type: "chat", chat_id: mia.id });
});

test("in a group /admin is met with silence, whoever says it", async () => {
  const double = await opened();
  double.sends(mia, group, "/admin");
  double.sends(jun, group, "/admin");
  double.sends(jun, group, "/help");
  await double.sees(({ text, chat }) => chat === group && text.includes("/browse"));
  expect(double.shown.filter(({ chat }) => chat === group)).toHaveLength(1);
});

test("the panel of /admin leads everywhere in one message, in Chinese too", async () => {
  const double = await opened();
  double.sends(mia, mia.id, "/admin");
  const panel = await double.sees(({ text }) => text.includes("🎛 Operators"));
  expect(panel.text).toContain("People: 1, groups: 0");
  for (const [label, shows] of [
    ["👥 People", "telegram:1001"],
    ["🎛 Mia", "👤 Mia · telegram:1001"],
    ["👥 People", "👥 People and groups"],
    ["🎛 Operators", "Log level"],
    ["🚪 Access", "Everybody may use the bot"],
    ["🎟", "https://t.me/drive_bot?start=inv-"],
    ["🎛 Operators", "Log level"],
    ["🗄", "There is no drive here."],
    ["🎛 Operators", "Log level"],
    ["📒", "invitation made"],
    ["🎛 Operators", "Log level"],
  ] as const) {
    double.taps(mia, label);
    await double.sees(({ text, id }) => id === panel.id && text.includes(shows));
  }
  await at.services.people.set("telegram:1001", {
    id: "telegram:1001",
    language: "zh",
    mounts: [],
    sessions: [],
    createdAt: 0,
  });
  double.sends(mia, mia.id, "/admin");
  await double.sees(({ text }) => text.includes("🎛 管理"));
});

test("an invitation's link lets Jun in where only the admitted may", async () => {
  const double = await opened({ admin: { access: "allowlist" } });
  double.sends(jun, jun.id, "/start");
  await double.sees(({ text, chat }) => chat === jun.id && text.includes("受邀者"));
  double.sends(mia, mia.id, "/admin invite");
  const { text } = await double.sees((message) => message.text.includes("?start=inv-"));
  const payload = /\?start=([\w-]+)/.exec(text)?.[1] ?? "";
  double.sends(jun, jun.id, `/start ${payload}`);
  await double.sees(({ text: said, chat }) => chat === jun.id && said.includes("欢迎"));
  double.sends(jun, jun.id, "/start");
  const welcome = await double.sees(({ labels, chat }) => chat === jun.id && labels.length > 0);
  expect(welcome.labels[0]).toMatch(/^🔑/);
});

test("an invitation said in a group admits the group", async () => {
  const double = await opened({ admin: { access: "allowlist" } });
  const { code } = await at.services.admin.access.invite("telegram:1001");
  double.sends(jun, group, `/start ${code}`);
  await double.sees(({ text, chat }) => chat === group && text.includes("欢迎"));
  expect(await at.services.admin.access.standing(`telegram:${group}`)).toHaveProperty("admitted");
});

test("a broadcast is written in a dialogue, confirmed, sent to everybody, and reported in place", async () => {
  const double = await opened();
  double.sends(jun, jun.id, "/help");
  double.sends(jun, group, "/help");
  await double.sees(({ chat, text }) => chat === group && text.includes("/browse"));
  double.sends(mia, mia.id, "/admin");
  await double.sees(({ text }) => text.includes("🎛 Operators"));
  double.taps(mia, "📣");
  await double.sees(({ text }) => text.includes("Nothing has been sent"));
  double.taps(mia, "✏️");
  await double.sees(({ text }) => text.includes("A word to everybody"));
  double.sends(mia, mia.id, "We have a new search");
  await double.sees(({ text }) => text.includes("Send this to 3 chats?"));
  double.refuse("sendMessage", { code: 429, description: "Too Many Requests", parameters: { retry_after: 1 } });
  double.taps(mia, "📣 Yes");
  const report = await double.sees(({ text }) => text.includes("Done") && text.includes("3 of 3"));
  expect(report.text).toContain("Sent: 3");
  for (const chat of [mia.id, jun.id, group]) {
    expect(
      double.shown.filter((message) => message.chat === chat && message.text === "We have a new search"),
    ).toHaveLength(1);
  }
});

describe("a broadcast's message", () => {
  const refusals: readonly (readonly [number, string, object | undefined, unknown])[] = [
    [403, "Forbidden: bot was blocked by the user", undefined, "gone"],
    [400, "Bad Request: chat not found", undefined, "gone"],
    [400, "Bad Request: not enough rights to send text messages to the chat", undefined, "gone"],
    [429, "Too Many Requests: retry after 17", { retry_after: 17 }, { retryAfter: 17_000 }],
  ];

  test.each(refusals)(
    "a broadcast's message refused by %i %s is noted as such, and the next one is sent",
    async (code, description, parameters, outcome) => {
      const double = await opened();
      const announce = (place: string, text: string) => announceBy(app.telegram.messenger, place, text);
      double.refuse("sendMessage", { code, description, ...(parameters && { parameters }) });
      expect(await announce(`telegram:${jun.id}`, "hello")).toEqual(outcome);
      expect(await announce(`telegram:${jun.id}`, "hello")).toBe("sent");
      expect(double.calls.filter(({ method }) => method === "sendMessage")).toHaveLength(2);
    },
  );

  test("a broadcast's message that cannot be said in these words, or gets no answer, is a failure", async () => {
    const double = await opened();
    const announce = (place: string, text: string) => announceBy(app.telegram.messenger, place, text);
    double.refuse("sendMessage", { code: 400, description: "Bad Request: message text is empty" });
    await expect(announce(`telegram:${jun.id}`, "hello")).rejects.toThrow("text is empty");
    double.telegram.fail({ method: "sendMessage", reset: true });
    await expect(announce(`telegram:${jun.id}`, "hello")).rejects.toThrow("sendMessage");
  });
});

test("who types too fast is told once, and each press is answered", async () => {
  const double = await opened({ admin: { rateLimit: { take: async () => "silent" } } });
  double.sends(jun, jun.id, "/help");
  double.sends(jun, jun.id, "/nonsense");
  await double.sees(({ chat, text }) => chat === jun.id && text.includes("命令"));
  expect(double.shown.filter(({ chat }) => chat === jun.id)).toHaveLength(1);
});
