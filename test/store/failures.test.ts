import { mkdtempSync, rmSync, statSync, writeFileSync, chmodSync } from "node:fs";
import { createServer, connect, type Socket, type Server } from "node:net";
import { once } from "node:events";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { namedFailure } from "../../src/store/error.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { ownDatabase } from "./own-database.ts";

// What a database does to the store when it fails, and how the store says so.

const folder = mkdtempSync(join(tmpdir(), "chatdrive-failures-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const place = () => join(mkdtempSync(join(folder, "one-")), "data", "store.sqlite");

async function opened(url: string, timeout?: number): Promise<Store> {
  const store = await openStore({ url, keys: [new Uint8Array(32)], onError: () => undefined, timeout });
  onTestFinished(() => store.close());
  return store;
}

/** Another process's connection, holding the write lock of the file. */
function heldBy(file: string): DatabaseSync {
  const other = new DatabaseSync(file);
  onTestFinished(() => other.close());
  other.exec("BEGIN IMMEDIATE");
  return other;
}

test("writes wait for another process's lock without holding up the process, and happen in the order asked for", async () => {
  const file = place();
  const people = (await opened(`sqlite://${file}`)).open<string>("people");
  await people.set("mia", "en");
  const other = heldBy(file);
  const writes = ["zh", "de", "fr"].map((language) => people.set("mia", language));
  const reading = await people.get("mia");
  expect(reading).toBe("en");
  let longest = 0;
  let last = performance.now();
  const ticking = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 5);
  await sleep(600);
  clearInterval(ticking);
  expect(longest).toBeLessThan(300);
  other.exec("COMMIT");
  await Promise.all(writes);
  expect(await people.get("mia")).toBe("fr");
});

test("a write that another process's lock holds up for too long fails as locked, and nothing is half done", async () => {
  const file = place();
  const store = await opened(`sqlite://${file}`, 200);
  const people = store.open<string>("people");
  await people.set("mia", "en");
  const other = heldBy(file);
  await expect(people.set("mia", "zh")).rejects.toMatchObject({ code: "store-unavailable", reason: "locked" });
  await expect(store.check()).rejects.toMatchObject({ reason: "locked" });
  expect(await people.get("mia")).toBe("en");
  other.exec("ROLLBACK");
  await people.set("mia", "zh");
  expect(await people.get("mia")).toBe("zh");
});

test("a SQLite file belongs to one process: a second is refused in one sentence until the first has ended", async () => {
  const url = `sqlite://${place()}`;
  const first = await openStore({ url, keys: [new Uint8Array(32)], onError: () => undefined });
  await expect(opened(url)).rejects.toThrow(
    /^the database \S+ is in use by another ChatDrive process: stop that one first\.$/,
  );
  await first.close();
  await (await opened(url)).check();
});

test("a SQLite file is for its owner's eyes, with its log and its folder, also when it was not before", async () => {
  const [file, older] = [place(), join(mkdtempSync(join(folder, "one-")), "older.sqlite")];
  writeFileSync(older, "", { mode: 0o644 });
  chmodSync(older, 0o644);
  for (const path of [file, older]) {
    const store = await opened(`sqlite://${path}`);
    await store.open("people").set("mia", "en");
    for (const suffix of ["", "-wal", "-shm", ".lock"]) expect(statSync(`${path}${suffix}`).mode & 0o777).toBe(0o600);
  }
  expect(statSync(join(file, "..")).mode & 0o777).toBe(0o700);
});

test("a full, a read-only and a foreign SQLite file have names of their own", () => {
  const file = join(mkdtempSync(join(folder, "one-")), "named.sqlite");
  const full = new DatabaseSync(file);
  onTestFinished(() => full.close());
  full.exec("CREATE TABLE kept (text TEXT); PRAGMA max_page_count = 3");
  const readOnly = new DatabaseSync(file, { readOnly: true });
  onTestFinished(() => readOnly.close());
  const foreign = join(folder, "foreign.sqlite");
  writeFileSync(foreign, "this is no database ".repeat(100));
  const none = new DatabaseSync(foreign);
  onTestFinished(() => none.close());
  const fail = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      return namedFailure(error).reason;
    }
    return "it worked";
  };
  expect(fail(() => full.exec(`INSERT INTO kept VALUES ('${"x".repeat(50_000)}')`))).toBe("full");
  expect(fail(() => readOnly.exec("INSERT INTO kept VALUES ('x')"))).toBe("read-only");
  expect(fail(() => none.exec("CREATE TABLE kept (text TEXT)"))).toBe("broken");
});

