import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Api } from "grammy";
import { pino } from "pino";
import { afterEach, describe, expect, test, vi } from "vitest";
import { encodeButton } from "../../src/actions/buttons.ts";
import type { Screen } from "../../src/actions/model/screen.ts";
import { ConfigError } from "../../src/config.ts";
import { group, jun, mia, token } from "./double.ts";
import { linkCard, listing, openTestApp, view, words, type TestApp } from "./test-app.ts";

let app: TestApp;
afterEach(() => app.close());

async function opened(...args: Parameters<typeof openTestApp>): Promise<TestApp["double"]> {
  app = await openTestApp(...args);
  await app.telegram.start();
  return app.double;
}

const welcome: Screen = { show: "welcome", view, mounts: 0 };

describe("commands", () => {
  test.each([
    ["/start", { do: "start" }],
    ["/start 1abcdefghij-1-l", { do: "start", payload: "1abcdefghij-1-l" }],
    ["/help", { do: "help" }],
    ["/HELP@drive_bot", { do: "help" }],
    ["/login", { do: "sign-in" }],
    ["/share", { do: "open-share" }],
    ["/share https://mypikpak.com/s/VNabc ab12", { do: "open-share", text: "https://mypikpak.com/s/VNabc ab12" }],
    [
      "/share look: https://mypikpak.com/s/VNabc code ab12",
      { do: "open-share", text: "look: https://mypikpak.com/s/VNabc code ab12" },
    ],
    ["/mounts", { do: "show-mounts" }],
    ["/browse", { do: "browse" }],
    ["/browse  Day 3/raw files ", { do: "browse", path: "Day 3/raw files" }],
    ["/link beach mp4", { do: "find-link", words: "beach mp4" }],
    ["/get beach mp4", { do: "get", words: "beach mp4" }],
    ["/search beach kind:video", { do: "search", words: "beach kind:video" }],
    ["/search", { do: "search", words: "" }],
    ["/bind Films", { do: "bind", path: "Films" }],
    ["/unbind", { do: "unbind" }],
    ["/settings", { do: "show-settings" }],
    ["/cancel", { do: "cancel" }],
    ["/logout", { do: "log-out" }],
    ["/forget", { do: "forget" }],
    ["https://mypikpak.com/s/VNabc", { do: "say", text: "https://mypikpak.com/s/VNabc" }],
    ["VNabcdefghijklmnopqrstuvwx", { do: "say", text: "VNabcdefghijklmnopqrstuvwx" }],
    ["hello there", { do: "say", text: "hello there" }],
    ["https://drive.google.com/x", { do: "say", text: "https://drive.google.com/x" }],
  ])("the message %s asks for its action", async (text, action) => {
    const double = await opened(() => welcome);
    double.sends(mia, mia.id, text);
    await double.sees(() => true);
    expect(app.asked).toEqual([
      {
        action,
        visit: {
          person: { id: "telegram:1001", name: "Mia", firstName: "Mia", locale: "en" },
          place: { id: "telegram:1001", kind: "private" },
          rows: { usual: 8, most: 10 },
          uploadLimit: 2000 * 1024 * 1024 - 32 * 1024,
          order: expect.any(Number),
          update: expect.stringMatching(/^update-\d+$/),
        },
      },
    ]);
  });

  test.each([
    ["/nonsense", "I do not know this com"],
    ["/link", "/link and then its path"],
    ["/get", "/get and then its path"],
  ])("%.20s gets a clear sentence and bothers nobody", async (text, sentence) => {
    const double = await opened(() => welcome);
    double.sends(mia, mia.id, text);
    await double.sees((message) => message.text.includes(sentence));
    expect(app.asked).toEqual([]);
  });

  test("a sticker gets a clear sentence, in the person's language", async () => {
    const double = await opened(() => welcome);
    double.sendsMessage(jun, jun.id, { sticker: { file_id: "x" } });
    expect(await double.sees(({ text }) => text.includes("无法处理这类消息"))).toBeDefined();
  });

  test("commands are published in every language, and the private ones not to groups", async () => {
    const double = await opened(() => welcome);
    const { payload } = await double.called(
      ({ method, payload }) =>
        method === "setMyCommands" &&
        payload["language_code"] === "zh" &&
        JSON.stringify(payload["scope"]).includes("group"),
    );
    const names = (payload["commands"] as { command: string }[]).map(({ command }) => command);
    expect(names).toEqual([
      "help",
      "share",
      "mounts",
      "browse",
      "search",
      "link",
      "get",
      "download",
      "follow",
      "settings",
      "bind",
      "unbind",
      "cancel",
    ]);
  });

  test("the bot says what it is in every language, and leaves what its operator wrote", async () => {
    const double = await opened(() => welcome);
    const said = (method: string) =>
      double.called(({ method: called, payload }) => called === method && payload["language_code"] === "zh");
    expect((await said("setMyDescription")).payload["description"]).toContain("网盘");
    expect((await said("setMyShortDescription")).payload["short_description"]).toContain("网盘");
    const own = new Api(token, { apiRoot: double.apiRoot });
    await own.setMyDescription("My own words");
    const before = double.calls.length;
    await app.restart();
    await vi.waitFor(() =>
      expect(double.calls.slice(before).map(({ method }) => method)).toContain("getMyShortDescription"),
    );
    double.sends(mia, mia.id, "/help");
    await double.sees(() => true);
    expect((await own.getMyDescription()).description).toBe("My own words");
    expect(double.calls.slice(before).filter(({ method }) => method.startsWith("setMyDesc"))).toEqual([]);
  });

  test("what Telegram refused of the bot's own words is written at the next start, in every language", async () => {
    const logged: string[] = [];
    const log = pino({ level: "warn" }, { write: (line: string) => void logged.push(JSON.parse(line).msg) });
    app = await openTestApp(() => welcome, { log });
    const { double } = app;
    double.refuse("setMyShortDescription", { code: 400, description: "Bad Request: try later" });
    await app.telegram.start();
    await vi.waitFor(() => expect(logged).toEqual(["telegram profile not published"]));
    await app.restart();
    const own = new Api(token, { apiRoot: double.apiRoot });
    const texts = async (tag: { language_code?: "zh" }) => [
      (await own.getMyDescription(tag)).description,
      (await own.getMyShortDescription(tag)).short_description,
    ];
    const chinese = [words.in("zh")("bot-description"), words.in("zh")("bot-about")];
    const english = [words.in("en")("bot-description"), words.in("en")("bot-about")];
    await vi.waitFor(async () =>
      expect([await texts({ language_code: "zh" }), await texts({})]).toEqual([chinese, english]),
    );
  });

  test("what an operator wrote for one language stays, and the others are written", async () => {
    app = await openTestApp(() => welcome);
    const { double } = app;
    const own = new Api(token, { apiRoot: double.apiRoot });
    await own.setMyDescription("自己的话", { language_code: "zh" });
    await app.telegram.start();
    await vi.waitFor(async () =>
      expect((await own.getMyShortDescription()).short_description).toBe(words.in("en")("bot-about")),
    );
    expect((await own.getMyDescription({ language_code: "zh" })).description).toBe("自己的话");
    expect((await own.getMyDescription()).description).toBe(words.in("en")("bot-description"));
  });

  test("commands for private chats say so in a group", async () => {
    const double = await opened(() => welcome);
    double.sends(mia, group, "/login");
    await double.sees(({ text }) => text.includes("private chat"));
    expect(app.asked).toEqual([]);
  });
});

