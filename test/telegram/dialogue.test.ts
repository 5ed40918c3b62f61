import { afterEach, expect, test } from "vitest";
import { pikPakKinds } from "../../src/drivers/pikpak/kinds.ts";
import { group, jun, mia } from "./double.ts";
import { linkCard, listing, loginForm, openTestApp, view, type Desk, type TestApp } from "./test-app.ts";

const secret = "correct horse 7!";
let app: TestApp;
afterEach(() => app.close());

async function signingIn(answerSubmit: Desk): Promise<TestApp> {
  app = await openTestApp((action, visit, signal) => {
    if (action.do === "submit") return answerSubmit(action, visit, signal);
    if (action.do === "sign-in" || action.do === "add-account") return loginForm();
    if (action.do === "cancel")
      return { show: "notice", notice: action.left ? "cancelled" : "nothing-to-cancel", level: "info" };
    return listing();
  });
  await app.telegram.start();
  return app;
}

function submitted() {
  return app.asked.flatMap(({ action }) => (action.do === "submit" ? [action] : []));
}

test("a form is asked question by question, and handed in whole", async () => {
  const { double } = await signingIn(() => listing());
  double.sends(mia, mia.id, "/login");
  await double.sees(({ text }) => text.includes("User name"));
  double.sends(mia, mia.id, "mia@example.com");
  await double.sees(({ text }) => text.includes("❔ Password"));
  double.sends(mia, mia.id, secret);
  await double.sees(({ text }) => text.includes("Root folder"));
  double.taps(mia, "⏭");
  await double.sees(({ text }) => text.includes("2/7"));
  expect(submitted()).toEqual([
    {
      do: "submit",
      form: { id: "sign-in", kind: "pikpak" },
      values: { username: "mia@example.com", password: secret },
    },
  ]);
  await app.telegram.stop();
  expect(app.kept.size).toBe(0);
});

test("a secret's message is deleted at once and never reaches the dialogue store", async () => {
  const stored: string[] = [];
  const { double, kept } = await signingIn(() =>
    loginForm({ values: { username: "mia" }, reason: { code: "wrong-credentials" } }),
  );
  const set = kept.set.bind(kept);
  kept.set = (key, value) => {
    stored.push(String(value));
    return set(key, value);
  };
  double.sends(mia, mia.id, "/login");
  await double.sees(({ text }) => text.includes("User name"));
  double.sends(mia, mia.id, "mia");
  await double.sees(({ text }) => text.includes("❔ Password"));
  const typed = double.sends(mia, mia.id, secret);
  await double.called(({ method, payload }) => method === "deleteMessage" && payload["message_id"] === typed);
  await double.sees(({ text }) => text.includes("Root folder"));
  double.taps(mia, "⏭");
  await double.sees(({ text }) => text.includes("does not accept this user name and password"));
  const again = double.sends(mia, mia.id, secret);
  await double.called(({ method, payload }) => method === "deleteMessage" && payload["message_id"] === again);
  await app.telegram.stop();
  expect(submitted().length).toBeGreaterThan(0);
  expect(stored.length).toBeGreaterThan(3);
  expect(stored.filter((text) => text.includes(secret) || text.includes("correct horse"))).toEqual([]);
});

test("a user name and a password in one message are both taken, and that message goes", async () => {
  const [kind] = pikPakKinds({ domain: "mypikpak.net", platform: "web", mcpUrl: "http://127.0.0.1:1" });
  const fields = (kind?.fields ?? []).filter(({ name }) => name !== "captchaToken");
  app = await openTestApp((action) => (action.do === "sign-in" ? loginForm({ fields }) : listing()));
  await app.telegram.start();
  const { double } = app;
  double.sends(mia, mia.id, "/login");
  await double.sees(({ text }) => text.includes("User name"));
  const typed = double.sends(mia, mia.id, `mia@example.com:${secret}`);
  await double.called(({ method, payload }) => method === "deleteMessage" && payload["message_id"] === typed);
  expect([...app.kept.values()].map(String).join("")).not.toContain(secret);
  await double.sees(({ text }) => text.includes("2/7"));
  expect(submitted()[0]?.values).toEqual({ username: "mia@example.com", password: secret });
});

