import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { hasPostgres, hasRedis, startPostgres, startRedis } from "../store/own-server.ts";
import { prepareProgram, type Program } from "./program.ts";
import { balanced } from "./balancer.ts";
import { askPasswordOnTelegram, signInOnTelegram } from "./sign-in.ts";

// The server that keeps everything stands still, or is killed and comes back: people are told, and nothing that was kept is lost.

vi.setConfig({ testTimeout: 120_000 });
let program: Program;
afterEach(() => program.close());

describe.each([
  ["Redis", hasRedis, startRedis],
  ["Postgres", hasPostgres, startPostgres],
] as const)("over %s", (name, isThere, startServer) => {
  if (!isThere) process.stderr.write(`${name} is not killed under the program: there is none here\n`);

  async function browsing(more: (gateway: string) => Readonly<Record<string, string>> = () => ({})) {
    program = await prepareProgram();
    const server = await startServer();
    onTestFinished(() => server.close());
    const { world } = program;
    await program.start({
      STORE_URL: server.url,
      SECRET_KEY: Buffer.alloc(32, 5).toString("base64"),
      DISCORD_BOT_TOKEN: "",
      ...more(program.gateway),
    });
    const { mia } = world.people;
    mia.sends(world.shelf.shares.open.url);
    const list = await mia.waitsFor("› Holiday 2026");
    return { server, mia, list };
  }

  const isReady = async () => (await fetch(`${program.gateway}/readyz`)).status === 200;

  test.skipIf(!isThere)(
    "a store that is killed and started again costs one answer and nothing that was kept",
    async () => {
      const { server, mia, list } = await browsing();
      await server.kill();
      const toast = await mia.presses("📁 Day 1", { on: list, timeout: 30_000 });
      expect(`${toast.text ?? ""} ${mia.sees()}`).toMatch(/cannot reach what I keep|went wrong|try again/i);
      expect(await isReady()).toBe(false);
      await server.start();
      await vi.waitUntil(isReady, { timeout: 30_000, interval: 200 });
      await mia.presses("📁 Day 1", { on: list, timeout: 30_000 });
      await mia.waitsFor("› Day 1", { timeout: 20_000 });
      // Jobs are taken as well: those of Redis have connections of their own.
      mia.sends("/get Holiday 2026/Packing list.txt");
      await mia.waitsFor(/Sent in/, { timeout: 60_000 });
    },
  );

  test.skipIf(!isThere)("whoever sends a file meanwhile is told that it cannot be taken now", async () => {
    const { server, mia } = await browsing();
    await signInOnTelegram(program, "mia");
    await mia.waitsFor("🏠 Mia's PikPak", { timeout: 20_000 });
    // Killed before or after the end of the sign-in is kept: it is over all the same.
    await server.kill();
    mia.sendsFile({ kind: "document", name: "notes.bin", bytes: Buffer.from("what was sent") });
    await mia.waitsFor("cannot reach what I keep", { timeout: 30_000 });
    await server.start();
    await vi.waitUntil(isReady, { timeout: 30_000, interval: 200 });
    mia.sendsFile({ kind: "document", name: "later.bin", bytes: Buffer.from("what was sent later") });
    await mia.waitsFor(/✅ later\.bin/, { timeout: 30_000 });
    const there = [...program.world.pikpak.state.accounts.values()]
      .flatMap(({ userId }) => program.world.pikpak.state.nodes.all(userId))
      .filter((node) => node.name.endsWith(".bin"));
    expect(there.map((node) => node.name)).toEqual(["later.bin"]);
  });

  test.skipIf(!isThere)("a password that is typed meanwhile does not stay in the chat", async () => {
    const { server, mia, list } = await browsing();
    const { password } = program.world.shelf.accounts.mia;
    await askPasswordOnTelegram(program, "mia");
    // The question is kept before the next press is answered.
    await mia.presses("📁 Day 1", { on: list, timeout: 20_000 });
    await server.kill();
    const typed = mia.sends(password);
    await mia.waitsFor("I deleted it", { timeout: 30_000 });
    expect(typed.deleted).toBe(true);
    await server.start();
    await vi.waitUntil(isReady, { timeout: 30_000, interval: 200 });
    const again = mia.sends(password);
    await mia.waitsFor("🏠 Mia's PikPak", { timeout: 30_000 });
    expect(again.deleted).toBe(true);
    expect(program.log()).not.toContain(password);
  });

  test.skipIf(!isThere || name === "Postgres")(
    "a password that another process asked for does not stay in the chat either",
    async () => {
      const gateways: string[] = [];
      const address = await balanced(gateways);
      const { server, mia, list } = await browsing((gateway) => {
        gateways.push(gateway);
        return { PUBLIC_URL: address, TELEGRAM_WEBHOOK_URL: `${address}/telegram` };
      });
      const other = await program.startAnother();
      await askPasswordOnTelegram(program, "mia");
      await mia.presses("📁 Day 1", { on: list, timeout: 20_000 });
      await server.kill();
      gateways.splice(0, 1, other);
      const typed = mia.sends(program.world.shelf.accounts.mia.password);
      await mia.waitsFor("I deleted it", { timeout: 30_000 });
      expect(typed.deleted).toBe(true);
    },
  );

  test.skipIf(!isThere || name === "Postgres")(
    "a store that stands still costs one answer, and goes on by itself",
    async () => {
      const { server, mia, list } = await browsing();
      server.pause();
      const toast = await mia.presses("📁 Day 1", { on: list, timeout: 30_000 });
      server.goOn();
      expect(`${toast.text ?? ""} ${mia.sees()}`).not.toMatch(/ECONN|Socket|at \w+ \(/);
      await vi.waitUntil(isReady, { timeout: 30_000, interval: 200 });
      await mia.presses("📁 Day 1", { on: list, timeout: 30_000 });
      await mia.waitsFor("› Day 1", { timeout: 20_000 });
    },
  );
});
