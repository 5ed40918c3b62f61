import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { startApp, type App } from "../../src/app.ts";
import type { Config } from "../../src/config.ts";
import { createLog } from "../../src/log.ts";
import { cast } from "../../emulators/seed.ts";
import { freePort } from "../../emulators/free-port.ts";
import { environmentOf, sharedStores, type SharedStore } from "../store/shared-stores.ts";
import { prepareProgram, type Program } from "./program.ts";

// Several processes over one store serve the same people: each of them the gateway, one of them the updates of a chat.

const stores = sharedStores.filter(({ isHere }) => isHere);
if (stores.length < sharedStores.length)
  process.stderr.write("replicas are not all tested: no Redis, or no Postgres (.ci/run starts them)\n");

vi.setConfig({ testTimeout: 90_000 });
let program: Program | undefined;
afterEach(async () => {
  await program?.close();
  program = undefined;
});

const key = Buffer.alloc(32, 5);

/** The program in a process of its own, and what the second process is configured with. */
async function first(store: SharedStore): Promise<{ readonly program: Program; readonly shared: Config }> {
  program = await prepareProgram();
  const place = await store.place("replicas");
  await program.start({ ...environmentOf(place), SECRET_KEY: key.toString("base64") });
  const { config } = program.world;
  const gateway = { host: "127.0.0.1", port: await freePort() };
  return { program, shared: { ...config, storeUrl: place.url, redisUrl: place.redisUrl, secretKeys: [key], gateway } };
}

/** Another replica, in this process; it must not have met its end by itself when it is stopped. */
async function second(config: Config): Promise<App> {
  const fatal = vi.fn<(message: string) => void>();
  const app = await startApp(config, { onFatal: fatal, log: createLog({ level: "silent" }) });
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= app.stop());
  onTestFinished(async () => {
    await stop();
    expect(fatal.mock.calls).toEqual([]);
  });
  return { ...app, stop };
}

describe.each(stores)("two processes over $name", (store) => {
  test("while one takes the updates of both chats the other is ready, and goes on with both when the first is killed", async () => {
    const { program: one, shared } = await first(store);
    const { telegram, discord, people, members, hall } = one.world;
    const polls = () => telegram.calls.filter(({ method }) => method === "getUpdates").length;
    const other = await second(shared);
    expect((await fetch(`${other.gatewayUrl}/readyz`)).status).toBe(200);
    expect(discord.gateway.connections()).toBe(1);
    people.mia.sends("/help");
    await people.mia.waitsFor("/browse");
    expect(telegram.calls.filter(({ method, ok }) => method === "getUpdates" && !ok)).toEqual([]);

    await one.kill();
    const before = polls();
    people.jun.sends("/help");
    await people.jun.waitsFor("/browse", { timeout: 30_000 });
    expect(polls()).toBeGreaterThan(before);
    await expect.poll(() => discord.gateway.connections(), { timeout: 30_000 }).toBe(1);
    await members.mia.uses("/help", { in: hall });
    await members.mia.waitsFor((message) => JSON.stringify(message).includes("/browse"), { in: hall });
  });

  test("a process that ends lets the other go on with nothing done twice", async () => {
    const { program: one, shared } = await first(store);
    const { telegram, people } = one.world;
    const leaving = await second({ ...shared, gateway: { host: "127.0.0.1", port: await freePort() } });
    await one.kill();
    people.mia.sends("/help");
    await people.mia.waitsFor("/browse", { timeout: 30_000 });
    await second(shared);
    await leaving.stop();
    people.jun.sends("/help");
    await people.jun.waitsFor("/browse", { timeout: 30_000 });
    const answers = ({ id }: { readonly id: number }) =>
      telegram.calls.filter((call) => call.method === "sendMessage" && call.ok && call.parameters["chat_id"] === id);
    expect([answers(cast.mia), answers(cast.jun)].map(({ length }) => length)).toEqual([1, 1]);
  });

  test("an update that is brought to both processes is done by one of them", async () => {
    const { program: one, shared } = await first(store);
    const { telegram, people } = one.world;
    people.mia.sends("/settings");
    await people.mia.waitsFor("Language");
    await one.kill();
    const webhook = { url: "https://bot.example.com/hook", secret: "s3cret" };
    const replicas: App[] = [];
    for (const port of [await freePort(), await freePort()]) {
      const settings = { token: telegram.token, apiRoot: telegram.apiRoot, webhook };
      replicas.push(await second({ ...shared, telegram: settings, gateway: { host: "127.0.0.1", port } }));
    }
    const { id } = cast.mia;
    const from = { id, is_bot: false, first_name: "Mia", language_code: "en" };
    const message = { message_id: 77, date: 1, chat: { id, type: "private", first_name: "Mia" }, from, text: "/help" };
    const update = {
      update_id: 4242,
      message: { ...message, entities: [{ type: "bot_command", offset: 0, length: 5 }] },
    };
    const brought = replicas.map(({ gatewayUrl }) =>
      fetch(`${gatewayUrl}/hook`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-telegram-bot-api-secret-token": webhook.secret },
        body: JSON.stringify(update),
      }),
    );
    expect((await Promise.all(brought)).map(({ status }) => status)).toEqual([200, 200]);
    await people.mia.waitsFor("/browse");
    expect(telegram.calls.filter(({ method, ok }) => method === "sendMessage" && ok)).toHaveLength(2);
  });
});
