import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { openStore } from "../../../src/store/store.ts";
import { startPostgres, startRedis, type OwnServer } from "../../store/own-server.ts";
import { percentile } from "./jobs.ts";

/** One way to keep all but one from the work of a key, among all processes over a server. */
export interface LockWay {
  readonly name: string;
  readonly server: "redis" | "postgres";
  open(): Promise<OpenedLocks>;
}

interface OpenedLocks {
  exclusive(key: string, work: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** Connections to Postgres, of the store and for advisory locks alike. */
const connections = 10;

export const lockWays: readonly LockWay[] = [
  { name: "ours, Redis", server: "redis", open: async () => openOurs(await startRedis()) },
  { name: "ours, rows of Postgres", server: "postgres", open: async () => openOurs(await startPostgres()) },
  { name: "advisory locks of Postgres", server: "postgres", open: async () => openAdvisory(await startPostgres()) },
];

async function openOurs(server: OwnServer): Promise<OpenedLocks> {
  const onError = (error: unknown) => void process.stderr.write(`store: ${String(error)}\n`);
  const store = await openStore({ url: server.url, keys: [new Uint8Array(32).fill(7)], onError });
  return {
    exclusive: (key, work) => store.exclusive(key, work),
    async close() {
      await store.close();
      await server.close();
    },
  };
}

/** Milliseconds between two looks at a lock that somebody else holds. */
const look = 10;

/** A lock belongs to a session, so whoever holds one keeps its connection to themselves. */
async function openAdvisory(server: OwnServer): Promise<OpenedLocks> {
  const pool = new pg.Pool({ connectionString: server.url, max: connections });
  const taken = async (session: pg.PoolClient, key: string) => {
    const asked = await session.query<{ held: boolean }>(
      "SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS held",
      [key],
    );
    return asked.rows[0]?.held === true;
  };
  return {
    async exclusive(key, work) {
      const session = await pool.connect();
      try {
        while (!(await taken(session, key))) await sleep(look);
        await work();
        await session.query("SELECT pg_advisory_unlock(hashtextextended($1, 0))", [key]);
      } finally {
        session.release();
      }
    },
    async close() {
      await pool.end();
      await server.close();
    },
  };
}

/** How fast locks are taken and given back. */
export interface LockRate {
  /** Locks a second that were taken and given back. */
  readonly rate: number;
  /** Milliseconds that taking and giving back took, the work between left out. */
  readonly p50: number;
  readonly p99: number;
  /** Keys whose work was done by two at a time. */
  readonly faults: readonly string[];
}

interface LocksOptions {
  /** How many people at the same time. */
  readonly people: number;
  /** Locks that each of them takes, one after the other. */
  readonly times: number;
  /** Milliseconds that each works while they hold it: a drive is asked. */
  readonly work: number;
  /** Absent = each person has their own key. */
  readonly keys?: number;
}

/** So many people take locks and work. */
export async function measureLocks({ open }: LockWay, options: LocksOptions): Promise<LockRate> {
  const { people, times, work, keys = people } = options;
  const locks = await open();
  try {
    const [took, faults, held]: [number[], string[], Set<string>] = [[], [], new Set()];
    const since = performance.now();
    const lives = Array.from({ length: people }, async (_, person) => {
      const key = `person:${person % keys}`;
      for (let n = 0; n < times; n += 1) {
        const askedAt = performance.now();
        let worked = 0;
        await locks.exclusive(key, async () => {
          if (held.has(key)) faults.push(key);
          held.add(key);
          const begunAt = performance.now();
          if (work > 0) await sleep(work);
          worked = performance.now() - begunAt;
          held.delete(key);
        });
        took.push(performance.now() - askedAt - worked);
      }
    });
    await Promise.all(lives);
    const rate = (people * times) / ((performance.now() - since) / 1000);
    took.sort((a, b) => a - b);
    return { rate, p50: percentile(took, 0.5), p99: percentile(took, 0.99), faults };
  } finally {
    await locks.close();
  }
}
