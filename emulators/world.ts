import { startAria2, type Aria2Emulator } from "./aria2/aria2.ts";
import { freePort } from "./free-port.ts";
import { randomBytes } from "node:crypto";
import type { Config } from "../src/config.ts";
import { startDiscord, type DiscordEmulator } from "./discord/discord.ts";
import type { Person as DiscordPerson } from "./discord/person.ts";
import type { Channel, Guild } from "./discord/state.ts";
import { startFeedSite, type FeedSite } from "./feeds/site.ts";
import { startPikPak, type PikPakEmulator } from "./pikpak/pikpak.ts";
import { cast, feedSeed, seedPikPak, type Shelf } from "./seed.ts";
import type { PersonView, Stage } from "./stage.ts";
import type { Actor } from "./telegram/people.ts";
import type { Group } from "./telegram/groups.ts";
import { startTelegram, type TelegramEmulator } from "./telegram/telegram.ts";

/** The emulated services, seeded, and the configuration that points the app at them. */
export interface World {
  readonly config: Config;
  readonly pikpak: PikPakEmulator;
  readonly telegram: TelegramEmulator;
  readonly discord: DiscordEmulator;
  readonly shelf: Shelf;
  /** A site with a feed of films. */
  readonly feed: FeedSite;
  /** The cast on Telegram, each in their private chat with the bot. */
  readonly people: Readonly<Record<keyof typeof cast, Actor>>;
  /** A group of three on Telegram: Mia owns it, Jun and Lena are in it. */
  readonly group: Group;
  /** A channel on Telegram that Mia owns; the bot is not in it yet. */
  readonly news: Group;
  /** The cast on Discord. */
  readonly members: Readonly<Record<keyof typeof cast, DiscordPerson>>;
  /** A server of the same three, and its one channel. */
  readonly server: Guild;
  readonly hall: Channel;
  /** Mia's own. */
  readonly aria2: Aria2Emulator;
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
  // People here open a share's address in browsers of their own; a test that is about the Referer turns it on.
  pikpak.rules.shareReferer = false;
  const shelf = seedPikPak(pikpak.build, "https://mypikpak.com");
  const telegram = await startTelegram({ bots: [{ name: "ChatDrive", username: "chatdrive_bot" }] });
  const people = {
    mia: telegram.person(onTelegram("mia")),
    jun: telegram.person(onTelegram("jun")),
    lena: telegram.person(onTelegram("lena")),
    otto: telegram.person(onTelegram("otto")),
  };
  const group = telegram.group({ title: "Film night", members: [people.mia, people.jun, people.lena] });
  const news = telegram.group({ title: "Harbour news", type: "channel", members: [people.mia, people.jun] });
  const feed = await startFeedSite(feedSeed);
  const discord = await startDiscord({ name: "ChatDrive" });
  const members = {
    mia: discord.person(onDiscord("mia")),
    jun: discord.person(onDiscord("jun")),
    lena: discord.person(onDiscord("lena")),
    otto: discord.person(onDiscord("otto")),
  };
  const server = discord.guild({
    name: "Film club",
    owner: members.mia,
    members: [members.jun, members.lena],
    channels: [],
  });
  const hall = discord.channel(server, "hall");
  const aria2 = await startAria2({ secret: "night-boat", fetches: true });
  const port = await freePort();
  const config: Config = {
    telegram: { token: telegram.token, apiRoot: telegram.apiRoot },
    discord: { token: discord.token, apiRoot: discord.apiRoot },
    admins: [`telegram:${cast.otto.id}`, `discord:${cast.otto.id}`],
    access: "open",
    storeUrl: dataDir === undefined ? "memory://" : `sqlite://${dataDir}/chatdrive.sqlite`,
    dataDir: dataDir ?? ".",
    secretKeys: [randomBytes(32)],
    gateway: { host: "127.0.0.1", port },
    publicUrl: `http://127.0.0.1:${port}`,
    downloadMethod: "redirect",
    linkTtl: 24 * 3_600_000,
    // Whoever tries it has their aria2 on this machine.
    pushPrivate: true,
    pikpak: {
      domain: "mypikpak.net",
      driveUrl: pikpak.driveUrl,
      userUrl: pikpak.userUrl,
      mcpUrl: pikpak.mcpUrl,
      platform: "web",
    },
    logLevel,
  };
  return {
    config,
    pikpak,
    telegram,
    discord,
    shelf,
    feed,
    people,
    group,
    news,
    members,
    server,
    hall,
    aria2,
    stages: [telegram.stage(), discord.stage(Object.values(members)), pikPakStage(pikpak)],
    persons: Object.values(cast).map(({ id, name, language }) => ({ id: String(id), name, language })),
    close: async () => {
      await Promise.all([telegram.close(), discord.close(), pikpak.close(), feed.close(), aria2.close()]);
    },
  };
}

/** The page knows people by their number, which is the same in both chats. */
function onTelegram(who: keyof typeof cast): (typeof cast)[typeof who] & { key: string } {
  return { ...cast[who], key: String(cast[who].id) };
}

/** Discord's numbers and languages are written another way. */
function onDiscord(who: keyof typeof cast): { name: string; id: string; locale: string } {
  const { id, name, language } = cast[who];
  return { name, id: String(id), locale: language.startsWith("zh") ? "zh-CN" : "en-US" };
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
