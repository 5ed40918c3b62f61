import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { Action } from "./actions/action.ts";
import type { Visit } from "./users/visit.ts";
import { announceFallback, announceSignedOut } from "./actions/mounts/owner-notices.ts";
import { perform } from "./actions/perform.ts";
import { mayFetch } from "./actions/context/leave.ts";
import { keysOf, openStorage } from "./app/drives.ts";
import { createFrontends } from "./app/frontends.ts";
import { gatewayOf, isLocal, type GatewayParts } from "./app/gateway.ts";
import { offerFirstOperator, adminOf } from "./app/operators.ts";
import { openGivenLinks } from "./app/given-links.ts";
import { openAria2Way } from "./app/push.ts";
import { openQueue } from "./app/jobs.ts";
import { openFeeds } from "./app/feeds.ts";
import { openProbe } from "./app/probe.ts";
import { frontendsOf, servicesOf, transfersOf, type LateParts, type Parts } from "./app/services.ts";
import { ConfigError, type Config } from "./config.ts";
import { deriveKey } from "./gateway/keys.ts";
import type { HookTaker } from "./gateway/hook.ts";
import { createPages, type Pages } from "./gateway/pages.ts";
import { createRevocations, type Revocations } from "./gateway/revocations.ts";
import { GatewayError, type Gateway } from "./gateway/server.ts";
import { createTickets } from "./gateway/ticket.ts";
import { JobsError } from "./jobs/job.ts";
import { createLog } from "./log.ts";
import type { Messengers } from "./messaging/messenger.ts";
import { handleRemovals } from "./messaging/removals.ts";
import { StoreError } from "./store/error.ts";
import { openStore, type Store } from "./store/store.ts";
import { loadWords } from "./i18n/words.ts";

export interface App {
  /** How people reach the gateway. */
  readonly address: string;
  /** Where the gateway listens on this machine. */
  readonly gatewayUrl: string;
  /** Names of the chats that are served. */
  readonly frontends: readonly string[];
  /** Takes nothing new, finishes what is under way, closes what was opened, in reverse. */
  stop(): Promise<void>;
}

interface AppOptions {
  /** Told when the app cannot go on, with a line for the operator. It should be stopped then. */
  onFatal(message: string): void;
  /** Absent = stdout at the configured level. */
  readonly log?: Logger;
  /** Ends the app, even while it starts. */
  readonly signal?: AbortSignal;
}

/** The app cannot start; the message is a line for the operator: what is wrong, and what would be right. */
export class StartError extends Error {
  override readonly name = "StartError";
}

/** Builds everything and serves. On failure nothing stays open; what the operator can mend is a `StartError`. */
export async function startApp(
  config: Config,
  { onFatal, log = createLog({ level: config.logLevel }), signal }: AppOptions,
): Promise<App> {
  const opened: (() => Promise<void>)[] = [];
  const closeAll = async () => {
    for (let close = opened.pop(); close; close = opened.pop()) {
      await close().catch((err: unknown) => log.error({ err }, "part not closed cleanly"));
    }
  };
  // One after another, so that nothing is closed before what was opened after it; the later also closes what was opened meanwhile.
  let closing = Promise.resolve();
  const stop = () => (closing = closing.then(closeAll));
  // What waits for a service that does not answer ends when it is closed.
  signal?.addEventListener("abort", () => void stop(), { once: true });
  try {
    const app = await openApp(config, { onFatal, log, stop, onClose: (close) => opened.push(close) });
    signal?.throwIfAborted();
    return app;
  } catch (error) {
    await stop();
    throw isOperators(error) ? new StartError(error.message, { cause: error }) : error;
  }
}

function isOperators(error: unknown): error is Error {
  return (
    error instanceof ConfigError ||
    error instanceof StoreError ||
    error instanceof JobsError ||
    error instanceof GatewayError
  );
}

interface AppHooks extends Required<Omit<AppOptions, "signal">> {
  stop(): Promise<void>;
  /** Notes how to close what was opened; the last opened is closed first. */
  onClose(close: () => Promise<void>): void;
}

