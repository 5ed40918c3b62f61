import { freePort } from "../../emulators/free-port.ts";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startDiscord, type DiscordEmulator } from "../../emulators/discord/discord.ts";
import type { Person } from "../../emulators/discord/person.ts";
import type { Channel } from "../../emulators/discord/state.ts";
import { startPikPak, type PikPakEmulator } from "../../emulators/pikpak/pikpak.ts";

// The whole program in a process of its own, between an emulated Discord and an emulated PikPak.

// A process takes its time to start where many do.
vi.setConfig({ testTimeout: 60_000 });

const main = join(import.meta.dirname, "..", "..", "src", "main.ts");
const password = "correct-horse-battery";
let discord: DiscordEmulator;
let pikpak: PikPakEmulator;
let folder: string;
let running: ChildProcess | undefined;
let share: string;
let mia: Person;
let hall: Channel;

beforeEach(async () => {
  discord = await startDiscord();
  pikpak = await startPikPak();
  folder = mkdtempSync(join(tmpdir(), "chatdrive-discord-"));
  const account = pikpak.build.account({ username: "mia@example.com", email: "mia@example.com", password });
  const films = pikpak.build.folder(account, undefined, "Films");
  const film = pikpak.build.file(account, films, { name: "beach.mp4", size: 1000, mimeType: "video/mp4" });
  share = `https://mypikpak.com/s/${pikpak.build.share(account, { title: "Films", nodes: [films, film] }).id}`;
  mia = discord.person({ name: "Mia" });
  hall = discord.channel(discord.guild({ name: "Film club", owner: mia, channels: [] }), "hall");
});
afterEach(async () => {
  await kill();
  await Promise.all([discord.close(), pikpak.close()]);
  rmSync(folder, { recursive: true, force: true });
});

/** kill -9: it has no chance to do anything. */
async function kill(): Promise<void> {
  const child = running;
  running = undefined;
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "close");
}

interface Started {
  /** Where its gateway listens. */
  readonly gateway: string;
  /** Everything it logged so far. */
  log(): string;
}

async function start(more: Readonly<Record<string, string>> = {}): Promise<Started> {
  const child = spawn(process.execPath, [main], {
    cwd: folder,
    env: {
      PATH: process.env["PATH"],
      DATA_DIR: join(folder, "data"),
      DISCORD_BOT_TOKEN: discord.token,
      DISCORD_API_ROOT: discord.apiRoot,
      PIKPAK_DRIVE_URL: pikpak.driveUrl,
      PIKPAK_USER_URL: pikpak.userUrl,
      GATEWAY_PORT: String(await freePort()),
      LOG_LEVEL: "debug",
      ...more,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running = child;
  let out = "";
  const { promise: ready, resolve, reject } = Promise.withResolvers<string>();
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
    const gateway = /"event":"ready".*?"gateway":"([^"]+)"/.exec(out)?.[1];
    if (gateway !== undefined) resolve(gateway);
  });
  child.stderr.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.once("close", () => reject(new Error(out)));
  return { gateway: await ready, log: () => out };
}

test("a kill -9 between two presses goes unnoticed: the second one is answered", async () => {
  await start();
  await mia.uses(`/share link:${share}`, { in: hall });
  const list = await mia.waitsFor("beach.mp4", { in: hall });
  await kill();
  await start();
  await mia.selects(/beach/, { message: list });
  const card = await mia.waitsFor("Video", { in: hall });
  expect([card.id, discord.complaints]).toEqual([list.id, []]);
});

test("a modal that was open at a kill -9 is taken when it is sent off then", async () => {
  await start();
  await mia.uses("/share", { in: hall });
  expect(mia.modal()).toBeDefined();
  await kill();
  await start();
  await mia.fills({ "Share link": share });
  expect(await mia.waitsFor("beach.mp4", { in: hall })).toBeDefined();
});

test("an account is signed in to on the gateway's own page, and nothing secret is logged, kept in clear or told to Discord", async () => {
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const { log } = await start({ GATEWAY_PORT: String(port), PUBLIC_URL: address });
  await mia.uses("/login", { in: hall });
  await mia.waitsFor("How would you like to sign in?", { in: hall });
  await mia.presses(/User name and password/, { in: hall });
  const card = await mia.waitsFor("do not belong in Discord", { in: hall });
  const page = /\]\(<(http:\/\/127[^>]+)>\)/.exec(JSON.stringify(card.components))?.[1] ?? "";
  expect(page).toMatch(/\/s\/[\w-]{22}$/);
  const form = await (await fetch(page)).text();
  const token = /name="token" value="([^"]+)"/.exec(form)?.[1] ?? "";
  const sent = await fetch(page, {
    method: "POST",
    body: new URLSearchParams({ token, username: "mia@example.com", password, rootFolder: "" }),
  });
  expect([sent.status, await sent.text()]).toEqual([200, expect.stringContaining("go back to your chat")]);
  const list = await mia.waitsFor("1 entry", { in: hall });
  expect(list.id).toBe(card.id);
  const told = [...discord.requests, ...discord.frames].map((one) => JSON.stringify(one)).join("\n");
  const stored = readdirSync(join(folder, "data")).map((file) => readFileSync(join(folder, "data", file), "latin1"));
  for (const place of [told, log(), ...stored]) expect(place).not.toContain(password);
  const tokens = [...discord.state.interactions.values()].map((interaction) => interaction.token);
  for (const place of [log(), ...stored]) expect(tokens.filter((one) => place.includes(one))).toEqual([]);
});

test("a token that is refused ends the process with one line and exit code 2", async () => {
  const failed = start({ DISCORD_BOT_TOKEN: "not.the.token" });
  await expect(failed).rejects.toThrow(/^DISCORD_BOT_TOKEN: Discord does not accept it \(401\)[^\n]*\n$/m);
  expect(running?.exitCode).toBe(2);
});
