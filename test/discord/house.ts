import { pino, type Logger } from "pino";
import type { Action, Visit } from "../../src/actions/action.ts";
import type { Answer, Screen } from "../../src/actions/screen.ts";
import { suggest } from "../../src/actions/suggest.ts";
import { createDiscord, type Discord, type DiscordParts } from "../../src/discord/bot.ts";
import { startDiscord, type DiscordEmulator } from "../../src/emulators/discord/discord.ts";
import type { Person } from "../../src/emulators/discord/person.ts";
import type { Channel, Guild } from "../../src/emulators/discord/state.ts";
import { loadWords } from "../../src/words.ts";
import { house as desk, usualCloud, type Cloud, type House as Desk } from "../actions/house.ts";

/** The real bot on an emulated Discord, over the real actions or over a desk that a test writes. */
export interface House {
  readonly emulator: DiscordEmulator;
  readonly asked: { visit: Visit; action: Action }[];
  /** What the bot keeps, as it would be on disk. */
  readonly kept: Map<string, string>;
  readonly fatal: string[];
  readonly left: string[];
  /** Log lines. */
  readonly logged: string[];
  /** The process that runs now. */
  discord: Discord;
  readonly mia: Person;
  readonly jun: Person;
  /** A server with both of them and the bot. */
  readonly server: Guild;
  /** Its channel. */
  readonly hall: Channel;
  /** Stops the bot and starts a new one over the same store. */
  restart(): Promise<void>;
  /** A new one over the same store, while the old one is gone without a word. */
  rebuild(): void;
  close(): Promise<void>;
}

/** Answers instead of the real actions. */
export type Script = (
  action: Action,
  visit: Visit,
  signal: AbortSignal,
) => Screen | Answer | undefined | Promise<Screen | Answer | undefined>;

export interface HouseOptions extends Partial<DiscordParts> {
  readonly cloud?: Cloud;
  /** Undefined answers are the real actions'. */
  readonly script?: Script;
  readonly pages?: boolean;
}

export const words = loadWords();

/** Opens a house with Mia and Jun in it; the bot is not started. */
export async function openHouse({
  cloud = usualCloud(),
  script = () => undefined,
  pages = true,
  ...more
}: HouseOptions = {}): Promise<House> {
  const emulator = await startDiscord();
  const asked: House["asked"] = [];
  const kept = new Map<string, string>();
  const fatal: string[] = [];
  const left: string[] = [];
  const logged: string[] = [];
  let codes = 0;
  const issuePage = async () => ({
    url: `https://drive.example.com/s/code${String((codes += 1)).padStart(18, "0")}`,
    expiresAt: Date.now() + 600_000,
  });
  let at: Desk = desk(cloud, { now: Date.now, changes: pages ? { issuePage } : {} });
  const build = () =>
    createDiscord({
      settings: { token: emulator.token, apiRoot: emulator.apiRoot },
      words,
      log: listening(logged),
      now: Date.now,
      onFatal: (reason) => fatal.push(reason),
      onLeft: async (place) => void left.push(place),
      kept: {
        // As a database would: text in, text out.
        get: async (key) => (kept.has(key) ? JSON.parse(kept.get(key) ?? "") : undefined),
        set: async (key, value) => kept.set(key, JSON.stringify(value)),
        delete: async (key) => kept.delete(key),
      },
      async perform(visit, action, signal) {
        asked.push({ visit, action });
        const given = await script(action, visit, signal);
        if (!given) return at.do(visit, action, signal);
        return "screen" in given ? given : { screen: given, language: words.pick(visit.person.locale) };
      },
      suggest: (visit, typing) => suggest(at.services, visit, typing),
      ...more,
    });
  const mia = emulator.person({ name: "Mia" });
  const jun = emulator.person({ name: "Jun" });
  const server = emulator.guild({ name: "Film club", owner: mia, members: [jun], channels: [] });
  const house: House = {
    emulator,
    asked,
    kept,
    fatal,
    left,
    logged,
    discord: build(),
    mia,
    jun,
    server,
    hall: emulator.channel(server, "hall"),
    async restart() {
      await house.discord.stop();
      house.rebuild();
      await house.discord.start();
    },
    rebuild() {
      at = at.restarted();
      house.discord = build();
    },
    async close() {
      await house.discord.stop();
      await emulator.close();
    },
  };
  return house;
}

function listening(lines: string[]): Logger {
  return pino({ level: "debug" }, { write: (line: string) => void lines.push(line) });
}
