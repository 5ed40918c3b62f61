import { createHmac } from "node:crypto";
import { onTestFinished, describe, expect, test } from "vitest";
import { createPages, isPageOf, type Pages, type SubmitPage } from "../../src/gateway/pages.ts";
import { type PageForm, type PageReason } from "../../src/gateway/page-form.ts";
import { deriveKey } from "../../src/gateway/keys.ts";
import { browser, openTestApp, secretKey, type AskOptions, type Answer } from "./test-app.ts";

const signIn: PageForm = {
  form: { id: "sign-in", kind: "pikpak" },
  fields: [
    { name: "username", kind: "text", role: "login", required: true, maxLength: 100 },
    { name: "password", kind: "secret", role: "credential", required: true, instead: "refreshToken", maxLength: 100 },
    { name: "refreshToken", kind: "secret", role: "credential", required: false, aside: true, maxLength: 300 },
    { name: "platform", kind: "choice", required: false, choices: ["web", "android"], maxLength: 10 },
  ],
  values: {},
};
const asker = {
  person: { id: "discord:2002", name: "Jun" },
  place: { id: "discord:9", name: "#films" },
  language: "en",
};

type Sent = Parameters<SubmitPage>[0];

/** A gateway with one page open in it. */
async function withPage({
  submit = async () => ({ came: "done" }),
  form = signIn,
  who = asker,
}: { submit?: SubmitPage; form?: PageForm; who?: Parameters<Pages["open"]>[0] } = {}) {
  const kept = new Map<string, unknown>();
  /** Pages that were handed in with answers that the form accepts. */
  const sent: Sent[] = [];
  const clock = { now: Date.UTC(2026, 10, 24) };
  let made = 0;
  const key = deriveKey(secretKey, "pages");
  let address = "";
  const first = await openTestApp({
    now: () => clock.now,
    pages: { answer: (...asked) => pages.answer(...asked) },
  });
  address = first.url;
  const pages = createPages({
    store: {
      get: async (name) => structuredClone(kept.get(name)),
      set: async (name, value) => kept.set(name, structuredClone(value)),
      delete: async (name) => kept.delete(name),
    },
    words: first.words,
    key,
    now: () => clock.now,
    random: (bytes) => new Uint8Array(bytes).fill((made += 1)),
    address: () => address,
    submit: (page, ...more) => {
      sent.push(page);
      return submit(page, ...more);
    },
  });
  onTestFinished(() => kept.clear());
  const opened = await pages.open(who, form);
  const path = new URL(opened.url).pathname;
  const tokenIn = (page: Answer): string => /name="token" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
  const send = async (answers: Record<string, string>, more: AskOptions = {}): Promise<Answer> => {
    const token =
      tokenIn(await first.ask(path)) || createHmac("sha256", key).update(`hand in ${opened.code}`).digest("base64url");
    return first.ask(path, {
      method: "POST",
      body: new URLSearchParams({ token, ...answers }).toString(),
      ...more,
      headers: { "content-type": "application/x-www-form-urlencoded", ...browser, ...more.headers },
    });
  };
  return { app: first, pages, opened, path, send, sent, clock, kept, tokenIn };
}

const answers = { username: "jun@example.com", password: "hunter2" };

test("a page is filled in once: the drive is signed in to, and the chat that asked is told", async () => {
  const given: unknown[] = [];
  const { app, path, send, sent, opened } = await withPage({
    submit: async (page, values) => {
      given.push(page.person.id, values);
      return { came: "done" };
    },
  });
  expect((await send(answers)).status).toBe(200);
  expect(given).toEqual(["discord:2002", answers]);
  expect(sent).toEqual([{ ...asker, form: signIn.form, code: opened.code }]);
  expect((await app.ask(path, { headers: browser })).status).toBe(410);
  expect((await send(answers)).status).toBe(410);
  expect(given).toHaveLength(2);
});

test("a choice of the operator's own naming is shown by its name, as in the chats", async () => {
  const fields = signIn.fields.map((field) =>
    field.name === "platform" ? { ...field, choices: ["web", "my-tv"] } : field,
  );
  const { app, path } = await withPage({ form: { ...signIn, fields } });
  const { text } = await app.ask(path, { headers: browser });
  expect(text).toMatch(/<option value="my-tv"[^>]*>\s*my-tv\s*<\/option>/);
});

