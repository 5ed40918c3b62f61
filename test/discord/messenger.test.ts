import { createHash } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { permission } from "../../emulators/discord/permissions.ts";
import type { Interaction, Message } from "../../emulators/discord/state.ts";
import type { MessageRef, Messenger, Target } from "../../src/messaging/messenger.ts";
import type { Notice } from "../../src/actions/model/screen.ts";
import { describeMessenger, type MessagingStage } from "../contracts/messaging.ts";
import { openTestApp, type TestApp } from "./test-app.ts";

// What can be said on Discord at any time, through the real REST client over the emulator; nothing is logged in.

let app: TestApp;
let messenger: Messenger;
afterEach(() => app.close());

async function opened(): Promise<TestApp> {
  app = await openTestApp();
  messenger = app.discord.messenger;
  return app;
}

const word = (subject: string): Notice => ({ show: "notice", notice: "saved", level: "done", subject });
const mia = (): Target => ({ place: `discord:${app.mia.user.id}`, kind: "private", language: "en" });
const hall = (): Target => ({ place: `discord:channel:${app.hall.id}`, kind: "group", language: "en" });
const seen = (message: Message) => (message.deleted ? "" : app.textOn(message));

async function sent(target: Target, subject = "first"): Promise<{ ref: MessageRef; message: Message }> {
  const outcome = await messenger.send(target, word(subject));
  if (outcome.is !== "sent") throw new Error(`not sent: ${outcome.is}`);
  const message = [...app.emulator.state.channels.values()]
    .flatMap(({ messages }) => messages)
    .find(({ id }) => id === outcome.ref.message);
  if (!message) throw new Error("the message is not there");
  return { ref: outcome.ref, message };
}

/** A command of Mia's in the server, which nothing has answered but that something will come. */
async function granted(): Promise<{ target: Target; asked: Interaction }> {
  await app.discord.start();
  await app.known();
  const asked = await app.mia.uses("/help", { in: app.hall });
  await app.mia.waitsFor("What I can do", { in: app.hall });
  const grant = { application: app.emulator.state.bot.id, token: asked.token, until: Date.now() + 60_000 };
  return { target: { ...mia(), grant }, asked };
}

async function stage(): Promise<MessagingStage> {
  const { emulator, mia: person, jun, hall: channel } = await opened();
  jun.user.opensDms = false;
  const faults = {
    busy: {
      status: 429,
      headers: { "retry-after": "35", "content-type": "application/json" },
      body: '{"message":"slow","retry_after":35,"global":false}',
    },
    reset: { reset: true },
  };
  const channelOf = (place: string) => (place.startsWith("discord:channel:") ? channel : person.dm);
  return {
    messenger,
    person: `discord:${person.user.id}`,
    stranger: `discord:${jun.user.id}`,
    group: hall(),
    seen: (place) =>
      channelOf(place)
        .messages.filter(({ deleted }) => !deleted)
        .map((message) => {
          const [file] = message.attachments;
          return {
            text: `${message.content}\n${seen(message)}`,
            file: file && { name: file.name, size: file.size },
            files: message.attachments.length,
          };
        }),
    fail: (how, times = 1) => emulator.fail({ ...faults[how], path: "/channels/", times }),
    calls: () => emulator.calls.filter(({ route }) => route.includes("/channels/id/messages")).length,
    close: async () => undefined,
  };
}

describeMessenger("Discord", stage);

describe("a message", () => {
  test("a message goes to somebody's own chat, to a channel, and is changed and removed there", async () => {
    await opened();
    for (const target of [mia(), hall()]) {
      const { ref, message } = await sent(target);
      expect(JSON.parse(JSON.stringify(ref))).toEqual(ref);
      expect(seen(message)).toContain("first");
      expect(await messenger.edit(ref, word("second"))).toEqual({ is: "edited" });
      expect(seen(message)).toContain("second");
      expect(await messenger.edit(ref, word("second"))).toEqual({ is: "edited" });
      expect(await messenger.remove(ref)).toEqual({ is: "removed" });
      expect(await messenger.remove(ref)).toEqual({ is: "gone" });
      expect(await messenger.edit(ref, word("third"))).toEqual({ is: "gone" });
    }
  });

  test("a message goes by an interaction's token while it lives, for its asker alone, and to their own chat after that", async () => {
    await opened();
    const { target } = await granted();
    const { ref, message } = await sent(target);
    expect([message.channel, message.onlyFor]).toEqual([app.hall, app.mia.user.id]);
    expect(await messenger.edit(ref, word("second"))).toEqual({ is: "edited" });
    const late = { ...ref, grant: { application: "1", token: "x", ...ref.grant, until: Date.now() - 1 } };
    expect((await messenger.edit(late, word("third"))).is).toBe("closed");
    expect((await sent(late, "fourth")).message.channel).toBe(app.mia.dm);
    expect(await messenger.remove(ref)).toEqual({ is: "removed" });
  });

  test("a message of the operator's is sent as it was written, without pinging anybody", async () => {
    await opened();
    const outcome = await messenger.send(mia(), { show: "announcement", text: "@everyone *hello*" });
    expect(outcome.is).toBe("sent");
    expect(app.mia.dm.messages.map(({ content, pinged }) => [content, pinged])).toEqual([["@everyone *hello*", []]]);
  });
});

