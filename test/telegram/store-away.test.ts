import { setImmediate } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import { StoreUnavailable } from "../../src/store/error.ts";
import type { DialogueStore } from "../../src/telegram/dialogue-records.ts";
import type { TelegramParts } from "../../src/telegram/bot.ts";
import { group, jun, mia } from "./double.ts";
import { listing, loginForm, openTestApp, type Desk, type TestApp } from "./test-app.ts";

// What keeps the dialogues is away while somebody types, or takes nothing any more.

const secret = "correct horse 7!";
const away = "cannot reach what I keep";
let app: TestApp;
afterEach(() => app.close());

/** A database that can be switched off. */
function switchable() {
  const kept = new Map<string, string>();
  const off = { reading: false, writing: false };
  let refusedWrites = 0;
  const guard = (isOff: boolean) => {
    if (isOff) throw new StoreUnavailable("away", { message: "connect ECONNREFUSED 127.0.0.1:5432" });
  };
  const store: DialogueStore = {
    async get(key) {
      guard(off.reading);
      return kept.has(key) ? JSON.parse(kept.get(key) ?? "") : undefined;
    },
    async set(key, value) {
      if (off.writing) refusedWrites += 1;
      guard(off.writing);
      kept.set(key, JSON.stringify(value));
    },
    async delete(key) {
      if (off.writing) refusedWrites += 1;
      guard(off.writing);
      kept.delete(key);
    },
  };
  return {
    store,
    kept,
    hasRefused: () => vi.waitFor(() => expect(refusedWrites).toBeGreaterThan(0)),
    leave: () => void Object.assign(off, { reading: true, writing: true }),
    takeNothing: () => void Object.assign(off, { writing: true }),
    comeBack: () => void Object.assign(off, { reading: false, writing: false }),
  };
}

const usual: Desk = (action) => {
  switch (action.do) {
    case "sign-in":
      return loginForm();
    case "open-share":
      return loginForm({
        form: { id: "open-link", kind: "pikpak-share" },
        fields: [{ name: "passCode", kind: "secret", required: true, maxLength: 50 }],
      });
    case "say":
      return { show: "notice", notice: "not-understood", level: "info" };
    default:
      return listing();
  }
};

async function opened(desk: Desk = usual, more: Partial<TelegramParts> = {}) {
  const database = switchable();
  app = await openTestApp(desk, { conversations: database.store, wait: () => setImmediate(), ...more });
  await app.telegram.start();
  return { database, double: app.double };
}

async function askedForPassword(desk?: Desk, more?: Partial<TelegramParts>) {
  const parts = await opened(desk, more);
  const { double } = parts;
  double.sends(mia, mia.id, "/login");
  await double.sees(({ text }) => text.includes("❔ User name"));
  double.sends(mia, mia.id, "mia@example.com");
  await double.sees(({ text }) => text.includes("❔ Password"));
  await isKept(parts.database, "password");
  return parts;
}

/** Mia has signed in and sees her drive, and the database has refused the end of her dialogue. */
async function signedInWhile(fails: "takeNothing" | "leave") {
  const parts = await askedForPassword((action, visit, signal) => {
    if (action.do === "submit") parts.database[fails]();
    return usual(action, visit, signal);
  });
  const { double, database } = parts;
  double.sends(mia, mia.id, secret);
  await double.sees(({ text }) => text.includes("❔ Root folder"));
  double.taps(mia, "⏭");
  await double.sees(({ text }) => text.includes("2/7"));
  await database.hasRefused();
  return parts;
}

/** A question's record is written behind its message. */
async function isKept({ kept }: { readonly kept: ReadonlyMap<string, string> }, question: string) {
  await vi.waitFor(() => expect([...kept.values()].join()).toContain(`\\"asking\\":\\"${question}\\"`));
}

const submitted = () => app.asked.flatMap(({ action }) => (action.do === "submit" ? [action.values] : []));
const said = () => app.asked.flatMap(({ action }) => (action.do === "say" ? [action.text] : []));
const sentences = () => app.double.shown.filter(({ text }) => text.includes(away)).map(({ text }) => text);

