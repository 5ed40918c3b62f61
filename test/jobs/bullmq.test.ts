import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { createClient } from "@keyv/redis";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { jobKind } from "../../src/jobs/job.ts";
import { createRedisTurns } from "../../src/jobs/redis-turns.ts";
import { isStoreFailure } from "../../src/storage/error.ts";
import { jobsContract } from "../contracts/jobs.ts";
import { openQueue } from "./open-queue.ts";
import { ended } from "./last-state.ts";

const url = process.env["TEST_REDIS_URL"];
const skipped = url === undefined ? "TEST_REDIS_URL names no server (.ci/run starts one)" : undefined;
const run = `jobs-test-${randomUUID()}`;
const place = () => ({ url: url ?? "", prefix: `${run}-${randomUUID()}` });

afterAll(async () => {
  if (url === undefined) return;
  const client = await reached(url);
  for await (const names of client.scanIterator({ MATCH: `${run}*`, COUNT: 1000 })) {
    if (names.length > 0) await client.del(names);
  }
  client.destroy();
});

jobsContract("BullMQ on Redis", { place, isShared: true, skipped });

const letters = jobKind<{ readonly text: string }, { readonly name: string }>("letters");

describe.skipIf(skipped !== undefined)("jobs in Redis", () => {
  test("what a job on Redis was given, reports and results in cannot be read in the server", async () => {
    const where = place();
    const secret = jobKind<{ readonly text: string }, { readonly name: string }, string, { readonly at: string }>(
      "secret",
      { maxAttempts: 1 },
    );
    const { queue, close } = await openQueue(where);
    onTestFinished(close);
    const begun = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    queue.handle(secret, {
      async run(_input, job) {
        job.progress({ name: "plain-report" });
        await job.save({ at: "plain-checkpoint" });
        begun.resolve();
        await gate.promise;
        return "plain-result";
      },
    });
    await queue.start();
    await queue.add(secret, { text: "plain-input" }, { id: "one" });
    await begun.promise;
    const [during, inputSize] = [await allOf(where.prefix), await dataSize(where.prefix)];
    gate.resolve();
    expect(await ended(queue.follow(secret, "one", { signal: AbortSignal.timeout(5000) }))).toMatchObject({
      is: "done",
    });
    expect(during).toContain("secret");
    expect(during + (await allOf(where.prefix))).not.toMatch(/plain-/);
    await expect.poll(() => dataSize(where.prefix)).toBeLessThan(inputSize);
  });

  test("a job that was never added blocks its key for nobody", async () => {
    const where = place();
    const client = await reached(where.url);
    onTestFinished(() => client.destroy());
    // A process was killed between giving a job its turn and adding it.
    await createRedisTurns(client, `${where.prefix}:letters`).take("jZ2hvc3Q", "chat");
    const { queue, close } = await openQueue(where);
    onTestFinished(close);
    queue.handle(letters, { run: async () => undefined });
    await queue.start();
    await queue.add(letters, { text: "" }, { id: "one", key: "chat" });
    expect(await ended(queue.follow(letters, "one", { signal: AbortSignal.timeout(5000) }))).toMatchObject({
      is: "done",
    });
    await queue.add(letters, { text: "" }, { id: "due", dueAt: Date.now() + 60_000 });
    await createRedisTurns(client, `${where.prefix}:letters`).take("jZ2hvc3Q", "chat");
    await queue.add(jobKind<{ readonly text: string }>("idle"), { text: "" }, { id: "two" });
    expect(await queue.list(jobKind("idle"))).toMatchObject([{ state: { is: "waiting", place: 1 } }]);
  });

  test("a queue whose Redis goes away refuses at once, is quiet meanwhile, and goes on when it is back", async () => {
    const proxy = await proxyTo(url ?? "");
    const { queue, errors, close } = await openQueue({ ...place(), url: proxy.url });
    onTestFinished(close);
    queue.handle(letters, { run: async () => undefined });
    await queue.start();
    await queue.add(letters, { text: "" }, { id: "before" });
    await ended(queue.follow(letters, "before", { signal: AbortSignal.timeout(5000) }));
    await proxy.cut();
    const since = Date.now();
    await expect(queue.add(letters, { text: "" }, { id: "meanwhile" })).rejects.toThrow(/offline|closed/i);
    expect(Date.now() - since).toBeLessThan(1000);
    // Long enough for a loop that does not wait to show itself.
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(errors.length).toBeLessThan(60);
    await proxy.mend();
    await expect.poll(() => added(queue.add(letters, { text: "" }, { id: "after" })), { timeout: 8000 }).toBe(true);
    expect(await ended(queue.follow(letters, "after", { signal: AbortSignal.timeout(9000) }))).toMatchObject({
      is: "done",
    });
  });
});

