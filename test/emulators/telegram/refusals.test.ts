import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { virtualClock, type VirtualClock } from "../../../emulators/clock.ts";
import type { Group } from "../../../emulators/telegram/groups.ts";
import type { Actor } from "../../../emulators/telegram/people.ts";
import { openTestApp, type TestApp } from "./test-app.ts";

// What the service does not do, in its own words.

let app: TestApp;
let clock: VirtualClock;
let mia: Actor;
let jun: Actor;
let group: Group;
beforeEach(async () => {
  clock = virtualClock();
  app = await openTestApp({ clock });
  mia = app.telegram.person({ name: "Mia", started: true });
  jun = app.telegram.person({ name: "Jun" });
  group = app.telegram.group({ title: "Films", members: [mia, jun] });
});
afterEach(() => app.close());

const hour = 3_600_000;
const keyboard = (...rows: object[][]) => ({ reply_markup: { inline_keyboard: rows } });
const button = { text: "x", callback_data: "x" };

function send(more: object = {}): ReturnType<TestApp["call"]> {
  return app.call("sendMessage", { chat_id: mia.chat.id, text: "hello", ...more });
}

async function sent(more: object = {}): Promise<number> {
  const { result } = await send(more);
  return (result as unknown as { message_id: number }).message_id;
}

describe("a message", () => {
  test.each<[what: string, parameters: object, description: string]>([
    ["no text", { text: "" }, "Bad Request: message text is empty"],
    ["blanks alone", { text: " \n " }, "Bad Request: text must be non-empty"],
    ["too much text", { text: "x".repeat(4097) }, "Bad Request: message is too long"],
    ["no chat", { chat_id: null }, "Bad Request: chat_id is empty"],
    ["a chat nobody knows", { chat_id: 99 }, "Bad Request: chat not found"],
    ["a group nobody knows", { chat_id: -99 }, "Bad Request: chat not found"],
    ["a name nobody has", { chat_id: "@nobody" }, "Bad Request: chat not found"],
    ["an unknown parameter", { txt: 1 }, 'Bad Request: unknown parameter "txt" of sendMessage'],
    ["a number for a text", { text: 7 }, 'Bad Request: field "text" must be of type String'],
    [
      "a text for a number",
      { message_thread_id: "7" },
      'Bad Request: field "message_thread_id" must be of type Integer',
    ],
    ["a number for yes", { protect_content: 1 }, 'Bad Request: field "protect_content" must be of type Boolean'],
    ["a topic that is not there", { message_thread_id: 77 }, "Bad Request: message thread not found"],
    ["a reply to nothing", { reply_parameters: { message_id: 9 } }, "Bad Request: message to be replied not found"],
    ["a reply to no message", { reply_parameters: { quote: "x" } }, 'Bad Request: can\'t find field "message_id"'],
    ["a preview of no address", { link_preview_options: { url: "nowhere" } }, "Bad Request: WEBPAGE_URL_INVALID"],
    ["an offer to pay", { allow_paid_broadcast: true }, "Bad Request: FLOODSKIP_NOT_ALLOWED"],
    [
      "a field of the wrong type",
      { link_preview_options: { is_disabled: "yes" } },
      'Bad Request: field "is_disabled" must be of type Boolean',
    ],
    [
      "a button without a label",
      keyboard([{ callback_data: "x" }]),
      `Bad Request: can't parse inline keyboard button: Can't find field "text"`,
    ],
    ["an unknown parse_mode", { parse_mode: "BBCode" }, "Bad Request: unsupported parse_mode"],
    ["a business", { business_connection_id: "x" }, "Bad Request: business connection not found"],
    [
      "an ephemeral message in private",
      { ephemeral_message_parameters: { receiver_user_id: 1001 } },
      "Bad Request: ephemeral messages can be sent only to groups and supergroups",
    ],
  ])("a message with %s is refused", async (_what, parameters, description) => {
    expect(await send(parameters)).toMatchObject({ status: 400, ok: false, error_code: 400, description });
  });

  test("a message of 4096 characters after its markup is read is fine", async () => {
    expect(await send({ text: `<b>${"x".repeat(4096)}</b>`, parse_mode: "HTML" })).toMatchObject({ ok: true });
  });

  test("a message that replies to nothing is fine when told so", async () => {
    const reply_parameters = { message_id: 9, allow_sending_without_reply: true };
    expect(await send({ reply_parameters })).toMatchObject({ ok: true });
  });

  test("a message longer than a caption can be is refused as one", async () => {
    const photo = app.telegram.files.add(
      { name: "a.png", clean: "a.png", type: "image/png", size: 1, sha256: "0".repeat(64) },
      "photos",
    );
    const parameters = { chat_id: mia.chat.id, photo: photo.id };
    expect(await app.call("sendPhoto", { ...parameters, caption: "x".repeat(1025) })).toMatchObject({
      description: "Bad Request: message caption is too long",
    });
    expect(await app.call("sendPhoto", { ...parameters, caption: "x".repeat(1024) })).toMatchObject({ ok: true });
  });
});

