import { Keyv } from "keyv";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createBrowserSignIns, type AwaitedReturn } from "../../src/actions/mounts/browser-sign-ins.ts";
import { createLastWords } from "../../src/actions/mounts/last-words.ts";
import type { BrowserOrder, BrowserSignIns } from "../../src/actions/model/browser-sign-in.ts";
import type { MessageRef } from "../../src/actions/model/target.ts";
import type { KeptJob } from "../../src/jobs/embedded.ts";
import { jobKind } from "../../src/jobs/job.ts";
import type { JobQueue } from "../../src/jobs/queue.ts";
import type { Message, Messenger } from "../../src/messaging/messenger.ts";
import { StorageError } from "../../src/storage/error.ts";
import { testJobs, waitBy } from "../test-jobs.ts";
import { mia } from "./test-app.ts";

// Sign-ins through browsers, by a clock the test sets: what is kept, when, and what is said at last.

const shown: MessageRef = { place: mia.person.id, kind: "private", language: "en", message: "7" };
const signal = new AbortController().signal;
let clock: number;
let records: Keyv<KeptJob>;
let returns: Keyv<AwaitedReturn>;
let places: Keyv<MessageRef>;
let jobs: JobQueue;
let signIns: BrowserSignIns;
let edits: Message[];
let sent: Message[];
let granting: () => Promise<{ values: object; kept: object }>;
const now = () => clock;

const order: BrowserOrder = {
  id: "one",
  visit: mia,
  kind: "pikpak",
  card: { show: "approval", view: { id: "session001", revision: 2 }, kind: "pikpak" },
  pending: { state: "s3cret", address: "https://example.com/agree", until: 600_000, own: "{}" },
};
const back = new URLSearchParams({ state: "s3cret", code: "c" });

beforeEach(() => {
  clock = 1000;
  records = new Keyv<KeptJob>();
  returns = new Keyv<AwaitedReturn>();
  places = new Keyv<MessageRef>();
  edits = [];
  sent = [];
  granting = async () => ({ values: {}, kept: {} });
  start();
});
afterEach(() => jobs.stop());

/** As a process does when it starts. */
function start(): void {
  jobs = testJobs(records, { now, wait: waitBy(now) });
  const messenger: Pick<Messenger, "edit" | "send"> = {
    async edit(_ref, screen) {
      edits.push(screen);
      return { is: "edited" };
    },
    async send(target, screen) {
      sent.push(screen);
      return { is: "sent", ref: { ...target, message: "8" } };
    },
  };
  const log = { info: () => undefined, warn: () => undefined };
  signIns = createBrowserSignIns({
    jobs,
    // Only this is used here, and what it gives goes to `finish`.
    storage: { finishBrowser: () => granting() as never },
    lastWords: createLastWords({
      jobs,
      messengers: { of: () => messenger as Messenger },
      places,
      languageOf: async () => "en",
      now,
      log,
    }),
    returns,
    exclusive: async (_key, work) => work(),
    finish: async () => ({ screen: { show: "notice", notice: "cancelled", level: "done" }, language: "en" }),
    now,
    wait: async () => undefined,
  });
}

const states = (said: readonly Message[]) =>
  said.map((screen) => (screen.show === "approval" ? screen.state.is : screen.show));

test("whoever agreed before the message was known of, and after a kill, has the drive in a message of their own", async () => {
  await signIns.prepare(order);
  await jobs.stop();
  start();
  expect(await signIns.take("pikpak", back, { signal })).toBe("done");
  clock += 11_000;
  await expect.poll(() => states(sent)).toEqual(["notice"]);
  expect(await signIns.take("pikpak", back, { signal })).toBe("over");
  expect(edits).toEqual([]);
});

test("an address nobody came back to is over in the message it stands in, also where the record is gone", async () => {
  await (await signIns.prepare(order)).at(shown);
  await returns.clear();
  clock = order.pending.until;
  await expect.poll(() => states(edits)).toEqual(["over"]);
});

test("a return to another kind, or a moment too late, takes nothing away: the message has its end", async () => {
  await (await signIns.prepare(order)).at(shown);
  expect(await signIns.take("elsewhere", back, { signal })).toBe("over");
  expect(await signIns.take("pikpak", back, { signal })).toBe("done");
  await expect.poll(() => states(edits)).toEqual(["notice"]);
  const late = { ...order, id: "two", pending: { ...order.pending, state: "another" } };
  await (await signIns.prepare(late)).at(shown);
  clock = late.pending.until;
  expect(await signIns.take("pikpak", new URLSearchParams({ state: "another" }), { signal })).toBe("over");
  await expect.poll(() => states(edits)).toEqual(["notice", "over"]);
});

test("a kill while a return is being made something of leaves nobody waiting", async () => {
  await (await signIns.prepare(order)).at(shown);
  granting = () => new Promise(() => undefined);
  void signIns.take("pikpak", back, { signal });
  await expect
    .poll(async () => (await jobs.list(jobKind("browser-sign-in")))[0]?.state)
    .toEqual({
      is: "due",
      at: clock + 300_000,
    });
  await jobs.stop();
  start();
  // Nobody cancels what is being made something of, and the code is good for one use.
  expect(await signIns.cancel(order.id)).toBe(false);
  expect(await signIns.take("pikpak", back, { signal })).toBe("over");
  clock += 300_000;
  await expect.poll(() => states(edits)).toEqual(["over"]);
});

test("what was denied or failed is said once, and so is what was cancelled", async () => {
  await (await signIns.prepare(order)).at(shown);
  granting = () => Promise.reject(new StorageError("approval-denied"));
  expect(await signIns.take("pikpak", back, { signal })).toBe("denied");
  await expect.poll(() => states(edits)).toEqual(["denied"]);
  await (await signIns.prepare({ ...order, id: "two" })).at(shown);
  expect(await signIns.screenOf("two")).toMatchObject({ state: { is: "waiting", direct: order.pending.address } });
  expect(await signIns.cancel("two")).toBe(true);
  await expect.poll(() => states(edits)).toEqual(["denied", "cancelled"]);
  expect(await signIns.take("pikpak", back, { signal })).toBe("over");
});
