import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { cpuOf, hasPostgres, hasRedis, startPostgres, startRedis } from "../store/own-server.ts";
import { prepareProgram, type Program } from "./program.ts";
import { signInOnDiscord, signInOnTelegram } from "./sign-in.ts";

// A service is away for a while and comes back: nothing is lost or done twice, nobody asks it without end meanwhile, and who
// asked gets an answer. OUTAGE_SECONDS=300 makes it minutes.

const seconds = Number(process.env["OUTAGE_SECONDS"] ?? 12);
vi.setConfig({ testTimeout: 120_000 + seconds * 2000 });
const longTimeout = { timeout: 75_000 };

let program: Program;
afterEach(() => program.close());

/** Calls that a bot may make of a service that is away: some at once, then one every few seconds. */
const budget = 12 + seconds;
/** CPU seconds the program may take for a second of an outage: it serves people meanwhile, and waits. */
const maxCpu = 0.35;

/** Lets the outage last; how many CPU seconds the program took for each of its seconds. */
async function lasting(): Promise<number> {
  const before = cpuOf(program.pid());
  await sleep(seconds * 1000);
  return (cpuOf(program.pid()) - before) / seconds;
}

async function started(more: Readonly<Record<string, string>> = {}): Promise<Program> {
  program = await prepareProgram();
  await program.start({ PUBLIC_URL: program.gateway, ...more });
  return program;
}

test("while Telegram is away it is asked seldom, and what was written meanwhile and what ended meanwhile is told afterwards, once", async () => {
  const { world } = await started({ DISCORD_BOT_TOKEN: "" });
  const { mia } = world.people;
  await signInOnTelegram(program, "mia");
  await mia.waitsFor("6 entries", longTimeout);
  world.pikpak.rules.offlineTakes = 3000;
  mia.sends("/download https://files.example/away.iso");
  await mia.waitsFor(({ text, labels }) => text.includes("away.iso") && labels.some((label) => label.includes("✖️")));
  const before = world.telegram.calls.length;
  world.telegram.fail({ times: 1_000_000, reset: true });
  world.telegram.cutConnections();
  mia.sends("/get Holiday 2026/Packing list.txt");
  const cpu = await lasting();
  expect(cpu).toBeLessThan(maxCpu);
  expect(world.telegram.calls.length - before).toBeLessThanOrEqual(budget);
  expect(await (await fetch(`${program.gateway}/readyz`)).text()).toContain("telegram");
  world.telegram.heal();
  await mia.waitsFor(/✅ away\.iso/, longTimeout);
  await mia.waitsFor(/Sent in/, longTimeout);
  expect(mia.messages.filter(({ file }) => file?.name === "Packing list.txt")).toHaveLength(1);
  expect(mia.messages.filter(({ text }) => text.includes("✅ away.iso"))).toHaveLength(1);
});

test("while Discord is away the program waits without a busy loop, and Jun is answered in Chinese as soon as it is back", async () => {
  const { world } = await started({ TELEGRAM_BOT_TOKEN: "" });
  const { jun } = world.members;
  const here = { in: jun.dm };
  await signInOnDiscord(program, "jun");
  const list = await jun.waitsFor("🏠", { ...here, within: 20_000 });
  // Every connection is refused, so that there are no calls to be counted.
  world.discord.outage(true);
  expect(await lasting()).toBeLessThan(maxCpu);
  expect(await (await fetch(`${program.gateway}/readyz`)).text()).toContain("discord");
  world.discord.outage(false);
  await vi.waitUntil(() => world.discord.gateway.connections() > 0, { ...longTimeout, interval: 200 });
  await world.discord.ready(20_000);
  await jun.selects(/电影/, { message: list });
  await jun.waitsFor("夏日的尽头", { ...here, within: 30_000 });
});

/** Mia's listing on Telegram, and a download of hers that has begun. */
async function underWay() {
  const { world } = program;
  const { mia } = world.people;
  await signInOnTelegram(program, "mia");
  const list = await mia.waitsFor("6 entries", longTimeout);
  world.pikpak.rules.offlineTakes = 3000;
  mia.sends("/download https://files.example/away.iso");
  await vi.waitUntil(() => world.pikpak.state.tasks.size > 0, { timeout: 20_000 });
  return list;
}

test("while PikPak is away its downloads and files wait, ask seldom, and come to their end once afterwards", async () => {
  const { world } = await started({ DISCORD_BOT_TOKEN: "" });
  const { mia } = world.people;
  const list = await underWay();
  const before = world.pikpak.calls.length;
  world.pikpak.fail({ times: 1_000_000, reset: true });
  await mia.presses("📁 Films", { on: list, ...longTimeout });
  const cpu = await lasting();
  await mia.waitsFor(/PikPak (does not answer|cannot be reached)|try again/i, longTimeout);
  expect(cpu).toBeLessThan(maxCpu);
  expect(world.pikpak.calls.length - before).toBeLessThanOrEqual(budget);
  world.pikpak.heal();
  await mia.waitsFor(/✅ away\.iso/, longTimeout);
  mia.sends("/browse Films");
  await mia.waitsFor("9 entries", longTimeout);
  expect([...world.pikpak.state.tasks.values()].filter(({ url }) => url.includes("away.iso"))).toHaveLength(1);
});

describe.each([
  ["Redis", hasRedis, startRedis],
  ["Postgres", hasPostgres, startPostgres],
] as const)("while %s is away", (name, isThere, startServer) => {
  if (!isThere) process.stderr.write(`${name} is not away for long: there is none here\n`);

  test.skipIf(!isThere)("the program waits without a busy loop, says so, and goes on with all it kept", async () => {
    const server = await startServer();
    onTestFinished(() => server.close());
    const { world } = await started({
      STORE_URL: server.url,
      SECRET_KEY: Buffer.alloc(32, 5).toString("base64"),
      DISCORD_BOT_TOKEN: "",
    });
    const { mia } = world.people;
    const list = await underWay();
    const before = world.telegram.calls.length;
    await server.kill();
    const toast = await mia.presses("📁 Films", { on: list, ...longTimeout });
    const cpu = await lasting();
    expect(`${toast.text ?? ""}\n${mia.sees()}`).toMatch(/cannot reach what I keep/);
    expect(cpu).toBeLessThan(maxCpu);
    expect(world.telegram.calls.length - before).toBeLessThanOrEqual(budget);
    await server.start();
    await vi.waitUntil(async () => (await fetch(`${program.gateway}/readyz`)).status === 200, {
      ...longTimeout,
      interval: 200,
    });
    await mia.presses("📁 Films", { on: list, ...longTimeout });
    await mia.waitsFor("› Films", longTimeout);
    await mia.waitsFor(/✅ away\.iso/, longTimeout);
    expect([...world.pikpak.state.tasks.values()].filter(({ url }) => url.includes("away.iso"))).toHaveLength(1);
    expect(world.pikpak.calls.filter(({ path }) => path === "/v1/auth/signin")).toHaveLength(1);
  });
});
