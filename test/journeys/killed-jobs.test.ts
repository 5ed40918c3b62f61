import { afterEach, describe, expect, test, vi } from "vitest";
import { ownDatabase } from "../store/own-database.ts";
import { prepareProgram, type Program } from "./program.ts";
import { askPasswordOnTelegram } from "./sign-in.ts";

// kill -9 of the real program in the middle of what it does for people, and what they have in the end.

let program: Program;
vi.setConfig({ testTimeout: 150_000 });
afterEach(() => program.close());

const redis = process.env["TEST_REDIS_URL"];
if (redis === undefined)
  process.stderr.write("the program's jobs on Redis are not killed: no server (.ci/run starts one)\n");

/** On Redis a killed process is noticed after half a minute. */
const timeout = 60_000;

test("an update that was done while another took long is not done again after a kill", async () => {
  program = await prepareProgram();
  await program.start({ DISCORD_BOT_TOKEN: "" });
  const { world } = program;
  const { jun, mia } = world.people;
  world.pikpak.fail({ path: "/drive/v1/share", delay: 120_000 });
  jun.sends(world.shelf.shares.open.url);
  await expect.poll(() => world.pikpak.calls.some(({ path }) => path.startsWith("/drive/v1/share"))).toBe(true);
  mia.sends("/help");
  await mia.waitsFor("/browse");
  // It is noted when the next is answered: one person's are done in order.
  mia.sends("/settings");
  await mia.waitsFor("Rows a page");
  await program.kill();
  await program.start({ DISCORD_BOT_TOKEN: "" });
  await jun.waitsFor("Holiday 2026", { timeout });
  mia.sends("/tasks");
  await mia.waitsFor(({ text }) => !text.includes("/browse") && !text.includes("Rows a page"), { timeout });
  expect(mia.messages.filter(({ text }) => text.includes("/browse"))).toHaveLength(1);
});

describe.each([
  ["SQLite", true],
  ["Redis", redis !== undefined],
])("over %s", (name, isThere) => {
  async function begin(): Promise<() => Promise<void>> {
    program = await prepareProgram();
    const more =
      name === "Redis"
        ? {
            STORE_URL: await ownDatabase(redis ?? "", "program"),
            SECRET_KEY: Buffer.alloc(32, 5).toString("base64"),
          }
        : undefined;
    const start = () => program.start({ ...more, DISCORD_BOT_TOKEN: "" });
    await start();
    return async () => {
      await program.kill();
      program.world.telegram.heal();
      await start();
    };
  }

  /** Files that Telegram has. */
  const sent = () => program.world.telegram.calls.filter(({ method, ok }) => method === "sendDocument" && ok);

  test.skipIf(!isThere)(
    "a process killed while a file is on its way is followed by one that brings it, once, without being asked",
    async () => {
      const restart = await begin();
      const { world } = program;
      const { mia } = world.people;
      mia.sends(world.shelf.shares.open.url);
      await mia.waitsFor("› Holiday 2026");
      world.pikpak.fail({ path: "/download", delay: 120_000 });
      mia.sends("/get Holiday 2026/Packing list.txt");
      const shown = await mia.waitsFor((message) => message.labels.some((label) => label.includes("✖️")));
      await expect
        .poll(() => world.pikpak.calls.some(({ path }) => path.startsWith("/download")), { timeout: 10_000 })
        .toBe(true);
      expect(sent()).toEqual([]);
      await restart();
      await mia.waitsFor((message) => message.id === shown.id && message.text.includes("Sent in"), { timeout });
      expect(sent()).toHaveLength(1);
    },
  );

  test.skipIf(!isThere)(
    "a process killed in the middle of a broadcast is followed by one that goes on, and no chat gets it twice",
    async () => {
      const restart = await begin();
      const { world } = program;
      const { otto, jun, lena } = world.people;
      for (const person of [jun, lena]) {
        person.sends("/help");
        await person.waitsFor("/browse");
      }
      otto.sends("/admin broadcast Good news");
      await otto.waitsFor("Send this to 3 chats?");
      const parameters = { retry_after: 60 };
      world.telegram.fail({
        method: "sendMessage",
        status: 429,
        description: "Too Many Requests: retry after 60",
        parameters,
      });
      await otto.presses("📣 Yes");
      await expect
        .poll(() => world.telegram.calls.some(({ method, ok }) => method === "sendMessage" && !ok), { timeout: 10_000 })
        .toBe(true);
      await restart();
      const got = () =>
        [otto, jun, lena].map(({ messages }) => messages.filter(({ text }) => text === "Good news").length);
      otto.sends("/admin");
      await otto.waitsFor("Operators");
      await otto.presses("📣");
      const report = await otto.waitsFor("3 of 3", { timeout });
      // It may have been killed between a sending and its answer: then nobody knows whether it arrived, and it is not sent again.
      const known = Number(/Sent: (\d)/.exec(report.text)?.[1]);
      const times = got();
      expect(Math.max(...times)).toBe(1);
      expect(times.filter((count) => count === 1).length).toBeGreaterThanOrEqual(known);
    },
  );

  test.skipIf(!isThere)(
    "a process killed before it took a secret out of the chat is followed by one that does",
    async () => {
      const restart = await begin();
      const { world } = program;
      const { mia } = world.people;
      await askPasswordOnTelegram(program, "mia");
      world.telegram.fail({ method: "deleteMessage", status: 500, description: "Internal Server Error", times: 1000 });
      mia.sends("correct-horse");
      await mia.waitsFor("6 entries", { timeout });
      expect(mia.messages.some(({ text }) => text === "correct-horse")).toBe(true);
      await restart();
      await expect.poll(() => mia.messages.some(({ text }) => text === "correct-horse"), { timeout }).toBe(false);
    },
  );
});
