import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { virtualClock, type VirtualClock } from "../../../emulators/clock.ts";
import type { Group } from "../../../emulators/telegram/groups.ts";
import type { Actor } from "../../../emulators/telegram/people.ts";
import { openTestApp, type TestApp } from "./test-app.ts";

let app: TestApp;
let clock: VirtualClock;
let mia: Actor;
let jun: Actor;
let group: Group;
beforeEach(async () => {
  clock = virtualClock();
  app = await openTestApp({ clock });
  mia = app.telegram.person({ name: "Mia" });
  jun = app.telegram.person({ name: "Jun", language: "zh-hans" });
  group = app.telegram.group({ title: "Films", members: [mia, jun] });
});
afterEach(() => app.close());

type Body = Readonly<Record<string, unknown>>;

/** What the bot has been told, and is not told again. */
async function told(token?: string): Promise<{ kind: string; body: Body }[]> {
  const { result } = await app.call("getUpdates", { allowed_updates: [] }, token);
  const updates = (result ?? []) as Record<string, unknown>[];
  const last = Number(updates.at(-1)?.["update_id"] ?? 0);
  await app.call("getUpdates", { offset: last + 1 }, token);
  return updates.map(({ update_id: _id, ...rest }) => {
    const [kind = "", body] = Object.entries(rest)[0] ?? [];
    return { kind, body: body as Body };
  });
}

async function heard(token?: string): Promise<unknown[]> {
  return (await told(token)).flatMap(({ kind, body }) => (kind === "message" && "text" in body ? [body["text"]] : []));
}

const press = { reply_markup: { inline_keyboard: [[{ text: "Go", callback_data: "go" }]] } };

async function posted(more: object = {}): Promise<void> {
  expect(await app.call("sendMessage", { chat_id: group.id, text: "list", ...press, ...more })).toMatchObject({
    ok: true,
  });
}

describe("privacy", () => {
  test("privacy lets a bot hear commands, its name, replies to it, and nothing else", async () => {
    await posted();
    const participant = mia.in(group);
    const list = await participant.waitsFor("list");
    participant.sends("just talk");
    participant.sends("/help");
    participant.sends("/help@drive_bot");
    participant.sends("/help@other_bot");
    participant.sends("ask @drive_bot about it");
    participant.replies(list, "thanks");
    expect(await heard()).toEqual(["/help", "/help@drive_bot", "ask @drive_bot about it", "thanks"]);
  });

  test("privacy is off for administrators and for bots that say so", async () => {
    const open = app.telegram.addBot({ privacy: false });
    group.adds(open);
    await told(open.token);
    mia.in(group).sends("just talk");
    expect(await heard(open.token)).toEqual(["just talk"]);
    expect(await heard()).toEqual([]);
    group.promotes(app.telegram.bot);
    mia.in(group).sends("more talk");
    expect(await heard()).toEqual(["more talk"]);
  });

  test("privacy gives a bare command to the bot that wrote last", async () => {
    const second = app.telegram.addBot({});
    group.adds(second);
    await told(second.token);
    await posted();
    mia.in(group).sends("/help");
    expect([await heard(), await heard(second.token)]).toEqual([["/help"], []]);
  });
});

test("an anonymous administrator writes as the group", async () => {
  group.promotes(jun, { anonymous: true });
  jun.in(group).sends("/help");
  const [{ body } = { body: {} }] = (await told()).filter(({ kind }) => kind === "message");
  expect(body).toMatchObject({ from: { username: "GroupAnonymousBot" }, sender_chat: { id: group.id } });
});

test("who comes and goes is told, and what became of the bot", async () => {
  jun.in(group).leaves();
  group.kicks(app.telegram.bot);
  const updates = await told();
  expect(updates).toMatchObject([
    { kind: "message", body: { left_chat_member: { first_name: "Jun" } } },
    { kind: "my_chat_member", body: { old_chat_member: { status: "member" }, new_chat_member: { status: "kicked" } } },
  ]);
  mia.sends("/start");
  mia.blocks();
  expect((await told()).at(-1)).toMatchObject({
    kind: "my_chat_member",
    body: { chat: { type: "private" }, new_chat_member: { status: "kicked" } },
  });
});

