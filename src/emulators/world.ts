import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import type { Config } from "../config.ts";
import { startPikPak, type PikPakEmulator } from "./pikpak/pikpak.ts";
import { cast, seedPikPak, type Shelf } from "./seed.ts";
import type { PersonView, Stage } from "./stage.ts";
import type { Actor } from "./telegram/people.ts";
import type { Group } from "./telegram/groups.ts";
import { startTelegram, type TelegramEmulator } from "./telegram/telegram.ts";

/** The emulated services, seeded, and the configuration that points the app at them. */
export interface World {
  readonly config: Config;
  readonly pikpak: PikPakEmulator;
  readonly telegram: TelegramEmulator;
  readonly shelf: Shelf;
  /** The cast on Telegram, each in their private chat with the bot. */
  readonly people: Readonly<Record<keyof typeof cast, Actor>>;
  /** A group of three: Mia owns it, Jun and Lena are in it. */
  readonly group: Group;
  /** What the demo page shows. */
  readonly stages: readonly Stage[];
  readonly persons: readonly PersonView[];
  close(): Promise<void>;
}

interface WorldOptions {
  /** Where the app keeps its data; absent = in memory, and gone at the end. */
  readonly dataDir?: string;
  /** Absent = quiet. */
  readonly logLevel?: string;
}

/** Starts every service on loopback. The app is not started. */
export async function startWorld({ dataDir, logLevel = "warn" }: WorldOptions = {}): Promise<World> {
  const pikpak = await startPikPak();
  const shelf = seedPikPak(pikpak.build, "https://mypikpak.com");
  const telegram = await startTelegram({ bots: [{ name: "ChatDrive", username: "chatdrive_bot" }] });
  const people = {
    mia: telegram.person({ ...cast.mia, key: "mia" }),
    jun: telegram.person({ ...cast.jun, key: "jun" }),
    lena: telegram.person({ ...cast.lena, key: "lena" }),
    otto: telegram.person({ ...cast.otto, key: "otto" }),
  };
  const group = telegram.group({ title: "Film night", members: [people.mia, people.jun, people.lena] });
  const port = await freePort();
  const config: Config = {
    telegram: { token: telegram.token, apiRoot: telegram.apiRoot },
    admins: [`telegram:${cast.otto.id}`],
    access: "open",
    storeUrl: dataDir === undefined ? "memory://" : `sqlite://${dataDir}/chatdrive.sqlite`,
    dataDir: dataDir ?? ".",
    secretKeys: [randomBytes(32)],
    gateway: { host: "127.0.0.1", port },
    publicUrl: `http://127.0.0.1:${port}`,
    downloadMethod: "redirect",
    linkTtl: 24 * 3_600_000,
    pikpak: { domain: "mypikpak.net", driveUrl: pikpak.driveUrl, userUrl: pikpak.userUrl, platform: "web" },
    logLevel,
  };
  return {
    config,
    pikpak,
    telegram,
    shelf,
    people,
    group,
    stages: [telegram.stage(), pikPakStage(pikpak)],
    persons: Object.entries(cast).map(([id, { name, language }]) => ({ id, name, language })),
    close: async () => {
      await Promise.all([telegram.close(), pikpak.close()]);
    },
  };
}

/** PikPak has no chats to show, only what it is asked. */
function pikPakStage(pikpak: PikPakEmulator): Stage {
  return {
    chats: () => [],
    act: async () => {},
    onChange: () => {},
    onCall: (listener) => {
      pikpak.onCall(({ at, method, path, status, ms, host }) =>
        listener({ at, to: "pikpak", what: `${method} ${host} ${path}`, ok: status < 400, ms, note: String(status) }),
      );
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address ? address.port : 0;
}