describe("buttons", () => {
  test.each<[what: string, markup: object, description: string]>([
    ["65 bytes of data", keyboard([{ text: "x", callback_data: "é".repeat(33) }]), "BUTTON_DATA_INVALID"],
    [
      "no data",
      keyboard([{ text: "x", callback_data: "" }]),
      "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    ],
    [
      "an address on localhost",
      keyboard([{ text: "x", url: "http://localhost:8080/x" }]),
      "inline keyboard button URL 'http://localhost:8080/x' is invalid: Wrong HTTP URL",
    ],
    ["an address at home", keyboard([{ text: "x", url: "https://192.168.1.5/x" }]), "BUTTON_URL_INVALID"],
    ["an address of loopback", keyboard([{ text: "x", url: "http://127.0.0.1/x" }]), "BUTTON_URL_INVALID"],
    [
      "another scheme",
      keyboard([{ text: "x", url: "vlc://example.com" }]),
      "inline keyboard button URL 'vlc://example.com' is invalid: Unsupported URL protocol",
    ],
    ["too much to copy", keyboard([{ text: "x", copy_text: { text: "x".repeat(257) } }]), "BUTTON_COPY_TEXT_INVALID"],
    [
      "nothing to do",
      keyboard([{ text: "x" }]),
      "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    ],
    [
      "two things to do",
      keyboard([{ ...button, url: "https://example.com" }]),
      "inline keyboard button can do one thing only: url, callback_data",
    ],
    ["no label", keyboard([{ text: " ", callback_data: "x" }]), "BUTTON_TEXT_INVALID"],
    ["101 buttons", keyboard(...Array.from({ length: 101 }, () => [button])), "reply markup is too long"],
    ["9 in a row", keyboard(Array.from({ length: 9 }, () => button)), "reply markup is too long"],
    [
      "too many bytes in all",
      keyboard(...Array.from({ length: 60 }, () => [{ text: "x".repeat(120), callback_data: "x".repeat(64) }])),
      "reply markup is too long",
    ],
    [
      "a colour nobody knows",
      keyboard([{ ...button, style: "pink" }]),
      'can\'t parse inline keyboard button: Field "style" must be one of danger, success, primary',
    ],
    [
      "a field nobody knows",
      keyboard([{ ...button, colour: "red" }]),
      'unknown field "reply_markup.inline_keyboard[0][0].colour"',
    ],
  ])("a button with %s is refused", async (_what, markup, description) => {
    expect(await send(markup)).toMatchObject({ status: 400, description: `Bad Request: ${description}` });
    expect(mia.messages).toEqual([]);
  });

  test("buttons that are all right are taken", async () => {
    const markup = keyboard(
      [
        { text: "x", callback_data: "é".repeat(32) },
        { text: "off", disabled: {} },
      ],
      [
        { text: "x", url: "https://example.com/a?b" },
        { text: "x", url: "tg://user?id=5" },
      ],
      [{ text: "x", copy_text: { text: "x".repeat(256) }, style: "success" }],
    );
    expect(await send(markup)).toMatchObject({ ok: true, result: markup });
  });
});

describe("an edit", () => {
  const edit = (more: object) => app.call("editMessageText", { chat_id: mia.chat.id, text: "new", ...more });

  test("an edit of nothing is refused", async () => {
    expect(await edit({ message_id: 5 })).toMatchObject({ description: "Bad Request: message to edit not found" });
    expect(await edit({})).toMatchObject({ description: "Bad Request: message identifier is not specified" });
  });

  test("an edit that changes nothing is refused", async () => {
    const message_id = await sent();
    expect((await edit({ message_id, text: "hello" })).description).toMatch(/^Bad Request: message is not modified: /);
    expect(await edit({ message_id, text: "hello", ...keyboard([button]) })).toMatchObject({ ok: true });
    expect((await edit({ message_id, text: "hello", ...keyboard([button]) })).description).toMatch(/not modified/);
  });

  test("an edit without the keyboard takes it away", async () => {
    const message_id = await sent(keyboard([button]));
    expect((await edit({ message_id })).result).not.toHaveProperty("reply_markup");
  });

  test("an edit of somebody else's message is refused", async () => {
    const { id } = mia.sends("mine");
    expect(await edit({ message_id: id })).toMatchObject({ description: "Bad Request: message can't be edited" });
  });

  test("an edit of what the message does not have is refused", async () => {
    const message_id = await sent();
    const parameters = { chat_id: mia.chat.id, message_id };
    expect(await app.call("editMessageCaption", { ...parameters, caption: "x" })).toMatchObject({
      description: "Bad Request: there is no caption in the message to edit",
    });
    expect(await app.call("editMessageMedia", { ...parameters, media: { type: "photo", media: "x" } })).toMatchObject({
      description: "Bad Request: there is no media in the message to edit",
    });
  });

  test("an edit has no age limit", async () => {
    const message_id = await sent();
    clock.pass(1000 * hour);
    expect(await edit({ message_id })).toMatchObject({ ok: true });
  });
});

describe("a deletion", () => {
  const remove = (message_id: number, chat_id = mia.chat.id) => app.call("deleteMessage", { chat_id, message_id });

  test("a deletion of nothing, or twice, is refused", async () => {
    const id = await sent();
    expect(await remove(id)).toMatchObject({ ok: true });
    expect(await remove(id)).toMatchObject({ description: "Bad Request: message to delete not found" });
    expect(await remove(0)).toMatchObject({ description: "Bad Request: message to delete not found" });
  });

  test("a deletion after 48 hours is refused", async () => {
    const id = await sent();
    clock.pass(48 * hour + 1000);
    expect(await remove(id)).toMatchObject({ description: "Bad Request: message can't be deleted for everyone" });
  });

  test("a deletion of what a person wrote is taken in private, and in a group only from an administrator", async () => {
    expect(await remove(mia.sends("secret").id)).toMatchObject({ ok: true });
    const { id } = mia.in(group).sends("hello");
    expect(await remove(id, group.id)).toMatchObject({
      description: "Bad Request: message can't be deleted for everyone",
    });
    group.promotes(app.telegram.bot);
    expect(await remove(id, group.id)).toMatchObject({ ok: true });
  });
});

describe("a chat that is closed", () => {
  test("a chat is closed by a person who never wrote", async () => {
    jun.in(group).sends("/hello");
    expect(await send({ chat_id: jun.chat.id })).toMatchObject({
      status: 403,
      description: "Forbidden: bot can't initiate conversation with a user",
    });
  });

  test("a chat is closed by a person who blocked the bot, until they take it back", async () => {
    mia.blocks();
    expect(await send()).toMatchObject({ status: 403, description: "Forbidden: bot was blocked by the user" });
    mia.unblocks();
    expect(await send()).toMatchObject({ ok: true });
  });

  test("a chat is closed by a group that threw the bot out, or that it left", async () => {
    const inGroup = { chat_id: group.id };
    expect(await send(inGroup)).toMatchObject({ ok: true });
    group.kicks(app.telegram.bot);
    expect(await send(inGroup)).toMatchObject({
      status: 403,
      description: "Forbidden: bot was kicked from the supergroup chat",
    });
    group.adds(app.telegram.bot);
    expect(await app.call("leaveChat", inGroup)).toMatchObject({ ok: true });
    expect(await send(inGroup)).toMatchObject({ description: "Forbidden: bot is not a member of the supergroup chat" });
  });

  test("a chat is closed because the group became a supergroup", async () => {
    const small = app.telegram.group({ title: "Small", members: [mia], type: "group" });
    const before = small.id;
    const after = small.migrates();
    expect(await send({ chat_id: before })).toMatchObject({
      status: 400,
      description: "Bad Request: group chat was upgraded to a supergroup chat",
      parameters: { migrate_to_chat_id: after },
    });
    expect(await send({ chat_id: after })).toMatchObject({ ok: true });
  });
});

describe("an answer to a press", () => {
  const answer = (id: string, more: object = {}) => app.call("answerCallbackQuery", { callback_query_id: id, ...more });

  beforeEach(() => sent(keyboard([button])));

  test("an answer to a press nobody made is refused", async () => {
    expect(await answer("7")).toMatchObject({
      status: 400,
      description: "Bad Request: query is too old and response timeout expired or query ID is invalid",
    });
  });

  test("an answer to a press after 15 seconds is refused, and noted", async () => {
    const { id } = mia.taps("x");
    clock.pass(15_001);
    expect((await answer(id)).description).toMatch(/query is too old/);
    expect(app.telegram.complaints).toEqual([expect.stringContaining("was never answered")]);
  });

  test("an answer to a press given twice is noted", async () => {
    const { id } = mia.taps("x");
    expect(await answer(id)).toMatchObject({ ok: true });
    expect((await answer(id)).description).toMatch(/query is too old/);
    expect(app.telegram.complaints).toEqual([expect.stringContaining("answered twice")]);
  });

  test("an answer to a press of more than 200 characters is refused", async () => {
    const { id } = mia.taps("x");
    expect(await answer(id, { text: "x".repeat(201) })).toMatchObject({ description: "Bad Request: MESSAGE_TOO_LONG" });
    expect(await answer(id, { text: "x".repeat(200) })).toMatchObject({ ok: true });
  });

  test("an answer to a press with an address that is not the bot's own is refused", async () => {
    const { id } = mia.taps("x");
    expect(await answer(id, { url: "https://example.com" })).toMatchObject({ description: "Bad Request: URL_INVALID" });
    expect(await answer(id, { url: "https://t.me/drive_bot?start=a.b" })).toMatchObject({ ok: false });
    expect(await answer(id, { url: "https://t.me/drive_bot?start=a-b" })).toMatchObject({ ok: true });
  });
});

describe("too much", () => {
  test("a bot that sends too much in a group within a minute is told to wait, edits counted and answers not", async () => {
    app.telegram.rules.perGroupPerMinute = 20;
    const inGroup = { chat_id: group.id };
    const message_id = await sent({ ...inGroup, ...keyboard([button]) });
    for (let n = 0; n < 10; n++) await send(inGroup);
    for (let n = 0; n < 9; n++) {
      await app.call("editMessageText", { ...inGroup, message_id, text: `${n}`, ...keyboard([button]) });
    }
    clock.pass(20_000);
    expect(await send(inGroup)).toMatchObject({
      status: 429,
      description: "Too Many Requests: retry after 40",
      parameters: { retry_after: 40 },
    });
    expect(await send()).toMatchObject({ ok: true });
    const { id } = mia.in(group).taps("x");
    expect(await app.call("answerCallbackQuery", { callback_query_id: id })).toMatchObject({ ok: true });
    clock.pass(40_000);
    expect(await send(inGroup)).toMatchObject({ ok: true });
  });

  test("a bot that sends too much in one chat within a second is told to wait", async () => {
    app.telegram.rules.perChatPerSecond = 1;
    expect(await send()).toMatchObject({ ok: true });
    expect(await send()).toMatchObject({ status: 429, parameters: { retry_after: 1 } });
    clock.pass(1000);
    expect(await send()).toMatchObject({ ok: true });
  });
});

describe("calls", () => {
  test.each<[what: string, token: string, code: number, description: string]>([
    ["a token that was never one", "nonsense", 404, "Not Found"],
    ["a token of nobody", "12345:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 401, "Unauthorized"],
  ])("a call with %s is refused", async (_what, token, code, description) => {
    expect(await app.call("getMe", {}, token)).toMatchObject({ status: code, error_code: code, description });
  });

  test("a method nobody knows is not found", async () => {
    expect(await app.call("sendMesage")).toMatchObject({ status: 404, description: "Not Found: method not found" });
  });

  test("a method is the same in any case", async () => {
    expect(await app.call("GETME")).toMatchObject({ ok: true, result: { username: "drive_bot" } });
  });

  test("a body that is no JSON, or no object, is refused", async () => {
    for (const body of ["{", "[]", '"x"', "\u0000"]) {
      const response = await fetch(`${app.telegram.apiRoot}/bot${app.telegram.token}/getMe`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ ok: false, description: "Bad Request: can't parse JSON object" });
    }
  });

  test("a bot that logged out is unauthorised", async () => {
    expect(await app.call("logOut")).toMatchObject({ ok: true });
    expect(await app.call("getMe")).toMatchObject({ status: 401 });
  });
});

describe("commands", () => {
  const set = (...commands: object[]) => app.call("setMyCommands", { commands });

  test.each<[what: string, command: object, description: string]>([
    ["capitals", { command: "Start", description: "x" }, "BOT_COMMAND_INVALID"],
    ["33 characters", { command: "x".repeat(33), description: "x" }, "BOT_COMMAND_INVALID"],
    ["no name", { command: "", description: "x" }, "command must be non-empty"],
    ["no description", { command: "start", description: "" }, "command description must be non-empty"],
    ["a long description", { command: "start", description: "x".repeat(257) }, "BOT_COMMAND_DESCRIPTION_INVALID"],
  ])("commands with %s are refused", async (_what, command, description) => {
    expect(await set(command)).toMatchObject({ description: `Bad Request: ${description}` });
  });

  test("a list of 101 commands is refused", async () => {
    const many = Array.from({ length: 101 }, (_, n) => ({ command: `c${n}`, description: "x" }));
    expect(await set(...many)).toMatchObject({ description: "Bad Request: BOT_COMMANDS_TOO_MUCH" });
    expect(await set(...many.slice(1))).toMatchObject({ ok: true });
  });
});