async function openApp(config: Config, { onFatal, log, stop, onClose }: AppHooks): Promise<App> {
  const words = loadWords({ onProblem: (problem) => log.warn(problem, "words missing") });
  const keys = keysOf(config);
  const { storeUrl: url, redisUrl } = config;
  const store = await openStore({
    url,
    redisUrl,
    keys,
    onError: (err) => log.error({ err }, "store failed"),
    log: log.child({ part: "store" }),
  });
  onClose(() => store.close());
  const revocations = revocationsIn(store, config);
  const late: LateParts = {};
  const wait = async (ms: number, until: AbortSignal) => sleep(ms, undefined, { signal: until });
  const messengers: Messengers = { of: (place) => late.frontends?.messengers.of(place) };
  const queue = await openQueue({ url, redisUrl, store, keys, log: log.child({ part: "jobs" }) });
  onClose(() => queue.close());
  const { jobs } = queue;
  const admin = adminOf({ config, store, jobs, revocations, log, frontends: () => late.frontends });
  const reach = isLocal(config.pikpak.driveUrl) ? "anywhere" : "public";
  const { probe, close: closeProbe } = openProbe(reach);
  onClose(async () => closeProbe());
  const { close: closeFeeds, ...feeds } = openFeeds({ reach });
  onClose(async () => closeFeeds());
  const storage = openStorage({
    config,
    store,
    log,
    probe,
    count: (what) => admin.counters.count(what),
    // Its owner sees it where they asked themselves.
    onFailing: ({ id, owner }, asker) => asker !== undefined && asker !== owner && tellSignedOut({ late, log }, id),
  });
  onClose(() => storage.close());
  void storage.sweep().catch((err: unknown) => log.error({ err }, "storage sweep failed"));
  onClose(() => admin.stop());
  const givenLinks = openGivenLinks({ config, store, revocations, log });
  onClose(async () => givenLinks?.stop());
  const tickets = createTickets({ keys, now: Date.now });
  const newest = keys.at(-1) ?? keys[0];

  // The gateway serves what the chats hand out, and they hand out what it serves: it is made first, and meets them at the first request.
  const made = { config, store, jobs, storage, words, tickets, revocations, admin, givenLinks };
  const parts: Parts = { ...made, log, late, messengers, feeds, wait };
  const pages = pagesOf(parts, { newest, address: () => gateway.address() });
  const gateway = openGateway(parts, { pages, newest });
  const sent = transfersOf(parts, gateway);
  const aria2 = openAria2Way(config.pushPrivate ? "anywhere" : "public");
  onClose(() => aria2.close());
  const services = (late.services = servicesOf(parts, { ...sent, pages, hosts: gateway.hosts, aria2 }));
  const performing = async (visit: Visit, action: Action, signal: AbortSignal) => {
    // Pages stand outside of the chats: who cancels in one means them too.
    if (action.do === "cancel") await pages.cancel({ person: visit.person.id });
    return perform(services, visit, action, signal);
  };
  const frontends = (late.frontends = await createFrontends(config, {
    store,
    jobs,
    words,
    services,
    perform: performing,
    newest,
    log,
    onFatal,
  }));

  if (config.publicUrl === undefined) {
    log.warn(
      "gateway has no public address: without PUBLIC_URL there are no sign-in pages, short links or watch pages",
    );
  } else if (isLocal(config.publicUrl)) {
    log.warn(
      { publicUrl: config.publicUrl },
      "gateway reached from here alone: PUBLIC_URL names this machine or network",
    );
  }
  const { url: gatewayUrl } = await gateway.start();
  onClose(() => gateway.stop());
  for (const frontend of frontends.all) onClose(() => frontend.stop());
  handleRemovals({ jobs, remove: (removal) => frontends.removeNoted(removal), now: Date.now });
  // Side by side: a chat that cannot be reached keeps no other one waiting.
  await Promise.all(frontends.all.map((frontend) => frontend.start()));
  // What the jobs say goes through the chats: these are there before the jobs begin, and until they have let go.
  onClose(() => sent.transfers.stop());
  onClose(() => queue.stop());
  await jobs.start();
  void services.reminders
    ?.noteAll(store.open("mounts"))
    .catch((err: unknown) => log.error({ err }, "reminders not noted"));
  void services.follows?.resumeAll().catch((err: unknown) => log.error({ err }, "follows not resumed"));
  const address = gateway.address();
  await offerFirstOperator(config, admin);
  return { address, gatewayUrl, frontends: frontends.all.map(({ name }) => name), stop };
}

/** Links that were made while `LINK_TTL` was longer are still about after it was shortened, and given ones for up to a year. */
const longestTtl = 366 * 24 * 3_600_000;

function revocationsIn(store: Store, { linkTtl }: Config): Revocations {
  return createRevocations({
    store: store.open<number>("revocations"),
    now: Date.now,
    keepFor: Math.max(linkTtl, longestTtl),
  });
}

interface PageParts {
  readonly newest: Uint8Array;
  address(): string;
}

function pagesOf({ store, words, late }: Parts, { newest, address }: PageParts): Pages {
  return createPages({
    store: store.open("pages", { sealed: true }),
    words,
    key: deriveKey(newest, "pages"),
    now: Date.now,
    random: randomBytes,
    address,
    submit: async (page, values, options) => frontendsOf(late).submitPage(page, values, options),
  });
}

function tellSignedOut({ late, log }: Pick<Parts, "late" | "log">, mount: string): void {
  if (!late.services) return;
  void announceSignedOut(late.services, mount).catch((err: unknown) =>
    log.warn({ err, mount }, "owner not told that a drive is signed out"),
  );
}

function openGateway(parts: Parts, made: Pick<GatewayParts, "pages"> & { readonly newest: Uint8Array }): Gateway {
  const { config, log, late } = parts;
  return gatewayOf({
    ...parts,
    ...made,
    limits: config.limits,
    mayFetch: async (mount, person) => !!late.services && mayFetch(late.services, mount, person),
    onFallback: (mount) => {
      if (!late.services) return;
      void announceFallback(late.services, mount).catch((err: unknown) =>
        log.warn({ err, mount: mount.id }, "owner not told of a fallback"),
      );
    },
    onFailing: (mount) => tellSignedOut(parts, mount),
    frontends: () => late.frontends,
    hooks: hooksOf(late),
    takeReturn: async (kind, back, options) => late.services?.browserSignIns?.take(kind, back, options) ?? "over",
  });
}

/** Hooks by the way of the actions, which are there before anybody asks. */
function hooksOf(late: LateParts): HookTaker {
  return {
    find: async (secret) => late.services?.hooks?.find(secret),
    take: (person, call, options) => {
      const { hooks } = late.services ?? {};
      if (!hooks) throw new Error("a hook was called before there were hooks");
      return hooks.take(person, call, options);
    },
  };
}
