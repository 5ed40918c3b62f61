import { setTimeout as sleep } from "node:timers/promises";
import { Keyv } from "keyv";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startPikPak, type PikPakEmulator } from "../../emulators/pikpak/pikpak.ts";
import { createDownloads } from "../../src/actions/download/downloads.ts";
import { createHooks } from "../../src/actions/hook/hooks.ts";
import type { HookCall, HookOutcome } from "../../src/actions/model/hook.ts";
import { perform } from "../../src/actions/perform.ts";
import { driverKinds } from "../../src/drivers/index.ts";
import type { KeptJob } from "../../src/jobs/embedded.ts";
import type { JobQueue } from "../../src/jobs/queue.ts";
import type { Message, Messenger, Sent } from "../../src/messaging/messenger.ts";
import { testJobs } from "../test-jobs.ts";
import { app, mia, signInAs, usualCloud, visitOf, type TestApp } from "./test-app.ts";

const name = "mia@example.com";
const hash = "0123456789abcdef0123456789abcdef01234567";
const url = `magnet:?xt=urn:btih:${hash}&dn=a+film.mkv`;

let skipped = 0;
const now = () => Date.now() + skipped;
const wait = async (ms: number, signal?: AbortSignal) => {
  signal?.throwIfAborted();
  skipped += ms;
  await sleep(5);
};

let pikpak: PikPakEmulator;
let account: ReturnType<PikPakEmulator["build"]["account"]>;
let at: TestApp;
let jobs: JobQueue;
/** What was shown to people, and what it became. */
let sent: { readonly place: string; readonly screen: Message }[];
let edits: Message[];
let answerSend: () => Sent | undefined;

beforeEach(async () => {
  skipped = 0;
  sent = [];
  edits = [];
  answerSend = () => undefined;
  pikpak = await startPikPak({ now });
  account = pikpak.build.account({ username: name, email: name, password: "correct-horse" });
  const { driveUrl, userUrl, mcpUrl } = pikpak;
  const settings = { domain: "mypikpak.net", platform: "web", driveUrl, userUrl, mcpUrl };
  at = app(usualCloud(), { kinds: driverKinds({ pikpak: settings }), now, wait });
  jobs = testJobs(new Keyv<KeptJob>(), {
    now,
    wait: async (ms, signal) => sleep(Math.min(ms, 20), undefined, { signal }),
  });
  const messenger: Pick<Messenger, "edit" | "send"> = {
    async edit(_ref, screen) {
      edits.push(screen);
      return { is: "edited" };
    },
    async send(target, screen) {
      const answer = answerSend();
      if (answer) return answer;
      sent.push({ place: target.place, screen });
      return { is: "sent", ref: { ...target, message: String(sent.length) } };
    },
  };
  const { storage, sessions, exclusive, admin, newId } = at.services;
  // Only editing and sending are used here.
  const messengers = { of: () => messenger as Messenger };
  const log = { info: () => undefined, warn: () => undefined };
  let secrets = 0;
  Object.assign(at.services, {
    downloads: createDownloads({ jobs, storage, sessions, exclusive, messengers, now, wait, log }),
    hooks: createHooks({
      hooks: new Keyv(),
      secrets: new Keyv(),
      calls: new Keyv(),
      chats: admin.chats,
      messengers,
      begin: (visit, download, signal) => perform(at.services, visit, download, signal),
      address: () => "https://bot.example",
      exclusive,
      now,
      newSecret: () => String(++secrets).padStart(43, "s"),
      newId,
      log,
    }),
  });
});
afterEach(async () => {
  await jobs.stop();
  await at.services.storage.close();
  await pikpak.close();
});

const signedIn = () => at.see(mia, signInAs(name, "correct-horse"), "listing");
const begun = () => pikpak.calls.filter(({ method, path }) => method === "POST" && path === "/drive/v1/files").length;

/** Makes somebody's hook in their settings; the secret in its address. */
async function made(who = mia): Promise<string> {
  const { view } = await at.see(who, { do: "show-settings" }, "settings");
  const none = await at.see(who, { do: "show-hook", view }, "hook");
  expect(none).not.toHaveProperty("hook.since");
  const { address = "" } = await at.see(who, { do: "make-hook", view: none.view }, "hook");
  expect(address).toMatch(/^https:\/\/bot\.example\/hook\/[\w-]{43}$/);
  return address.slice(-43);
}

async function call(secret: string, asked: HookCall): Promise<HookOutcome | "nobody's"> {
  const { hooks } = at.services;
  const person = await hooks?.find(secret);
  if (!hooks || person === undefined) return "nobody's";
  return hooks.take(person, asked, { signal: new AbortController().signal });
}

test("a call begins a download at the top of the drive, in a message of its person's own chat that tells its end", async () => {
  await signedIn();
  const secret = await made();
  expect(await call(secret, { url })).toEqual({ is: "begun", task: expect.stringMatching(/^\w{10}$/) });
  expect(sent).toMatchObject([{ place: mia.person.id, screen: { show: "download", trail: [], is: "running" } }]);
  await expect
    .poll(() => edits.at(-1), { timeout: 10_000 })
    .toMatchObject({
      is: "over",
      items: [{ state: { is: "done", entry: { name: "a film.mkv" } } }],
    });
  const screen = edits.at(-1);
  if (!screen || !("view" in screen) || !screen.view) throw new Error("it has no buttons");
  await at.see(mia, { do: "open-download", view: screen.view, index: 0 }, "file");
});

