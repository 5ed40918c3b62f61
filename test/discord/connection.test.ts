import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openTestApp, type TestApp } from "./test-app.ts";

// The gateway's line: what Discord sends that no client expects must not end the process.

let app: TestApp;
const rejections: unknown[] = [];
const note = (reason: unknown) => void rejections.push(reason);

beforeEach(async () => {
  rejections.length = 0;
  process.on("unhandledRejection", note);
  process.on("uncaughtExceptionMonitor", note);
  app = await openTestApp();
  await app.discord.start();
  await app.known();
});

afterEach(async () => {
  await app.close();
  process.off("unhandledRejection", note);
  process.off("uncaughtExceptionMonitor", note);
});

/** Somebody is answered, when the line is up again. */
const isServed = async () => {
  await expect
    .poll(
      async () => {
        await app.mia.uses("/help");
        return app.mia.find("What I can do") !== undefined;
      },
      {
        timeout: 15_000,
      },
    )
    .toBe(true);
};

describe("a session that ends in the tick in which it was resumed", () => {
  for (const resumable of [false, true]) {
    test(
      `a session that ends in the tick in which it was resumed is followed by a new one and ends no process (resumable: ${resumable})`,
      { timeout: 30_000 },
      async () => {
        app.emulator.gateway.drop();
        await expect.poll(() => app.emulator.gateway.connections()).toBe(0);
        await app.emulator.ready();
        app.emulator.gateway.invalidate(resumable);
        await isServed();
        expect(rejections).toEqual([]);
      },
    );
  }
});

describe("a malformed event", () => {
  const interaction = {
    id: "900",
    application_id: "901",
    type: 2,
    token: "token",
    version: 1,
    channel_id: "902",
    user: { id: "903", username: "mia", discriminator: "0", global_name: null, avatar: null },
    data: { id: "904", name: "help", type: 1 },
    entitlements: [],
    authorizing_integration_owners: {},
    locale: "en-US",
    attachment_size_limit: 1000,
  };
  const event = (t: string, d: unknown) => JSON.stringify({ op: 0, t, s: 2, d });

  for (const [title, frame] of [
    ["without content", event("INTERACTION_CREATE", null)],
    ["of no content but a text", event("INTERACTION_CREATE", "hello")],
    ["without entitlements", event("INTERACTION_CREATE", { ...interaction, entitlements: undefined })],
    ["without data", event("INTERACTION_CREATE", { ...interaction, data: undefined })],
    ["without a user", event("INTERACTION_CREATE", { ...interaction, user: undefined })],
    ["with nothing in it", event("INTERACTION_CREATE", {})],
    ["about a message that has no author", event("MESSAGE_CREATE", { id: "905", channel_id: "902" })],
    ["about a server without a name", event("GUILD_DELETE", {})],
  ] as const) {
    test(`a malformed event ${title} is left out, and the next person is served`, async () => {
      app.emulator.gateway.inject(frame);
      await app.soon();
      await isServed();
      expect(rejections).toEqual([]);
    });
  }
});
