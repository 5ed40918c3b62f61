import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import { perform } from "../../src/actions/perform.ts";
import { createTransfers, type TransfersParts } from "../../src/actions/files/transfers.ts";
import type { Transfers } from "../../src/actions/model/transfer.ts";
import type { MemoryEntry } from "../../src/drivers/memory.ts";
import { startTelegram, type TelegramEmulator } from "../../emulators/telegram/telegram.ts";
import { createTelegram, type Telegram } from "../../src/telegram/bot.ts";
import type { Services } from "../../src/actions/context/services.ts";
import { Cloud, emptyShelves, app, type TestApp, type Shelves } from "../actions/test-app.ts";
import { testJobs, waitBy } from "../test-jobs.ts";
import { words } from "./test-app.ts";

/** The real bot with the real actions over an emulated Telegram; a drive's bytes are what a test says. */
export interface UploadApp {
  readonly telegram: TelegramEmulator;
  readonly at: TestApp;
  readonly transfers: Transfers;
  readonly bot: Telegram;
  /** Milliseconds of the clock that paces edits. */
  time: number;
  /** Files that were opened at the drive, and how often they were let go. */
  readonly opened: string[];
  closed: number;
  /** The process ends, and another begins over the same store. */
  restarts(): Promise<UploadApp>;
  close(): Promise<void>;
}

export interface UploadAppOptions {
  /** The drive behind the share `https://share.example/s/films`. */
  readonly tree: MemoryEntry;
  readonly pieces?: (name: string, signal: AbortSignal) => AsyncIterable<Uint8Array>;
  readonly openBytes?: TransfersParts["openBytes"];
  readonly readPicture?: NonNullable<TransfersParts["readPicture"]>;
  readonly changes?: Partial<Services>;
  readonly telegram?: TelegramEmulator;
  readonly shelves?: Shelves;
}

/** The share everybody opens. */
export const share = "https://share.example/s/films";

export async function startUploadApp(options: UploadAppOptions): Promise<UploadApp> {
  const telegram = options.telegram ?? (await startTelegram());
  const shelves = options.shelves ?? emptyShelves();
  const jobs = testJobs(shelves.jobs);
  const transfers = createTransfers({
    jobs,
    messengers: { of: () => bot.messenger },
    openBytes:
      options.openBytes ??
      (async (_mount, { name }, { signal }) => ({
        stream: noted(uploadApp, name, options.pieces?.(name, signal) ?? bytesOfName(name)),
      })),
    ...(options.readPicture && { readPicture: options.readPicture }),
    now: () => uploadApp.time,
    // What paces the edits goes by the clock.
    wait: (ms, signal) =>
      ms >= 5000 && ms <= 15_000 ? waitBy(() => uploadApp.time)(ms, signal) : sleep(ms, undefined, { signal }),
    newReference: () => "ref",
    log: pino({ level: "silent" }),
  });
  const at = app(new Cloud({ shares: { films: { tree: options.tree } } }), {
    shelves,
    jobs,
    now: () => uploadApp.time,
    changes: { transfers, ...options.changes },
  });
  const kept = new Map<string, unknown>();
  const bot = createTelegram({
    settings: { token: telegram.token, apiRoot: telegram.apiRoot },
    namesShare: () => false,
    perform: (visit, action, signal) => perform(at.services, visit, action, signal),
    words,
    conversations: {
      get: async (key) => kept.get(key),
      set: async (key, value) => kept.set(key, value),
      delete: async (key) => kept.delete(key),
    },
    log: pino({ level: "silent" }),
    now: () => uploadApp.time,
    onFatal: () => undefined,
  });
  const uploadApp: UploadApp = {
    telegram,
    at,
    transfers,
    bot,
    time: Date.now(),
    opened: [],
    closed: 0,
    async restarts() {
      await jobs.stop();
      await transfers.stop();
      await bot.stop();
      return startUploadApp({ ...options, telegram, shelves });
    },
    async close() {
      await jobs.stop();
      await transfers.stop();
      await bot.stop();
      await telegram.close();
    },
  };
  await bot.start();
  return uploadApp;
}

async function* noted(
  uploadApp: UploadApp,
  name: string,
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  uploadApp.opened.push(name);
  try {
    yield* pieces;
  } finally {
    uploadApp.closed += 1;
  }
}

/** Some bytes that are another file's for no other name. */
async function* bytesOfName(name: string): AsyncGenerator<Uint8Array> {
  yield contentOf(name);
}

export function contentOf(name: string): Buffer {
  return Buffer.from(`the bytes of ${name}\r\n`.repeat(1000));
}

export function sha(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** What arrived by a call, as the emulator notes files: by name, size and hash. */
export interface Arrived {
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
}

/** The files of the calls of a method that were carried out, the picture beside a film left out. */
export function arrivedBy({ telegram }: UploadApp, method: string): readonly Arrived[] {
  return telegram.calls
    .filter((call) => call.method === method && call.ok)
    .flatMap(({ parameters }) => {
      const { thumbnail } = parameters;
      const picture = typeof thumbnail === "string" ? /^attach:\/\/(.+)$/.exec(thumbnail)?.[1] : undefined;
      return Object.entries(parameters)
        .filter(([part]) => part !== picture)
        .map(([, value]) => value)
        .filter(isArrived);
    });
}

function isArrived(value: unknown): value is Arrived {
  return typeof value === "object" && value !== null && "sha256" in value;
}

export const file = (name: string, more: Partial<MemoryEntry> = {}): MemoryEntry => ({
  name,
  size: contentOf(name).length,
  url: "https://bytes.example/x",
  ...more,
});

export const shelf = (...children: MemoryEntry[]): MemoryEntry => ({ name: "", children });
