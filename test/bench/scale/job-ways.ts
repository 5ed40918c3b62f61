import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPostgresBackend, withBackend, type Job } from "bullmq";
import { PgBoss } from "pg-boss";
import { jobKind } from "../../../src/jobs/job.ts";
import { openQueue } from "../../jobs/open-queue.ts";
import { startPostgres, startRedis } from "../../store/own-server.ts";

/** One way to keep jobs and have them done, over a server or a file of its own. */
export interface JobWay {
  readonly name: string;
  /** Absent = a file. */
  readonly server?: "redis" | "postgres";
  /** Begins to do what is added: `onBegun` hears the id of each job that is begun. */
  open(onBegun: (id: string) => void): Promise<OpenedJobs>;
}

export interface OpenedJobs {
  /** Resolves once the job is durable. */
  add(id: string): Promise<void>;
  close(): Promise<void>;
}

/** Jobs that are done at the same time, in every way. */
const concurrency = 10;
const name = "small";

/** As the program opens it. */
const lockFor = 20_000;

export const jobWays: readonly JobWay[] = [
  {
    name: "BullMQ, Redis",
    server: "redis",
    open: async (onBegun) => {
      const server = await startRedis();
      return openOurs(server.url, onBegun, server.close);
    },
  },
  {
    name: "embedded, SQLite",
    open: async (onBegun) => {
      const folder = mkdtempSync(join(tmpdir(), "chatdrive-jobs-"));
      const removed = async () => rmSync(folder, { recursive: true, force: true });
      return openOurs(`sqlite://${folder}/jobs.sqlite`, onBegun, removed);
    },
  },
  {
    name: "embedded, Postgres",
    server: "postgres",
    open: async (onBegun) => {
      const server = await startPostgres();
      return openOurs(server.url, onBegun, server.close);
    },
  },
  { name: "BullMQ, Postgres", server: "postgres", open: openBullOnPostgres },
  {
    name: "pg-boss, asking every 0.5 s",
    server: "postgres",
    open: (onBegun) => openPgBoss(onBegun, { isNotified: false, batchSize: 1 }),
  },
  {
    name: "pg-boss, LISTEN/NOTIFY",
    server: "postgres",
    open: (onBegun) => openPgBoss(onBegun, { isNotified: true, batchSize: 1 }),
  },
  {
    name: "pg-boss, LISTEN/NOTIFY, 50 jobs at a time",
    server: "postgres",
    open: (onBegun) => openPgBoss(onBegun, { isNotified: true, batchSize: 50 }),
  },
];

/** Our own port, with the queue that `openJobs` chooses for the address. */
async function openOurs(url: string, onBegun: (id: string) => void, closed: () => Promise<void>): Promise<OpenedJobs> {
  const kind = jobKind<{ readonly about: string }>(name, { concurrency });
  const { queue, close } = await openQueue({ url, prefix: "bench", lockFor });
  queue.handle(kind, { run: async (_input, { id }) => onBegun(id) });
  await queue.start();
  return {
    add: async (id) => void (await queue.add(kind, { about: id }, { id })),
    async close() {
      await close();
      await closed();
    },
  };
}

/** BullMQ's own backend for Postgres, in its plainest form: no keys, no places, and nothing sealed, as ours has. */
async function openBullOnPostgres(onBegun: (id: string) => void): Promise<OpenedJobs> {
  const { Queue, Worker } = withBackend(createPostgresBackend);
  const server = await startPostgres();
  const connection = { connectionString: server.url, migrate: true };
  const queue = new Queue(name, { connection });
  const worker = new Worker(name, async ({ data }: Job<{ readonly about: string }>) => onBegun(data.about), {
    connection,
    concurrency,
    lockDuration: lockFor,
  });
  const onError = (error: unknown) => void process.stderr.write(`BullMQ: ${String(error)}\n`);
  queue.on("error", onError);
  worker.on("error", onError);
  await worker.waitUntilReady();
  return {
    add: async (id) => void (await queue.add(name, { about: id }, { jobId: id, removeOnComplete: true })),
    async close() {
      await worker.close();
      await queue.close();
      await server.close();
    },
  };
}

interface PgBossOptions {
  /** Woken by the server at each job that is added; otherwise it asks as often as it may. */
  readonly isNotified: boolean;
  /** Jobs that a worker takes together: it takes none before all of them are done. */
  readonly batchSize: number;
}

/** The shortest interval it takes. */
const pollingIntervalSeconds = 0.5;

async function openPgBoss(
  onBegun: (id: string) => void,
  { isNotified, batchSize }: PgBossOptions,
): Promise<OpenedJobs> {
  const server = await startPostgres();
  const boss = new PgBoss({ connectionString: server.url, useListenNotify: isNotified });
  boss.on("error", (error) => process.stderr.write(`pg-boss: ${String(error)}\n`));
  await boss.start();
  await boss.createQueue(name, { notify: isNotified });
  await boss.work<{ readonly about: string }>(
    name,
    {
      localConcurrency: concurrency,
      batchSize,
      burstWhenBatchFull: true,
      pollingIntervalSeconds,
      notifyPollingIntervalSeconds: pollingIntervalSeconds,
    },
    async (jobs) => {
      for (const { data } of jobs) onBegun(data.about);
    },
  );
  return {
    add: async (id) => void (await boss.send(name, { about: id })),
    async close() {
      await boss.stop({ graceful: true, timeout: 5000 });
      await server.close();
    },
  };
}