describe("what cannot be said", () => {
  test("a message to who lets nobody write, where the bot is not, or to a server as a whole, is closed", async () => {
    const { emulator, mia: person, server } = await opened();
    person.user.opensDms = false;
    expect(await messenger.send(mia(), word("x"))).toEqual({ is: "closed" });
    expect(await messenger.notify(mia().place, word("x"), { language: "en" })).toEqual({ is: "closed" });
    emulator.denies(app.hall, "bot", permission.viewChannel);
    expect(await messenger.send(hall(), word("x"))).toEqual({ is: "closed" });
    const whole = { place: `discord:guild:${server.id}`, kind: "group", language: "en" } as const;
    expect(await messenger.send(whole, word("x"))).toEqual({ is: "closed" });
    expect(await messenger.send({ ...hall(), place: "discord:channel:1" }, word("x"))).toEqual({ is: "closed" });
  });

  test("a message that Discord asks to wait with is not waited for", async () => {
    const { emulator } = await opened();
    emulator.fail({
      method: "POST",
      path: "/channels/",
      status: 429,
      headers: { "retry-after": "17", "content-type": "application/json" },
      body: '{"message":"slow","retry_after":17,"global":false}',
    });
    const since = performance.now();
    const outcome = await messenger.send(hall(), word("x"));
    expect(outcome).toMatchObject({ is: "later", after: expect.any(Number) });
    expect(outcome.is === "later" && outcome.after).toBeGreaterThanOrEqual(17_000);
    expect(performance.now() - since).toBeLessThan(2000);
  });

  test("a message that fails for reasons nobody knows rejects, and is not sent again", async () => {
    const { emulator } = await opened();
    emulator.fail({ method: "POST", path: "/channels/", status: 500, after: true });
    await expect(messenger.send(hall(), word("x"))).rejects.toThrow("Internal Server Error");
    expect(app.hall.messages).toHaveLength(1);
  });
});

describe("a file", () => {
  const bytes = Buffer.alloc(3000, "b");
  const meta = { entry: { id: "1", kind: "file", name: "notes\u202Efdp.exe", size: bytes.length } } as const;
  const source = (pieces = [bytes.subarray(0, 1000), bytes.subarray(1000)]) => ({
    async *open() {
      yield* pieces;
    },
    picture: async () => undefined,
  });
  const whole = createHash("sha256").update(bytes).digest("hex");
  const never = () => new AbortController().signal;

  test("a file goes to a chat without any interaction, its name above it, and its bytes are counted", async () => {
    await opened();
    const done: number[] = [];
    const ref = await messenger.sendFile(mia(), source(), meta, { signal: never(), onBytes: (n) => done.push(n) });
    const [message] = app.mia.dm.messages;
    expect(ref.message).toBe(message?.id);
    expect(message?.content).toContain("notes fdp.exe");
    expect(message?.attachments).toMatchObject([{ sha256: whole, name: "notes_fdp.exe" }]);
    expect(done).toEqual([1000, 3000]);
  });

  test("a file stands there once, though the answer to its name and to its bytes was lost", async () => {
    const { emulator } = await opened();
    emulator.fail({ method: "POST", path: "/channels/", after: true, status: 502 });
    await expect(messenger.sendFile(mia(), source(), meta, { signal: never() })).rejects.toMatchObject({ again: true });
    emulator.fail({ method: "PATCH", path: "/channels/", after: true, reset: true });
    await messenger.sendFile(hall(), source(), meta, { signal: never() });
    expect(app.hall.messages.filter(({ attachments }) => attachments.length > 0)).toHaveLength(1);
  });

  test("a file that nobody wants any more is let go of at once, and nothing of it stays", async () => {
    await opened();
    const wanted = new AbortController();
    const hanging = {
      async *open() {
        yield bytes.subarray(0, 1000);
        wanted.abort(new Error("cancelled"));
        await new Promise(() => undefined);
      },
      picture: async () => undefined,
    };
    await expect(messenger.sendFile(mia(), hanging, meta, { signal: wanted.signal })).rejects.toThrow("cancelled");
    await expect.poll(() => app.mia.dm.messages.filter(({ deleted }) => !deleted)).toEqual([]);
  });

  test("a file for a chat that is closed is refused", async () => {
    const { mia: person } = await opened();
    person.user.opensDms = false;
    const sending = messenger.sendFile(mia(), source(), meta, { signal: never() });
    await expect(sending).rejects.toMatchObject({ code: "forbidden" });
  });
});

test("every request says who sends it", async () => {
  const { emulator } = await opened();
  await sent(mia());
  await messenger.sendFile(
    hall(),
    {
      async *open() {
        yield Buffer.from("x");
      },
      picture: async () => undefined,
    },
    { entry: { id: "1", kind: "file", name: "x.txt", size: 1 } },
    { signal: new AbortController().signal },
  );
  await app.discord.start();
  await app.known();
  expect(emulator.requests.length).toBeGreaterThan(5);
  expect(emulator.calls.filter(({ note }) => note === "no valid user agent")).toEqual([]);
});
