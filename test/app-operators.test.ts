import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startApp, type App } from "../src/app.ts";
import type { Config } from "../src/config.ts";
import type { Mount } from "../src/storage/mount.ts";
import { openStore } from "../src/store/store.ts";
import { createTickets } from "../src/gateway/ticket.ts";
import { jun, mia, startDouble, token, type Double } from "./telegram/double.ts";

// The whole app over the emulated Telegram: what an operator says in the chat, and what comes of it elsewhere.

const key = new Uint8Array(32).fill(5);
let double: Double;
let folder: string;
let app: App;

beforeEach(async () => {
  double = await startDouble();
  folder = mkdtempSync(join(tmpdir(), "chatdrive-operators-"));
  await keepDrives();
  app = await started();
});
afterEach(async () => {
  await app.stop();
  await double.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A share of Mia's and one of Jun's, at a service that nobody reaches. */
async function keepDrives(): Promise<void> {
  const store = await openStore({ url: `sqlite://${folder}/chatdrive.sqlite`, keys: [key], onError: () => undefined });
  const mounts = store.open<Mount>("mounts");
  for (const { id } of [mia, jun]) {
    await mounts.set(`of${id}`, {
      id: `of${id}`,
      owner: `telegram:${id}`,
      driver: "pikpak-share",
      title: "Films",
      options: { link: "https://mypikpak.com/s/VNabcdefghijklmnopqrstuvwx" },
      audience: [],
      createdAt: 1,
      health: { state: "working", at: 1 },
    });
  }
  await store.close();
}

function started(): Promise<App> {
  const config: Config = {
    telegram: { token, apiRoot: double.apiRoot },
    admins: [`telegram:${mia.id}`],
    access: "open",
    storeUrl: `sqlite://${folder}/chatdrive.sqlite`,
    dataDir: folder,
    secretKeys: [key],
    gateway: { host: "127.0.0.1", port: 0 },
    downloadMethod: "redirect",
    linkTtl: 3_600_000,
    pikpak: {
      domain: "mypikpak.net",
      platform: "web",
      driveUrl: "http://127.0.0.1:9",
      userUrl: "http://127.0.0.1:9",
      mcpUrl: "http://127.0.0.1:9",
    },
    logLevel: "silent",
  };
  return startApp(config, { onFatal: () => undefined, log: pino({ level: "silent" }, { write: () => undefined }) });
}

/** How a request in somebody's name is answered, for a file of a drive that cannot be reached: 502, where it is let through. */
async function asks(id: number): Promise<number> {
  const tickets = createTickets({ keys: [key], now: Date.now });
  const person = `telegram:${id}`;
  const ticket = tickets.issue({ mount: `of${id}`, entry: "1", person, expiresAt: Date.now() + 60_000 });
  const answer = await fetch(`${app.gatewayUrl}/d/${ticket}/file.txt`, { redirect: "manual" });
  await answer.body?.cancel();
  return answer.status;
}

test("links of somebody banned are gone at once and after a restart; others' are not", async () => {
  expect(await asks(jun.id)).toBe(502);
  double.sends(mia, mia.id, `/admin ban ${jun.id}`);
  await double.sees(({ text }) => text.includes("⛔ banned"));
  expect(await asks(jun.id)).toBe(410);
  expect(await asks(mia.id)).toBe(502);
  await app.stop();
  app = await started();
  expect(await asks(jun.id)).toBe(410);
  double.sends(jun, jun.id, "/start");
  await double.sees(({ chat, text }) => chat === jun.id && text.includes("你不能使用"));
});

test("records that operators see are kept in the database: people, invitations, acts", async () => {
  double.sends(jun, jun.id, "/help");
  await double.sees(({ chat }) => chat === jun.id);
  double.sends(mia, mia.id, "/admin invite");
  await double.sees(({ text }) => text.includes("Unused invitations: 1"));
  await app.stop();
  app = await started();
  double.sends(mia, mia.id, "/admin");
  await double.sees(({ text }) => text.includes("People: 2, groups: 0"));
  double.sends(mia, mia.id, "/admin access");
  await double.sees(({ text }) => text.includes("Unused invitations: 1") && !text.includes("inv-"));
  double.sends(mia, mia.id, "/admin audit");
  await double.sees(({ text }) => text.includes(`telegram:${mia.id} · invitation made`));
  double.sends(mia, mia.id, "/admin people");
  expect((await double.sees(({ text }) => text.includes("People and groups"))).text).toContain(`telegram:${jun.id}`);
});
