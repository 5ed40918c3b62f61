import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { freePort } from "../../emulators/free-port.ts";
import type { Person } from "../../emulators/discord/person.ts";
import type { Channel } from "../../emulators/discord/state.ts";
import { startApp } from "../../src/app.ts";
import { createLog } from "../../src/log.ts";
import { ownDatabase } from "../store/own-database.ts";
import { balanced } from "./balancer.ts";
import { prepareProgram, type Program } from "./program.ts";

// Interactions by HTTP: Discord posts them, signed, and nothing comes over a socket.

vi.setConfig({ testTimeout: 90_000 });
let program: Program;
afterEach(() => program.close());

async function postingProgram(more: Readonly<Record<string, string>> = {}): Promise<Program> {
  const made = await prepareProgram();
  program = made;
  await made.start({ PUBLIC_URL: made.gateway, DISCORD_INTERACTIONS: "http", ...more });
  await expect
    .poll(() => made.world.discord.endpoint.url(), { timeout: 15_000 })
    .toBe(`${made.gateway}/discord/interactions`);
  return made;
}

/** Opens a share by a modal, goes up in it by a press, and down again by a menu. */
async function browses(mia: Person, hall: Channel, share: string): Promise<void> {
  const here = { in: hall };
  await mia.uses("/share", here);
  if (!mia.modal()) await mia.presses(/Fill in/, here);
  await mia.fills({ link: share });
  await mia.waitsFor("Packing list.txt", here);
  await mia.presses(/⬆/, here);
  await mia.waitsFor("📁 Holiday 2026", here);
  await mia.selects(/Holiday 2026/, here);
  await mia.waitsFor("Packing list.txt", here);
}

test("commands, forms, menus, presses and suggestions that Discord posts are answered, and no socket is opened", async () => {
  const { world } = await postingProgram();
  const { members, hall, discord, shelf } = world;
  await browses(members.mia, hall, shelf.shares.open.url);
  await members.mia.uses("/browse", { in: hall });
  expect((await members.mia.types("/browse path:Holiday 2026/Pack", { in: hall })).map(({ value }) => value)).toEqual([
    "Holiday 2026/Packing list.txt",
  ]);
  expect(discord.frames).toEqual([]);
  expect(discord.calls.filter(({ route }) => route.includes("gateway"))).toEqual([]);
});

test("what is not signed by Discord is refused with 401, and what is posted again is done once", async () => {
  const { world, gateway } = await postingProgram();
  const { members, hall, discord } = world;
  await members.mia.uses("/help", { in: hall });
  await members.mia.waitsFor("/browse", { in: hall });
  const { length } = members.mia.messages({ in: hall });
  const before = discord.calls.filter(({ route }) => route.includes("callback")).length;
  expect(await discord.endpoint.replay()).toBe(202);
  const post = (headers: Readonly<Record<string, string>>) =>
    fetch(`${gateway}/discord/interactions`, { method: "POST", body: '{"id":"1","type":1}', headers });
  const forged = { "x-signature-ed25519": "ab".repeat(64), "x-signature-timestamp": "1700000000" };
  const answers = [await post({}), await post(forged), await post({ ...forged, "x-signature-ed25519": "zz" })];
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
  // Another command is done after what was posted again would have been.
  await members.mia.uses("/settings", { in: hall });
  await members.mia.waitsFor("Rows a page", { in: hall });
  expect(discord.calls.filter(({ route }) => route.includes("callback"))).toHaveLength(before + 1);
  expect(members.mia.messages({ in: hall })).toHaveLength(length + 1);
});

test("a start that takes interactions over the socket again ends their posting", async () => {
  const { world, start, kill, gateway } = await postingProgram();
  await kill();
  await start({ PUBLIC_URL: gateway });
  await expect.poll(() => world.discord.endpoint.url()).toBeUndefined();
  await world.discord.ready();
  await world.members.mia.uses("/help", { in: world.hall });
  await world.members.mia.waitsFor("/browse", { in: world.hall });
});

const redis = process.env["TEST_REDIS_URL"];
if (redis === undefined)
  process.stderr.write("posted interactions are not shared by replicas: no Redis (.ci/run starts one)\n");

describe.skipIf(redis === undefined)("two processes behind one address", () => {
  test("a form that one process opened is handed in at the other, and a list of one is turned by the other", async () => {
    const made = await prepareProgram();
    program = made;
    const other = `http://127.0.0.1:${await freePort()}`;
    const address = await balanced([made.gateway, other]);
    const storeUrl = await ownDatabase(redis ?? "", "posted");
    const key = Buffer.alloc(32, 5);
    const { config, discord, members, hall, shelf } = made.world;
    const app = await startApp(
      {
        ...config,
        storeUrl,
        secretKeys: [key],
        publicUrl: address,
        gateway: { host: "127.0.0.1", port: Number(new URL(other).port) },
        telegram: undefined,
        discord: { ...discord, endpoint: `${address}/discord/interactions` },
      },
      { onFatal: (message) => expect.fail(message), log: createLog({ level: "silent" }) },
    );
    onTestFinished(() => app.stop());
    await made.start({
      STORE_URL: storeUrl,
      SECRET_KEY: key.toString("base64"),
      PUBLIC_URL: address,
      DISCORD_INTERACTIONS: "http",
    });
    await expect.poll(() => discord.endpoint.url(), { timeout: 30_000 }).toBe(`${address}/discord/interactions`);
    await browses(members.mia, hall, shelf.shares.open.url);
    await browses(members.mia, hall, shelf.shares.open.url);
  });
});
