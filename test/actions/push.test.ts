import { setTimeout as sleep } from "node:timers/promises";
import { Keyv } from "keyv";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startAria2, type Aria2Emulator } from "../../emulators/aria2/aria2.ts";
import { startPikPak, type PikPakEmulator } from "../../emulators/pikpak/pikpak.ts";
import type { Account } from "../../emulators/pikpak/state.ts";
import { createPushes } from "../../src/actions/push/pushes.ts";
import type { Aria2Settings } from "../../src/actions/model/push.ts";
import type { PushScreen, PushState } from "../../src/actions/model/push-screen.ts";
import type { MessageRef } from "../../src/actions/model/target.ts";
import type { ViewRef } from "../../src/actions/model/session.ts";
import { openAria2Way, type Aria2Way } from "../../src/app/push.ts";
import { driverKinds } from "../../src/drivers/index.ts";
import type { KeptJob } from "../../src/jobs/embedded.ts";
import type { JobQueue } from "../../src/jobs/queue.ts";
import type { Messenger } from "../../src/messaging/messenger.ts";
import { testJobs } from "../test-jobs.ts";
import { app, inGroup, jun, mia, signInAs, usualCloud, type TestApp } from "./test-app.ts";

const name = "mia@example.com";
const shown: MessageRef = { place: mia.person.id, kind: "private", language: "en", message: "7" };
const wait = async (_ms: number, signal?: AbortSignal) => sleep(2, undefined, { signal });

let pikpak: PikPakEmulator;
let account: Account;
let aria2: Aria2Emulator;
let at: TestApp;
let jobs: JobQueue;
let records: Keyv<KeptJob>;
let settings: Keyv<Aria2Settings>;
let way: Aria2Way;
let edits: PushScreen[];

beforeEach(async () => {
  edits = [];
  records = new Keyv<KeptJob>();
  settings = new Keyv<Aria2Settings>();
  pikpak = await startPikPak();
  aria2 = await startAria2();
  account = pikpak.build.account({ username: name, email: name, password: "correct-horse" });
  const films = pikpak.build.folder(account, undefined, "Films");
  const season = pikpak.build.folder(account, films, "../Season: 1");
  for (const called of ["one.mkv", "two.mkv"]) pikpak.build.file(account, season, { name: called, size: 10 });
  pikpak.build.file(account, films, { name: "film.mkv", size: 100 });
  const { driveUrl, userUrl, mcpUrl } = pikpak;
  const kinds = driverKinds({ pikpak: { domain: "mypikpak.net", platform: "web", driveUrl, userUrl, mcpUrl } });
  at = app(usualCloud(), { kinds, now: Date.now });
  begin("anywhere");
});
afterEach(async () => {
  await jobs.stop();
  await way.close();
  await at.services.storage.close();
  await aria2.close();
  await pikpak.close();
});

/** A process: its queue, and who pushes. */
function begin(reach: "anywhere" | "public"): void {
  jobs = testJobs(records);
  way = openAria2Way(reach);
  const messenger: Pick<Messenger, "edit"> = {
    async edit(_ref, screen) {
      edits.push(screen as PushScreen);
      return { is: "edited" };
    },
  };
  const { storage, sessions, newId } = at.services;
  const pushes = createPushes({
    jobs,
    storage,
    sessions,
    settings,
    send: way.send,
    exclusive: (_key, work) => work(),
    hasTickets: true,
    // Only editing is used here.
    messengers: { of: () => messenger as Messenger },
    addressOf: async (_mount, entry) => ({ url: `https://drive.example/d/${entry.id}/x`, via: "redirect" }),
    now: Date.now,
    wait,
    newId,
    log: { info: (fields) => void at.noted.push(fields) },
  });
  Object.assign(at.services, { pushes });
}

const connect = (values: { address?: string; secret?: string } = {}) =>
  at.do(mia, { do: "submit", form: { id: "aria2" }, values: { address: aria2.address, secret: "s3cret", ...values } });

async function problem(values: { address?: string; secret?: string }) {
  const { screen } = await connect(values);
  return screen.show === "form" ? `${screen.problem?.field}: ${screen.problem?.code}` : screen.show;
}

/** The last folder of Mia's, `Films`, with a folder and a file. */
async function films() {
  const top = await at.see(mia, signInAs(name, "correct-horse"), "listing");
  return at.see(mia, { do: "open", view: top.view, index: 0 }, "listing");
}

async function filmLink() {
  const { view } = await films();
  const file = await at.see(mia, { do: "open", view, index: 1 }, "file");
  return at.see(mia, { do: "link", view: file.view }, "link");
}

