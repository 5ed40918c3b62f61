import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openStore } from "../../src/store/store.ts";
import { ownDatabase } from "./own-database.ts";

// The real command in a process of its own.

const folder = mkdtempSync(join(tmpdir(), "chatdrive-state-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const place = () => mkdtempSync(join(folder, "one-"));
const key = Buffer.alloc(32, 7);

interface Done {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function state(at: string, args: readonly string[], more: Record<string, string> = {}): Promise<Done> {
  const env = { DATA_DIR: at, TELEGRAM_BOT_TOKEN: "1:TEST", SECRET_KEY: key.toString("base64"), ...more };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(import.meta.dirname, "..", "..", "src", "cli", "state.ts"), ...args],
      { cwd: at, env },
      (error, out, err) => resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err }),
    );
  });
}

const url = (at: string) => `sqlite://${at}/chatdrive.sqlite`;

async function filled(address: string, chats = 3): Promise<void> {
  const store = await openStore({ url: address, keys: [key], onError: () => undefined });
  await store.open("mounts").set("m1", { title: "名字 🎬", owner: "telegram:1" });
  await store.open("secrets", { sealed: true }).set("m1", { password: "correct-horse" });
  await store.open("views").set("later", "here", 3_600_000);
  await store.open("views").set("over", "gone", 1);
  for (let n = 0; n < chats; n++) await store.open("chats").set(`telegram:${n}`, { n });
  await store.close();
}

async function read(address: string, chats = 3) {
  const store = await openStore({ url: address, keys: [key], onError: () => undefined });
  const found = {
    mount: await store.open("mounts").get("m1"),
    secret: await store.open("secrets", { sealed: true }).get("m1"),
    later: await store.open("views").get("later"),
    over: await store.open("views").get("over"),
    chats: await Promise.all(Array.from({ length: chats }, (_, n) => store.open("chats").get(`telegram:${n}`))),
  };
  await store.close();
  return found;
}

const whole = (chats = 3) => ({
  mount: { title: "名字 🎬", owner: "telegram:1" },
  secret: { password: "correct-horse" },
  later: "here",
  over: undefined,
  chats: Array.from({ length: chats }, (_, n) => ({ n })),
});

const servers: readonly (readonly [string, string | undefined])[] = [
  ["redis", process.env["TEST_REDIS_URL"]],
  ["postgres", process.env["TEST_POSTGRES_URL"]],
];

test("a store moves to another place whole, secrets sealed, and nothing of them in clear", async () => {
  const old = place();
  const fresh = place();
  const file = join(folder, "moved.jsonl");
  // More than one page of the database's.
  await filled(url(old), 600);
  const exported = await state(old, ["export", file]);
  expect(exported).toMatchObject({ code: 0, err: "" });
  expect(exported.out).toMatch(/secrets sealed with key [0-9a-f]{8}/);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, "utf8")).not.toContain("correct-horse");
  expect(await state(fresh, ["import", file])).toMatchObject({ code: 0, err: "" });
  expect(await read(url(fresh), 600)).toEqual(whole(600));
}, 60_000);

describe.each(servers)("on %s", (_name, address) => {
  test.skipIf(address === undefined)(
    "records are read from the server's store, and put into it",
    async () => {
      const old = place();
      await filled(url(old));
      const first = join(place(), "first.jsonl");
      const second = join(place(), "second.jsonl");
      await state(old, ["export", first]);
      const there = { STORE_URL: await ownDatabase(address ?? "", "state") };
      expect(await state(old, ["import", first], there)).toMatchObject({ code: 0, err: "" });
      expect(await state(old, ["export", second], there)).toMatchObject({ code: 0 });
      const fresh = place();
      await state(fresh, ["import", second]);
      expect(await read(url(fresh))).toEqual(whole());
    },
    60_000,
  );
});