test("the address of a page has 128 bits nobody can guess, and it is over after ten minutes", async () => {
  const { app, path, opened, clock, send } = await withPage();
  expect(opened.code).toMatch(/^[\w-]{22}$/);
  expect(opened.expiresAt - clock.now).toBe(600_000);
  clock.now += 599_999;
  expect((await app.ask(path)).status).toBe(200);
  clock.now += 1;
  expect((await app.ask(path)).status).toBe(410);
  expect((await send(answers)).status).toBe(410);
});

test.each(["/s/", "/s/short", `/s/${"A".repeat(22)}`, `/s/${"A".repeat(22)}/more`, `/s/${"A".repeat(3000)}`])(
  "the path %.30s is no page",
  async (path) => {
    const { app } = await withPage();
    expect([404, 410]).toContain((await app.ask(path)).status);
  },
);

/** The text of a page without its random numbers, in which any three letters may stand. */
const withoutNonces = (text: string): string => text.replaceAll(/nonce="[^"]*"/g, "");

test("a preview neither shows the page nor uses it up; looking at it does not either", async () => {
  const { app, path, send } = await withPage();
  for (const agent of ["TelegramBot (like TwitterBot)", "Mozilla/5.0 (compatible; Discordbot/2.0)"]) {
    const stub = await app.ask(path, { headers: { "user-agent": agent } });
    expect(withoutNonces(stub.text)).not.toMatch(/<form|Jun|token/);
  }
  expect((await app.ask(path, { method: "HEAD" })).status).toBe(200);
  expect((await app.ask(path)).status).toBe(200);
  expect((await send(answers)).status).toBe(200);
});

test("a page says for whom it is, in their language, keeps nothing, and lets nothing in from elsewhere", async () => {
  const { app, path } = await withPage({ who: { ...asker, language: "zh" } });
  const page = await app.ask(path, { headers: { ...browser, "accept-language": "fr" } });
  expect(page.text).toContain('<html lang="zh">');
  expect(page.text).toContain("Jun");
  expect(page.text).toContain("#films");
  expect(page.headers).toMatchObject({
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
  });
  const policy = String(page.headers["content-security-policy"]);
  expect(policy).toMatch(/^default-src 'none'; style-src 'nonce-/);
  expect(policy).toContain("form-action 'self'");
  expect(policy).not.toContain("script-src");
  expect(page.text).not.toMatch(/<script|<img|<link|https?:\/\//);
});

test("two pages never have the same nonce", async () => {
  const { app, path } = await withPage();
  const nonces = [await app.ask(path), await app.ask(path)].map(
    ({ headers }) => /'nonce-([^']+)'/.exec(String(headers["content-security-policy"]))?.[1],
  );
  expect(new Set(nonces).size).toBe(2);
});

describe("what is wrong is said at its field, and the page stays open", () => {
  test("an answer that is missing is said at its field, and the page stays open", async () => {
    const { send, app, sent } = await withPage();
    const again = await send({ username: "jun@example.com", password: "" });
    expect(again.status).toBe(422);
    expect(again.text).toContain(app.words.in("en")("problem-required"));
    expect(again.text).toContain('value="jun@example.com"');
    expect(sent).toEqual([]);
    expect((await send(answers)).status).toBe(200);
  });

  test("a sign-in that failed is said at its field: answers stay, secrets do not, in no page and in no store", async () => {
    const { send, app, kept } = await withPage({
      submit: async (_page, values) => ({
        came: "again",
        form: { ...signIn, values, reason: { code: "wrong-credentials" } },
      }),
    });
    const again = await send({ ...answers, platform: "android" });
    expect(again.status).toBe(422);
    expect(again.text).toContain(app.words.in("en")("error-wrong-credentials-pikpak").slice(0, 40));
    expect(again.text).toContain('value="jun@example.com"');
    expect(again.text).toMatch(/value="android"\s+selected/);
    expect(again.text).not.toContain("hunter2");
    expect(JSON.stringify([...kept])).not.toContain("hunter2");
  });

  test("a drive that asks for a human is said with the way to prove it, and only if that is a web address", async () => {
    const form = (verify: string): PageForm => ({ ...signIn, reason: { code: "verification-needed", verify } });
    const good = await withPage({ form: form("https://user.mypikpak.com/captcha/v2?a=1&b=2") });
    expect((await good.app.ask(good.path)).text).toContain('href="https://user.mypikpak.com/captcha/v2?a=1&amp;b=2"');
    const bad = await withPage({ form: form("javascript:alert(1)") });
    expect((await bad.app.ask(bad.path)).text).not.toContain("javascript:");
  });

  test("a page does not stay open for ever, however often its answers are wrong", async () => {
    const { send } = await withPage();
    const statuses = [];
    for (let turn = 0; turn < 11; turn += 1) statuses.push((await send({ username: "" })).status);
    expect(statuses.slice(0, 9)).toEqual(Array(9).fill(422));
    expect(statuses.slice(9)).toEqual([410, 410]);
  });
});