describe("a press", () => {
  test("a press redraws its message in place and is answered once", async () => {
    const double = await opened((action) =>
      action.do === "turn" ? listing({ page: { number: 3, count: 7, next: true } }) : listing(),
    );
    double.sends(mia, mia.id, "/browse");
    const shown = await double.sees(({ text }) => text.includes("2/7"));
    double.taps(mia, "▶");
    await double.sees(({ text, id }) => text.includes("3/7") && id === shown.id);
    await double.called(({ method }) => method === "answerCallbackQuery");
    expect(app.asked.at(-1)?.action).toEqual({ do: "turn", view, page: 3 });
    expect(double.shown.length).toBe(1);
    expect(double.answers.length).toBe(1);
  });

  test("a press that changes nothing is answered too", async () => {
    const double = await opened(() => listing());
    double.sends(mia, mia.id, "/browse");
    await double.sees(({ text }) => text.includes("2/7"));
    double.taps(mia, "🔄");
    await double.called(({ method }) => method === "answerCallbackQuery");
    expect(double.shown.length).toBe(1);
  });

  test.each(["", "1abc", "2abcdefghij-1-o-0", "x".repeat(64), "d-1-0a1b2cq0-x"])(
    "a press with forged data %j is answered with a sentence",
    async (code) => {
      const double = await opened(() => listing());
      double.sends(mia, mia.id, "/browse");
      const shown = await double.sees(({ text }) => text.includes("2/7"));
      double.tapsCode(mia, shown, code);
      const { payload } = await double.called(({ method }) => method === "answerCallbackQuery");
      expect(String(payload["text"]).length).toBeGreaterThan(10);
      expect(app.asked.length).toBe(1);
    },
  );

  test("a press that is refused is a toast, and the message stays", async () => {
    const double = await opened((action) =>
      action.do === "turn" ? { show: "notice", notice: "not-yours", level: "refused", for: "asker" } : listing(),
    );
    double.sends(mia, group, "/browse");
    await double.sees(({ text }) => text.includes("2/7"));
    double.taps(jun, "▶");
    const { payload } = await double.called(({ method }) => method === "answerCallbackQuery");
    expect(payload).toMatchObject({ show_alert: true, text: expect.stringContaining("别人") });
    expect(double.shown.length).toBe(1);
  });

  test("a press whose message is gone gets a new one", async () => {
    const double = await opened(() => listing());
    double.sends(mia, mia.id, "/browse");
    const shown = await double.sees(({ text }) => text.includes("2/7"));
    double.refuse("editMessageText", { code: 400, description: "Bad Request: message to edit not found" });
    double.taps(mia, "▶");
    expect(await double.sees(({ id }) => id > shown.id)).toBeDefined();
  });

  test("a press on a bug is answered with a reference and no stack", async () => {
    const double = await opened((action) => {
      if (action.do === "turn") throw new Error("secret internals");
      return listing();
    });
    double.sends(mia, mia.id, "/browse");
    await double.sees(({ text }) => text.includes("2/7"));
    double.taps(mia, "▶");
    const { payload } = await double.called(({ method }) => method === "answerCallbackQuery");
    expect(payload["text"]).toMatch(/Reference for the operator: \w{10}/);
    expect(JSON.stringify(double.calls)).not.toContain("internals");
  });

  test("a press too late to be answered harms nothing", async () => {
    const double = await opened(() => listing({ trail: [String(app.asked.length)] }));
    double.sends(mia, mia.id, "/browse");
    const shown = await double.sees(({ text }) => text.includes("2/7"));
    double.refuse("answerCallbackQuery", { code: 400, description: "Bad Request: query is too old" });
    double.taps(mia, "🔄");
    await double.sees(({ text, id }) => id === shown.id && text.includes("› 2"));
    double.sends(mia, mia.id, "/browse");
    expect(await double.sees(({ text }) => text.includes("› 3"))).toBeDefined();
  });

  test("a press beyond the pace of a human is told to wait", async () => {
    const double = await opened(() => listing(), { updatesPerPerson: 2 });
    double.sends(mia, mia.id, "/browse");
    await double.sees(({ text }) => text.includes("2/7"));
    double.taps(mia, "▶");
    double.taps(mia, "▶");
    expect(
      await double.called(
        ({ method, payload }) => method === "answerCallbackQuery" && String(payload["text"]).includes("quick"),
      ),
    ).toBeDefined();
  });
});