describe.skipIf(skipped !== undefined)("a Redis that is away or frozen", () => {
  test("a queue stops amidst a job although its Redis is away, and the job is another's", async () => {
    const proxy = await proxyTo(url ?? "");
    const where = place();
    const { queue, close } = await openQueue({ ...where, url: proxy.url });
    const begun = Promise.withResolvers<void>();
    queue.handle(letters, {
      async run(_input, { signal }) {
        begun.resolve();
        await once(signal, "abort");
        throw signal.reason;
      },
    });
    await queue.start();
    await queue.add(letters, { text: "" }, { id: "one", key: "chat" });
    await begun.promise;
    await proxy.cut();
    await close();
    const other = await openQueue(where);
    onTestFinished(other.close);
    other.queue.handle(letters, { run: async () => undefined });
    await other.queue.start();
    expect(await ended(other.queue.follow(letters, "one", { signal: AbortSignal.timeout(9000) }))).toMatchObject({
      is: "done",
    });
  });

  test("a call to a Redis that says nothing is given up", async () => {
    const proxy = await proxyTo(url ?? "");
    const { queue } = await openQueue({ ...place(), url: proxy.url });
    await queue.add(letters, { text: "" }, { id: "before" });
    proxy.freeze();
    const adding = queue.add(letters, { text: "" }, { id: "meanwhile" });
    await expect(adding).rejects.toThrow("does not answer");
    // People are told that what is kept cannot be reached, whichever server it is.
    expect(isStoreFailure(await adding.catch((error: unknown) => error))).toBe(true);
  });

  test("a call to a Redis that is away fails as the store's do", async () => {
    const proxy = await proxyTo(url ?? "");
    const { queue } = await openQueue({ ...place(), url: proxy.url });
    await queue.add(letters, { text: "" }, { id: "before" });
    await proxy.cut();
    const failure: unknown = await queue.list(letters).catch((error: unknown) => error);
    expect(isStoreFailure(failure)).toBe(true);
  });
});

async function added(adding: Promise<string>): Promise<boolean> {
  return adding.then(
    () => true,
    () => false,
  );
}

async function reached(address: string) {
  const client = createClient({ url: address });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

/** Everything in the server under a prefix, names and values. */
async function allOf(prefix: string): Promise<string> {
  const client = await reached(url ?? "");
  const found: unknown[] = [];
  for await (const names of client.scanIterator({ MATCH: `${prefix}:*`, COUNT: 1000 })) {
    for (const name of names) found.push(name, await valueOf(client, name));
  }
  client.destroy();
  return JSON.stringify(found);
}

async function valueOf(client: Awaited<ReturnType<typeof reached>>, name: string): Promise<unknown> {
  switch (await client.type(name)) {
    case "hash":
      return client.hGetAll(name);
    case "stream":
      return client.xRange(name, "-", "+");
    case "zset":
      return client.zRange(name, 0, -1);
    case "list":
      return client.lRange(name, 0, -1);
    default:
      return undefined;
  }
}

/** Length of what is kept of the one job's input. */
async function dataSize(prefix: string): Promise<number> {
  const client = await reached(url ?? "");
  const size = (await client.hGet(`${prefix}:secret:jb25l`, "data"))?.length ?? 0;
  client.destroy();
  return size;
}

/** A way to the server that can be cut and mended. */
async function proxyTo(address: string) {
  const { hostname, port } = new URL(address);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const onward = connect(Number(port), hostname);
    for (const end of [socket, onward]) {
      sockets.add(end);
      end.on("error", () => undefined);
      end.on("close", () => [socket, onward].forEach((one) => one.destroy()));
    }
    socket.pipe(onward).pipe(socket);
  });
  const listen = async (at: number) => {
    server.listen(at, "127.0.0.1");
    await once(server, "listening");
    const own = server.address();
    return typeof own === "object" && own ? own.port : at;
  };
  const own = await listen(0);
  const cut = async () => {
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const freeze = () => sockets.forEach((socket) => socket.unpipe());
  return { url: `redis://127.0.0.1:${own}`, cut, freeze, mend: () => listen(own) };
}