test("members of a group are told apart", async () => {
  group.promotes(app.telegram.bot);
  const member = (user_id: number) => app.call("getChatMember", { chat_id: group.id, user_id });
  const stranger = app.telegram.person({ name: "Stranger" });
  expect(await member(mia.person.user.id)).toMatchObject({ result: { status: "creator" } });
  expect(await member(jun.person.user.id)).toMatchObject({ result: { status: "member" } });
  expect(await member(app.telegram.bot.user.id)).toMatchObject({ result: { status: "administrator" } });
  expect(await member(stranger.person.user.id)).toMatchObject({ result: { status: "left" } });
  expect(await member(5)).toMatchObject({ ok: false });
  expect(await app.call("getChatMemberCount", { chat_id: group.id })).toMatchObject({ result: 3 });
  expect(await app.call("getChatAdministrators", { chat_id: group.id })).toMatchObject({
    result: [{ user: { first_name: "Mia" } }, { user: { username: "drive_bot" } }],
  });
});

test("a topic keeps what belongs to it", async () => {
  const forum = app.telegram.group({ title: "Forum", members: [mia], forum: true });
  const thread = forum.opensTopic("Films");
  mia.in(forum, thread).sends("/help");
  const message = (await told()).findLast(({ kind }) => kind === "message");
  expect(message?.body).toMatchObject({ message_thread_id: thread, is_topic_message: true });
  await posted({ chat_id: forum.id, message_thread_id: thread, text: "in the topic" });
  expect(mia.in(forum, thread).messages.map(({ text }) => text)).toEqual(["/help", "in the topic"]);
});

test("a group that becomes a supergroup tells so in both", async () => {
  const small = app.telegram.group({ title: "Small", members: [mia], type: "group" });
  const before = small.id;
  const after = small.migrates();
  expect(await told()).toMatchObject([
    { body: { chat: { id: before }, migrate_to_chat_id: after } },
    { body: { chat: { id: after }, migrate_from_chat_id: before } },
  ]);
});

test("links of t.me lead to the private chat and into groups", async () => {
  mia.opens("https://t.me/drive_bot?start=abc-1_2");
  mia.opens("https://t.me/drive_bot");
  const other = app.telegram.group({ title: "Other", members: [mia], bots: [] });
  mia.opens("https://t.me/drive_bot?startgroup=xyz", { into: other });
  expect(await heard()).toEqual(["/start abc-1_2", "/start", "/start@drive_bot xyz"]);
  expect(() => mia.opens("https://t.me/drive_bot?start=a.b")).toThrow("payload");
  expect(() => mia.opens(`https://t.me/drive_bot?start=${"x".repeat(65)}`)).toThrow("payload");
});

test("a link opened after blocking starts the bot again", async () => {
  mia.sends("/start");
  mia.blocks();
  expect(() => mia.sends("hello")).toThrow("blocked");
  mia.opens("https://t.me/drive_bot?start=back");
  expect(await heard()).toEqual(["/start", "/start back"]);
});

test("commands are offered by the narrowest scope, then by language", async () => {
  const set = (command: string, more: object) =>
    app.call("setMyCommands", { commands: [{ command, description: "x" }], ...more });
  const names = (participant: { readonly commands: readonly { readonly command: string }[] }) =>
    participant.commands.map(({ command }) => command);
  await set("everywhere", {});
  await set("private", { scope: { type: "all_private_chats" } });
  await set("private_zh", { scope: { type: "all_private_chats" }, language_code: "zh" });
  await set("groups", { scope: { type: "all_group_chats" } });
  await set("admins", { scope: { type: "all_chat_administrators" } });
  await set("here", { scope: { type: "chat", chat_id: group.id } });
  expect([names(mia), names(jun)]).toEqual([["private"], ["private_zh"]]);
  expect([names(mia.in(group)), names(jun.in(group))]).toEqual([["here"], ["here"]]);
  await app.call("deleteMyCommands", { scope: { type: "chat", chat_id: group.id } });
  expect([names(mia.in(group)), names(jun.in(group))]).toEqual([["admins"], ["groups"]]);
  expect(await app.call("getMyCommands", { scope: { type: "all_group_chats" } })).toMatchObject({
    result: [{ command: "groups" }],
  });
});