test.each([
  ["ENOSPC", "full"],
  ["EROFS", "read-only"],
  ["EIO", "broken"],
  ["ECONNREFUSED", "away"],
  ["53100", "full"],
  ["57P01", "away"],
  ["42601", "other"],
])("a failure of the code %s is called %s", (code, reason) => {
  expect(namedFailure(Object.assign(new Error("failed"), { code })).reason).toBe(reason);
});

/** A wire to a server that can be cut, or go silent. */
async function wireTo(address: string): Promise<{ url: string; cut(): void; stop(): void }> {
  const target = new URL(address);
  const [port, host] = [Number(target.port), target.hostname];
  const sockets = new Set<Socket>();
  let isSilent = false;
  const server: Server = createServer((near) => {
    const far = connect(port, host);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
    }
    near.on("data", (piece) => isSilent || far.write(piece));
    far.on("data", (piece) => isSilent || near.write(piece));
    near.on("close", () => far.destroy());
    far.on("close", () => near.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const listening = server.address();
  if (typeof listening !== "object" || listening === null) throw new Error("no port");
  target.host = `127.0.0.1:${listening.port}`;
  const cut = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(cut);
  return { url: target.href, cut, stop: () => (isSilent = true) };
}

const servers = [
  ["redis", process.env["TEST_REDIS_URL"]],
  ["postgres", process.env["TEST_POSTGRES_URL"]],
] as const;

test.each(servers)(
  "a store over %s that was closed is asked in vain, and does not connect again",
  async (_name, address) => {
    if (address === undefined) return;
    const store = await opened(await ownDatabase(address, "failures"));
    const people = store.open<string>("people");
    await people.set("mia", "en");
    await store.close();
    await expect(people.get("mia")).rejects.toMatchObject({ code: "store-unavailable" });
    await expect(people.set("mia", "zh")).rejects.toMatchObject({ code: "store-unavailable" });
  },
);

test.each(servers)("a %s that hung up is away, for reads, writes, locks and the probe", async (_name, address) => {
  if (address === undefined) return;
  const wire = await wireTo(await ownDatabase(address, "failures"));
  const store = await opened(wire.url, 500);
  const people = store.open<string>("people");
  await people.set("mia", "en");
  wire.cut();
  const away = { code: "store-unavailable", reason: "away" };
  await expect(people.get("mia")).rejects.toMatchObject(away);
  await expect(people.set("mia", "zh")).rejects.toMatchObject(away);
  await expect(store.exclusive("person:mia", async () => undefined)).rejects.toMatchObject(away);
  await expect(store.check()).rejects.toMatchObject({ reason: "away" });
});

test.each(servers)("a %s that goes silent counts as away after a while", async (_name, address) => {
  if (address === undefined) return;
  const wire = await wireTo(await ownDatabase(address, "failures"));
  const store = await opened(wire.url, 300);
  const people = store.open<string>("people");
  await people.set("mia", "en");
  wire.stop();
  await expect(people.get("mia")).rejects.toMatchObject({ reason: "away", message: /did not answer within 300 ms/ });
  await expect(store.exclusive("person:mia", async () => undefined)).rejects.toMatchObject({ reason: "away" });
  wire.cut();
});

test.skipIf(process.env["TEST_POSTGRES_URL"] === undefined)(
  "a Postgres that turned read-only is not ready, and still answers what is read",
  async () => {
    const url = await ownDatabase(process.env["TEST_POSTGRES_URL"] ?? "", "failures");
    const store = await opened(url);
    const people = store.open<string>("people");
    await people.set("mia", "en");
    const operator = new pg.Client({ connectionString: url });
    await operator.connect();
    onTestFinished(() => operator.end());
    const name = new URL(url).pathname.slice(1);
    await operator.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    await operator.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()",
      [name],
    );
    await expect.poll(() => people.get("mia").catch(() => undefined)).toBe("en");
    await expect(store.check()).rejects.toMatchObject({ reason: "read-only" });
  },
);

/** Postgres, each of whose writes takes `seconds`. */
async function slowPostgres(seconds: number): Promise<string> {
  const url = await ownDatabase(process.env["TEST_POSTGRES_URL"] ?? "", "failures");
  // It makes the table.
  await (await openStore({ url, keys: [new Uint8Array(32)], onError: () => undefined })).close();
  const operator = new pg.Client({ connectionString: url });
  await operator.connect();
  await operator.query(
    `CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(${seconds}); RETURN new; END'`,
  );
  await operator.query("CREATE TRIGGER slow BEFORE INSERT ON chatdrive FOR EACH ROW EXECUTE FUNCTION slow()");
  await operator.end();
  return url;
}

test.skipIf(process.env["TEST_POSTGRES_URL"] === undefined)(
  "a Postgres that answers slowly is not away for those who wait until it has answered others",
  async () => {
    const store = await opened(await slowPostgres(0.1), 500);
    const people = store.open<number>("people");
    await Promise.all(Array.from({ length: 200 }, (_, person) => people.set(String(person), person)));
    expect(await people.get("199")).toBe(199);
  },
);

test.skipIf(process.env["TEST_POSTGRES_URL"] === undefined)(
  "a lock is renewed while many wait for a Postgres that answers slowly",
  async () => {
    const url = await slowPostgres(0.1);
    const open = () => openStore({ url, keys: [new Uint8Array(32)], onError: () => undefined, lockLifetime: 1200 });
    const [store, other] = [await open(), await open()];
    onTestFinished(async () => void (await Promise.all([store.close(), other.close()])));
    const people = store.open<number>("people");
    let isOver = false;
    const [taken, written] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const held = store.exclusive("person:mia", async () => {
      taken.resolve();
      await written.promise;
      isOver = true;
    });
    await taken.promise;
    const writes = Promise.all(Array.from({ length: 200 }, (_, person) => people.set(String(person), person)));
    void writes.then(() => written.resolve(), written.reject);
    expect(await other.exclusive("person:mia", async () => isOver)).toBe(true);
    await held;
  },
);

test.skipIf(process.env["TEST_POSTGRES_URL"] === undefined)(
  "who waits for a turn at a Postgres that goes silent is told so with those who have theirs",
  async () => {
    const wire = await wireTo(await ownDatabase(process.env["TEST_POSTGRES_URL"] ?? "", "failures"));
    const store = await opened(wire.url, 300);
    const people = store.open<string>("people");
    await people.set("mia", "en");
    wire.stop();
    const started = performance.now();
    const outcomes = await Promise.allSettled(Array.from({ length: 100 }, () => people.get("mia")));
    expect(outcomes.map((outcome) => outcome.status === "rejected" && outcome.reason.reason)).toEqual(
      Array.from({ length: 100 }, () => "away"),
    );
    expect(performance.now() - started).toBeLessThan(2000);
  },
);

test.skipIf(process.env["TEST_POSTGRES_URL"] === undefined)(
  "what has expired is swept from Postgres, whatever characters people typed",
  async () => {
    const url = await ownDatabase(process.env["TEST_POSTGRES_URL"] ?? "", "failures");
    const store = await openStore({ url, keys: [new Uint8Array(32)], onError: () => undefined, sweepEvery: 20 });
    onTestFinished(() => store.close());
    await store.open("views").set("typed", "a name with \u0000 in it");
    await store.open("views").set("over", "gone", 1);
    await expect.poll(() => Array.fromAsync(store.keys("views"))).toEqual(["typed"]);
  },
);

test.skipIf(process.env["TEST_REDIS_URL"] === undefined)(
  "as many namespaces as there are on Redis bring no warning of leaking listeners",
  async () => {
    const warnings: string[] = [];
    const onWarning = (warning: Error) => void warnings.push(warning.message);
    process.on("warning", onWarning);
    onTestFinished(() => void process.off("warning", onWarning));
    const store = await opened(await ownDatabase(process.env["TEST_REDIS_URL"] ?? "", "failures"));
    for (let n = 0; n < 30; n++) await store.open(`namespace-${n % 15}`).get("none");
    await sleep(10);
    expect(warnings).toEqual([]);
  },
);
