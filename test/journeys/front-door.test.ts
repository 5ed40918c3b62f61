import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { ownDatabase } from "../store/own-database.ts";
import { prepareProgram, type Program } from "./program.ts";

// The whole program as operators run it and people meet it: what is promised at the front door.

vi.setConfig({ testTimeout: 90_000 });
let program: Program;
afterEach(() => program.close());

const addressIn = (text: string) => /https?:\/\/127\S+/.exec(text)?.[0] ?? "";

test("a link card's address is short, leads to the bytes, and streams ranges; the gateway says how it is", async () => {
  program = await prepareProgram();
  const { world, gateway } = program;
  const { mia } = world.people;
  await program.start({ PUBLIC_URL: gateway });
  mia.sends(world.shelf.shares.open.url);
  await mia.waitsFor("› Holiday 2026");
  mia.sends("/link Holiday 2026/Packing list.txt");
  const url = addressIn((await mia.waitsFor("Download link")).text);
  expect(url.length).toBeLessThanOrEqual(256);
  expect(new URL(url).pathname).toMatch(/^\/d\/[\w-]+\/Packing%20list\.txt$/);
  const redirect = await fetch(url, { redirect: "manual" });
  expect([redirect.status, redirect.headers.get("cache-control"), redirect.headers.get("referrer-policy")]).toEqual([
    302,
    "no-store",
    "no-referrer",
  ]);
  expect(await (await fetch(redirect.headers.get("location") ?? "")).text()).toBe("towel\nsun cream\nbooks\n");
  const part = await fetch(url.replace("/d/", "/p/"), { headers: { range: "bytes=6-14" } });
  expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([
    206,
    "bytes 6-14/22",
    "sun cream",
  ]);
  const beyond = await fetch(url.replace("/d/", "/p/"), { headers: { range: "bytes=900-" } });
  expect(beyond.status).toBe(416);
  expect((await fetch(`${gateway}/d/${"A".repeat(60)}/x`)).status).toBe(403);
  expect(await (await fetch(`${gateway}/healthz`)).text()).toBeTruthy();
  expect(await (await fetch(`${gateway}/readyz`)).json()).toEqual({ ok: true });
  expect(await (await fetch(`${gateway}/metrics`)).text()).toMatch(/^# TYPE /m);
});

test("a cap set in the environment makes a second stream wait, until the first has ended", async () => {
  program = await prepareProgram({ DISCORD_BOT_TOKEN: "" });
  const { world, gateway } = program;
  const { mia } = world.people;
  await program.start({ PUBLIC_URL: gateway, PROXY_STREAMS_PER_PERSON: "1", PROXY_BANDWIDTH: "20M" });
  mia.sends(world.shelf.shares.open.url);
  await mia.waitsFor("› Holiday 2026");
  mia.sends("/link Holiday 2026/Day 1/Beach, day 1.mp4");
  const url = addressIn((await mia.waitsFor("Download link")).text).replace("/d/", "/p/");
  // More than any buffer holds, and nobody reads it: it stays under way.
  const first = await fetch(url);
  expect(first.status).toBe(200);
  const second = await fetch(url);
  expect([second.status, second.headers.get("retry-after")]).toEqual([429, "5"]);
  await first.body?.cancel();
  await expect
    .poll(async () => {
      const next = await fetch(url, { headers: { range: "bytes=0-9" } });
      await next.body?.cancel();
      return next.status;
    })
    .toBe(206);
});

test("a drive's own link is handed out without a public address, and until when it works", async () => {
  program = await prepareProgram();
  const { world } = program;
  const { mia } = world.people;
  await program.start();
  mia.sends(world.shelf.shares.open.url);
  await mia.waitsFor("› Holiday 2026");
  mia.sends("/link Holiday 2026/Packing list.txt");
  const card = await mia.waitsFor("Download link");
  expect(card.text).toMatch(/Works (?:for|until) .*2026/);
  expect(addressIn(card.text)).not.toContain(program.gateway);
  expect(await (await fetch(addressIn(card.text))).text()).toBe("towel\nsun cream\nbooks\n");
});

test("the gateway takes Telegram's calls over a webhook with the derived secret, and nobody else's", async () => {
  program = await prepareProgram({ DISCORD_BOT_TOKEN: "" });
  const { world, gateway } = program;
  const { mia } = world.people;
  await program.start({ TELEGRAM_WEBHOOK_URL: `${gateway}/telegram` });
  mia.sends("/start");
  await mia.waitsFor("two ways in");
  mia.sends(world.shelf.shares.open.url);
  await mia.waitsFor("› Holiday 2026");
  await mia.waitsFor(({ labels }) => labels.some((label) => label.includes("Day 10")));
  const { parameters } = await world.telegram.called(({ method }) => method === "setWebhook");
  expect(parameters["allowed_updates"]).toEqual([
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "inline_query",
    "chosen_inline_result",
  ]);
  const forged = { update_id: 1, message: { message_id: 9, date: 1, text: "/start" } };
  const call = (headers: Record<string, string>) =>
    fetch(`${gateway}/telegram`, { method: "POST", body: JSON.stringify(forged), headers });
  const json = { "content-type": "application/json" };
  expect((await call(json)).status).toBe(401);
  expect((await call({ ...json, "x-telegram-bot-api-secret-token": "guess" })).status).toBe(401);
  expect(world.telegram.calls.some(({ method }) => method === "getUpdates")).toBe(false);
});

test("a second process on the same token ends this one with exit code 2 and a line that says what to do", async () => {
  program = await prepareProgram({ DISCORD_BOT_TOKEN: "" });
  const { telegram } = program.world;
  await program.start();
  await expect.poll(() => telegram.bot.inbox.isPolled).toBe(true);
  await fetch(`${telegram.apiRoot}/bot${telegram.token}/getUpdates?timeout=0`);
  const { code, err } = await program.ended();
  expect(code).toBe(2);
  expect(err.trim().split("\n")).toEqual([expect.stringMatching(/another process takes this bot's updates \(409/)]);
});

test("bad input gets a clear sentence each, on the real bot over the real driver", async () => {
  program = await prepareProgram({ DISCORD_BOT_TOKEN: "" });
  const { world } = program;
  const { mia } = world.people;
  await program.start();
  const answers = async (act: () => unknown): Promise<string> => {
    // A dialogue goes on in its own message.
    const known = new Map(mia.messages.map(({ id, text }) => [id, text]));
    act();
    const shown = await mia.waitsFor(({ id, text, byBot }) => byBot && known.get(id) !== text);
    return shown.text;
  };
  expect(await answers(() => mia.sends("/nonsense"))).toMatch(/do not know this command.*\/help/s);
  expect(await answers(() => mia.sends("x".repeat(4096)))).toMatch(/did not understand/);
  expect(await answers(() => mia.sendsFile({ kind: "sticker" }))).toMatch(/share link, words to search for, or a file/);
  expect(await answers(() => mia.sends("https://drive.google.com/file/d/abc"))).toMatch(/not a PikPak share link/);
  expect(await answers(() => mia.sends("/share VNtooshort"))).toMatch(/not a PikPak share/);
  expect(await answers(() => mia.sends("https://mypikpak.com/s/VNnobodyhasthisone000000_o1"))).toMatch(
    /no such share|There is no/,
  );
  expect(await answers(() => mia.sends("/browse /no/where"))).not.toMatch(/at .*\.ts/);
  expect(await answers(() => mia.sends("/login"))).toMatch(/How would you like to sign in/);
  await mia.presses("User name and password");
  expect(await answers(() => mia.sendsFile({ kind: "sticker" }))).toMatch(/❔ User name/);
  // What was typed to sign in with goes, and the question says what was wrong with it.
  mia.sends("y".repeat(4096));
  await mia.waitsFor(/too long.*❔ User name/s);
  mia.sends("/cancel");
  mia.sends(world.shelf.shares.open.url);
  const list = await mia.waitsFor("› Holiday 2026");
  for (const data of ["", "1abc", "x".repeat(64), "1ZZZZZZZZZZ-1-o-0", "d-rt-0a1b2cq0-x"]) {
    expect((await mia.forges(data, { on: list }).answer()).text).toMatch(/\w{3}.*\./);
  }
  expect(mia.sees()).not.toMatch(/\bat \w+ \(|node_modules|\.ts:\d/);
});

test("names with HTML, Markdown, right-to-left marks, emoji and 255 characters arrive intact in both chats", async () => {
  program = await prepareProgram();
  const { world } = program;
  const { pikpak } = world;
  const names = [
    "<b>bold</b> & <script>alert(1)</script>.txt",
    "*star* _under_ `tick` ~~no~~ ||spoiler|| [a](http://b.example).txt",
    "שלום עולם مرحبا.txt",
    "👩‍👩‍👧‍👦 🏳️‍🌈 é.txt",
    `${"ä".repeat(251)}.txt`,
    "@everyone <@1002> <#5> /start.txt",
  ];
  const account = pikpak.build.account({
    username: "names@example.com",
    email: "names@example.com",
    password: "p-a-s-s",
  });
  const nodes = names.map((name) => pikpak.build.file(account, undefined, { name, bytes: Buffer.from(name) }));
  const { id } = pikpak.build.share(account, { title: "<i>All</i> *names* 🎬", nodes });
  await program.start({ PUBLIC_URL: program.gateway });
  const { mia } = world.people;
  const { mia: member } = world.members;
  const here = { in: world.hall };
  mia.sends(`https://mypikpak.com/s/${id}`);
  const list = await mia.waitsFor("6 entries");
  expect(list.text).toContain("<i>All</i> *names* 🎬");
  await member.uses(`/share link:https://mypikpak.com/s/${id}`, here);
  const theirs = await member.waitsFor("6 entries", here);
  for (const name of names) {
    const start = name.slice(0, 7);
    await mia.presses(new RegExp(escaped(start)), { on: list });
    await mia.waitsFor(({ id: shown, text }) => shown === list.id && bare(text).split("\n").includes(name));
    await mia.presses("🔗", { on: list });
    const link = await mia.waitsFor(({ text }) => text.includes("Download link") && bare(text).includes(name));
    const answer = await fetch(addressIn(link.text).replace("/d/", "/p/"));
    expect(await answer.text()).toBe(name);
    expect(savedAs(answer.headers.get("content-disposition") ?? "")).toBe(name.replaceAll("/", "_"));
    await mia.presses("⬆", { on: list });
    await mia.presses("⬆", { on: list });
    await mia.waitsFor(({ id: shown, text }) => shown === list.id && text.includes("6 entries"));

    await member.selects(new RegExp(escaped(start)), { message: theirs });
    await member.waitsFor((view) => {
      const said = bare(JSON.stringify(view));
      return said.includes("Document · ") && said.includes(JSON.stringify(name).slice(1, -1));
    }, here);
    await member.presses(/⬆/, { message: theirs });
    await member.waitsFor("6 entries", here);
  }
});

/** The name a browser would save it as (RFC 6266); no file is called something with a slash. */
function savedAs(disposition: string): string {
  const encoded = /filename\*=UTF-8''([^;\s]+)/i.exec(disposition)?.[1];
  if (encoded !== undefined) return decodeURIComponent(encoded);
  return (/filename="((?:[^"\\]|\\.)*)"/.exec(disposition)?.[1] ?? disposition).replaceAll(/\\(.)/g, "$1");
}

/** Without the marks that keep a name's direction to itself. */
function bare(text: string): string {
  return text.replaceAll(/[\u2066-\u2069]/g, "");
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

describe.each([
  ["Redis", process.env["TEST_REDIS_URL"]],
  ["Postgres", process.env["TEST_POSTGRES_URL"]],
])("over %s", (name, server) => {
  if (server === undefined)
    process.stderr.write(`the program over ${name} is not tried: no server (.ci/run starts one)\n`);

  test.skipIf(server === undefined)("a store that dies costs one answer, and nothing that was kept", async () => {
    program = await prepareProgram();
    const url = await ownDatabase(server ?? "", "program");
    const { world } = program;
    const { mia } = world.people;
    const wire = await breakable(new URL(url));
    onTestFinished(() => wire.close());
    const address = new URL(url);
    address.host = `127.0.0.1:${wire.port}`;
    await program.start({
      STORE_URL: address.href,
      SECRET_KEY: Buffer.alloc(32, 5).toString("base64"),
      DISCORD_BOT_TOKEN: "",
    });
    mia.sends(world.shelf.shares.open.url);
    const list = await mia.waitsFor("› Holiday 2026");
    wire.cut();
    const toast = await mia.presses("📁 Day 1", { on: list, timeout: 20_000 });
    expect(`${toast.text ?? ""} ${mia.sees()}`).toMatch(/went wrong|try again/i);
    expect(mia.sees()).not.toMatch(/ECONNREFUSED|Socket|at \w+ \(/);
    expect((await fetch(`${program.gateway}/readyz`)).status).toBe(503);
    wire.mend();
    await expect.poll(async () => (await fetch(`${program.gateway}/readyz`)).status, { timeout: 15_000 }).toBe(200);
    await mia.presses("📁 Day 1", { on: list });
    await mia.waitsFor("› Day 1");
    await program.kill();
    await program.start({
      STORE_URL: address.href,
      SECRET_KEY: Buffer.alloc(32, 5).toString("base64"),
      DISCORD_BOT_TOKEN: "",
    });
    mia.sends("/mounts");
    await mia.waitsFor("Your drives");
    mia.sends("/forget");
    await mia.waitsFor("Delete everything");
    await mia.presses("🗑");
    await mia.waitsFor("is deleted");
  });
});

/** A wire to a server that can be cut and mended. */
async function breakable(to: URL): Promise<{ port: number; cut(): void; mend(): void; close(): void }> {
  let isCut = false;
  const open = new Set<{ destroy(): void }>();
  const server = createServer((near) => {
    if (isCut) return void near.destroy();
    const far = connect(Number(to.port), to.hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.on("error", () => other.destroy()).on("close", () => other.destroy());
      one.pipe(other);
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const cutAll = () => {
    for (const socket of open) socket.destroy();
    open.clear();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      isCut = true;
      cutAll();
    },
    mend: () => void (isCut = false),
    close() {
      cutAll();
      server.close();
    },
  };
}
