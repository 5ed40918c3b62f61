import { setTimeout as sleep } from "node:timers/promises";
import { Keyv } from "keyv";
import { startPikPak, type PikPakEmulator } from "../../emulators/pikpak/pikpak.ts";
import type { Account } from "../../emulators/pikpak/state.ts";
import { createDownloads } from "../../src/actions/download/downloads.ts";
import { createFollows, type FollowsParts } from "../../src/actions/follow/follows.ts";
import type { FollowShelves } from "../../src/actions/follow/kept.ts";
import { FeedError, type FetchFeed, type Follows } from "../../src/actions/model/follow.ts";
import type { Target } from "../../src/actions/model/target.ts";
import { driverKinds } from "../../src/drivers/index.ts";
import type { KeptJob } from "../../src/jobs/embedded.ts";
import type { JobQueue } from "../../src/jobs/queue.ts";
import type { Message, Messenger, Sent } from "../../src/messaging/messenger.ts";
import { testJobs } from "../test-jobs.ts";
import { app, mia, signInAs, usualCloud, type TestApp } from "./test-app.ts";

/** Something that was said unasked, and where. */
export interface Told {
  readonly target: Target;
  readonly screen: Message;
}

/** Mia's drive of the emulated PikPak, and what is followed in it, over a clock that a test sets. */
export interface FollowApp {
  readonly at: TestApp;
  readonly pikpak: PikPakEmulator;
  readonly account: Account;
  readonly follows: Follows;
  /** What was said unasked. */
  readonly told: Told[];
  /** What a message comes to. */
  answer: (told: Told) => Promise<Sent["is"]> | Sent["is"];
  /** What stands at addresses; absent = nothing does. */
  readonly feeds: Map<string, string | FeedError>;
  /** Torrent files at addresses; absent = there is none. */
  readonly torrents: Map<string, Uint8Array>;
  /** Addresses that were asked for, with the mark given along. */
  readonly fetched: string[];
  readonly jobs: JobQueue;
  /** Lets time go by. */
  pass(ms: number): void;
  now(): number;
  /** The process ends, and another goes on with what is kept. */
  restart(more?: Partial<FollowsParts>): Promise<void>;
  /** The process is killed: what it does it does no more, and another goes on. */
  kill(): void;
  /** Jobs as they are kept. */
  readonly records: Keyv<KeptJob>;
  close(): Promise<void>;
}

export const name = "mia@example.com";

/** Absent roles = nobody can tell. */
export async function followApp(changes: Parameters<typeof app>[1] = {}): Promise<FollowApp> {
  let skipped = 0;
  const now = () => Date.now() + skipped;
  const wait = async (ms: number, signal?: AbortSignal) => {
    signal?.throwIfAborted();
    skipped += Math.min(ms, 60_000);
    await sleep(5);
  };
  const pikpak = await startPikPak({ now });
  const account = pikpak.build.account({ username: name, email: name, password: "correct-horse" });
  const { driveUrl, userUrl, mcpUrl } = pikpak;
  const settings = { domain: "mypikpak.net", platform: "web", driveUrl, userUrl, mcpUrl };
  const at = app(usualCloud(), { kinds: driverKinds({ pikpak: settings }), now, wait, ...changes });
  const records = new Keyv<KeptJob>();
  const shelves: FollowShelves = { follows: new Keyv(), known: new Keyv(), lists: new Keyv() };
  const feeds = new Map<string, string | FeedError>();
  const torrents = new Map<string, Uint8Array>();
  const [told, fetched]: [Told[], string[]] = [[], []];
  const fetchFeed: FetchFeed = async (url, { etag }) => {
    fetched.push(`${url} ${etag ?? ""}`.trim());
    const text = feeds.get(url) ?? new FeedError("feed-gone");
    if (typeof text !== "string") throw text;
    const mark = `"${text.length}"`;
    return etag === mark ? { is: "same" } : { is: "fresh", text, mark: { etag: mark } };
  };
  const self: { answer: FollowApp["answer"]; jobs?: JobQueue; follows?: Follows } = { answer: () => "sent" };
  const messenger: Pick<Messenger, "send" | "edit"> = {
    async send(target, screen) {
      const is = await self.answer({ target, screen });
      if (is === "sent") told.push({ target, screen });
      return is === "sent" ? { is, ref: { ...target, message: "8" } } : is === "later" ? { is, after: 1000 } : { is };
    },
    edit: async () => ({ is: "edited" }),
  };
  // Only sending and editing are used here.
  const messengers = { of: () => messenger as Messenger };
  const begin = (more: Partial<FollowsParts> = {}) => {
    const jobs = testJobs(records, { now, wait: async (ms, signal) => sleep(Math.min(ms, 20), undefined, { signal }) });
    const { storage, sessions, exclusive, newId } = at.services;
    const log = { info: () => undefined, warn: () => undefined };
    const follows = createFollows({
      jobs,
      shelves,
      fetchFeed,
      fetchTorrent: async (url) => torrents.get(url),
      services: () => at.services,
      now,
      exclusive,
      newId,
      log,
      ...more,
    });
    const onHeld = (id: string, code: Parameters<Follows["held"]>[1]) => follows.held(id, code);
    const downloads = createDownloads({
      jobs,
      storage,
      sessions,
      messengers,
      now,
      wait,
      log,
      exclusive,
      onHeld,
    });
    Object.assign(at.services, { downloads, follows, messengers });
    Object.assign(self, { jobs, follows });
  };
  begin();
  return Object.assign(self as typeof self & { jobs: JobQueue; follows: Follows }, {
    at,
    pikpak,
    account,
    told,
    feeds,
    torrents,
    fetched,
    now,
    pass: (ms: number) => void (skipped += ms),
    async restart(more: Partial<FollowsParts> = {}) {
      await self.jobs?.stop();
      begin(more);
    },
    kill() {
      void self.jobs?.stop();
      begin();
    },
    records,
    async close() {
      await self.jobs?.stop();
      await at.services.storage.close();
      await pikpak.close();
    },
  });
}

/** Mia signs in with her drive. */
export const signedIn = ({ at }: FollowApp) => at.see(mia, signInAs(name, "correct-horse"), "listing");

export const minutes = (count: number): number => count * 60_000;
