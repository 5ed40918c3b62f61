import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { StoreError } from "../../src/store/error.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { ownDatabase } from "./own-database.ts";

const key = (byte: number) => new Uint8Array(32).fill(byte);
const folder = mkdtempSync(join(tmpdir(), "chatdrive-store-"));
const file = () => join(mkdtempSync(join(folder, "one-")), "store.sqlite");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function opened(url: string, keys = [key(1)]): Promise<Store> {
  const store = await openStore({ url, keys, onError: () => undefined });
  onTestFinished(() => store.close());
  return store;
}

const backends: readonly (readonly [string, string | undefined])[] = [
  ["sqlite", "file"],
  ["memory", "memory://"],
  ["redis", process.env["TEST_REDIS_URL"]],
  ["postgres", process.env["TEST_POSTGRES_URL"]],
];

describe.each(backends)("a store on %s", (name, address) => {
  const skipped = address === undefined;
  if (skipped)
    process.stderr.write(
      `store tests on ${name} skipped: TEST_${name.toUpperCase()}_URL names no server (.ci/run starts one)\n`,
    );
  let own = "";
  beforeAll(async () => {
    if (name === "redis" || name === "postgres") own = address === undefined ? "" : await ownDatabase(address, "store");
  });
  const url = () => (address === "file" ? `sqlite://${file()}` : address === "memory://" ? address : own);

  test.skipIf(skipped)("a store keeps what was written, apart by namespace", async () => {
    const store = await opened(url());
    const mounts = store.open<{ title: string }>(`mounts-${Date.now()}`);
    const people = store.open<{ title: string }>(`people-${Date.now()}`);
    await mounts.set("a", { title: "名字 🎬" });
    expect(await mounts.get("a")).toEqual({ title: "名字 🎬" });
    expect(await people.get("a")).toBeUndefined();
    await people.set("a", { title: "other" });
    await mounts.clear();
    expect(await people.get("a")).toEqual({ title: "other" });
    expect(await mounts.get("a")).toBeUndefined();
  });

  test.skipIf(skipped)("a store is one however often a namespace is opened", async () => {
    const store = await opened(url());
    const name = `mounts-${Date.now()}`;
    const [written, read] = [store.open<string>(name), store.open<string>(name)];
    await written.set("a", "Holiday");
    expect(await read.get("a")).toBe("Holiday");
    const listed: unknown[] = [];
    for await (const [key, value] of read.iterator?.({}) ?? []) listed.push([key, value]);
    expect(listed).toEqual([["a", "Holiday"]]);
    await read.delete("a");
    expect(await written.get("a")).toBeUndefined();
  });

  test.skipIf(skipped).each([false, true])("a store lists a namespace and no other, sealed: %s", async (sealed) => {
    const store = await opened(url());
    const name = `pendingForms-${Date.now()}-${String(sealed)}`;
    const [pendingForms, others] = [store.open(name, { sealed }), store.open(`${name}-others`, { sealed })];
    await pendingForms.set("form/a:1", { of: "mia" });
    await pendingForms.set("form/b", { of: "jun" });
    await pendingForms.set("over", { of: "lena" }, 1);
    await others.set("form/c", { of: "otto" });
    await expect.poll(() => pendingForms.get("over")).toBeUndefined();
    const listed = new Map<unknown, unknown>();
    for await (const [key, value] of pendingForms.iterator?.({}) ?? []) listed.set(key, value);
    expect(listed).toEqual(
      new Map([
        ["form/a:1", { of: "mia" }],
        ["form/b", { of: "jun" }],
      ]),
    );
  });

  test.skipIf(skipped).each([false, true])(
    "a store reads many at once, in the order asked for, sealed: %s",
    async (sealed) => {
      const store = await opened(url());
      const pendingForms = store.open<string>(`many-${Date.now()}-${String(sealed)}`, { sealed });
      await pendingForms.set("a:1", "one");
      await pendingForms.set("b", "two");
      await pendingForms.set("over", "gone", 1);
      await expect.poll(() => pendingForms.get("over")).toBeUndefined();
      expect(await pendingForms.getMany(["b", "none", "a:1", "over", "b"])).toEqual([
        "two",
        undefined,
        "one",
        undefined,
        "two",
      ]);
      expect(await pendingForms.getMany([])).toEqual([]);
    },
  );

  test.skipIf(skipped)("a store lets go of what has expired", async () => {
    const store = await opened(url());
    const views = store.open<string>(`views-${Date.now()}`);
    await views.set("short", "gone", 1);
    await views.set("long", "here", 60_000);
    await expect.poll(() => views.get("short")).toBeUndefined();
    expect(await views.get("long")).toBe("here");
  });

  test.skipIf(skipped)("a store seals secrets and opens them again with the old key during a rotation", async () => {
    const at = url();
    const store = await openStore({ url: at, keys: [key(1)], onError: () => undefined });
    const namespace = `secrets-${Date.now()}`;
    const secrets = store.open<{ password: string }>(namespace, { sealed: true });
    await secrets.set("m1", { password: "correct-horse" });
    expect(await secrets.get("m1")).toEqual({ password: "correct-horse" });
    if (name === "memory") return store.close();
    await store.close();
    const rotated = await opened(at, [key(1), key(2)]);
    expect(await rotated.open(namespace, { sealed: true }).get("m1")).toEqual({ password: "correct-horse" });
  });

  test.skipIf(skipped)("a store lists the keys of a namespace without its records", async () => {
    const store = await opened(url());
    const name = `listed-${Date.now()}`;
    await store.open(name, { sealed: true }).set("a:1", "one");
    await store.open(name, { sealed: true }).set("b", "two");
    await store.open(`${name}-others`).set("c", "three");
    expect((await Array.fromAsync(store.keys(name))).sort()).toEqual(["a:1", "b"]);
  });

  test.skipIf(skipped)("a store says that it can be written to", async () => {
    const store = await opened(url());
    await expect(store.check()).resolves.toBeUndefined();
  });
});