/** Presses, and waits for the last word. */
async function push(view: ViewRef, press: "push" | "retry-push" = "push"): Promise<PushState> {
  const before = edits.length;
  const { screen, placed } = await at.do(mia, { do: press, view });
  if (screen.show !== "push") throw new Error(`expected a push, got ${JSON.stringify(screen)}`);
  await placed?.at(shown);
  return last(before);
}

async function last(before: number): Promise<PushState> {
  const isOver = () => edits.slice(before).some(({ state: { is } }) => is !== "reading" && is !== "sending");
  await expect.poll(isOver, { timeout: 10_000 }).toBe(true);
  return edits.at(-1)?.state ?? { is: "lost" };
}

/** aria2 ends, and another one stands in its place. */
async function forgetsAll(): Promise<void> {
  await aria2.close();
  aria2 = await startAria2();
  await settings.set(mia.person.id, { address: aria2.address, secret: aria2.secret });
}

describe("where one's aria2 is", () => {
  test("is tried, said with its version, and its secret is seen nowhere again", async () => {
    await films();
    const { screen } = await connect();
    expect(screen).toMatchObject({ show: "notice", notice: "aria2-connected", subject: "aria2 1.36.0" });
    const card = await at.see(mia, { do: "show-settings" }, "settings");
    expect(card.aria2?.host).toBe(new URL(aria2.address).host);
    const form = await at.see(mia, { do: "ask-aria2", view: card.view }, "form");
    expect(form.values).toEqual({ address: aria2.address });
    expect(JSON.stringify([await at.services.people.get(mia.person.id), at.noted, form])).not.toContain("s3cret");
    const dropped = await at.see(mia, { do: "drop-aria2", view: card.view }, "settings");
    expect(dropped.aria2).toEqual({ host: undefined });
    expect(await settings.get(mia.person.id)).toBeUndefined();
  });

  test("is asked again with what is wrong about it", async () => {
    expect(await problem({ secret: "wrong" })).toBe("secret: aria2-unauthorized");
    expect(await problem({ address: "ftp://nas/jsonrpc" })).toBe("address: not-an-rpc-address");
    expect(await problem({ address: "http://mia:pw@nas/jsonrpc" })).toBe("address: not-an-rpc-address");
    expect(await problem({ address: "http://127.0.0.1:9/jsonrpc" })).toBe("address: aria2-unreachable");
    aria2.rules.instead = { status: 200, body: "<h1>A router</h1>" };
    expect(await problem({})).toBe("address: not-aria2");
    aria2.rules.instead = { status: 200, body: JSON.stringify([{ id: "0", result: "x".repeat(600_000) }]) };
    expect(await problem({})).toBe("address: aria2-unreachable");
    expect(await settings.get(mia.person.id)).toBeUndefined();
  });

  test("is no way into a private network, nor is what a public address leads on to", async () => {
    const other = await startAria2();
    aria2.rules.instead = { status: 302, body: "", headers: { location: other.address } };
    expect(await problem({})).toBe("address: not-aria2");
    expect(other.requests).toBe(0);
    await other.close();
    await way.close();
    await jobs.stop();
    begin("public");
    const before = aria2.requests;
    expect(await problem({})).toBe("address: aria2-forbidden");
    expect(await problem({ address: aria2.address.replace("127.0.0.1", "localhost") })).toBe(
      "address: aria2-forbidden",
    );
    expect(aria2.requests).toBe(before);
  });

  test("may be said without a path, and is deleted with everything about a person", async () => {
    await films();
    expect((await connect({ address: new URL(aria2.address).host })).screen).toMatchObject({
      notice: "aria2-connected",
    });
    const sure = await at.see(mia, { do: "forget" }, "question");
    await at.do(mia, { do: "confirm", view: sure.view });
    expect(await settings.get(mia.person.id)).toBeUndefined();
  });
});

