import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { Action } from "./actions/action.ts";
import type { Visit } from "./users/visit.ts";
import { announceFallback, announceSignedOut } from "./actions/mounts/fallback.ts";
import type { Admin } from "./users/admin.ts";
import { perform } from "./actions/perform.ts";
import { mayFetch } from "./actions/context/leave.ts";
import type { Person } from "./users/person.ts";
import type { Place } from "./users/place.ts";
import type { PendingSignIn, Services } from "./actions/context/services.ts";
import type { Downloads } from "./actions/model/download.ts";
import type { Saves } from "./actions/model/save.ts";
import type { FormScreen } from "./actions/model/screen.ts";
import type { Session } from "./actions/model/session.ts";
import { createReminders } from "./actions/mounts/reminders.ts";
import type { Reminders } from "./actions/model/reminder.ts";
import { createBrowserSignIns, type AwaitedReturn } from "./actions/mounts/browser-sign-ins.ts";
import type { FinishParts } from "./actions/mounts/approval-end.ts";
import type { BrowserSignIns } from "./actions/model/browser-sign-in.ts";
import { createApprovals } from "./actions/mounts/approvals.ts";
import type { Approvals } from "./actions/model/approval.ts";
import { createDownloads } from "./actions/download/downloads.ts";
import { createSaves } from "./actions/save/saves.ts";
import { createTransfers } from "./actions/files/transfers.ts";
import type { Transfers } from "./actions/model/transfer.ts";
import { keysOf, newId, openStorage } from "./app/drives.ts";
import { forgetter } from "./app/forget.ts";
import { createFrontends, type Frontends } from "./app/frontends.ts";
import { gatewayOf, isLocal } from "./app/gateway.ts";
import { offerFirstOperator, adminOf } from "./app/operators.ts";
import { openQueue } from "./app/jobs.ts";
import { linkIssuer, methodsOf } from "./app/links.ts";
import { openProbe } from "./app/probe.ts";
import { ConfigError, type Config } from "./config.ts";
import { createFileBytes } from "./gateway/bytes.ts";
import type { HostCheck } from "./gateway/host-check.ts";
import { deriveKey } from "./gateway/keys.ts";
import { createPages, type Pages } from "./gateway/pages.ts";
import { createRevocations, type Revocations } from "./gateway/revocations.ts";
import { GatewayError, type Gateway } from "./gateway/server.ts";
import { createTickets, type Tickets } from "./gateway/ticket.ts";
import { JobsError } from "./jobs/job.ts";
import type { JobQueue } from "./jobs/queue.ts";
import { createLog } from "./log.ts";
import { handleRemovals } from "./messaging/removals.ts";
import type { Storage } from "./storage/storage.ts";
import { StoreError } from "./store/error.ts";
import { openStore, type Store } from "./store/store.ts";
import { version } from "./version.ts";
import { loadWords, type Words } from "./i18n/words.ts";

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
  const store = await openStore({
    url: config.storeUrl,
    keys,
    onError: (err) => log.error({ err }, "store failed"),
    log: log.child({ part: "store" }),
  });
  onClose(() => store.close());
  const revocations = revocationsIn(store, config);
  const late: LateParts = {};
  const queue = await openQueue({ url: config.storeUrl, store, keys, log: log.child({ part: "jobs" }) });
  onClose(() => queue.close());
  const { jobs } = queue;
  const admin = adminOf({ config, store, jobs, revocations, log, frontends: () => late.frontends });
  const { probe, close: closeProbe } = openProbe(isLocal(config.pikpak.driveUrl) ? "anywhere" : "public");
  onClose(async () => closeProbe());
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
  const tickets = createTickets({ keys, now: Date.now });
  const newest = keys.at(-1) ?? keys[0];

  // The gateway serves what the chats hand out, and they hand out what it serves: it is made first, and meets them at the first request.
  const parts: Parts = { config, store, jobs, storage, words, tickets, revocations, admin, log, late };
  const pages = pagesOf(parts, { newest, address: () => gateway.address() });
  const gateway = openGateway(parts, { pages, newest });
  const transfers = transfersOf(parts, gateway);
  const services = (late.services = servicesOf(parts, { transfers, pages, hosts: gateway.hosts }));
  const performing = async (visit: Visit, action: Action, signal: AbortSignal) => {
    // Pages stand outside of the chats: who cancels in one means them too.
    if (action.do === "cancel") await pages.cancel({ person: visit.person.id });
    return perform(services, visit, action, signal);
  };
  const frontends = (late.frontends = createFrontends(config, {
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
  const { url } = await gateway.start();
  onClose(() => gateway.stop());
  for (const frontend of frontends.all) onClose(() => frontend.stop());
  handleRemovals({ jobs, remove: (removal) => frontends.removeNoted(removal), now: Date.now });
  // Side by side: a chat that cannot be reached keeps no other one waiting.
  await Promise.all(frontends.all.map((frontend) => frontend.start()));
  // What the jobs say goes through the chats: these are there before the jobs begin, and until they have let go.
  onClose(() => transfers.stop());
  onClose(() => queue.stop());
  await jobs.start();
  void services.reminders
    ?.noteAll(store.open("mounts"))
    .catch((err: unknown) => log.error({ err }, "reminders not noted"));
  const address = gateway.address();
  await offerFirstOperator(config, admin);
  return { address, gatewayUrl: url, frontends: frontends.all.map(({ name }) => name), stop };
}

/** What is made later than those that need it, and is there before anybody asks. */
interface LateParts {
  services?: Services;
  frontends?: Frontends;
}

interface Parts {
  readonly config: Config;
  readonly store: Store;
  readonly jobs: JobQueue;
  readonly storage: Storage;
  readonly words: Words;
  readonly tickets: Tickets;
  readonly revocations: Revocations;
  readonly admin: Admin;
  readonly log: Logger;
  readonly late: LateParts;
}

/** Links that were made while `LINK_TTL` was longer are still about after it was shortened. */
const longestTtl = 31 * 24 * 3_600_000;

function revocationsIn(store: Store, { linkTtl }: Config): Revocations {
  return createRevocations({
    store: store.open<number>("revocations"),
    now: Date.now,
    keepFor: Math.max(linkTtl, longestTtl),
  });
}

interface Made {
  readonly transfers: Transfers;
  readonly pages: Pages;
  readonly hosts: HostCheck;
}

function servicesOf(parts: Parts, { transfers, pages, hosts }: Made): Services {
  const { config, store, storage, words, revocations, log, late } = parts;
  const people = store.open<Person>("people");
  return {
    storage,
    sessions: store.open<Session>("sessions"),
    people,
    places: store.open<Place>("places"),
    pending: store.open<PendingSignIn>("pending", { sealed: true }),
    languages: words.languages,
    pickLanguage: (locale) => words.pick(locale),
    titleFor: (named, language) => words.in(language)("drive-title", named),
    issueLink: linkIssuer({ ...parts, hosts }),
    // An address that people do not reach is worse than none.
    ...(config.publicUrl !== undefined && {
      issuePage: async ({ person, place }: Visit, form: FormScreen) => {
        const language = (await people.get(person.id))?.language ?? words.pick(person.locale);
        return pages.open({ person, place, language, bot: late.frontends?.botName(person.id) }, form);
      },
    }),
    ...methodsOf(config),
    ...(config.publicUrl !== undefined && { hasTickets: true, revokeLinks: (which) => revocations.revoke(which) }),
    transfers,
    approvals: approvalsOf(parts),
    browserSignIns: browserSignInsOf(parts),
    reminders: remindersOf(parts),
    downloads: downloadsOf(parts),
    saves: savesOf(parts),
    said: store.open<number>("said"),
    roleIn: async (place, person) => late.frontends?.roleIn(place, person),
    forget: forgetter(store),
    scrub: () => store.scrub(),
    messengers: { of: (place) => late.frontends?.messengers.of(place) },
    version,
    admins: config.admins,
    admin: parts.admin,
    exclusive: (key, work) => store.exclusive(key, work),
    now: Date.now,
    newId,
    log: log.child({ part: "actions" }),
  };
}

/** Files into chats come by the same way as those that are served: counted, linked anew, taken up again. */
function transfersOf({ jobs, storage, late, log }: Parts, gateway: Gateway): Transfers {
  const files = createFileBytes({ proxy: gateway.files, storage });
  return createTransfers({
    jobs,
    messengers: { of: (place) => late.frontends?.messengers.of(place) },
    openBytes: (mount, entry, wanted) => files.open(mount, entry, wanted),
    readPicture: (url, wanted) => files.picture(url, wanted),
    now: Date.now,
    wait: async (ms, signal) => sleep(ms, undefined, { signal }),
    newReference: newId,
    log: log.child({ part: "transfers" }),
  });
}

/** Approvals are waited for by jobs. */
function approvalsOf(parts: Parts): Approvals {
  return createApprovals({ ...finishPartsOf(parts), jobs: parts.jobs, storage: parts.storage });
}

function browserSignInsOf(parts: Parts): BrowserSignIns {
  const { jobs, store, storage } = parts;
  return createBrowserSignIns({
    ...finishPartsOf(parts),
    jobs,
    storage,
    returns: store.open<AwaitedReturn>("returns", { sealed: true }),
    exclusive: (key, work) => store.exclusive(key, work),
  });
}

/** What was approved is mounted like everything that is asked. */
function finishPartsOf({ late, log }: Parts): FinishParts {
  return {
    messengers: { of: (place) => late.frontends?.messengers.of(place) },
    finish(visit, approved, signal) {
      if (!late.services) throw new Error("an approval ended before there were actions");
      return perform(late.services, visit, { do: "finish-approval", approved }, signal);
    },
    now: Date.now,
    wait: async (ms, signal) => sleep(ms, undefined, { signal }),
    log: log.child({ part: "approvals" }),
  };
}

function remindersOf({ jobs, storage, late }: Parts): Reminders {
  return createReminders({
    jobs,
    kinds: storage.kinds,
    services() {
      if (!late.services) throw new Error("a reminder was due before there were actions");
      return late.services;
    },
    now: Date.now,
  });
}

/** What drives fetch by themselves is followed by jobs. */
function downloadsOf({ jobs, store, storage, late, log }: Parts): Downloads {
  return createDownloads({
    jobs,
    storage,
    sessions: store.open<Session>("sessions"),
    messengers: { of: (place) => late.frontends?.messengers.of(place) },
    now: Date.now,
    wait: async (ms, signal) => sleep(ms, undefined, { signal }),
    log: log.child({ part: "downloads" }),
  });
}

/** What of shares is copied into drives is followed by jobs, and ends with a link in its person's name. */
function savesOf({ jobs, store, storage, late, log }: Parts): Saves {
  return createSaves({
    jobs,
    storage,
    sessions: store.open<Session>("sessions"),
    messengers: { of: (place) => late.frontends?.messengers.of(place) },
    addressOf: (mount, entry, { person, ...options }) => {
      if (!late.services) throw new Error("something was saved before there was anything to save with");
      return late.services.issueLink(mount, entry, { person: { id: person } }, options);
    },
    now: Date.now,
    wait: async (ms, signal) => sleep(ms, undefined, { signal }),
    newId,
    log: log.child({ part: "saves" }),
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
    submit: async (page, values, options) => {
      if (!late.frontends) throw new Error("a page was sent off before there was a chat");
      return late.frontends.submitPage(page, values, options);
    },
  });
}

function tellSignedOut({ late, log }: Pick<Parts, "late" | "log">, mount: string): void {
  if (!late.services) return;
  void announceSignedOut(late.services, mount).catch((err: unknown) =>
    log.warn({ err }, "owner not told that a drive is signed out"),
  );
}

function openGateway(parts: Parts, made: Pick<Made, "pages"> & { readonly newest: Uint8Array }): Gateway {
  const { config, log, late } = parts;
  return gatewayOf({
    ...parts,
    ...made,
    limits: config.limits,
    mayFetch: async (mount, person) => !!late.services && mayFetch(late.services, mount, person),
    onFallback: (mount) => {
      if (!late.services) return;
      void announceFallback(late.services, mount).catch((err: unknown) =>
        log.warn({ err }, "owner not told of a fallback"),
      );
    },
    onFailing: (mount) => tellSignedOut(parts, mount),
    frontends: () => late.frontends,
    takeReturn: async (kind, back, options) => late.services?.browserSignIns?.take(kind, back, options) ?? "over",
  });
}
