import { afterEach, expect, test } from "vitest";
import { app as desk, many, usualCloud, Cloud, type TestApp as Desk } from "../actions/test-app.ts";
import { group, jun, mia, type Double } from "./double.ts";
import { openTestApp, type TestApp } from "./test-app.ts";

// The real bot over the real actions: what people see from their first word on.

let app: TestApp;
afterEach(() => app.close());

async function opened(cloud: Cloud = usualCloud()): Promise<{ double: Double; restart(): Promise<void> }> {
  let at: Desk = desk(cloud, { now: Date.now });
  app = await openTestApp((action, visit, signal) => at.do(visit, action, signal));
  await app.telegram.start();
  return {
    double: app.double,
    async restart() {
      at = at.restarted();
      await app.restart();
    },
  };
}

async function signIn(double: Double, chat = mia.id): Promise<void> {
  double.sends(mia, chat, "/login");
  await double.sees(({ text }) => text.includes("❔ User name"));
  double.sends(mia, chat, "mia");
  await double.sees(({ text }) => text.includes("❔ Password"));
  double.sends(mia, chat, "correct-horse");
  await double.sees(({ text }) => text.includes("1/2"));
}

test("Mia starts, signs in, turns the page, opens a film and gets a link, in one message", async () => {
  const { double } = await opened();
  double.sends(mia, mia.id, "/start");
  await double.sees(({ buttons }) => buttons.some(({ text }) => text.startsWith("🔑")));
  await signIn(double);
  const list = await double.sees(({ text }) => text.includes("14 entries"));
  double.taps(mia, "▶");
  await double.sees(({ text, id }) => text.includes("2/2") && id === list.id);
  double.taps(mia, "◀");
  await double.sees(({ text, id }) => text.includes("1/2") && id === list.id);
  double.taps(mia, "📁 Films");
  await double.sees(({ text, id }) => text.includes("🏠 mia › Films") && id === list.id);
  double.taps(mia, "🎬 beach.mp4");
  await double.sees(({ buttons, id }) => id === list.id && buttons.some(({ text }) => text === "🔗 720P"));
  double.taps(mia, "🔗 Original");
  await double.sees(({ text, id }) => text.includes("https://dl.example/") && id === list.id);
  double.taps(mia, "⬆");
  await double.sees(({ buttons, id }) => id === list.id && buttons.some(({ text }) => text === "🔗 720P"));
  await app.telegram.stop();
  expect(double.answers.length).toBe(double.calls.filter(({ method }) => method === "answerCallbackQuery").length);
});

test("a share pasted as text opens; its code is asked for, and again when it is wrong", async () => {
  const { double } = await opened();
  double.sends(mia, mia.id, "look: https://share.example/s/code1");
  await double.sees(({ text }) => text.includes("needs a pass code"));
  double.sends(mia, mia.id, "nope");
  await double.sees(({ text }) => text.includes("is not right"));
  double.sends(mia, mia.id, "abcd");
  expect((await double.sees(({ text }) => text.includes("14 entries"))).text).toContain("1/2");
});

test("a wrong password is explained, and asked for again", async () => {
  const { double } = await opened();
  double.sends(mia, mia.id, "/login");
  await double.sees(({ text }) => text.includes("❔ User name"));
  double.sends(mia, mia.id, "mia");
  await double.sees(({ text }) => text.includes("❔ Password"));
  double.sends(mia, mia.id, "wrong");
  await double.sees(({ text }) => text.includes("Google, Facebook") && text.includes("❔ Password"));
  double.sends(mia, mia.id, "correct-horse");
  expect(await double.sees(({ text }) => text.includes("1/2"))).toBeDefined();
});

