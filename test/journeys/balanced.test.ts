import { afterEach, describe, expect, test, vi } from "vitest";
import { loadWords } from "../../src/i18n/words.ts";
import { environmentOf, sharedStores, type SharedStore } from "../store/shared-stores.ts";
import { everyChatAndLanguage } from "./alone.ts";
import { balanced } from "./balancer.ts";
import { prepareProgram, type Program } from "./program.ts";

// Two processes over one store behind a balancer: each thing somebody does comes to the other process than the last.

const stores = sharedStores.filter(({ isHere }) => isHere);
if (stores.length < sharedStores.length)
  process.stderr.write(
    "a balancer before two processes is not tested everywhere: no Redis, or no Postgres (.ci/run starts them)\n",
  );

vi.setConfig({ testTimeout: 120_000 });
let program: Program | undefined;
afterEach(async () => {
  await program?.close();
  program = undefined;
});

interface TwoProcesses extends Program {
  /** Where each of them listens. */
  readonly gateways: readonly string[];
}

/** Two processes, both of which get whatever people do, in turns. */
async function twoProcesses(store: SharedStore, more: Readonly<Record<string, string>> = {}): Promise<TwoProcesses> {
  const made = await prepareProgram();
  program = made;
  const { discord } = made.world;
  const gateways = [made.gateway];
  const address = await balanced(gateways);
  await made.start({
    ...environmentOf(await store.place("balanced")),
    SECRET_KEY: Buffer.alloc(32, 5).toString("base64"),
    PUBLIC_URL: address,
    TELEGRAM_WEBHOOK_URL: `${address}/telegram`,
    DISCORD_INTERACTIONS: "http",
    ...more,
  });
  gateways.push(await made.startAnother());
  await expect.poll(() => discord.endpoint.url(), { timeout: 30_000 }).toBe(`${address}/discord/interactions`);
  return { ...made, gateways };
}

const words = loadWords();

/** Whoever does it: their language, and what lies at the top of their drive. */
const people = {
  mia: { language: "en", folder: "Films", file: "backup-2026-11.zip" },
  jun: { language: "zh", folder: "电影", file: "合同（最终版）.pdf" },
} as const;

describe.each(stores)("links of two processes over $name", (store) => {
  const addressIn = (text: string) => new URL(/https?:\/\/127\S+/.exec(text)?.[0] ?? "");

  test("a person's streams at both count together, and the one who waited goes on when the other stream ends", async () => {
    const { world, gateways } = await twoProcesses(store, { PROXY_STREAMS_PER_PERSON: "1", PROXY_BANDWIDTH: "20M" });
    const { mia } = world.people;
    mia.sends(world.shelf.shares.open.url);
    await mia.waitsFor("› Holiday 2026");
    mia.sends("/link Holiday 2026/Day 1/Beach, day 1.mp4");
    const { pathname } = addressIn((await mia.waitsFor("Download link")).text);
    const at = (gateway = "") => `${gateway}${pathname.replace("/d/", "/p/")}`;
    // More than any buffer holds, and nobody reads it: it stays under way.
    const first = await fetch(at(gateways[0]));
    expect(first.status).toBe(200);
    const second = await fetch(at(gateways[1]));
    expect([second.status, second.headers.get("retry-after")]).toEqual([429, "5"]);
    await first.body?.cancel();
    await expect
      .poll(async () => {
        const next = await fetch(at(gateways[1]), { headers: { range: "bytes=0-9" } });
        await next.body?.cancel();
        return next.status;
      })
      .toBe(206);
  });

  test("a link that one took back is refused by both within a second", async () => {
    const { world, gateways } = await twoProcesses(store);
    const { mia } = world.people;
    mia.sends(world.shelf.shares.open.url);
    await mia.waitsFor("› Holiday 2026");
    mia.sends("/link Holiday 2026/Packing list.txt");
    const { pathname } = addressIn((await mia.waitsFor("Download link")).text);
    const statuses = () =>
      Promise.all(
        gateways.map(async (gateway) => (await fetch(`${gateway}${pathname}`, { redirect: "manual" })).status),
      );
    expect(await statuses()).toEqual([302, 302]);
    const { otto } = world.people;
    otto.sends("/admin revoke");
    await otto.presses("🚫", { on: await otto.waitsFor("Take back every link") });
    await otto.waitsFor("whoever has it");
    expect(await statuses()).toEqual([410, 410]);
  });
});

test.each(stores)("a log level that an operator sets at one process over $name is that of both", async (store) => {
  const { world } = await twoProcesses(store, { LOG_LEVEL: "info" });
  const { otto } = world.people;
  const said = () => otto.messages.flatMap(({ text }) => /Log level: (\w+)/.exec(text)?.[1] ?? []);
  otto.sends("/admin log debug");
  await otto.waitsFor("Log level: debug");
  for (const times of [2, 3, 4]) {
    otto.sends("/admin");
    await expect.poll(() => said().length, { timeout: 20_000 }).toBe(times);
  }
  expect(said()).toEqual(["debug", "debug", "debug", "debug"]);
});

describe.each(everyChatAndLanguage)("on %s", (_chat, aloneOn, name) => {
  test.each(stores)(
    `${name} signs in over $name, and sees at one process what was changed at the other`,
    async (store) => {
      const { language, folder, file } = people[name];
      const say = words.in(language);
      const they = aloneOn(await twoProcesses(store), name);
      await they.signIn();
      await they.sees(folder, file, `⋯ ${say("press-tidy")}`);
      for (const made of ["One", "Two", "Three"]) {
        await they.press("⋯");
        await they.sees(say("tidy-what"));
        await they.press("📁➕");
        await they.answers("folder-name", made);
        await they.sees(say("did-made"), made);
        for (const times of [1, 2]) {
          await they.command("browse");
          await expect.poll(() => they.times(made, `🔎 ${say("press-find")}`), { timeout: 20_000 }).toBe(times);
        }
      }
    },
  );
});
