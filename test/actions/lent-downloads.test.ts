import { setTimeout as sleep } from "node:timers/promises";
import { Keyv } from "keyv";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PikPakEmulator } from "../../emulators/pikpak/pikpak.ts";
import type { Account } from "../../emulators/pikpak/state.ts";
import { createDownloads } from "../../src/actions/download/downloads.ts";
import { createLentFolders } from "../../src/actions/download/lent-folder.ts";
import type { DownloadScreen, LendingCard } from "../../src/actions/model/screen.ts";
import type { KeptJob } from "../../src/jobs/embedded.ts";
import type { JobQueue } from "../../src/jobs/queue.ts";
import { createLocks } from "../../src/store/lock.ts";
import type { Visit } from "../../src/users/visit.ts";
import { testJobs } from "../test-jobs.ts";
import { bound, group, lena, names, nox, there } from "./group-app.ts";
import { recordingMessenger, startPikPakApp } from "./pikpak-app.ts";
import { jun, mia, signInAs, type TestApp } from "./test-app.ts";

// Mia lends the folder Club of her PikPak to a group in which Jun and Lena are members, and Nox is nobody.

const hash = (n: number) => n.toString(16).padStart(40, "0");
const magnet = (n: number) => `magnet:?xt=urn:btih:${hash(n)}&dn=film+${n}.mkv`;
const magnets = (count: number) => Array.from({ length: count }, (_, n) => magnet(n + 1)).join("\n");

let skipped = 0;
const now = () => Date.now() + skipped;
/** Waiting moves the clock on; what is held goes on when it is let go. */
let held: PromiseWithResolvers<void> | undefined;
const wait = async (ms: number, signal?: AbortSignal) => {
  signal?.throwIfAborted();
  await held?.promise;
  skipped += ms;
  await sleep(2);
};

let pikpak: PikPakEmulator;
let account: Account;
let at: TestApp;
let closeApp: () => Promise<void>;
let jobs: JobQueue;
let edits: DownloadScreen[];
let roles: Map<string, "admin" | "member">;

beforeEach(async () => {
  skipped = 0;
  held = undefined;
  edits = [];
  roles = new Map([
    [mia.person.id, "admin"],
    [jun.person.id, "member"],
    [lena.person.id, "member"],
  ]);
  const roleIn = async (place: string, person: string) => (place === group ? (roles.get(person) ?? "none") : undefined);
  const opened = await startPikPakApp({ now, wait, changes: { roleIn } });
  ({ pikpak, account, at } = opened);
  closeApp = opened.close;
  jobs = testJobs(new Keyv<KeptJob>(), {
    now,
    wait: async (ms, signal) => sleep(Math.min(ms, 20), undefined, { signal }),
  });
  const messengers = recordingMessenger({
    answerEdit: () => ({ is: "edited" }),
    edited: (screen) => void edits.push(screen as DownloadScreen),
    sent: () => undefined,
  });
  const { storage, sessions } = at.services;
  const downloads = createDownloads({
    jobs,
    storage,
    sessions,
    messengers,
    exclusive: createLocks().exclusive,
    lentFolders: createLentFolders(() => at.services),
    now,
    wait,
    log: { info: () => undefined, warn: () => undefined },
  });
  Object.assign(at.services, { downloads });
});
afterEach(async () => {
  held?.resolve();
  await jobs.stop();
  await closeApp();
});

/** Mia lends Club, with so many downloads a day; 0 = she does not touch that. */
async function lent(downloads = 0): Promise<LendingCard> {
  pikpak.build.folder(account, undefined, "Private");
  pikpak.build.folder(account, undefined, "Club");
  await at.see(mia, signInAs("mia@example.com", "correct-horse"), "listing");
  const card = await bound(at, { do: "bind", path: "Club" });
  return downloads === 0 ? card : switched(card, downloads);
}

const switched = (card: LendingCard, count: number) =>
  at.see(there(mia), { do: "set-downloads", view: card.view, count }, "lending");

