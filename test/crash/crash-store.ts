import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { ownDatabase } from "../store/own-database.ts";
import { startPostgres, startRedis, type OwnServer } from "../store/own-server.ts";
import { environmentOf, type StorePlace } from "../store/shared-stores.ts";

/** What the program keeps everything in while it is killed. */
export interface CrashStore {
  readonly name: string;
  /** Several processes may be over it, and a killed one is noticed late. */
  readonly isShared: boolean;
  readonly environment: Readonly<Record<string, string>>;
  /** Kills its server and starts it again on what it has after so many milliseconds; absent = it has none of its own. */
  goesAway?(ms: number): Promise<void>;
  /** What is broken in it, the program being away. */
  problems(dataDir: string): readonly string[];
  close(): Promise<void>;
}

/** Absent = SQLite; `redis`, `postgres` and `postgres+redis` start servers; an address is one that runs. */
export async function openCrashStore(wanted: string | undefined): Promise<CrashStore> {
  if (wanted === undefined)
    return { name: "SQLite", isShared: false, environment: {}, problems: brokenPages, close: async () => {} };
  if (wanted === "redis" || wanted === "postgres") {
    const server = await (wanted === "redis" ? startRedis() : startPostgres());
    return { ...shared({ url: server.url }, () => server.close()), goesAway: (ms) => leave([server], ms) };
  }
  if (wanted === "postgres+redis") return postgresAndRedis();
  return shared({ url: await ownDatabase(wanted, "program") }, async () => {});
}

/** A Redis beside a Postgres: now one of them goes away, now the other, now both. */
async function postgresAndRedis(): Promise<CrashStore> {
  const [postgres, redis] = [await startPostgres(), await startRedis()];
  const close = async () => {
    await postgres.close();
    await redis.close();
  };
  const turns = [[postgres], [redis], [postgres, redis]];
  let turn = 0;
  return {
    ...shared({ url: postgres.url, redisUrl: redis.url }, close),
    goesAway: (ms) => leave(turns[turn++ % turns.length] ?? [], ms),
  };
}

async function leave(servers: readonly OwnServer[], ms: number): Promise<void> {
  await Promise.all(servers.map((server) => server.kill()));
  await sleep(ms);
  await Promise.all(servers.map((server) => server.start()));
}

function shared(place: StorePlace, close: () => Promise<void>): CrashStore {
  const name = [place.url, place.redisUrl].flatMap((url) => url ?? []).map((url) => new URL(url).protocol);
  return { name: name.join(" "), isShared: true, environment: environmentOf(place), problems: () => [], close };
}

function brokenPages(dataDir: string): readonly string[] {
  const database = new DatabaseSync(join(dataDir, "chatdrive.sqlite"), { readOnly: true });
  const found = database
    .prepare("PRAGMA integrity_check")
    .all()
    .map((row) => String(row["integrity_check"]));
  database.close();
  return found.join() === "ok" ? [] : [`integrity_check: ${found.join("; ")}`];
}