test("a secret is not to be found in the file, nor readable under another name or key", async () => {
  const path = file();
  const store = await openStore({ url: `sqlite://${path}`, keys: [key(1)], onError: () => undefined });
  const secrets = store.open<string>("secrets", { sealed: true });
  await secrets.set("m1", "correct-horse");
  await store.close();
  const bytes = [path, `${path}-wal`].map((name) => safely(() => readFileSync(name, "latin1"))).join("");
  expect(bytes).toContain("secrets:m1");
  expect(bytes).not.toContain("correct-horse");
  const other = await opened(`sqlite://${path}`, [key(9)]);
  expect(await other.open("secrets", { sealed: true }).get("m1")).toBeUndefined();
});

test("a record that was deleted is not to be found in the file any more", async () => {
  const path = file();
  const store = await opened(`sqlite://${path}`);
  const people = store.open<string>("people");
  for (let n = 0; n < 50; n++) await people.set(`telegram:${n}`, `somebody-${n} `.repeat(200));
  for (let n = 0; n < 50; n++) await people.delete(`telegram:${n}`);
  await store.scrub();
  const bytes = [path, `${path}-wal`].map((name) => safely(() => readFileSync(name, "latin1"))).join("");
  expect(bytes).not.toMatch(/somebody|telegram/);
});

test("a corrupt database is refused, left as it is, and the message says how to go on", async () => {
  const path = file();
  writeFileSync(path, "this is no database, but somebody may want it back ".repeat(100));
  const before = readFileSync(path);
  await expect(openStore({ url: `sqlite://${path}`, keys: [key(1)], onError: () => undefined })).rejects.toThrow(
    /left as it is.*backup/s,
  );
  expect(readFileSync(path).equals(before)).toBe(true);
});

test.each(["redis", "postgres"])("an unreachable %s is a start-up failure, not a silent fallback", async (scheme) => {
  const port = await freePort();
  await expect(
    openStore({ url: `${scheme}://127.0.0.1:${port}/0`, keys: [key(1)], onError: () => undefined }),
  ).rejects.toThrow(StoreError);
});

test("a store a newer version wrote is refused", async () => {
  const path = file();
  const store = await openStore({ url: `sqlite://${path}`, keys: [key(1)], onError: () => undefined });
  await store.open<number>("schema").set("version", 99);
  await store.close();
  await expect(openStore({ url: `sqlite://${path}`, keys: [key(1)], onError: () => undefined })).rejects.toThrow(
    /newer version/,
  );
});