describe("a link in a group", () => {
  const desk = (action: { do: string }) => (action.do === "link" ? linkCard("https://dl.example.com/file") : listing());

  test("a link in a group is shown to the asker alone", async () => {
    const double = await opened(desk);
    double.sends(mia, group, "/browse");
    const shown = await double.sees(({ text }) => text.includes("2/7"));
    double.tapsCode(jun, shown, encodeButton({ do: "link", view }));
    const hidden = await double.sees(({ receiver, text }) => receiver === jun.id && text.includes("dl.example"));
    expect(hidden.text).toContain("https://dl.example.com/file");
    expect(shown.text).not.toContain("dl.example.com");
  });

  test("a link goes to the private chat where ephemeral messages are refused, and as a deep link where that is closed too", async () => {
    const double = await opened(desk);
    double.sends(mia, group, "/browse");
    const shown = await double.sees(({ text }) => text.includes("2/7"));
    double.refuse("sendMessage", { code: 400, description: "Bad Request: unknown parameter" });
    double.tapsCode(jun, shown, encodeButton({ do: "link", view }));
    await double.sees(({ chat }) => chat === jun.id);
    await double.called(
      ({ method, payload }) => method === "answerCallbackQuery" && String(payload["text"]).includes("私聊"),
    );
    double.refuse("sendMessage", { code: 400, description: "Bad Request: unknown parameter" });
    double.refuse("sendMessage", { code: 403, description: "Forbidden: bot can't initiate conversation with a user" });
    double.tapsCode(jun, shown, encodeButton({ do: "link", view }));
    const { payload } = await double.called(
      ({ method, payload }) => method === "answerCallbackQuery" && payload["url"] !== undefined,
    );
    expect(payload["url"]).toBe(`https://t.me/drive_bot?start=${encodeButton({ do: "link", view })}`);
    expect(double.shown.filter(({ chat, text }) => chat === group && text.includes("dl.example.com"))).toEqual([]);
  });
});