test("a password typed behind the command is neither used nor stored, and its message goes", async () => {
  const { double, kept } = await signingIn(() => listing());
  const typed = double.sends(mia, mia.id, `/login mia ${secret}`);
  await double.sees(({ text }) => text.includes("User name"));
  await double.called(({ method, payload }) => method === "deleteMessage" && payload["message_id"] === typed);
  double.sends(jun, jun.id, "/browse");
  await double.sees(({ chat }) => chat === jun.id);
  await app.telegram.stop();
  expect([...kept.values()].map(String).join("")).not.toContain(secret);
  expect(kept.size).toBe(1);
});

test("a refused password is asked for again, at the field, and nothing else is", async () => {
  let tries = 0;
  const { double } = await signingIn(() =>
    ++tries === 1 ? loginForm({ values: { username: "mia" }, reason: { code: "wrong-credentials" } }) : listing(),
  );
  double.sends(mia, mia.id, "/login");
  await double.sees(({ text }) => text.includes("User name"));
  double.sends(mia, mia.id, "mia");
  await double.sees(({ text }) => text.includes("❔ Password"));
  double.sends(mia, mia.id, "wrong");
  await double.sees(({ text }) => text.includes("Root folder"));
  double.taps(mia, "⏭");
  const again = await double.sees(({ text }) => text.includes("Google"));
  expect(again.text).toContain("❔ Password");
  double.sends(mia, mia.id, secret);
  await double.sees(({ text }) => text.includes("2/7"));
  expect(submitted().at(-1)?.values).toEqual({ username: "mia", password: secret });
});

test("a token can be given instead of name and password", async () => {
  const { double } = await signingIn(() => listing());
  double.sends(mia, mia.id, "/login");
  await double.sees(({ text }) => text.includes("User name"));
  double.taps(mia, "🔁");
  await double.sees(({ text }) => text.includes("❔ Refresh token"));
  double.sends(mia, mia.id, "os.token");
  await double.sees(({ text }) => text.includes("Root folder"));
  double.sends(mia, mia.id, "root");
  await double.sees(({ text }) => text.includes("2/7"));
  expect(submitted()[0]?.values).toEqual({ refreshToken: "os.token", rootFolder: "root" });
});

test("a half-finished dialogue goes on after a restart, and asks again only for what was kept nowhere", async () => {
  const { double } = await signingIn(() => listing());
  double.sends(mia, mia.id, "/login");
  await double.sees(({ text }) => text.includes("User name"));
  await app.restart();
  double.sends(mia, mia.id, "mia");
  await double.sees(({ text }) => text.includes("❔ Password"));
  double.sends(mia, mia.id, "first");
  await double.sees(({ text }) => text.includes("Root folder"));
  await app.restart();
  double.taps(mia, "⏭");
  await double.sees(({ text, id }) => text.includes("❔ Password") && id > 0);
  double.sends(mia, mia.id, secret);
  await double.sees(({ text }) => text.includes("2/7"));
  expect(submitted()[0]?.values).toEqual({ username: "mia", password: secret });
});

test("stickers, too much text and empty text get a clear sentence and the same question", async () => {
  const { double } = await signingIn(() => listing());
  double.sends(mia, mia.id, "/login");
  await double.sees(({ text }) => text.includes("User name"));
  double.sendsMessage(mia, mia.id, { sticker: { file_id: "x" } });
  await double.sees(({ text }) => text.includes("answer with text") && text.includes("User name"));
  double.sends(mia, mia.id, "x".repeat(4096));
  await double.sees(({ text }) => text.includes("too long") && text.includes("User name"));
  // No client sends blanks alone; a library of somebody's own may.
  double.push({
    message: { message_id: 1, date: 1, chat: { id: mia.id, type: "private", first_name: "Mia" }, from: mia, text: " " },
  });
  await double.sees(({ text }) => text.includes("This is needed") && text.includes("User name"));
  expect(submitted()).toEqual([]);
});

test.each(["/cancel", "✖️"])("%s leaves the dialogue and names the form that was left", async (way) => {
  const { double, kept } = await signingIn(() => listing());
  double.sends(mia, mia.id, "/login");
  await double.sees(({ text }) => text.includes("User name"));
  if (way === "/cancel") double.sends(mia, mia.id, way);
  else double.taps(mia, way);
  await double.sees(({ text }) => text.includes("Cancelled"));
  expect(app.asked.at(-1)?.action).toEqual({ do: "cancel", left: { id: "sign-in", kind: "pikpak" } });
  await app.telegram.stop();
  expect(kept.size).toBe(0);
});