/** Says something while the database is away: what is answered, and whether the message is gone. */
async function typed(text: string, { from = mia, chat = from.id }: { from?: typeof mia; chat?: number } = {}) {
  const before = sentences().length;
  const message = app.double.sends(from, chat, text);
  await vi.waitFor(() => expect(sentences().length).toBeGreaterThan(before));
  return { sentence: sentences().at(-1) ?? "", isGone: app.double.isDeleted(message) };
}

describe("while what is kept cannot be read", () => {
  test("a password that was asked for is deleted, that is said, and it can be typed again when all is back", async () => {
    const { double, database } = await askedForPassword();
    database.leave();
    const first = await typed(secret);
    expect(first).toEqual({ sentence: expect.stringContaining("I deleted it"), isGone: true });
    expect(await typed("/browse")).toMatchObject({ isGone: false });
    expect(await typed(secret)).toMatchObject({ isGone: true });
    database.comeBack();
    double.sends(mia, mia.id, secret);
    await double.sees(({ text }) => text.includes("❔ Root folder"));
    double.taps(mia, "⏭");
    await double.sees(({ text }) => text.includes("2/7"));
    expect(submitted()).toEqual([{ username: "mia@example.com", password: secret }]);
  });

  test("a Chinese reader is told so in Chinese", async () => {
    const { double, database } = await opened();
    double.sends(jun, jun.id, "/login");
    await double.sees(({ text }) => text.includes("❔ 用户名"));
    database.leave();
    const message = double.sends(jun, jun.id, `jun@example.com:${secret}`);
    await double.sees(({ text }) => text.includes("已将它删除"));
    expect(double.isDeleted(message)).toBe(true);
  });

  test("a message that Telegram will not delete is said to be there still", async () => {
    const { double, database } = await askedForPassword();
    database.leave();
    double.refuse("deleteMessage", { code: 400, description: "Bad Request: message can't be deleted" });
    const { sentence, isGone } = await typed(secret);
    expect(sentence).toContain("could not delete it");
    expect(isGone).toBe(false);
  });

  test("whoever is asked for nothing secret keeps what they say, and is told no more than before", async () => {
    const { double, database } = await opened();
    double.sends(mia, mia.id, "/browse");
    await double.sees(({ text }) => text.includes("2/7"));
    database.leave();
    for (const text of ["holiday pictures", "/browse", "magnet:?xt=urn:btih:abc"]) {
      const { sentence, isGone } = await typed(text);
      expect(sentence).toContain("nothing was done. Try again");
      expect(isGone).toBe(false);
    }
  });

  test.each([
    ["was answered", (): void => void app.double.sends(mia, mia.id, secret), "❔ Root folder"],
    ["was left by ✖️", () => app.double.taps(mia, "✖️"), "2/7"],
    ["was left by a command", (): void => void app.double.sends(mia, mia.id, "/browse"), "2/7"],
  ])("what is said after the question for a password %s stays", async (_how, act, then) => {
    const { double, database } = await askedForPassword();
    act();
    await double.sees(({ text }) => text.includes(then));
    await vi.waitFor(() => expect([...database.kept.values()].join()).not.toContain('\\"asking\\":\\"password\\"'));
    database.leave();
    expect(await typed("Films")).toMatchObject({ isGone: false });
  });

  test("what is said after the page was sent off stays", async () => {
    const { double, database } = await opened();
    double.sends(mia, mia.id, "/login");
    await double.sees(({ text }) => text.includes("❔ User name"));
    await vi.waitFor(() => expect(database.kept.size).toBe(1));
    const page = { person: { id: `telegram:${mia.id}`, name: "Mia" }, language: "en", form: loginForm().form };
    await app.telegram.submitPage(page, { username: "mia" }, { signal: AbortSignal.timeout(5000) });
    expect(database.kept.size).toBe(0);
    database.leave();
    expect(await typed("Films")).toMatchObject({ isGone: false });
  });

  test("a process that cannot know whether a secret was asked for says what to do, and deletes nothing", async () => {
    const { double, database } = await askedForPassword();
    await app.restart();
    database.leave();
    const { sentence, isGone } = await typed(secret);
    expect(sentence).toContain("delete it from this chat");
    expect(isGone).toBe(false);
    for (const text of ["/browse", "https://mypikpak.com/s/VN123", "/brwose Films"]) {
      expect((await typed(text)).sentence).toContain("nothing was done. Try again");
    }
    expect(double.calls.filter(({ method }) => method === "deleteMessage")).toHaveLength(1);
  });

  test("a token is known by its looks, whether it was asked for or not", async () => {
    const { database } = await opened(usual, { holdsCredential: (text) => text.includes("os.v1.") });
    database.leave();
    expect(await typed("os.v1.abcdef")).toEqual({ sentence: expect.stringContaining("I deleted it"), isGone: true });
  });

  test("a password typed behind /login is deleted", async () => {
    const { database } = await opened();
    database.leave();
    expect(await typed(`/login mia ${secret}`)).toMatchObject({ isGone: true });
    expect(await typed("/login")).toMatchObject({ isGone: false });
  });

  test("in a group the asker's reply is deleted, and what people say to each other is not answered", async () => {
    const { double, database } = await opened();
    double.group.promotes(double.telegram.bot);
    double.sends(mia, group, "/share https://mypikpak.com/s/x");
    const prompt = await double.sees(({ text }) => text.includes("Pass code"));
    await vi.waitFor(() => expect(database.kept.size).toBe(1));
    await vi.waitFor(() => expect([...database.kept.values()].join()).toContain(`\\"prompt\\":${prompt.id}`));
    database.leave();
    const reply = { reply_to_message: { message_id: prompt.id } };
    const chatter = double.sendsMessage(jun, group, { text: "what a film" });
    const code = double.sendsMessage(mia, group, { text: "ab12", ...reply });
    await double.sees(({ text }) => text.includes("I deleted it"));
    expect([double.isDeleted(chatter), double.isDeleted(code)]).toEqual([false, true]);
    expect(sentences()).toHaveLength(1);
  });
});

