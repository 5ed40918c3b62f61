import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { ownDatabase } from "../store/own-database.ts";
import { startPostgres, startRedis } from "../store/own-server.ts";

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

/** Absent = SQLite; `redis` and `postgres` start a server; an address is one that runs. */
export async function openCrashStore(wanted: string | undefined): Promise<CrashStore> {
  if (wanted === undefined)
    return { name: "SQLite", isShared: false, environment: {}, problems: brokenPages, close: async () => {} };
  if (wanted === "redis" || wanted === "postgres") {
    const server = await (wanted === "redis" ? startRedis() : startPostgres());
    return {
      ...shared(server.url, () => server.close()),
      async goesAway(ms) {
        await server.kill();
        await sleep(ms);
        await server.start();
      },
    };
  }
  return shared(await ownDatabase(wanted, "program"), async () => {});
}

function shared(url: string, close: () => Promise<void>): CrashStore {
  const name = new URL(url).protocol;
  return { name, isShared: true, environment: { STORE_URL: url }, problems: () => [], close };
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
