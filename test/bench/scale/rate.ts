import { setTimeout as sleep } from "node:timers/promises";
import { startBotApi } from "./bot-api.ts";
import { createCrowd, type Somebody } from "./crowd.ts";
import { startReplicas } from "./replicas.ts";
import type { StoreServers } from "./servers.ts";
import { startLoadedPikPak } from "./world.ts";

/** What so many processes did in a while. */
export interface Rate {
  readonly count: number;
  readonly updates: number;
  /** Presses that brought no page, because the store could not keep up. */
  readonly failed: number;
  /** Seconds. */
  readonly took: number;
  /** Milliseconds from an update's delivery to the edited message. */
  readonly p50: number;
  readonly p99: number;
  /** CPU seconds: of the bot's processes, of this one with Telegram, PikPak and everybody in it, and of the store's server. */
  readonly cpu: { readonly replicas: number; readonly load: number; readonly store: number };
}

interface RateOptions {
  readonly count: number;
  readonly seconds: number;
  /** People at the same time; 400 when absent. */
  readonly people?: number;
  /** Absent = SQLite. */
  readonly servers?: StoreServers;
}

/** More people than are done at a time, each of whom presses again as soon as they see what they pressed for. */
const usualPeople = 400;
/** Milliseconds between two presses of one person, so that nobody is held back for asking too fast. */
const pause = 110;
/** Milliseconds before anything is counted. */
const warmUp = 2000;

/** Everybody turns a page of a shared folder to and fro. */
export async function measureRate({ count, seconds, servers, people = usualPeople }: RateOptions): Promise<Rate> {
  const { pikpak, shareOf } = await startLoadedPikPak(0);
  const crowd = createCrowd({ bring: (update) => replicas.bring(update), answerTimeout: 15_000 });
  const telegram = await startBotApi(crowd.onCall);
  const replicas = await startReplicas({ count, environment: environmentOf({ pikpak, telegram, servers }) });
  const over = new AbortController();
  try {
    const all = Array.from({ length: people }, (_, n) => crowd.of(n + 1));
    for (const [n, person] of all.entries()) await opens(person, { share: shareOf(n), count });
    let failed = 0;
    const turning = all.map((person) => turns(person, { signal: over.signal, onFailed: () => (failed += 1) }));
    await sleep(warmUp);
    const before = { updates: crowd.counts.times.length, cpu: cpuNow(replicas, servers), at: performance.now() };
    await sleep(seconds * 1000);
    const after = { updates: crowd.counts.times.length, cpu: cpuNow(replicas, servers), at: performance.now() };
    over.abort();
    await Promise.all(turning);
    const times = crowd.counts.times.slice(before.updates, after.updates).sort((a, b) => a - b);
    const used = (which: keyof Rate["cpu"]) => after.cpu[which] - before.cpu[which];
    return {
      count,
      updates: times.length,
      failed,
      took: (after.at - before.at) / 1000,
      p50: times[Math.floor(times.length * 0.5)] ?? 0,
      p99: times[Math.floor(times.length * 0.99)] ?? 0,
      cpu: { replicas: used("replicas"), load: used("load"), store: used("store") },
    };
  } finally {
    over.abort();
    await replicas.close();
    await Promise.all([telegram.close(), pikpak.close()]);
  }
}

/** Opens a share and turns its page in each process: they are asked in turns, and have all read the folder then. */
async function opens(
  person: Somebody,
  { share, count }: { readonly share: string; readonly count: number },
): Promise<void> {
  await person.says(share);
  await person.sees(({ text, buttons }) => text.includes("Holiday 2026") && hasButton(buttons, "▶"));
  for (let n = 0; n < count * 2; n += 1) await turnsPage(person, n);
}

async function turnsPage(person: Somebody, n: number): Promise<void> {
  const [press, brings] = n % 2 === 0 ? ["▶", "◀"] : ["◀", "▶"];
  await person.presses(press, ({ buttons }) => hasButton(buttons, brings));
}

interface Turning {
  readonly signal: AbortSignal;
  onFailed(): void;
}

async function turns(person: Somebody, { signal, onFailed }: Turning): Promise<void> {
  for (let n = 0; !signal.aborted; n += 1) {
    const next = performance.now() + pause;
    await turnsPage(person, n).catch(onFailed);
    await sleep(Math.max(0, next - performance.now()));
  }
}

const hasButton = (buttons: ReadonlyMap<string, string>, sign: string) =>
  [...buttons.keys()].some((label) => label.startsWith(sign));

function cpuNow(replicas: { cpu(): number }, servers: StoreServers | undefined): Rate["cpu"] {
  const { user, system } = process.cpuUsage();
  const store = (servers?.store.cpu() ?? 0) + (servers?.beside?.cpu() ?? 0);
  return { replicas: replicas.cpu(), load: (user + system) / 1e6, store };
}

interface EnvironmentParts {
  readonly pikpak: { readonly driveUrl: string; readonly userUrl: string; readonly mcpUrl: string };
  readonly telegram: { readonly root: string };
  readonly servers: StoreServers | undefined;
}

/** What every process is started with; `replicas.ts` adds its own address. */
export function environmentOf({ pikpak, telegram, servers }: EnvironmentParts): Readonly<Record<string, string>> {
  return {
    TELEGRAM_BOT_TOKEN: "1:BENCH",
    ADMINS: "telegram:999999999",
    TELEGRAM_API_ROOT: telegram.root,
    PIKPAK_DRIVE_URL: pikpak.driveUrl,
    PIKPAK_USER_URL: pikpak.userUrl,
    PIKPAK_MCP_URL: pikpak.mcpUrl,
    ...(servers && { STORE_URL: servers.store.url, SECRET_KEY: Buffer.alloc(32, 5).toString("base64") }),
    ...(servers?.beside && { REDIS_URL: servers.beside.url }),
  };
}