test("a call with a folder puts it there, and its person stays in the folder they were in", async () => {
  pikpak.build.folder(account, pikpak.build.folder(account, undefined, "Series"), "Night train");
  pikpak.build.folder(account, undefined, "Films");
  await signedIn();
  await at.see(mia, { do: "browse", path: "Films" }, "listing");
  const secret = await made();
  for (let n = 0; n < 7; n++)
    expect(await call(secret, { url: `https://files.example/${n}.mkv`, folder: "Series/Night train" })).toMatchObject({
      is: "begun",
    });
  expect(sent[6]).toMatchObject({ screen: { trail: ["Series", "Night train"] } });
  const own = await at.do(mia, { do: "download", text: url });
  expect(own.screen).toMatchObject({ show: "download", trail: ["Films"] });
});

test("the same call again is the same task, by its key for a day and by its address for a minute", async () => {
  await signedIn();
  const secret = await made();
  const first = await call(secret, { url });
  expect(await Promise.all([call(secret, { url }), call(secret, { url: hash })])).toEqual([first, first]);
  const keyed = await call(secret, { url: "https://files.example/a.iso", key: "1" });
  expect(keyed).not.toEqual(first);
  skipped += 3_600_000;
  expect(await call(secret, { url: "https://files.example/a.iso", key: "1" })).toEqual(keyed);
  expect(sent).toHaveLength(2);
  await expect.poll(() => pikpak.state.tasks.size).toBe(2);
});

test.each<[what: string, asked: HookCall, code: string]>([
  ["words", { url: "a film" }, "hook-url"],
  ["two addresses", { url: `${url} https://files.example/a.iso` }, "hook-url"],
  ["a page of PikPak", { url: "https://mypikpak.com/s/VNabcdefghijklmnopqrstuvwx" }, "hook-url"],
  ["a scheme that drives do not know", { url: "file:///etc/passwd" }, "hook-url"],
  ["a folder that is not there", { url, folder: "Nowhere" }, "hook-folder"],
  ["a path that leads to a file", { url, folder: "notes.txt" }, "hook-folder"],
  ["a path that climbs", { url, folder: "../../Films" }, "hook-folder"],
])("a call with %s is refused, and nothing is begun or shown", async (_what, asked, code) => {
  pikpak.build.file(account, undefined, { name: "notes.txt", size: 3 });
  await signedIn();
  const secret = await made();
  expect(await call(secret, asked)).toMatchObject({ is: "refused", code });
  expect(sent).toEqual([]);
  expect(begun()).toBe(0);
});

test("a call that was refused is begun when it comes again and nothing is in its way", async () => {
  await signedIn();
  const secret = await made();
  answerSend = () => ({ is: "later", after: 4000 });
  expect(await call(secret, { url, key: "k" })).toEqual({ is: "refused", code: "chat-trouble", retryAfter: 4000 });
  answerSend = () => ({ is: "closed" });
  expect(await call(secret, { url, key: "k" })).toEqual({ is: "refused", code: "hook-chat-closed" });
  expect(begun()).toBe(0);
  answerSend = () => undefined;
  expect(await call(secret, { url, key: "k" })).toMatchObject({ is: "begun" });
});

test("who has no drive, or is banned, is refused as in the chat", async () => {
  // Operators are never kept out.
  const jun = visitOf(3, {});
  const secret = await made(jun);
  expect(await call(secret, { url })).toMatchObject({ is: "refused", code: "no-drive" });
  await at.services.admin.access.decide(jun.person.id, (standing) => ({
    ...standing,
    banned: { at: now(), by: "telegram:1" },
  }));
  expect(await call(secret, { url })).toMatchObject({ is: "refused", code: "banned" });
});

test("a hook is shown once, ends when it is taken back, and gives way to a new one only after a yes", async () => {
  const secret = await made();
  const { view } = await at.see(mia, { do: "show-settings" }, "settings");
  const card = await at.see(mia, { do: "show-hook", view }, "hook");
  expect(card).toMatchObject({ hook: { since: expect.any(Number) } });
  expect(card.address).toBeUndefined();
  expect((await at.see(mia, { do: "make-hook", view: card.view }, "hook")).address).toBeUndefined();
  const renewal = await at.see(mia, { do: "renew-hook", view: card.view }, "question");
  expect(await at.services.hooks?.find(secret)).toBe(mia.person.id);
  const renewed = await at.see(mia, { do: "confirm", view: renewal.view }, "hook");
  const second = renewed.address?.slice(-43) ?? "";
  expect([await at.services.hooks?.find(secret), await at.services.hooks?.find(second)]).toEqual([
    undefined,
    mia.person.id,
  ]);
  const kept = await at.see(mia, { do: "revoke-hook", view: renewed.view }, "question");
  await at.see(mia, { do: "dismiss", view: kept.view }, "hook");
  expect(await at.services.hooks?.find(second)).toBe(mia.person.id);
  const again = await at.see(mia, { do: "revoke-hook", view: renewed.view }, "question");
  expect((await at.see(mia, { do: "confirm", view: again.view }, "hook")).hook).toBeUndefined();
  expect(await at.services.hooks?.find(second)).toBeUndefined();
});

test("nobody's hook is another's, and it goes with its person", async () => {
  const secret = await made();
  const jun = visitOf(3, {});
  const { view } = await at.see(jun, { do: "show-settings" }, "settings");
  expect((await at.see(jun, { do: "show-hook", view }, "hook")).hook).toBeUndefined();
  const { view: asked } = await at.see(mia, { do: "forget" }, "question");
  await at.see(mia, { do: "confirm", view: asked }, "notice");
  expect(await at.services.hooks?.find(secret)).toBeUndefined();
});