describe("the file of a link", () => {
  test("goes to aria2 by one press, under its name, and how it is doing is told", async () => {
    expect((await filmLink()).can).not.toContain("push");
    await connect();
    const card = await filmLink();
    expect(card.can).toContain("push");
    expect(await push(card.view)).toMatchObject({ is: "sent", taken: 1, refused: 0, leftOut: 0, isCut: false });
    const [added] = [...aria2.downloads.values()];
    expect(added).toMatchObject({ out: "film.mkv", url: expect.stringContaining("https://drive.example/d/") });
    Object.assign(added ?? {}, { status: "active", total: 100, done: () => 40 });
    const { view } = edits.at(-1) ?? card;
    const asked = await at.see(mia, { do: "push-status", view }, "push");
    expect(asked).toMatchObject({
      name: "film.mkv",
      state: { status: { active: 1, done: 40, total: 100, speed: 20_971_520 } },
    });
    await forgetsAll();
    const gone = await at.see(mia, { do: "push-status", view: asked.view }, "push");
    expect(gone.state).toMatchObject({ status: { gone: 1 } });
    expect(await at.see(mia, { do: "back", view: gone.view }, "link")).toMatchObject({ entry: { name: "film.mkv" } });
  });

  test("is in aria2 once where the answer was lost, where nothing arrived at first, and when it is sent again", async () => {
    await connect();
    const { view } = await filmLink();
    aria2.rules.next = "lose";
    expect(await push(view)).toMatchObject({ is: "sent", taken: 1 });
    expect(aria2.downloads.size).toBe(1);
    const before = edits.length;
    aria2.rules.next = "cut";
    expect(await push((await filmLink()).view)).toMatchObject({ is: "sent", taken: 1 });
    expect(edits.length).toBeGreaterThan(before);
    expect(aria2.downloads.size).toBe(2);
  });

  test("is refused in aria2's own words, and what did not go can be sent again", async () => {
    await connect();
    aria2.rules.refusing = { out: /film/, message: "No space left on the moon" };
    const { view } = await filmLink();
    expect(await push(view)).toMatchObject({ is: "sent", taken: 0, refused: 1, refusal: "No space left on the moon" });
    await settings.set(mia.person.id, { address: "http://127.0.0.1:9/jsonrpc" });
    expect(await push((await filmLink()).view)).toEqual({ is: "failed", failure: "unreachable" });
    await settings.set(mia.person.id, { address: aria2.address, secret: "s3cret" });
    aria2.rules.refusing = undefined;
    expect(await push(edits.at(-1)?.view ?? view, "retry-push")).toMatchObject({ is: "sent", taken: 1 });
  });
});

describe("what is chosen", () => {
  async function chosen() {
    const { view } = await films();
    const select = await at.see(
      mia,
      { do: "select", view: (await at.see(mia, { do: "tidy", view }, "tidy")).view },
      "select",
    );
    const all = await at.see(mia, { do: "pick-all", view: select.view }, "select");
    return at.see(mia, { do: "tidy-selection", view: all.view }, "tidy");
  }

  test("goes with all that is in its folders, each below its folder's name and nowhere else", async () => {
    await connect();
    const card = await chosen();
    expect(card.can).toContain("push");
    expect(await push(card.view)).toMatchObject({ is: "sent", taken: 3, refused: 0 });
    expect([...aria2.downloads.values()].map(({ out }) => out).toSorted()).toEqual([
      ".._Season_ 1/one.mkv",
      ".._Season_ 1/two.mkv",
      "film.mkv",
    ]);
    // The secret and the files went in few requests.
    expect(aria2.requests).toBeLessThanOrEqual(3);
  });

  test("is sent anew by the next process after a kill, and nothing of it is there twice", async () => {
    await connect();
    const card = await chosen();
    const { screen, placed } = await at.do(mia, { do: "push", view: card.view });
    if (screen.show !== "push") throw new Error("no push");
    let ended: Promise<void> | undefined;
    aria2.rules.next = "lose";
    aria2.rules.onTaken = () => void (ended ??= jobs.stop());
    await placed?.at(shown);
    await expect.poll(() => ended !== undefined).toBe(true);
    await ended;
    await way.close();
    expect([edits.length, aria2.downloads.size]).toEqual([0, 3]);
    aria2.rules.onTaken = undefined;
    begin("anywhere");
    expect(await last(0)).toMatchObject({ is: "sent", taken: 3 });
    expect(aria2.downloads.size).toBe(3);
  });

  test("of nothing but empty folders says so", async () => {
    await connect();
    pikpak.build.folder(account, undefined, "Empty");
    const top = await at.see(mia, signInAs(name, "correct-horse"), "listing");
    const empty = await at.see(mia, { do: "open", view: top.view, index: 0 }, "listing");
    const card = await at.see(mia, { do: "tidy", view: empty.view }, "tidy");
    expect(await push(card.view)).toEqual({ is: "failed", failure: "nothing-to-push" });
  });
});

test("a push that is cancelled, or over, says so, and others and groups have no such button", async () => {
  await connect();
  const card = await filmLink();
  expect(await at.see(inGroup(mia), { do: "push", view: card.view }, "notice")).toMatchObject({
    notice: "private-only",
  });
  expect(await at.see(jun, { do: "push", view: card.view }, "notice")).toMatchObject({ notice: "not-yours" });
  await push(card.view);
  const { view } = edits.at(-1) ?? card;
  expect(await at.see(mia, { do: "cancel-push", view }, "notice")).toMatchObject({ notice: "push-over" });
});