describe("where nothing can be written any more", () => {
  test("a sign-in that is over stays over when all is back", async () => {
    const { double, database } = await signedInWhile("takeNothing");
    double.sends(mia, mia.id, "Films");
    await vi.waitFor(() => expect(said()).toEqual(["Films"]));
    database.comeBack();
    double.sends(mia, mia.id, "Films again");
    await vi.waitFor(() => expect(said()).toEqual(["Films", "Films again"]));
    await vi.waitFor(() => expect(database.kept.size).toBe(0));
    expect(submitted()).toHaveLength(1);
    expect(sentences()).toEqual([]);
  });

  test("the end of a sign-in is kept as soon as something can be written, for the next process", async () => {
    const { double, database } = await signedInWhile("leave");
    expect(database.kept.size).toBe(1);
    database.comeBack();
    await vi.waitFor(() => expect(database.kept.size).toBe(0));
    await app.restart();
    double.sends(mia, mia.id, "Films");
    await vi.waitFor(() => expect(said()).toEqual(["Films"]));
  });

  test("a page that was sent off is done, and its question in the chat is over", async () => {
    const { double, database } = await opened();
    double.sends(mia, mia.id, "/login");
    await double.sees(({ text }) => text.includes("❔ User name"));
    await isKept(database, "username");
    database.takeNothing();
    const page = { person: { id: `telegram:${mia.id}`, name: "Mia" }, language: "en", form: loginForm().form };
    const outcome = await app.telegram.submitPage(page, { username: "mia" }, { signal: AbortSignal.timeout(5000) });
    expect(outcome).toMatchObject({ done: true });
    database.comeBack();
    double.sends(mia, mia.id, "Films");
    await vi.waitFor(() => expect(said()).toEqual(["Films"]));
  });

  test("a token that was pasted is deleted, though it cannot be said where it belongs", async () => {
    const { double, database } = await opened(
      (action, visit, signal) =>
        action.do === "say"
          ? { show: "notice", notice: "store-unavailable", level: "failed" }
          : usual(action, visit, signal),
      { holdsCredential: (text) => text.includes("os.v1.") },
    );
    database.takeNothing();
    const [token, words] = ["os.v1.abcdef", "Films"].map((text) => double.sends(mia, mia.id, text));
    await vi.waitFor(() => expect(sentences()).toHaveLength(2));
    expect([double.isDeleted(token ?? 0), double.isDeleted(words ?? 0)]).toEqual([true, false]);
    expect(sentences()[0]).toContain("I deleted it");
  });

  test("the question that is seen is the one that is answered", async () => {
    const { double, database } = await askedForPassword();
    database.takeNothing();
    double.sends(mia, mia.id, secret);
    await double.sees(({ text }) => text.includes("❔ Root folder"));
    await database.hasRefused();
    database.comeBack();
    double.taps(mia, "⏭");
    await double.sees(({ text }) => text.includes("2/7"));
    expect(submitted()).toEqual([{ username: "mia@example.com", password: secret }]);
    expect(sentences()).toEqual([]);
  });

  test("a question that another process asked meanwhile is not overwritten", async () => {
    const { double, database } = await askedForPassword();
    const [key = "", record = ""] = [...database.kept][0] ?? [];
    database.takeNothing();
    double.taps(mia, "✖️");
    await database.hasRefused();
    database.kept.set(key, record.replaceAll(/\\"after\\":\d+/g, '\\"after\\":1'));
    database.comeBack();
    double.sends(mia, mia.id, secret);
    await double.sees(({ text }) => text.includes("❔ Root folder"));
    expect(said()).toEqual([]);
  });

  test("a form that could not be handed in is asked on, and said once", async () => {
    const { double, database } = await askedForPassword((action, visit, signal) => {
      if (action.do !== "submit" || submitted().length > 1) return usual(action, visit, signal);
      database.leave();
      return { show: "notice", notice: "store-unavailable", level: "failed" };
    });
    double.sends(mia, mia.id, secret);
    await double.sees(({ text }) => text.includes("❔ Root folder"));
    double.taps(mia, "⏭");
    await double.sees(({ text }) => text.includes(away) && text.includes("❔ Root folder"));
    await database.hasRefused();
    database.comeBack();
    double.taps(mia, "⏭");
    await double.sees(({ text }) => text.includes("2/7"));
    expect(submitted()).toEqual([1, 2].map(() => ({ username: "mia@example.com", password: secret })));
    expect(sentences()).toEqual([]);
  });
});

