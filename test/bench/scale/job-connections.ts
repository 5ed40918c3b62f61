import { createPostgresBackend, withBackend } from "bullmq";
import pg from "pg";
import { startPostgres } from "../../store/own-server.ts";

/**
 * Connections that a process holds at rest where BullMQ keeps so many kinds of jobs in a Postgres: each has a queue, a worker
 * and events, as ours have over Redis.
 */
export async function connectionsOfBullOnPostgres(kinds: number): Promise<number> {
  const { Queue, Worker, QueueEvents } = withBackend(createPostgresBackend);
  const server = await startPostgres();
  const connection = { connectionString: server.url, migrate: true };
  const onError = (error: unknown) => void process.stderr.write(`BullMQ: ${String(error)}\n`);
  const opened: { close(): Promise<void> }[] = [];
  try {
    for (let n = 0; n < kinds; n += 1) {
      const queue = new Queue(`kind-${n}`, { connection }).on("error", onError);
      const worker = new Worker(`kind-${n}`, async () => null, { connection }).on("error", onError);
      const events = new QueueEvents(`kind-${n}`, { connection }).on("error", onError);
      opened.push(worker, events, queue);
      await Promise.all([queue, worker, events].map((part) => part.waitUntilReady()));
      await queue.add("small", {});
    }
    return await connectionsOf(server.url);
  } finally {
    for (const part of opened) await part.close();
    await server.close();
  }
}

/** All but the one that asks. */
async function connectionsOf(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ count: number }>(
    "SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
  );
  await client.end();
  return rows[0]?.count ?? 0;
}