test("a challenge is a button with the page, and a place to paste the address one ended on", async () => {
  const cloud = usualCloud();
  cloud.challenge = "ck0.solved";
  const { double } = await opened(cloud);
  double.sends(mia, mia.id, "/login");
  await double.sees(({ text }) => text.includes("❔ User name"));
  double.sends(mia, mia.id, "mia");
  await double.sees(({ text }) => text.includes("❔ Password"));
  double.sends(mia, mia.id, "correct-horse");
  const asked = await double.sees(({ text }) => text.includes("human"));
  expect(asked.buttons).toContainEqual(expect.objectContaining({ url: "https://verify.example/1" }));
  double.sends(mia, mia.id, "nothing");
  await double.sees(({ text }) => text.includes("no verification in that"));
  double.sends(mia, mia.id, "ck0.solved");
  expect(await double.sees(({ text }) => text.includes("1/2"))).toBeDefined();
});

test("drives are listed, renamed, checked and removed, and everything can be forgotten", async () => {
  const { double } = await opened();
  await signIn(double);
  double.sends(mia, mia.id, "/mounts");
  await double.sees(({ text }) => text.includes("Your drives"));
  double.taps(mia, "🟢 mia");
  await double.sees(({ text }) => text.includes("▓░░░░░░░░░ 10%"));
  double.taps(mia, "✏️");
  await double.sees(({ text }) => text.includes("❔ New name"));
  double.sends(mia, mia.id, "Summer <b>");
  await double.sees(({ text }) => text.includes("Summer <b>"));
  double.sends(mia, mia.id, "/settings");
  await double.sees(({ text }) => text.includes("Settings"));
  double.taps(mia, "简体中文");
  await double.sees(({ text }) => text.includes("设置"));
  double.sends(mia, mia.id, "/forget");
  await double.sees(({ text }) => text.includes("要删除"));
  double.taps(mia, "🗑");
  await double.sees(({ text }) => text.includes("都已删除") || text.includes("is deleted"));
  double.sends(mia, mia.id, "/mounts");
  expect(await double.sees(({ text }) => text.includes("no drive here yet"))).toBeDefined();
});

test("buttons work after a restart, and an old one does what its label said", async () => {
  const { double, restart } = await opened();
  await signIn(double);
  const list = await double.sees(({ text }) => text.includes("1/2"));
  const films = list.buttons.find(({ text }) => text === "📁 Films");
  const code = films && "callback_data" in films ? films.callback_data : "";
  double.taps(mia, "▶");
  await double.sees(({ text }) => text.includes("2/2"));
  await restart();
  double.tapsCode(mia, list, code);
  expect((await double.sees(({ text, id }) => text.includes("› Films") && id === list.id)).text).toContain("Films");
});

test("Jun's press on Mia's list in a group gives him a copy of his own, and her link is shown to her alone", async () => {
  const { double } = await opened();
  double.sends(mia, group, "/share https://share.example/s/open1");
  const list = await double.sees(({ chat, text }) => chat === group && text.includes("1/2"));
  double.taps(jun, "▶");
  await double.sees(({ text, receiver }) => receiver === jun.id && text.includes("2/2"));
  expect(list.text).toContain("1/2");
  double.taps(mia, "📝 file 1.txt");
  await double.sees(({ text, id }) => text.includes("Document · 100 B") && id === list.id);
  double.taps(mia, "🔗");
  const hidden = await double.sees(({ receiver, text }) => receiver === mia.id && text.includes("dl.example"));
  expect(hidden.text).toContain("for=telegram:1001");
  expect(double.shown.filter(({ text, receiver }) => text.includes("dl.example") && receiver === undefined)).toEqual(
    [],
  );
});

test("a long folder shows its first page at once and its end in the same message", async () => {
  const cloud = new Cloud({ shares: { open1: { tree: many(1200) } } });
  cloud.hold();
  const { double } = await opened(cloud);
  double.sends(mia, mia.id, "https://share.example/s/open1");
  const first = await double.sees(({ text }) => text.includes("1/…"));
  expect(first.text).toContain("500 entries so far");
  cloud.release();
  const done = await double.sees(({ text, id }) => text.includes("1/150") && id === first.id);
  expect(done.text).toContain("1,200 entries");
});