describe("a folder that fills in", () => {
  test("a folder that fills in grows in the same message, and its last state is always shown", async () => {
    const { promise: gate, resolve: go } = Promise.withResolvers<void>();
    async function* updates(): AsyncGenerator<Screen> {
      await gate;
      for (let known = 500; known < 3000; known += 500)
        yield listing({ total: { known, complete: false }, page: { number: 1, next: true } });
      yield listing({ total: { known: 3000, complete: true }, page: { number: 1, count: 375, next: true } });
    }
    const double = await opened(() => ({
      screen: listing({ page: { number: 1, next: true } }),
      language: "en",
      updates: updates(),
    }));
    double.sends(mia, mia.id, "/browse");
    const first = await double.sees(({ text }) => text.includes("1/…"));
    go();
    await double.sees(({ text, id }) => text.includes("1/375") && text.includes("3,000") && id === first.id);
    expect(double.calls.filter(({ method }) => method === "editMessageText").length).toBe(1);
  });

  test("a folder that fills in stops growing when a later press redraws it", async () => {
    const { promise: gate, resolve: go } = Promise.withResolvers<void>();
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    async function* updates(): AsyncGenerator<Screen> {
      try {
        await gate;
        yield listing({ page: { number: 1, count: 999, next: true } });
      } finally {
        end();
      }
    }
    const double = await opened((action) =>
      action.do === "turn"
        ? listing({ page: { number: 3, count: 7, next: true } })
        : { screen: listing(), language: "en", updates: updates() },
    );
    double.sends(mia, mia.id, "/browse");
    await double.sees(({ text }) => text.includes("2/7"));
    double.taps(mia, "▶");
    await double.sees(({ text }) => text.includes("3/7"));
    go();
    await ended;
    await app.telegram.stop();
    expect(double.shown.map(({ text }) => text.includes("3/7"))).toEqual([true]);
  });
});

describe("Telegram's refusals", () => {
  test("a group that moved is followed once", async () => {
    const double = await opened(() => listing());
    double.refuse("sendMessage", {
      code: 400,
      description: "Bad Request: group chat was upgraded to a supergroup chat",
      parameters: { migrate_to_chat_id: -100999 },
    });
    double.sends(mia, group, "/browse");
    expect(await double.sees(({ chat }) => chat === -100999)).toBeDefined();
  });

  test("a person who blocked the bot is left alone", async () => {
    const double = await opened(() => listing());
    double.refuse("sendMessage", { code: 403, description: "Forbidden: bot was blocked by the user" });
    double.sends(mia, mia.id, "/browse");
    double.sends(jun, jun.id, "/browse");
    await double.sees(({ chat }) => chat === jun.id);
    await app.telegram.stop();
    expect(double.shown.filter(({ chat }) => chat === mia.id)).toEqual([]);
  });

  test("a wait that Telegram asks for is waited for", async () => {
    const double = await opened(() => listing());
    double.refuse("sendMessage", {
      code: 429,
      description: "Too Many Requests: retry after 1",
      parameters: { retry_after: 1 },
    });
    double.sends(mia, mia.id, "/browse");
    expect(await double.sees(({ text }) => text.includes("2/7"))).toBeDefined();
  });

  test("a second process ends this one with a clear line", async () => {
    app = await openTestApp(() => listing());
    app.double.refuse("getUpdates", { code: 409, description: "Conflict: terminated by other getUpdates request" });
    await app.telegram.start();
    await expect.poll(() => app.fatal).toEqual([expect.stringContaining("another process")]);
  });

  test("a wrong token is a fault of the configuration", async () => {
    app = await openTestApp(() => listing());
    app.double.refuse("getMe", { code: 401, description: "Unauthorized" });
    await expect(app.telegram.start()).rejects.toThrow(ConfigError);
  });
});

describe("the webhook", () => {
  test("the webhook takes updates with the secret, and refuses others", async () => {
    const double = await opened(() => listing(), {}, { url: "https://bot.example.com/tg", secret: "s3cret" });
    const { webhook } = app.telegram;
    const { payload } = await double.called(({ method }) => method === "setWebhook");
    expect(payload).toMatchObject({
      max_connections: 100,
      allowed_updates: [
        "message",
        "edited_message",
        "callback_query",
        "my_chat_member",
        "inline_query",
        "chosen_inline_result",
      ],
    });
    expect(double.telegram.bot.webhook).toMatchObject({ secret: "s3cret" });
    const server = createServer((request, response) => void webhook?.handle(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${webhook?.path}`;
    const call = (secret: string, body: string) =>
      fetch(url, { method: "POST", body, headers: { "x-telegram-bot-api-secret-token": secret } }).then(
        ({ status }) => status,
      );
    const update = {
      update_id: 5,
      message: {
        message_id: 6,
        date: 1,
        chat: { id: mia.id, type: "private", first_name: "M" },
        from: mia,
        text: "/browse",
      },
    };
    expect(await call("wrong", JSON.stringify(update))).toBe(401);
    expect(app.asked).toEqual([]);
    expect(await call("s3cret", "{")).toBe(400);
    expect(await call("s3cret", JSON.stringify(update))).toBe(200);
    await double.sees(({ text }) => text.includes("2/7"));
    server.closeAllConnections();
    server.close();
  });
});