describe("an ephemeral message", () => {
  const to = (more: object = {}) => ({
    ephemeral_message_parameters: { receiver_user_id: jun.person.user.id, ...more },
  });
  const ephemeral = (parameters: object, more: object = {}) =>
    app.call("sendMessage", { chat_id: group.id, text: "psst", ...parameters, ...more });

  interface EphemeralCase {
    readonly message_id: number;
    readonly ephemeral_message_id: number;
  }

  /** Jun presses, and is shown to the asker alone to. */
  async function ephemeralCase(more: object = {}): Promise<EphemeralCase> {
    await posted();
    const { id } = jun.in(group).taps("Go");
    const answer = await ephemeral(to({ callback_query_id: id, ...more }), press);
    await app.call("answerCallbackQuery", { callback_query_id: id });
    expect(answer).toMatchObject({ ok: true });
    return answer.result as unknown as EphemeralCase;
  }

  test("an ephemeral message after a press is seen by who pressed alone, and has no message id", async () => {
    const message = await ephemeralCase();
    expect(message).toMatchObject({ message_id: 0, receiver_user: { first_name: "Jun" } });
    expect(jun.in(group).sees()).toContain("ChatDrive (only you):\n  psst");
    expect(mia.in(group).sees()).not.toContain("psst");
  });

  test("an ephemeral message is changed and deleted by its own methods, with chat, receiver and number", async () => {
    const { ephemeral_message_id } = await ephemeralCase();
    const whole = { chat_id: group.id, receiver_user_id: jun.person.user.id, ephemeral_message_id };
    expect(await app.call("editMessageText", { chat_id: group.id, message_id: 0, text: "x" })).toMatchObject({
      ok: false,
    });
    expect(
      await app.call("editMessageText", { chat_id: group.id, message_id: ephemeral_message_id, text: "x" }),
    ).toMatchObject({
      description: "Bad Request: message to edit not found",
    });
    expect(await app.call("editEphemeralMessageText", { ...whole, text: "changed" })).toMatchObject({
      ok: true,
      result: true,
    });
    expect((await app.call("editEphemeralMessageText", { ...whole, text: "changed" })).description).toMatch(
      /not modified/,
    );
    expect(
      await app.call("editEphemeralMessageText", { ...whole, receiver_user_id: mia.person.user.id, text: "x" }),
    ).toMatchObject({ ok: false });
    expect(jun.in(group).sees()).toContain("changed");
    expect(await app.call("editEphemeralMessageReplyMarkup", { ...whole, ...press })).toMatchObject({ result: true });
    expect(await app.call("editEphemeralMessageCaption", { ...whole, caption: "x" })).toMatchObject({ ok: false });
    expect(await app.call("deleteEphemeralMessage", whole)).toMatchObject({ result: true });
    expect(await app.call("deleteEphemeralMessage", whole)).toMatchObject({
      description: "Bad Request: message to delete not found",
    });
    expect(jun.in(group).sees()).not.toContain("changed");
  });

  test("an ephemeral message may stand in the place of the message that was pressed, for that person", async () => {
    await ephemeralCase({ replace_callback_query_message: true });
    expect(jun.in(group).sees()).not.toContain("list");
    expect(mia.in(group).sees()).toContain("list");
  });

  test("an ephemeral message may not replace an ephemeral message", async () => {
    await ephemeralCase();
    const { id } = jun.in(group).taps("Go");
    expect(await ephemeral(to({ callback_query_id: id, replace_callback_query_message: true }))).toMatchObject({
      ok: false,
    });
    expect(await ephemeral(to({ callback_query_id: id }))).toMatchObject({ ok: true });
  });

  test("an ephemeral message comes too late after 15 seconds", async () => {
    await posted();
    const { id } = jun.in(group).taps("Go");
    clock.pass(15_001);
    expect((await ephemeral(to({ callback_query_id: id }))).description).toMatch(/query is too old/);
  });

  test("an ephemeral message out of the blue is for administrators", async () => {
    expect(await ephemeral(to())).toMatchObject({ description: "Bad Request: CHAT_ADMIN_REQUIRED" });
    group.promotes(app.telegram.bot);
    expect(await ephemeral(to())).toMatchObject({ ok: true });
  });

  test("an ephemeral message to somebody else than who pressed, to a stranger or to a bot is refused", async () => {
    await posted();
    const { id } = mia.in(group).taps("Go");
    expect(await ephemeral(to({ callback_query_id: id }))).toMatchObject({
      description: "Bad Request: QUERY_ID_INVALID",
    });
    group.promotes(app.telegram.bot);
    const other = (receiver_user_id: number) => ephemeral({ ephemeral_message_parameters: { receiver_user_id } });
    expect(await other(5)).toMatchObject({ description: "Bad Request: PARTICIPANT_ID_INVALID" });
    expect(await other(app.telegram.bot.user.id)).toMatchObject({ description: "Bad Request: USER_IS_BOT" });
  });

  test("an ephemeral message answers a command that only the bot got, for 15 seconds", async () => {
    await app.call("setMyCommands", {
      commands: [{ command: "link", description: "x", is_ephemeral: true }],
      scope: { type: "all_group_chats" },
    });
    jun.in(group).sends("/link film");
    const [{ body } = { body: {} as Body }] = await told();
    expect(body).toMatchObject({ message_id: 0, text: "/link film", receiver_user: { username: "drive_bot" } });
    expect(mia.in(group).sees()).toBe("");
    const reply_parameters = { ephemeral_message_id: body["ephemeral_message_id"] };
    expect(await ephemeral({ reply_parameters })).toMatchObject({
      description: "Bad Request: reply to an ephemeral message must be ephemeral",
    });
    expect(await ephemeral({ ...to(), reply_parameters })).toMatchObject({ ok: true });
    clock.pass(15_001);
    expect(await ephemeral({ ...to(), reply_parameters })).toMatchObject({ ok: false });
  });

  test("an ephemeral message is replied to where nobody else hears it", async () => {
    await ephemeralCase();
    await told();
    const participant = jun.in(group);
    participant.replies(await participant.waitsFor("psst"), "and back");
    expect(await told()).toMatchObject([{ kind: "message", body: { message_id: 0, text: "and back" } }]);
    expect(mia.in(group).sees()).not.toContain("and back");
  });

  test("an ephemeral message with a button of its own gives the press to the bot as one", async () => {
    const { ephemeral_message_id } = await ephemeralCase();
    await told();
    jun.in(group).taps("Go");
    expect(await told()).toMatchObject([
      { kind: "callback_query", body: { message: { message_id: 0, ephemeral_message_id } } },
    ]);
  });
});

