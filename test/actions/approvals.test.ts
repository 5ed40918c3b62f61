import { Keyv } from "keyv";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { PikPakEmulator } from "../../emulators/pikpak/pikpak.ts";
import type { Account } from "../../emulators/pikpak/state.ts";
import { perform } from "../../src/actions/perform.ts";
import { createApprovals } from "../../src/actions/mounts/approvals.ts";
import { createLastWords } from "../../src/actions/mounts/last-words.ts";
import type { FinishParts } from "../../src/actions/mounts/approval-end.ts";
import type { MessageRef } from "../../src/actions/model/target.ts";
import type { KeptJob } from "../../src/jobs/embedded.ts";
import { jobKind } from "../../src/jobs/job.ts";
import type { JobQueue } from "../../src/jobs/queue.ts";
import type { Edited, Message, Unsent } from "../../src/messaging/messenger.ts";
import { testJobs } from "../test-jobs.ts";
import { recordingMessenger, startPikPakApp } from "./pikpak-app.ts";
import { mia, type TestApp } from "./test-app.ts";

// Approvals by a clock that goes on as soon as somebody waits for it: what PikPak is asked, and when.

const shown: MessageRef = { place: mia.person.id, kind: "private", language: "en", message: "7" };

let skipped = 0;
/** Which of the pauses between two questions lasts until the process ends; 0 = it has begun. */
let holdFrom: number | undefined;
const pause = async (ms: number, signal: AbortSignal) => {
  if (holdFrom === undefined || --holdFrom > 0) return wait(ms, signal);
  await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
};
const now = () => Date.now() + skipped;
const wait = async (ms: number, signal?: AbortSignal) => {
  signal?.throwIfAborted();
  skipped += ms;
  await new Promise((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
};

let pikpak: PikPakEmulator;
let account: Account;
let at: TestApp;
let closeApp: () => Promise<void>;
let jobs: JobQueue;
let records: Keyv<KeptJob>;
let places: Keyv<MessageRef>;
let answerSend: () => Unsent | undefined;
let finish: FinishParts["finish"];
let logged: object[];
let edits: Message[];
let sent: Message[];
let answerEdit: () => Edited;

beforeEach(async () => {
  skipped = 0;
  holdFrom = undefined;
  logged = [];
  edits = [];
  sent = [];
  answerEdit = () => ({ is: "edited" });
  const opened = await startPikPakApp({ now });
  ({ pikpak, account, at } = opened);
  closeApp = opened.close;
  pikpak.build.file(account, undefined, { name: "notes.txt", size: 10 });
  records = new Keyv<KeptJob>();
  places = new Keyv<MessageRef>();
  answerSend = () => undefined;
  finish = (visit, approved, signal) => perform(at.services, visit, { do: "finish-approval", approved }, signal);
  openJobs();
});

/** As a process does when it starts. */
function openJobs(): void {
  jobs = testJobs(records, { now, wait });
  const messengers = recordingMessenger({
    answerEdit: () => answerEdit(),
    answerSend: () => answerSend(),
    edited: (screen) => void edits.push(screen),
    sent: (screen) => void sent.push(screen),
  });
  const note = (fields: object, event: string) => void logged.push({ event, ...fields });
  const log = { info: note, warn: (fields: object, event: string) => note({ level: "warn", ...fields }, event) };
  const approvals = createApprovals({
    jobs,
    storage: at.services.storage,
    lastWords: createLastWords({
      jobs,
      messengers,
      places,
      languageOf: async () => "en",
      now,
      log,
    }),
    finish: (...given) => finish(...given),
    now,
    wait: pause,
  });
  Object.assign(at.services, { approvals });
}
afterEach(async () => {
  await jobs.stop();
  await closeApp();
});

/** Mia chooses the first way; her code. */
async function begun(): Promise<string> {
  const ways = await at.see(mia, { do: "sign-in" }, "sign-in-ways");
  expect(ways.ways).toEqual(["approval", "access-token", "password", "refresh-token"]);
  const { screen, placed } = await at.do(mia, { do: "choose-way", view: ways.view, index: 0 });
  if (screen.show !== "approval" || screen.state.is !== "waiting") throw new Error(JSON.stringify(screen));
  await placed?.at(shown);
  return screen.state.code?.userCode ?? "";
}

const polls = () => pikpak.calls.filter(({ path }) => path === "/v1/auth/token");
async function ended(): Promise<void> {
  await expect.poll(() => edits.length + sent.length, { timeout: 10_000 }).toBe(1);
}

test("a code nobody decides on is asked about at the interval told until it has run out, and no more", async () => {
  pikpak.rules.deviceInterval = 7;
  pikpak.rules.deviceLife = 120;
  await begun();
  await ended();
  expect(edits[0]).toMatchObject({ show: "approval", state: { is: "over" } });
  const times = polls().map(({ at: moment }) => moment);
  expect(times.length).toBe(Math.floor(120 / 7));
  for (const [n, moment] of times.slice(1).entries()) expect(moment - (times[n] ?? 0)).toBeGreaterThanOrEqual(7000);
});

test("every word to slow down makes the pauses five seconds longer", async () => {
  pikpak.rules.deviceInterval = 5;
  pikpak.rules.deviceLife = 100;
  pikpak.fail({ path: "/v1/auth/token", status: 400, error: "slow_down", times: 2 });
  await begun();
  await ended();
  const times = polls().map(({ at: moment }) => moment);
  const pauses = times.slice(1).map((moment, n) => Math.round((moment - (times[n] ?? 0)) / 1000));
  expect(pauses.slice(0, 3)).toEqual([10, 15, 15]);
});

test("a service that does not answer for a while is asked again, later each time, and the drive opens when it does", async () => {
  pikpak.rules.deviceLife = 600;
  pikpak.fail({ path: "/v1/auth/token", status: 502, body: "<html>", times: 2 });
  const code = await begun();
  expect(pikpak.connect.grants.decideDevice(code, account)).toBe(true);
  await ended();
  expect(edits[0]).toMatchObject({ show: "listing", rows: [{ name: "notes.txt" }] });
  expect(polls().length).toBe(3);
});

test.each([
  ["put away", { is: "gone" }],
  ["out of reach", { is: "closed" }],
] as const)("a person whose message was %s is told in a new message that the drive is there", async (_what, edited) => {
  answerEdit = () => edited;
  const code = await begun();
  pikpak.connect.grants.decideDevice(code, account);
  await ended();
  expect(sent[0]).toMatchObject({ show: "listing" });
});

test("one account approved twice is one drive", async () => {
  pikpak.rules.deviceInterval = 60;
  const first = await begun();
  pikpak.connect.grants.decideDevice(first, account);
  await ended();
  const second = await begun();
  pikpak.connect.grants.decideDevice(second, account);
  await expect.poll(() => edits.length).toBe(2);
  const { mounts } = await at.see(mia, { do: "show-mounts" }, "mounts");
  expect(mounts.length).toBe(1);
});

test("a refusal in a word nobody knows is said, with another code and the other ways to press", async () => {
  pikpak.fail({ path: "/v1/auth/token", status: 403, error: "nobody_knows" });
  await begun();
  await ended();
  const [screen] = edits;
  expect(screen).toMatchObject({ show: "approval", state: { is: "failed", reason: { code: "approval-refused" } } });
  if (screen?.show !== "approval") throw new Error("no approval");
  await at.see(mia, { do: "show-ways", view: screen.view }, "sign-in-ways");
});

test("a code pressed for twice before it was seen is one code, and is shown again", async () => {
  pikpak.rules.deviceInterval = 60;
  const ways = await at.see(mia, { do: "sign-in" }, "sign-in-ways");
  const first = await at.do(mia, { do: "choose-way", view: ways.view, index: 0 });
  const second = await at.do(mia, { do: "choose-way", view: ways.view, index: 0 });
  expect(second.screen).toEqual(first.screen);
  expect(pikpak.calls.filter(({ path }) => path === "/v1/auth/device/code").length).toBe(1);
  expect((await jobs.list(jobKind("approval"))).length).toBe(1);
});

test("another code pressed for twice is one, and the first message does not say that it was cancelled", async () => {
  pikpak.rules.deviceLife = 1;
  await begun();
  await ended();
  const [over] = edits;
  if (over?.show !== "approval") throw new Error("no approval");
  pikpak.rules.deviceLife = 600;
  pikpak.rules.deviceInterval = 60;
  const first = await at.do(mia, { do: "approve-again", view: over.view });
  const second = await at.do(mia, { do: "approve-again", view: over.view });
  expect(first.screen).toMatchObject({ show: "approval", state: { is: "waiting" } });
  expect(second.screen).toEqual(first.screen);
  expect(pikpak.calls.filter(({ path }) => path === "/v1/auth/device/code").length).toBe(2);
});

test("a code whose process was killed before it knew of its message is followed to its end, in a message of its own", async () => {
  const ways = await at.see(mia, { do: "sign-in" }, "sign-in-ways");
  const { screen } = await at.do(mia, { do: "choose-way", view: ways.view, index: 0 });
  if (screen.show !== "approval" || screen.state.is !== "waiting") throw new Error(JSON.stringify(screen));
  await jobs.stop();
  openJobs();
  pikpak.connect.grants.decideDevice(screen.state.code?.userCode ?? "", account);
  await ended();
  expect([edits.length, sent[0]?.show]).toEqual([0, "listing"]);
  expect(logged).toEqual([{ event: "sign-in ended", person: mia.person.id, driver: "pikpak", outcome: "listing" }]);
});

test("a restart after a word to slow down asks no sooner than that said", async () => {
  pikpak.rules.deviceInterval = 5;
  pikpak.rules.deviceLife = 600;
  pikpak.fail({ path: "/v1/auth/token", status: 429, headers: { "retry-after": "90" }, times: 1 });
  holdFrom = 2;
  const code = await begun();
  await expect.poll(() => holdFrom).toBe(0);
  await jobs.stop();
  holdFrom = undefined;
  openJobs();
  pikpak.connect.grants.decideDevice(code, account);
  await ended();
  const [first = 0, second = 0] = polls().map(({ at: moment }) => moment);
  expect(second - first).toBeGreaterThanOrEqual(90_000);
});

test("tokens PikPak has given out are kept over a kill before the drive is there, and PikPak is not asked again", async () => {
  const mount = finish;
  let isTried = false;
  finish = (_visit, _approved, signal) => {
    isTried = true;
    return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
  };
  const code = await begun();
  pikpak.connect.grants.decideDevice(code, account);
  await expect.poll(() => isTried).toBe(true);
  await jobs.stop();
  const asked = polls().length;
  finish = mount;
  openJobs();
  await ended();
  expect([edits[0]?.show, polls().length]).toEqual(["listing", asked]);
});

test.each([
  ["a verification that is asked for", { reason: { code: "verification-needed" } }, "verification-needed"],
  ["a root folder that is gone", { problem: { field: "rootFolder", code: "not-a-folder-id" } }, "not-a-folder"],
] as const)("%s is said as why nothing came of it", async (_what, asked, code) => {
  finish = async () => ({
    screen: { show: "form", form: { id: "sign-in", kind: "pikpak" }, fields: [], values: {}, ...asked },
    language: "en",
  });
  const userCode = await begun();
  pikpak.connect.grants.decideDevice(userCode, account);
  await ended();
  expect(edits[0]).toMatchObject({ show: "approval", state: { is: "failed", reason: { code } } });
});

test("the last word waits as long as the chat asks to, in the message and beside it", async () => {
  let [edited, told] = [0, 0];
  answerEdit = () => (edited++ === 0 ? { is: "later", after: 70_000 } : { is: "closed" });
  answerSend = () => (told++ === 0 ? { is: "later", after: 70_000 } : undefined);
  const code = await begun();
  pikpak.connect.grants.decideDevice(code, account);
  await ended();
  expect([edited, told, sent[0]?.show]).toEqual([3, 2, "listing"]);
});

test("a last word that reaches nobody is logged as one that was not sent", async () => {
  answerEdit = () => ({ is: "closed" });
  answerSend = () => ({ is: "closed" });
  const code = await begun();
  pikpak.connect.grants.decideDevice(code, account);
  await expect
    .poll(() => logged, { timeout: 10_000 })
    .toContainEqual({ level: "warn", event: "last word not sent: its chat is closed", person: mia.person.id });
  expect([edits, sent]).toEqual([[], []]);
});