describe("several processes", () => {
  /** The others over the same store: what they were told, and what they say. */
  function others() {
    const told: string[] = [];
    let listener: (text: string | undefined) => void = () => undefined;
    const peers = {
      tell: (text: string) => void told.push(text),
      hear: (heard: typeof listener) => (listener = heard),
    };
    return { told, peers, say: (text: string | undefined) => listener(text) };
  }

  test("each process tells the others when a secret is asked for and when it is no more, and nothing else", async () => {
    const { told, peers } = others();
    const { double, database } = await opened(usual, { peers });
    double.sends(mia, mia.id, "/browse");
    await double.sees(({ text }) => text.includes("2/7"));
    expect(told).toEqual([]);
    double.sends(mia, mia.id, "/login");
    const prompt = await double.sees(({ text }) => text.includes("❔ User name"));
    await isKept(database, "username");
    double.taps(mia, "✖️");
    await vi.waitFor(() => expect(database.kept.size).toBe(0));
    expect(told).toEqual([`${mia.id}:${mia.id} ${prompt.id}`, `${mia.id}:${mia.id} none`]);
  });

  test("a process deletes the answer to what another asked for, until it hears that it was given", async () => {
    const { peers, say } = others();
    const { database } = await opened(usual, { peers });
    database.leave();
    say("1001:1001 77");
    expect(await typed(secret)).toMatchObject({ isGone: true });
    say("1001:1001 none");
    expect(await typed("Films")).toEqual({ sentence: expect.not.stringContaining("delete"), isGone: false });
    say("of a later version");
    expect((await typed("Films")).sentence).toContain("delete it from this chat");
  });

  test("a process that may have missed something goes on with its own question, and is sure of nobody else", async () => {
    const { peers, say } = others();
    const { double, database } = await askedForPassword(usual, { peers });
    double.sends(jun, jun.id, "/browse");
    await double.sees(({ chat, text }) => chat === jun.id && text.includes("2/7"));
    say(undefined);
    database.leave();
    expect(await typed(secret)).toMatchObject({ isGone: true });
    const message = double.sends(jun, jun.id, "电影");
    await double.sees(({ text }) => text.includes("请把它从聊天中删除"));
    expect(double.isDeleted(message)).toBe(false);
  });
});