test("pins, reactions, actions and copies are taken in a group", async () => {
  await posted();
  const participant = mia.in(group);
  const { id } = await participant.waitsFor("list");
  const here = { chat_id: group.id };
  expect(await app.call("pinChatMessage", { ...here, message_id: id })).toMatchObject({ ok: false });
  group.promotes(app.telegram.bot);
  expect(await app.call("pinChatMessage", { ...here, message_id: id })).toMatchObject({ ok: true });
  expect(await app.call("getChat", here)).toMatchObject({ result: { pinned_message: { message_id: id } } });
  expect(await app.call("unpinChatMessage", { ...here, message_id: id })).toMatchObject({ ok: true });
  expect(
    await app.call("setMessageReaction", { ...here, message_id: id, reaction: [{ type: "emoji", emoji: "👍" }] }),
  ).toMatchObject({ ok: true });
  expect(
    await app.call("setMessageReaction", { ...here, message_id: id, reaction: [{ type: "emoji", emoji: "📁" }] }),
  ).toMatchObject({
    description: "Bad Request: REACTION_INVALID",
  });
  expect(await app.call("sendChatAction", { ...here, action: "thinking" })).toMatchObject({
    description: "Bad Request: wrong parameter action in request",
  });
  expect(await app.call("sendChatAction", { ...here, action: "typing" })).toMatchObject({ ok: true });
  expect(participant.seesTyping).toBe(true);
  clock.pass(5000);
  expect(participant.seesTyping).toBe(false);
  mia.sends("/start");
  const copy = { chat_id: mia.chat.id, from_chat_id: group.id, message_id: id };
  expect(await app.call("copyMessage", copy)).toMatchObject({ ok: true });
  expect(await app.call("forwardMessage", copy)).toMatchObject({ result: { forward_origin: { type: "user" } } });
  await app.call("sendMessage", { ...here, text: "kept", protect_content: true });
  const kept = await participant.waitsFor("kept");
  expect(await app.call("forwardMessage", { ...copy, message_id: kept.id })).toMatchObject({
    description: "Bad Request: message can't be forwarded",
  });
});
