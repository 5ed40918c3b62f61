import { afterEach, beforeEach, expect, test } from "vitest";
import type { Group } from "../../../emulators/telegram/groups.ts";
import type { Actor } from "../../../emulators/telegram/people.ts";
import { openTestApp, type TestApp } from "./test-app.ts";

// Channels: a bot is there as an administrator or not at all, and what is posted is the channel's own.

let app: TestApp;
let mia: Actor;
let jun: Actor;
let channel: Group;
beforeEach(async () => {
  app = await openTestApp();
  mia = app.telegram.person({ name: "Mia" });
  jun = app.telegram.person({ name: "Jun" });
  channel = app.telegram.group({ title: "Harbour news", type: "channel", members: [mia, jun] });
});
afterEach(() => app.close());

const post = () => app.call("sendMessage", { chat_id: channel.id, text: "low tide" });
const refused = (error_code: number, description: string) => ({ ok: false, error_code, description });

async function updates(): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { result } = await app.call("getUpdates", { allowed_updates: ["my_chat_member", "channel_post", "message"] });
  return result ?? [];
}

test("a bot posts only where it is an administrator who may post, and is told in the service's words", async () => {
  expect(await post()).toMatchObject(refused(403, "Forbidden: bot is not a member of the channel chat"));
  channel.promotes(app.telegram.bot, { silent: true });
  expect(await post()).toMatchObject(refused(400, "Bad Request: need administrator rights in the channel chat"));
  channel.promotes(app.telegram.bot);
  const { result } = await post();
  expect(result).toMatchObject({ sender_chat: { id: channel.id, type: "channel" }, text: "low tide" });
  expect(result).not.toHaveProperty("from");
  channel.kicks(app.telegram.bot);
  expect(await post()).toMatchObject(refused(403, "Forbidden: bot was kicked from the channel chat"));
  channel.isDeleted();
  expect(await post()).toMatchObject(refused(400, "Bad Request: chat not found"));
});

test("a bot cannot be a mere member of a channel, and a reader cannot post", () => {
  expect(() => channel.adds(app.telegram.bot)).toThrow("as an administrator");
  expect(() => jun.in(channel).sends("hello")).toThrow("may not post");
});

test("a bot hears that it was let in, and posts as posts of the channel; nobody is said to have joined", async () => {
  await updates();
  channel.promotes(app.telegram.bot);
  mia.in(channel).sends("high tide");
  const [letIn, posted, ...others] = await updates();
  expect(letIn).toMatchObject({
    my_chat_member: {
      chat: { id: channel.id, type: "channel" },
      from: { first_name: "Mia" },
      new_chat_member: { status: "administrator", can_post_messages: true },
    },
  });
  expect(posted).toMatchObject({ channel_post: { sender_chat: { id: channel.id }, text: "high tide" } });
  expect(others).toEqual([]);
});

test("a channel names its administrators and what each may do there", async () => {
  channel.promotes(app.telegram.bot);
  channel.promotes(jun, { silent: true });
  const { result } = await app.call("getChatAdministrators", { chat_id: channel.id, return_bots: true });
  expect(result).toMatchObject([
    { status: "creator", user: { first_name: "Mia" } },
    { status: "administrator", user: { first_name: "Jun" }, can_post_messages: false },
    { status: "administrator", user: { is_bot: true }, can_post_messages: true },
  ]);
});

test("where members may send words alone a bot that is one sends no files, and an administrator does", async () => {
  const group = app.telegram.group({ title: "Film night", members: [mia, jun] });
  group.allowsWordsOnly(true);
  const send = () => app.call("sendPhoto", { chat_id: group.id, photo: "https://example.com/x.jpg" });
  expect(await send()).toMatchObject(refused(400, "Bad Request: not enough rights to send photos to the chat"));
  group.promotes(app.telegram.bot);
  expect(await send()).not.toMatchObject({ description: expect.stringContaining("not enough rights") });
});