test("nothing a person wrote is markup", async () => {
  const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>'`;
  const { send, app, path } = await withPage({
    who: { ...asker, person: { id: "x", name: evil }, place: { id: "y", name: evil } },
  });
  const pages = [await app.ask(path), await send({ username: evil, password: "" })];
  for (const { text } of pages) {
    expect(text).not.toMatch(/<script|<img/);
    expect(text).toContain("&quot;&gt;&lt;script&gt;");
  }
});

describe("a form on another site cannot hand it in", () => {
  test.each([
    ["without the token", { token: "" }, {}],
    ["with another token", { token: "A".repeat(43) }, {}],
    ["from another origin", {}, { origin: "https://evil.example" }],
    ["across sites", {}, { "sec-fetch-site": "cross-site" }],
  ])("a form on another site cannot hand the page in %s", async (_what, fields, headers) => {
    const { send, sent } = await withPage();
    const refused = await send({ ...answers, ...(fields as Record<string, string>) }, { headers });
    expect(refused.status).toBe(403);
    expect(sent).toEqual([]);
    expect((await send(answers)).status).toBe(200);
  });

  test("a browser's own headers hand the page in", async () => {
    const { send, app } = await withPage();
    expect((await send(answers, { headers: { origin: app.url, "sec-fetch-site": "same-origin" } })).status).toBe(200);
  });
});

describe("the page shows what came of it", () => {
  const outcome = (reason: PageReason, isMendable: boolean) =>
    withPage({ submit: async () => ({ came: "failed", reason, isMendable }) });

  test("a sign-in that worked says so, and where the files are", async () => {
    const { send, app } = await withPage();
    const say = app.words.in("en");
    const done = await send(answers);
    expect(done.text).toContain(say("page-done-title"));
    expect(done.text).toContain(say("page-done-text"));
  });

  test("a failure that another try may mend is said above the form, which stays open with its answers", async () => {
    const { send, app, path } = await outcome({ code: "unreachable" }, true);
    const failed = await send(answers);
    expect(failed.status).toBe(422);
    expect(failed.text).toContain(app.words.in("en")("error-unreachable").slice(0, 30));
    expect(failed.text).not.toContain(app.words.in("en")("page-done-title"));
    expect(failed.text).toContain('value="jun@example.com"');
    expect(failed.text).not.toContain("hunter2");
    expect((await app.ask(path, { headers: browser })).status).toBe(200);
    expect((await send(answers)).status).toBe(422);
  });

  test("a failure that no other answer mends is said, and the page is over", async () => {
    const { send, app, path } = await outcome({ code: "account-suspended" }, false);
    const failed = await send(answers);
    expect(failed.text).toContain(app.words.in("en")("page-failed-title"));
    expect(failed.text).toContain(
      app.words.in("en")("error-account-suspended-pikpak").replace("'", "&#39;").slice(0, 30),
    );
    expect((await app.ask(path, { headers: browser })).status).toBe(410);
  });

  test("a page whose message in the chat is over is over, and no failure of ours", async () => {
    const { send } = await withPage({ submit: async () => ({ came: "over" }) });
    expect((await send(answers)).status).toBe(410);
    expect((await send(answers)).status).toBe(410);
  });
});

