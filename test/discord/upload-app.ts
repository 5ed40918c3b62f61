import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import { perform } from "../../src/actions/perform.ts";
import type { Services } from "../../src/actions/context/services.ts";
import { createTransfers } from "../../src/actions/files/transfers.ts";
import type { Transfers } from "../../src/actions/model/transfer.ts";
import { createDiscord, type Discord } from "../../src/discord/bot.ts";
import type { MemoryEntry } from "../../src/drivers/memory.ts";
import { virtualClock, type VirtualClock } from "../../emulators/clock.ts";
import { startDiscord, type DiscordEmulator } from "../../emulators/discord/discord.ts";
import type { Person } from "../../emulators/discord/person.ts";
import type { Channel } from "../../emulators/discord/state.ts";
import type { JobQueue } from "../../src/jobs/queue.ts";
import { loadWords } from "../../src/i18n/words.ts";
import { Cloud, emptyShelves, app } from "../actions/test-app.ts";
import { contentOf } from "../telegram/upload-app.ts";
import { keptInputs, testJobs } from "../test-jobs.ts";

/** The real bot with the real actions over an emulated Discord whose time stands; a drive's bytes are what a test says. */
export interface UploadApp {
  readonly emulator: DiscordEmulator;
  /** The time of Discord, of the bot and of the queue; discord.js has its own. */
  readonly clock: VirtualClock;
  readonly mia: Person;
  readonly jun: Person;
  /** The channel of a server with both of them and the bot. */
  readonly hall: Channel;
  /** Files that were opened at the drive, and how often they were let go. */
  readonly opened: string[];
  closed: number;
  /** What the drive sends of a file. */
  pieces: (name: string, signal: AbortSignal) => AsyncIterable<Uint8Array>;
  /** Files whose end nobody has been told yet. */
  onRecord(): Promise<number>;
  /** The process ends without finishing its files. */
  ends(): Promise<void>;
  /** Another one begins over the same store. */
  begins(): Promise<void>;
  /** Fails where Discord had something to complain about. */
  close(): Promise<void>;
}

interface UploadAppOptions {
  /** The drive behind the share `https://share.example/s/films`. */
  readonly tree: MemoryEntry;
  readonly changes?: Partial<Services>;
}

const words = loadWords();
const log = pino({ level: "silent" });

/** Opens the world and starts the bot. */
export async function startUploadApp({ tree, changes }: UploadAppOptions): Promise<UploadApp> {
  const clock = virtualClock();
  const emulator = await startDiscord({ clock });
  const shelves = emptyShelves();
  const [mia, jun] = [emulator.person({ name: "Mia" }), emulator.person({ name: "Jun" })];
  const server = emulator.guild({ name: "Film club", owner: mia, members: [jun], channels: [] });
  const kept = new Map<string, unknown>();
  let process: { readonly jobs: JobQueue; readonly transfers: Transfers; readonly bot: Discord };
  const uploadApp: UploadApp = {
    emulator,
    clock,
    mia,
    jun,
    hall: emulator.channel(server, "hall"),
    opened: [],
    closed: 0,
    async *pieces(name) {
      yield contentOf(name);
    },
    async onRecord() {
      const kinds = ["transfer", "transfer-outcome"];
      return (await Promise.all(kinds.map((kind) => keptInputs(shelves.jobs, kind)))).flat().length;
    },
    async ends() {
      await process.jobs.stop();
      await process.transfers.stop();
      await process.bot.stop();
    },
    async begins() {
      const jobs = testJobs(shelves.jobs, { now: clock.now, wait: waitBy(clock) });
      const transfers = transfersOf(uploadApp, jobs, () => bot);
      const at = app(new Cloud({ shares: { films: { tree } } }), {
        shelves,
        jobs,
        now: clock.now,
        changes: { transfers, ...changes },
      });
      const bot = createDiscord({
        settings: { token: emulator.token, apiRoot: emulator.apiRoot },
        perform: (visit, action, signal) => perform(at.services, visit, action, signal),
        suggest: async () => [],
        canPost: async () => false,
        words,
        kept: {
          get: async (key) => kept.get(key),
          set: async (key, value) => kept.set(key, value),
          delete: async (key) => kept.delete(key),
        },
        log,
        now: clock.now,
        onFatal: () => undefined,
        onLeft: async () => undefined,
      });
      process = { jobs, transfers, bot };
      await bot.start();
    },
    async close() {
      await uploadApp.ends();
      await emulator.close();
      if (emulator.complaints.length > 0) throw new Error(emulator.complaints.join("\n"));
    },
  };
  await uploadApp.begins();
  return uploadApp;
}

function transfersOf(uploadApp: UploadApp, jobs: JobQueue, bot: () => Discord): Transfers {
  return createTransfers({
    jobs,
    messengers: { of: () => bot().messenger },
    openBytes: async (_mount, { name }, { signal }) => ({ stream: noted(uploadApp, name, signal) }),
    now: uploadApp.clock.now,
    wait: waitBy(uploadApp.clock),
    newReference: () => "ref",
    log,
  });
}

function waitBy(clock: VirtualClock): (ms: number, signal: AbortSignal) => Promise<void> {
  return (ms, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const callOff = clock.after(ms, resolve);
    const end = () => {
      callOff();
      reject(signal.reason as Error);
    };
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
    return promise;
  };
}

async function* noted(uploadApp: UploadApp, name: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  uploadApp.opened.push(name);
  try {
    yield* uploadApp.pieces(name, signal);
  } finally {
    uploadApp.closed += 1;
  }
}

/** One piece, and then nothing until the file is let go. */
export async function* halted(_name: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(100, "x");
  await sleep(60_000, undefined, { signal });
}