test("a button of a dialogue that is over says so", async () => {
  const { double } = await signingIn(() => listing());
  double.sends(mia, mia.id, "/login");
  const prompt = await double.sees(({ text }) => text.includes("User name"));
  double.sends(mia, mia.id, "/browse");
  await double.sees(({ text }) => text.includes("2/7"));
  double.tapsCode(mia, prompt, "d-rt-0a1b2cq0-x");
  const { payload } = await double.called(({ method }) => method === "answerCallbackQuery");
  expect(payload["text"]).toContain("over");
});

test("buttons elsewhere work while a question waits", async () => {
  const { double } = await signingIn(() => listing());
  double.sends(mia, mia.id, "/browse");
  await double.sees(({ text }) => text.includes("2/7"));
  double.sends(mia, mia.id, "/login");
  await double.sees(({ text }) => text.includes("User name"));
  double.taps(mia, "▶");
  await double.called(({ method }) => method === "answerCallbackQuery");
  expect(app.asked.at(-1)?.action).toEqual({ do: "turn", view, page: 3 });
  double.sends(mia, mia.id, "mia");
  await double.sees(({ text }) => text.includes("❔ Password"));
});

test("a question in a group is answered only by the asker's reply", async () => {
  app = await openTestApp((action) =>
    action.do === "submit"
      ? linkCard("https://dl.example.com/x")
      : loginForm({
          form: { id: "open-link", kind: "pikpak-share" },
          fields: [{ name: "passCode", kind: "secret", required: true, maxLength: 50 }],
        }),
  );
  const { double } = app;
  await app.telegram.start();
  double.group.promotes(double.telegram.bot);
  double.sends(mia, group, "/share https://mypikpak.com/s/x");
  const prompt = await double.sees(({ text }) => text.includes("Pass code"));
  const reply = { message_id: prompt.id, date: 1, chat: { id: group, type: "supergroup", title: "G" } };
  double.sendsMessage(jun, group, { text: "nope", reply_to_message: reply });
  double.sendsMessage(mia, group, { text: "hello all" });
  double.sendsMessage(mia, group, { text: "ab12", reply_to_message: reply });
  await double.called(({ method }) => method === "deleteMessage");
  await double.sees(({ receiver }) => receiver === mia.id);
  expect(submitted().map(({ values }) => values)).toEqual([{ passCode: "ab12" }]);
});

test("one message leads through signing in: what was typed goes, and the drive opens in its place", async () => {
  const { double } = await signingIn(() => listing());
  double.sends(mia, mia.id, "/login");
  const prompt = await double.sees(({ text }) => text.includes("User name"));
  const name = double.sends(mia, mia.id, "mia@example.com");
  const next = await double.sees(({ text }) => text.includes("❔ Password"));
  await double.called(({ method, payload }) => method === "deleteMessage" && payload["message_id"] === name);
  double.sends(mia, mia.id, secret);
  await double.sees(({ text }) => text.includes("Root folder"));
  double.taps(mia, "⏭");
  const opened = await double.sees(({ text }) => text.includes("2/7"));
  expect([next.id, opened.id]).toEqual([prompt.id, prompt.id]);
});

test("a user name that was not the right one can be changed when the password is refused", async () => {
  let tries = 0;
  const { double } = await signingIn(() =>
    ++tries === 1
      ? loginForm({ values: { username: "mia@exmaple.com" }, reason: { code: "wrong-credentials" } })
      : listing(),
  );
  double.sends(mia, mia.id, "/login");
  await double.sees(({ text }) => text.includes("User name"));
  double.sends(mia, mia.id, "mia@exmaple.com");
  await double.sees(({ text }) => text.includes("❔ Password"));
  double.sends(mia, mia.id, secret);
  await double.sees(({ text }) => text.includes("Root folder"));
  double.taps(mia, "⏭");
  await double.sees(({ text }) => text.includes("does not accept this user name and password"));
  double.taps(mia, "✏️ User name");
  await double.sees(({ text }) => text.includes("❔ User name"));
  double.sends(mia, mia.id, "mia@example.com");
  await double.sees(({ text }) => text.includes("❔ Password"));
  double.sends(mia, mia.id, secret);
  await double.sees(({ text }) => text.includes("2/7"));
  expect(submitted().at(-1)?.values).toEqual({ username: "mia@example.com", password: secret });
});