describe("a cancel in the chat ends the page", () => {
  test("a cancel in the chat ends all pages of that person, and nobody else's", async () => {
    const { app, pages, path, send, sent } = await withPage();
    const second = await pages.open(asker, signIn);
    const others = await pages.open({ ...asker, person: { id: "discord:3", name: "Ada" } }, signIn);
    await pages.cancel({ person: asker.person.id });
    expect((await send(answers)).status).toBe(410);
    expect((await app.ask(path)).status).toBe(410);
    expect((await app.ask(new URL(second.url).pathname)).status).toBe(410);
    expect((await app.ask(new URL(others.url).pathname)).status).toBe(200);
    expect(sent).toEqual([]);
  });

  test("a cancel in the chat ends one page alone where one is meant", async () => {
    const { app, pages, path, opened } = await withPage();
    const second = await pages.open(asker, signIn);
    await pages.cancel({ code: opened.code });
    expect((await app.ask(path)).status).toBe(410);
    expect((await app.ask(new URL(second.url).pathname)).status).toBe(200);
  });

  test("a cancel in the chat ends a page also while its answers are being tried, which ends", async () => {
    const { pages, send, sent } = await withPage({
      submit: (_page, _values, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))),
    });
    const sending = send(answers);
    await expect.poll(() => sent).toHaveLength(1);
    await pages.cancel({ person: asker.person.id });
    expect((await sending).status).toBe(410);
    expect((await send(answers)).status).toBe(410);
  });
});

test("records of a person's pages are recognised as theirs, so that forgetting finds them", async () => {
  const { kept } = await withPage();
  expect([...kept.values()].map((one) => isPageOf(one, asker.person.id))).toEqual([true, true]);
  expect([...kept.values()].map((one) => isPageOf(one, "discord:3"))).toEqual([false, false]);
});

test("the page names PikPak, the bot and why, and lets a browser's own store fill in what belongs there", async () => {
  const fields = [
    ...signIn.fields,
    { name: "captchaToken", kind: "secret", role: "proof", required: false, maxLength: 99 } as const,
  ];
  const { app, path } = await withPage({ form: { ...signIn, fields }, who: { ...asker, bot: "@chatdrive_bot" } });
  const { text } = await app.ask(path, { headers: browser });
  expect(text).toContain("<title>Sign in to PikPak</title>");
  expect(text).toContain(app.words.in("en")("page-why", { bot: "@chatdrive_bot" }));
  const filled = (name: string) => new RegExp(`name="${name}"\\s+autocomplete="([^"]+)"`).exec(text)?.[1];
  expect(["username", "password", "refreshToken", "platform", "captchaToken"].map(filled)).toEqual([
    "username",
    "current-password",
    "off",
    "off",
    "one-time-code",
  ]);
  const zh = await withPage({ who: { ...asker, language: "zh" } });
  expect((await zh.app.ask(zh.path, { headers: browser })).text).toContain("<title>登录 PikPak</title>");
});

test.each([
  ["a body that is too large", { body: `password=${"a".repeat(100_000)}` }, 413],
  ["a body of another type", { headers: { "content-type": "application/json" } }, 400],
])("a request with %s is refused, and the page stays open", async (_what, more, status) => {
  const { send } = await withPage();
  expect((await send(answers, more as AskOptions)).status).toBe(status);
  expect((await send(answers)).status).toBe(200);
});

test("a page handed in twice at once is done once", async () => {
  let times = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const { send, tokenIn, app, path } = await withPage({
    submit: async () => {
      times += 1;
      await promise;
      return { came: "done" };
    },
  });
  expect(tokenIn(await app.ask(path))).not.toBe("");
  const first = send(answers);
  await expect.poll(() => times).toBe(1);
  expect((await send(answers)).status).toBe(409);
  resolve();
  expect((await first).status).toBe(200);
  expect(times).toBe(1);
});

test("a stolen store opens no page: it does not hold the code", async () => {
  const { opened, kept } = await withPage();
  expect(JSON.stringify([...kept])).not.toContain(opened.code);
});
