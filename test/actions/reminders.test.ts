import { Keyv } from "keyv";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { PikPakEmulator } from "../../emulators/pikpak/pikpak.ts";
import type { Account } from "../../emulators/pikpak/state.ts";
import { createReminders } from "../../src/actions/mounts/reminders.ts";
import type { Notice } from "../../src/actions/model/screen.ts";
import { noticeText } from "../../src/i18n/kind-words.ts";
import { loadWords } from "../../src/i18n/words.ts";
import type { KeptJob } from "../../src/jobs/embedded.ts";
import type { JobQueue } from "../../src/jobs/queue.ts";
import type { Messenger, Sent } from "../../src/messaging/messenger.ts";
import { testJobs, waitBy } from "../test-jobs.ts";
import { startPikPakApp } from "./pikpak-app.ts";
import { mia, visitOf, type TestApp } from "./test-app.ts";

const day = 24 * 3_600_000;
let skipped = 0;
const now = () => Date.now() + skipped;
let pikpak: PikPakEmulator;
let account: Account;
let at: TestApp;
let closeApp: () => Promise<void>;
let jobs: JobQueue;
let records: Keyv<KeptJob>;
let said: { readonly notice: Notice; readonly language: string }[];
let answer: () => Sent | { readonly is: "later"; readonly after: number };

beforeEach(async () => {
  skipped = 0;
  said = [];
  answer = () => ({ is: "sent", ref: { place: mia.person.id, kind: "private", language: "en", message: "1" } });
  records = new Keyv<KeptJob>();
  const opened = await startPikPakApp({ now });
  ({ pikpak, account, at } = opened);
  closeApp = opened.close;
  begin();
});
afterEach(async () => {
  await jobs.stop();
  await closeApp();
});

/** A process: its queue, and who reminds people. */
function begin(): void {
  jobs = testJobs(records, { now, wait: waitBy(now) });
  const messenger: Pick<Messenger, "notify"> = {
    async notify(_person, notice, { language }) {
      const sent = answer();
      if (sent.is === "sent") said.push({ notice, language });
      return sent;
    },
  };
  // Only notices are sent here.
  const messengers = { of: () => messenger as Messenger };
  const { kinds } = at.services.storage;
  const reminders = createReminders({ jobs, kinds, services: () => at.services, now });
  Object.assign(at.services, { reminders, messengers });
}

const signIn = (token: string, visit = mia) =>
  at.see(
    visit,
    {
      do: "submit",
      form: { id: "sign-in", kind: "pikpak", way: "access-token" },
      values: { personalToken: token },
    },
    "mount",
  );

/** The clock goes on, and everything due by then is done. */
async function pass(ms: number): Promise<void> {
  skipped += ms;
  await expect.poll(async () => (await due()).length).toBe(0);
}

async function due(): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for await (const [, kept] of records.iterator?.({}) ?? []) {
    const { dueAt, outcome } = kept as { readonly dueAt?: number; readonly outcome?: unknown };
    if (outcome === undefined && (dueAt ?? 0) <= now()) found.push(kept);
  }
  return found;
}

const told = () => said.map(({ notice }) => notice.notice);

test("the owner is told seven days and one day before the token ends, once each, with the way on", async () => {
  const card = await signIn(pikpak.build.pat(account, { scopes: ["read"], days: 30 }));
  expect(card.until).toBeGreaterThan(now() + 29 * day);
  await pass(22 * day);
  expect(told()).toEqual([]);
  await pass(1.5 * day);
  await expect.poll(told).toEqual(["credential-ends-week"]);
  expect(said[0]).toMatchObject({
    notice: { subject: card.mount.title, driver: "pikpak", offer: ["renew-mount", "mounts"] },
    language: "en",
  });
  const { view } = said[0]?.notice ?? {};
  if (!view) throw new Error("nothing to press");
  await at.see(mia, { do: "renew-mount", view }, "sign-in-ways");
  await pass(6 * day);
  await expect.poll(told).toEqual(["credential-ends-week", "credential-ends-day"]);
  await pass(3 * day);
  expect(told()).toHaveLength(2);
});

test("an owner whose client speaks Chinese is reminded in Chinese", async () => {
  const chinese = visitOf(1, { locale: "zh-hans" });
  await signIn(pikpak.build.pat(account, { scopes: ["read"], days: 10 }), chinese);
  await pass(3.5 * day);
  await expect.poll(() => said).toHaveLength(1);
  const [one] = said;
  if (!one) throw new Error("nothing was said");
  const words = loadWords();
  const speaker = { say: words.in(one.language), has: words.has };
  expect(noticeText(speaker, one.notice.notice, one.notice.driver)).toContain("访问令牌将在七天后失效");
});

test("nobody is told of a token that was replaced, or of a drive that is gone", async () => {
  const { mount } = await signIn(pikpak.build.pat(account, { scopes: ["read"], days: 30 }));
  const renewed = await signIn(pikpak.build.pat(account, { scopes: ["read"], days: 60 }));
  expect(renewed.mount.id).toBe(mount.id);
  await pass(40 * day);
  expect(told()).toEqual([]);
  await at.services.storage.unmount(mount.id);
  await pass(30 * day);
  expect(told()).toEqual([]);
});

test("a reminder outlives a restart, and one the platform puts off is said later", async () => {
  await signIn(pikpak.build.pat(account, { scopes: ["read"], days: 10 }));
  await jobs.stop();
  begin();
  let asked = 0;
  const sent = answer;
  answer = () => (asked++ === 0 ? { is: "later", after: 1000 } : sent());
  await pass(3.5 * day);
  await expect.poll(() => asked).toBeGreaterThan(0);
  skipped += 60_000;
  await expect.poll(told).toEqual(["credential-ends-week"]);
});

test("drives that were there before are noted at the start, and a token without seven days left is told of once", async () => {
  const mounted = await signIn(pikpak.build.pat(account, { scopes: ["read"], days: 30 }));
  await jobs.stop();
  records = new Keyv<KeptJob>();
  begin();
  skipped += 25 * day;
  await at.services.reminders?.noteAll(at.shelves.mounts);
  await pass(4.5 * day);
  await expect.poll(told).toEqual(["credential-ends-day"]);
  expect(said[0]?.notice.subject).toBe(mounted.mount.title);
  await at.services.reminders?.noteAll(at.shelves.mounts);
  await pass(3 * day);
  expect(told()).toEqual(["credential-ends-day"]);
});