/** Asks in the group, and says where the answer stands. */
async function ask(text: string, visit: Visit = there(jun)): Promise<DownloadScreen> {
  const { screen, placed } = await at.do(visit, { do: "download", text });
  if (screen.show !== "download") throw new Error(`expected a download, got ${JSON.stringify(screen)}`);
  await placed?.at({ place: group, kind: "group", language: "en", message: "7" });
  return screen;
}

const refusal = async (text: string, visit: Visit = there(jun)) =>
  (await at.see(visit, { do: "download", text }, "notice")).notice;
const over = async () => {
  await expect.poll(() => edits.at(-1)?.is, { timeout: 10_000 }).toBe("over");
  return edits.splice(0).at(-1) as DownloadScreen;
};
const begun = () => pikpak.calls.filter(({ method, path }) => method === "POST" && path === "/drive/v1/files").length;
const counted = async () => Object.values((await at.shelves.places.get(group))?.fetched?.by ?? {})[0] ?? 0;

describe("downloads lent to a group", () => {
  test("a drive that is lent fetches nothing for members until its owner says so, nor in another group", async () => {
    const card = await lent();
    expect(card.policy.downloads).toBeUndefined();
    expect(await refusal(magnet(1))).toBe("private-only");
    expect(await refusal(magnet(1), there(mia))).toBe("private-only");
    const on = await switched(card, 5);
    expect(on.policy.downloads).toBe(5);
    const elsewhere = { ...there(jun), place: { ...there(jun).place, id: "telegram:-200" } };
    expect(await refusal(magnet(1), elsewhere)).toBe("private-only");
    expect(await refusal(magnet(1), jun)).toBe("no-drive");
    expect(begun()).toBe(0);
  });

  test("a number that nobody offered changes nothing, and another member cannot switch downloads on", async () => {
    const card = await lent();
    expect((await switched(card, 1000)).policy.downloads).toBeUndefined();
    const press = { do: "set-downloads", view: card.view, count: 100 } as const;
    expect(await at.see(there(jun), press, "notice")).toMatchObject({ notice: "not-yours" });
    expect((await at.shelves.places.get(group))?.lent[0]?.policy.downloads).toBeUndefined();
  });

  test("what a member asks for goes into the folder that is lent, and opens within it", async () => {
    await lent(5);
    const first = await ask(magnet(1));
    expect(first).toMatchObject({ mount: { title: "Club" }, trail: [], lent: true, moves: false, tells: false });
    const end = await over();
    expect(end.items).toMatchObject([{ name: "film 1.mkv", state: { is: "done" } }]);
    const press = { do: "open-download", view: end.view, index: 0 } as const;
    expect(await at.see(there(jun), press, "file")).toMatchObject({ mount: { title: "Club" }, trail: [] });
    const listing = await at.see(there(lena), { do: "browse" }, "listing");
    expect(names(listing)).toEqual(["film 1.mkv"]);
    expect(names(await at.see(mia, { do: "browse" }, "listing"))).not.toContain("film 1.mkv");
  });

  test("a batch counts as many as it has addresses, for all of the group, and what would be too many is not begun", async () => {
    await lent(5);
    await ask(magnets(3));
    await over();
    expect(await counted()).toBe(3);
    const spent = await at.see(there(lena), { do: "download", text: magnets(3) }, "notice");
    expect(spent).toMatchObject({ notice: "downloads-spent", level: "refused" });
    expect(spent.retryAfter).toBeGreaterThan(0);
    expect(spent.retryAfter).toBeLessThanOrEqual(24 * 3_600_000);
    expect(begun()).toBe(3);
    await ask(`${magnet(8)}\n${magnet(9)}`, there(lena));
    await over();
    expect(await refusal(magnet(10))).toBe("downloads-spent");
    expect(begun()).toBe(5);
    skipped += spent.retryAfter ?? 0;
    await ask(magnet(10));
    await over();
    expect(await counted()).toBe(1);
  });

  test("its owner's own are not counted, and are in the folder too", async () => {
    await lent(5);
    await ask(magnets(6), there(mia));
    expect((await over()).items).toHaveLength(6);
    expect(await counted()).toBe(0);
  });

  test("what could not be begun does not count, and once more counts again", async () => {
    await lent(5);
    pikpak.rules.offlineLimit = 0;
    const { view } = await ask(magnets(2));
    expect((await over()).items.map(({ state }) => state.is)).toEqual(["failed", "failed"]);
    await expect.poll(counted).toBe(0);
    pikpak.rules.offlineLimit = 100;
    const { screen, placed } = await at.do(there(jun), { do: "retry-download", view });
    expect(screen.show).toBe("download");
    await placed?.at({ place: group, kind: "group", language: "en", message: "7" });
    await over();
    expect(await counted()).toBe(2);
  });

  test("nothing else of the drive is reached from a lent download: no other folder, no list of what it fetches", async () => {
    await lent(5);
    const { view } = await ask(magnet(1));
    await over();
    for (const act of ["download-folder", "preview", "show-tasks", "restart-download"] as const)
      expect(await at.see(there(jun), { do: act, view }, "notice")).toMatchObject({ notice: "private-only" });
    for (const act of ["download-folder", "preview"] as const)
      expect((await at.do(jun, { do: act, view })).screen).toMatchObject({ show: "notice" });
    expect(await at.see(there(jun), { do: "tasks" }, "notice")).toMatchObject({ notice: "private-only" });
  });

  /** A member's download, which is held once it is begun. */
  const underWay = async () => {
    await lent(5);
    const until = (held = Promise.withResolvers<void>());
    pikpak.rules.offlineTakes = 600_000;
    const { view } = await ask(magnet(1));
    await expect.poll(begun, { timeout: 10_000 }).toBe(1);
    return { view, goesOn: () => until.resolve() };
  };

  test.each([
    ["asked for it", jun],
    ["lends the drive", mia],
  ])("a download is cancelled by whoever %s", async (_why, who) => {
    const { view, goesOn } = await underWay();
    roles.set(mia.person.id, "member");
    for (const other of [lena, nox])
      expect(await at.see(there(other), { do: "cancel-download", view }, "notice")).toMatchObject({
        notice: "not-yours",
      });
    const said = await at.see(there(who), { do: "cancel-download", view }, "notice");
    expect(said).toMatchObject({ notice: "download-stopped", for: "asker" });
    goesOn();
    expect((await over()).items).toMatchObject([{ state: { is: "cancelled" } }]);
  });

  test("a download is cancelled by whoever runs the group", async () => {
    const { view, goesOn } = await underWay();
    roles.set(lena.person.id, "admin");
    const said = await at.see(there(lena), { do: "cancel-download", view }, "notice");
    expect(said).toMatchObject({ notice: "download-stopped" });
    goesOn();
    await over();
  });

  test("a download that another member asked for is not begun again by a member", async () => {
    await lent(5);
    pikpak.rules.offlineLimit = 0;
    const { view } = await ask(magnet(1));
    await over();
    const press = { do: "retry-download", view } as const;
    expect(await at.see(there(lena), press, "notice")).toMatchObject({ notice: "not-yours" });
  });

  test.each([
    ["taken back", "private-only"],
    ["switched off", "private-only"],
    ["left by the asker", "mount-gone"],
  ])("what is not begun yet is not begun once the drive is %s", async (how, refused) => {
    const card = await lent(20);
    pikpak.rules.offlineTakes = 60_000;
    pikpak.rules.offlineAtOnce = 1;
    held = Promise.withResolvers();
    await ask(magnets(2));
    await expect.poll(begun, { timeout: 10_000 }).toBeGreaterThan(0);
    if (how === "taken back") await at.see(there(mia), { do: "unlend", view: card.view }, "notice");
    if (how === "switched off") await switched(card, 0);
    if (how === "left by the asker") roles.delete(jun.person.id);
    held.resolve();
    held = undefined;
    const end = await over();
    expect(end.items).toMatchObject([{ state: { is: "done" } }, { state: { is: "failed", code: "not-lent" } }]);
    expect(await refusal(magnet(3))).toBe(refused);
  });
});