test("a store of before the first release is refused in one sentence, with or without a note of its version", async () => {
  const [noted, bare] = [file(), file()];
  for (const path of [noted, bare]) {
    const store = await openStore({ url: `sqlite://${path}`, keys: [key(1)], onError: () => undefined });
    await store.open("people").set("telegram:1", {});
    if (path === noted) await store.open<number>("schema").set("version", 1);
    else await store.open<number>("schema").delete("version");
    await store.close();
    const opening = openStore({ url: `sqlite://${path}`, keys: [key(1)], onError: () => undefined });
    await expect(opening).rejects.toThrow(/^the store was written before the first release[^\n]*STORE_URL\.$/);
    await expect(opening).rejects.toBeInstanceOf(StoreError);
  }
});

test("a failing database rejects instead of saying that nothing is there", async () => {
  const store = await openStore({ url: `sqlite://${file()}`, keys: [key(1)], onError: () => undefined });
  const people = store.open<string>("people");
  await people.set("a", "b");
  await store.close();
  await expect(people.get("a")).rejects.toThrow(/finalized/);
  await expect(people.getMany(["a"])).rejects.toThrow(/finalized/);
  await expect(people.set("a", "c")).rejects.toThrow(/not open/);
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

function safely(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}

test("a change an operator makes in the file by hand is seen, and a record they delete is gone", async () => {
  const path = file();
  const here = (await opened(`sqlite://${path}`)).open<string>("people");
  expect(await here.getMany(["mia", "jun"])).toEqual([undefined, undefined]);
  const shell = new DatabaseSync(path);
  onTestFinished(() => shell.close());
  const put = shell.prepare("INSERT INTO keyv (key, value) VALUES (?, ?)");
  put.run("people:mia", '{"value":"en"}');
  put.run("people:jun", '{"value":"zh"}');
  await expect.poll(() => here.getMany(["mia", "jun"])).toEqual(["en", "zh"]);
  await here.set("mia", "zh");
  shell.exec("DELETE FROM keyv WHERE key = 'people:jun'");
  await expect.poll(() => here.get("jun")).toBeUndefined();
  expect(await here.get("mia")).toBe("zh");
  shell.exec("DELETE FROM keyv");
  await expect.poll(() => here.get("mia")).toBeUndefined();
});

test("a process reads what it wrote, whatever it did before", async () => {
  const keys = fc.constantFrom("a", "b:c", "d");
  const step = fc.oneof(
    fc.record({
      does: fc.constant("set"),
      key: keys,
      value: fc.oneof(fc.string({ maxLength: 5 }), fc.constant("long ".repeat(20_000))),
    }),
    fc.record({ does: fc.constantFrom("delete", "clear", "get"), key: keys, value: fc.constant(undefined) }),
  );
  const store = await opened(`sqlite://${file()}`);
  const [pendingForms, others] = [store.open<string>("pending-forms"), store.open<string>("others")];
  await others.set("a", "untouched");
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      await pendingForms.clear();
      const model = new Map<string, string>();
      for (const { does, key, value } of steps) {
        if (value !== undefined) {
          await pendingForms.set(key, value);
          model.set(key, value);
        } else if (does === "clear") {
          await pendingForms.clear();
          model.clear();
        } else if (does === "delete") {
          await pendingForms.delete(key);
          model.delete(key);
        }
        expect(await pendingForms.get(key)).toBe(model.get(key));
        expect(await pendingForms.getMany(["d", "a", "b:c"])).toEqual(["d", "a", "b:c"].map((each) => model.get(each)));
      }
      expect(await others.get("a")).toBe("untouched");
    }),
    { numRuns: 60 },
  );
});

test("a SQLite file that is closed has written what was asked for before", async () => {
  const path = file();
  const closing = await openSqlite(path, 1000);
  const writes = Array.from({ length: 100 }, (_, n) => closing.adapter().set(`people:p${n}`, String(n)));
  await closing.close();
  await Promise.all(writes);
  const again = await openSqlite(path, 1000);
  onTestFinished(() => again.close());
  expect(await again.adapter().get("people:p99")).toBe("99");
});