test("an import with another key leaves the secrets closed, and says so", async () => {
  const old = place();
  const file = join(place(), "state.jsonl");
  await filled(url(old));
  await state(old, ["export", file]);
  const other = { SECRET_KEY: Buffer.alloc(32, 8).toString("base64") };
  expect((await state(place(), ["import", file], other)).out).toMatch(/set SECRET_KEY to that of the old place/);
}, 60_000);

describe("an import that is refused changes nothing", () => {
  const cases: readonly (readonly [string, (file: string) => void, RegExp])[] = [
    ["a file that is cut off", (file) => writeFileSync(file, readFileSync(file, "utf8").slice(0, -30)), /cut off/],
    [
      "a file that lost a line",
      (file) => writeFileSync(file, readFileSync(file, "utf8").split("\n").toSpliced(3, 1).join("\n")),
      /cut off/,
    ],
    ["a file of something else", (file) => writeFileSync(file, '{"hello":"world"}\n'), /not a state of ChatDrive/],
    ["a file that is no JSON", (file) => writeFileSync(file, "hello\n"), /not a state of ChatDrive/],
  ];

  test.each(cases)(
    "an import from %s is refused, and changes nothing",
    async (_name, spoil, message) => {
      const old = place();
      const fresh = place();
      const file = join(place(), "state.jsonl");
      await filled(url(old));
      await state(old, ["export", file]);
      spoil(file);
      const done = await state(fresh, ["import", file]);
      expect(done.code).toBe(2);
      expect(done.err).toMatch(message);
      expect((await read(url(fresh))).mount).toBeUndefined();
    },
    60_000,
  );

  test("an import into a store that is not empty is refused, and changes nothing", async () => {
    const old = place();
    const file = join(place(), "state.jsonl");
    await filled(url(old));
    await state(old, ["export", file]);
    expect(await state(old, ["import", file])).toMatchObject({ code: 2, err: expect.stringContaining("not empty") });
    expect(await state(old, ["export", file])).toMatchObject({ code: 2, err: expect.stringContaining("overwritten") });
    expect(await read(url(old))).toEqual(whole());
  }, 60_000);

  test("a command that is none, a file that is none and a store that is none are refused", async () => {
    const at = place();
    expect(await state(at, [])).toMatchObject({ code: 2, err: expect.stringContaining("npm run state") });
    expect(await state(at, ["import", join(at, "none")])).toMatchObject({ code: 2 });
    expect(await state(at, ["export", "x"], { STORE_URL: "memory://" })).toMatchObject({ code: 2 });
  });
});

test("the command to reseal says how many records the newest key seals now, and which no key opens", async () => {
  const old = place();
  await filled(url(old));
  const fresh = Buffer.alloc(32, 9).toString("base64");
  const rotating = { SECRET_KEY: `${key.toString("base64")},${fresh}` };
  const done = await state(old, ["reseal"], rotating);
  expect(done).toMatchObject({ code: 0, err: "" });
  expect(done.out).toMatch(/^1 records resealed with the newest key\.$/m);
  expect((await state(old, ["reseal"], { SECRET_KEY: fresh })).out).toMatch(/^0 records resealed/m);
  const lost = await state(old, ["reseal"], { SECRET_KEY: Buffer.alloc(32, 8).toString("base64") });
  expect(lost.out).toMatch(/No key opens 1 in secrets/);
}, 60_000);

test("every command is refused while the bot runs on the same SQLite file", async () => {
  const old = place();
  await filled(url(old));
  const bot = await openStore({ url: url(old), keys: [key], onError: () => undefined });
  const file = join(place(), "state.jsonl");
  for (const words of [["export", file], ["import", file], ["reseal"]]) {
    expect(await state(old, words)).toMatchObject({ code: 2, err: expect.stringMatching(/stop that one first\.\n$/) });
  }
  await bot.close();
  expect(await state(old, ["export", file])).toMatchObject({ code: 0 });
}, 60_000);
