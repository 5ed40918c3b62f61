import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { prepareProgram, type Program } from "./program.ts";
import { canMount, openSmallDisk, type SmallDisk } from "./small-disk.ts";
import { signInOnDiscord, signInOnTelegram } from "./sign-in.ts";

// The disk that everything is kept on is full, or fails: people and operators are told, nothing that was kept is lost, and it
// goes on when there is room again.

vi.setConfig({ testTimeout: 120_000 });

const isPossible = canMount();
if (!isPossible) process.stderr.write("disks are neither full nor read-only: nothing may be mounted here\n");

let program: Program | undefined;
afterEach(async () => {
  await program?.close();
  program = undefined;
});

const longTimeout = { timeout: 20_000 };
const key = Buffer.alloc(32, 5).toString("base64");
const away = { en: "I cannot reach what I keep just now", zh: "暂时读不到已保存的数据" };

interface OnDisk {
  readonly program: Program;
  readonly disk: SmallDisk;
  readonly environment: Readonly<Record<string, string>>;
}

async function onDisk(): Promise<OnDisk> {
  const disk = openSmallDisk();
  onTestFinished(() => disk.close());
  const made = await prepareProgram();
  program = made;
  const environment = { DATA_DIR: join(disk.folder, "data"), SECRET_KEY: key, PUBLIC_URL: made.gateway };
  await made.start(environment);
  return { program: made, disk, environment };
}

/** Mia has her drive open on Telegram, and Jun his on Discord, in Chinese. */
async function people({ program: { world }, program: made }: OnDisk) {
  await signInOnTelegram(made, "mia");
  const list = await world.people.mia.waitsFor("6 entries", longTimeout);
  await signInOnDiscord(made, "jun");
  const { jun } = world.members;
  const theirs = await jun.waitsFor("🏠", { in: jun.dm, within: 20_000 });
  return { mia: world.people.mia, list, jun, theirs };
}

const statusOf = async ({ gateway }: Program, path: string) => (await fetch(`${gateway}${path}`)).status;

/** What stands in the database is whole. */
function isSound({ DATA_DIR: folder = "" }: Readonly<Record<string, string>>): boolean {
  const database = new DatabaseSync(join(folder, "chatdrive.sqlite"));
  const found = database.prepare("PRAGMA integrity_check").get()?.["integrity_check"];
  database.close();
  return found === "ok";
}

describe.skipIf(!isPossible)("a program on a disk of its own", () => {
  test("tells people and operators that the disk is full, and goes on by itself when there is room again, with all it kept", async () => {
    const at = await onDisk();
    const { program: made, disk, environment } = at;
    const { mia, list, jun, theirs } = await people(at);
    mia.sends("/settings");
    const settings = await mia.waitsFor("Rows a page: 8");
    await mia.presses(/^\D*5$/, { on: settings });
    await mia.waitsFor("Rows a page: 5");

    disk.fill();
    const calls = made.world.telegram.calls.length;
    const toast = await mia.presses("📁 Films", { on: list, ...longTimeout });
    await mia.presses(/^\D*10$/, { on: settings, ...longTimeout });
    await jun.selects(/电影/, { message: theirs });
    await vi.waitFor(() => expect(`${toast.text ?? ""}\n${mia.sees()}`).toContain(away.en), longTimeout);
    await jun.waitsFor(away.zh, { in: jun.dm, within: 20_000 });
    mia.sends("/help");
    await mia.waitsFor("/browse", longTimeout);
    await vi.waitFor(async () => expect(await statusOf(made, "/readyz")).toBe(503), longTimeout);
    expect(await statusOf(made, "/healthz")).toBe(200);
    expect(await (await fetch(`${made.gateway}/readyz`)).text()).toContain("the store takes no writes");
    expect(made.log()).toMatch(/store failed \(full\)/);
    expect(made.world.telegram.calls.length - calls).toBeLessThan(40);
    expect(mia.messages.some(({ text }) => text.includes("Rows a page: 10"))).toBe(false);

    disk.free();
    await vi.waitFor(async () => expect(await statusOf(made, "/readyz")).toBe(200), longTimeout);
    await mia.presses("📁 Films", { on: list, ...longTimeout });
    await mia.waitsFor("› Films", longTimeout);
    await jun.selects(/电影/, { message: theirs });
    await jun.waitsFor("夏日的尽头", { in: jun.dm, within: 20_000 });
    mia.sends("/get Holiday 2026/Packing list.txt");
    await mia.waitsFor(/Sent in/, longTimeout);

    await made.kill();
    expect(isSound(environment)).toBe(true);
    await made.start(environment);
    mia.sends("/settings");
    await mia.waitsFor(({ id, text }) => id > settings.id && text.includes("Rows a page: 5"), longTimeout);
  });

  test("that is killed on a full disk loses nothing: it starts there again, or says why not, and has all when there is room", async () => {
    const at = await onDisk();
    const { program: made, disk, environment } = at;
    const { mia, list } = await people(at);
    disk.fill();
    await mia.presses("📁 Films", { on: list, ...longTimeout });
    await made.kill();
    const started = await made.start(environment).then(
      () => "ready",
      (error: unknown) => String(error),
    );
    expect(started).toMatch(/^ready$|the database \S+ cannot be (used|made or opened)|the store failed \(full\)/);
    await made.kill();
    expect([null, 2]).toContain((await made.ended()).code);
    disk.free();
    await made.start(environment);
    await mia.presses("📁 Films", { on: list, ...longTimeout });
    await mia.waitsFor("› Films", longTimeout);
    await made.kill();
    expect(isSound(environment)).toBe(true);
  });

  test("tells people and operators that the disk fails, and has all it kept when that is mended", async () => {
    const at = await onDisk();
    const { program: made, disk, environment } = at;
    const { mia, list, jun, theirs } = await people(at);

    disk.fail();
    const toast = await mia.presses("📁 Films", { on: list, ...longTimeout });
    await jun.selects(/电影/, { message: theirs });
    await vi.waitFor(() => expect(`${toast.text ?? ""}\n${mia.sees()}`).toContain(away.en), longTimeout);
    await jun.waitsFor(away.zh, { in: jun.dm, within: 20_000 });
    await vi.waitFor(async () => expect(await statusOf(made, "/readyz")).toBe(503), longTimeout);
    expect(await statusOf(made, "/healthz")).toBe(200);
    expect(made.log()).toMatch(/store failed \((read-only|broken)\)/);

    await made.kill();
    disk.repair();
    expect(isSound(environment)).toBe(true);
    await made.start(environment);
    await mia.presses("📁 Films", { on: list, ...longTimeout });
    await mia.waitsFor("› Films", longTimeout);
    await jun.selects(/电影/, { message: theirs });
    await jun.waitsFor("夏日的尽头", { in: jun.dm, within: 20_000 });
  });

  test("that is started on a read-only disk says so in one line and ends with 2", async () => {
    const { program: made, disk, environment } = await onDisk();
    await made.kill();
    disk.readOnly(true);
    await expect(made.start(environment)).rejects.toThrow(/it ended before it was ready/);
    const { code, err } = await made.ended();
    expect(code).toBe(2);
    expect(err).toMatch(/DATA_DIR or STORE_URL has to be a place that this user can write to/);
    expect(err.trim().split("\n")).toHaveLength(1);
    disk.readOnly(false);
    await made.start(environment);
  });
});
