import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import ipaddr from "ipaddr.js";
import type { Keyv } from "keyv";
import type { Logger } from "pino";
import type { Action, Visit } from "./actions/action.ts";
import type { Announce } from "./actions/broadcast.ts";
import { perform } from "./actions/perform.ts";
import { openOffice, type Office } from "./actions/office/office.ts";
import type { Person } from "./actions/person.ts";
import type { Answer } from "./actions/screen.ts";
import type { PendingSignIn, Services } from "./actions/services.ts";
import type { Session } from "./actions/session.ts";
import { ConfigError, type Config } from "./config.ts";
import { driverKinds } from "./drivers/index.ts";
import type { Ticket } from "./gateway/ticket.ts";
import { createTickets, type Tickets } from "./gateway/ticket.ts";
import { ticketUrl } from "./gateway/ticket-url.ts";
import { deriveKey } from "./gateway/keys.ts";
import { proxyUrl } from "./gateway/proxy-url.ts";
import { createRevocations, type Revocations } from "./gateway/revocations.ts";
import type { Resolved } from "./gateway/resolve.ts";
import { createGateway, GatewayError, type Gateway } from "./gateway/server.ts";
import { createLog, levelOf } from "./log.ts";
import type { Link } from "./storage/driver.ts";
import { StorageError } from "./storage/error.ts";
import type { Values } from "./storage/form.ts";
import { downloadMethods, type DownloadMethod, type Mount } from "./storage/mount.ts";
import { createStorage, type Storage } from "./storage/storage.ts";
import { ownKey } from "./store/key.ts";
import { openStore, StoreError, type Store } from "./store/store.ts";
import { createTelegram, type Telegram, type TelegramSettings } from "./telegram/bot.ts";
import { loadWords, type Words } from "./words.ts";

/** The running house. */
export interface App {
  /** How people reach the gateway. */
  readonly address: string;
  /** Where the gateway listens on this machine. */
  readonly gatewayUrl: string;
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
  const stop = async () => {
    for (let close = opened.pop(); close; close = opened.pop()) {
      await close().catch((err: unknown) => log.error({ err }, "part not closed cleanly"));
    }
  };
  // What waits for a service that does not answer ends when it is closed.
  signal?.addEventListener("abort", () => void stop(), { once: true });
  try {
    const app = await openHouse(config, { onFatal, log, stop, onClose: (close) => opened.push(close) });
    signal?.throwIfAborted();
    return app;
  } catch (error) {
    await stop();
    throw isOperators(error) ? new StartError(error.message, { cause: error }) : error;
  }
}

function isOperators(error: unknown): error is Error {
  return error instanceof ConfigError || error instanceof StoreError || error instanceof GatewayError;
}

interface Site extends Required<Omit<AppOptions, "signal">> {
  stop(): Promise<void>;
  /** Notes how to close what was opened; the last opened is closed first. */
  onClose(close: () => Promise<void>): void;
}

async function openHouse(config: Config, { onFatal, log, stop, onClose }: Site): Promise<App> {
  const level = levelOf(log);
  const words = loadWords({ onProblem: (problem) => log.warn(problem, "words missing") });
  const keys = keysOf(config);
  const store = await openStore({ url: config.storeUrl, keys, onError: (err) => log.error({ err }, "store failed") });
  onClose(() => store.close());
  const revocations = createRevocations({
    store: store.open<number>("revocations"),
    now: Date.now,
    keepFor: config.linkTtl,
  });
  const office = openOffice({
    open: (namespace) => store.open(namespace),
    mounts: store.open<Mount>("mounts"),
    access: config.access,
    announce: (place, text) => announcing(frontends, place, text),
    revokeLinks: (person) => revocations.revoke({ person }),
    level,
    exclusive: (key, work) => store.exclusive(key, work),
    now: Date.now,
    wait: (ms, until) => sleep(ms, undefined, { signal: until }),
    newId,
    log: log.child({ part: "office" }),
  });
  const storage = openStorage(config, store, log, office);
  onClose(() => storage.close());
  onClose(() => office.stop());
  const tickets = createTickets({ keys, now: Date.now });
  const services = servicesOf({ config, store, storage, words, tickets, log, office });
  const performing = (visit: Visit, action: Action, signal: AbortSignal) => perform(services, visit, action, signal);

  const frontends = createFrontends(config, {
    store,
    words,
    log,
    onFatal,
    newest: newestOf(keys),
    perform: performing,
  });
  const gateway = openGateway({ config, store, storage, words, tickets, log, office, frontends, revocations });
  const { url } = await gateway.start();
  onClose(() => gateway.stop());
  for (const { name, frontend } of frontends.all) {
    onClose(() => frontend.stop());
    await frontend.start();
    frontends.up.add(name);
  }
  office.start();
  const address = gateway.address();
  // Said at any level: it is what an operator, a supervisor or a test waits for.
  log
    .child({}, { level: "info" })
    .info({ event: "ready", frontends: [...frontends.up], gateway: url, address }, "ready");
  await offerFirstOperator(config, office);
  return { address, gatewayUrl: url, stop };
}

/** Nobody is an operator yet: whoever can read the terminal may become one. Not logged, since logs are kept and shipped. */
async function offerFirstOperator({ admins }: Config, { door }: Office): Promise<void> {
  if (admins.length > 0) return;
  for await (const { operator } of door.standings()) if (operator) return;
  process.stderr.write(
    `No ADMINS are set. To become the operator, send the bot: /start ${await door.operatorCode()}\n`,
  );
}

/** Sends to a chat by the frontend it belongs to. */
async function announcing({ telegram }: Frontends, place: string, text: string): ReturnType<Announce> {
  if (place.startsWith("telegram:") && telegram) return telegram.announce(place, text);
  throw new Error("the frontend of this chat is not switched on");
}

/** The configured keys; else the key file, which several processes over one database cannot share. */
function keysOf(config: Config): readonly Uint8Array[] {
  if (config.secretKeys) return config.secretKeys;
  if (/^(rediss?|postgres(ql)?):/.test(config.storeUrl)) {
    throw new ConfigError(
      "SECRET_KEY: set it where STORE_URL is a server that others may use too (openssl rand -base64 32), and give every process the same.",
    );
  }
  try {
    return [ownKey(config.dataDir)];
  } catch (error) {
    throw new ConfigError(`DATA_DIR: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function newestOf(keys: readonly Uint8Array[]): Uint8Array {
  const newest = keys.at(-1);
  if (!newest) throw new ConfigError("SECRET_KEY: holds no key");
  return newest;
}

function openStorage({ pikpak }: Config, store: Store, log: Logger, { ledger }: Office): Storage {
  return createStorage({
    kinds: kindsOf(pikpak),
    mounts: store.open<Mount>("mounts"),
    secrets: store.open<Values>("secrets", { sealed: true }),
    notes: store.open<string>("notes"),
    exclusive: (key, work) => store.exclusive(key, work),
    now: Date.now,
    wait: async (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}),
    randomHex: (bytes) => randomBytes(bytes).toString("hex"),
    newId,
    log: log.child({ part: "storage" }),
    count: (what) => ledger.count(what),
  });
}

function kindsOf(pikpak: Config["pikpak"]): ReturnType<typeof driverKinds> {
  try {
    return driverKinds({ pikpak });
  } catch (error) {
    throw new ConfigError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** 10 base62 characters, 59 bits, each alike likely. */
function newId(): string {
  let id = "";
  while (id.length < 10) {
    for (const byte of randomBytes(16)) {
      // 248 is the largest multiple of 62 in a byte: what is above would make the first letters likelier.
      if (byte < 248 && id.length < 10) id += base62[byte % 62];
    }
  }
  return id;
}

interface House {
  readonly config: Config;
  readonly store: Store;
  readonly storage: Storage;
  readonly words: Words;
  readonly tickets: Tickets;
  readonly log: Logger;
  readonly office: Office;
}

function servicesOf({ config, store, storage, words, tickets, log, office }: House): Services {
  return {
    storage,
    sessions: store.open<Session>("sessions"),
    people: store.open<Person>("people"),
    pending: store.open<PendingSignIn>("pending", { sealed: true }),
    languages: words.languages,
    pickLanguage: (locale) => words.pick(locale),
    issueLink: linkIssuer({ config, storage, tickets }),
    methods: downloadMethods.filter((method) => works(config, method)),
    usualMethod: usualMethod(config),
    admins: config.admins,
    office,
    exclusive: (key, work) => store.exclusive(key, work),
    now: Date.now,
    newId,
    log: log.child({ part: "actions" }),
  };
}

function works({ publicUrl, downloadProxy }: Config, method: DownloadMethod): boolean {
  switch (method) {
    case "redirect":
      return true;
    case "proxy":
      return publicUrl !== undefined;
    case "proxy-url":
      return publicUrl !== undefined && downloadProxy !== undefined;
  }
}

/** What a mount's wish comes to: one that does not work any more gives way to the operator's default. */
function methodOf(config: Config, { method }: Pick<Mount, "method">): DownloadMethod {
  return method && works(config, method) ? method : usualMethod(config);
}

function usualMethod(config: Config): DownloadMethod {
  return works(config, config.downloadMethod) ? config.downloadMethod : "redirect";
}

type IssuerParts = Pick<House, "config" | "storage" | "tickets">;

/** Addresses for files: the drive's own where there is no public address, else a ticket. The drive is asked first, so that a refusal is said in the chat. */
function linkIssuer({ config, storage, tickets }: IssuerParts): Services["issueLink"] {
  const { publicUrl, linkTtl, downloadProxy } = config;
  return async (mount, entry, { person }, { variant, folder, signal }) => {
    const link = await storage.link(mount.id, entry.id, { signal, ...(variant && { prefer: variant.id }) });
    if (publicUrl === undefined) return direct(link);
    const expiresAt = Date.now() + linkTtl;
    const ids = { mount: mount.id, entry: entry.id, ...(variant && { variant: variant.id }) };
    const method = methodOf(config, mount);
    if (method === "proxy-url" && downloadProxy) {
      return { url: proxyUrl(ids, { ...downloadProxy, name: entry.name, expiresAt }), via: "proxy-url", expiresAt };
    }
    const ticket = tickets.issue({ ...ids, person: person.id, folder, expiresAt });
    const way = method === "proxy" ? "p" : "d";
    return { url: ticketUrl(ticket, { publicUrl, way, name: entry.name }), via: "gateway", expiresAt };
  };
}

function direct(link: Link): Awaited<ReturnType<Services["issueLink"]>> {
  // An empty file has no address, and one that wants headers no address for a browser: only our own gateway could serve them.
  if (link.kind === "empty" || link.headers) throw new StorageError("gateway-needed");
  return { url: link.url, via: "direct", ...(link.expiresAt !== undefined && { expiresAt: link.expiresAt }) };
}

interface FrontendParts extends Pick<House, "store" | "words" | "log">, Pick<AppOptions, "onFatal"> {
  /** The newest secret key. */
  readonly newest: Uint8Array;
  perform(visit: Visit, action: Action, signal: AbortSignal): Promise<Answer>;
}

interface Frontends {
  readonly telegram?: Telegram;
  readonly all: readonly { readonly name: string; readonly frontend: Pick<Telegram, "start" | "stop"> }[];
  /** Names of those that take updates. */
  readonly up: Set<string>;
}

function createFrontends(
  config: Config,
  { store, words, log, onFatal, newest, perform: performing }: FrontendParts,
): Frontends {
  const telegram =
    config.telegram &&
    createTelegram({
      settings: telegramSettings(config.telegram, newest),
      perform: performing,
      words,
      conversations: dialogueStore(store.open("dialogues", { sealed: true })),
      log: log.child({ part: "telegram" }),
      now: Date.now,
      onFatal,
      operators: config.admins,
    });
  return {
    ...(telegram && { telegram }),
    all: telegram ? [{ name: "telegram", frontend: telegram }] : [],
    up: new Set(),
  };
}

/** Calls to the webhook carry the operator's secret, or one that every process with the same key arrives at. */
function telegramSettings(
  { webhook, ...settings }: NonNullable<Config["telegram"]>,
  key: Uint8Array,
): TelegramSettings {
  if (!webhook) return settings;
  const derived = Buffer.from(deriveKey(key, "webhook")).toString("base64url");
  return { ...settings, webhook: { url: webhook.url, secret: webhook.secret ?? derived } };
}

function dialogueStore(kept: Keyv): {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown, ttl: number): Promise<unknown>;
  delete(key: string): Promise<unknown>;
} {
  return {
    get: (key) => kept.get(key),
    set: (key, value, ttl) => kept.set(key, value, ttl),
    delete: (key) => kept.delete(key),
  };
}

/** How long a question about being ready may take. */
const checkWithin = 2000;

function openGateway({
  config,
  store,
  storage,
  words,
  tickets,
  log,
  office,
  frontends,
  revocations,
}: House & { readonly frontends: Frontends; readonly revocations: Revocations }): Gateway {
  const resolve = resolver({ config, storage });
  return createGateway({
    ...config.gateway,
    ...(config.publicUrl !== undefined && { publicUrl: config.publicUrl }),
    words,
    tickets,
    resolve,
    revoked: async (ticket) =>
      (await office.door.standing(ticket.person)).banned !== undefined || revocations.revoked(ticket),
    limits: { quota: office.allowance },
    ready: () => readiness(store, frontends),
    ...(config.downloadProxy && { downloadProxy: config.downloadProxy }),
    linkByPath: ({ mount, entry, variant }, { signal }) =>
      storage.link(mount, entry, { signal, ...(variant !== undefined && { prefer: variant }) }),
    look: async ({ mount, entry, folder }, { signal }) => ({
      entry: await storage.stat(mount, entry, { signal }),
      beside: folder === undefined ? [] : await beside(storage, mount, folder, signal),
    }),
    upstream: { reach: isLocal(config.pikpak.driveUrl) ? "anywhere" : "public" },
    ...(frontends.telegram?.webhook && { webhook: frontends.telegram.webhook }),
    log: log.child({ part: "gateway" }),
  });
}

async function readiness(
  store: Store,
  { all, up }: Frontends,
): Promise<{ ok: boolean; parts: Record<string, boolean> }> {
  const isStoreUp = await Promise.race([
    store.check().then(
      () => true,
      () => false,
    ),
    sleep(checkWithin, false, { ref: false }),
  ]);
  const parts = { store: isStoreUp, ...Object.fromEntries(all.map(({ name }) => [name, up.has(name)])) };
  return { ok: Object.values(parts).every(Boolean), parts };
}

/** What lies beside a file; a folder that cannot be read only costs the subtitles. */
async function beside(storage: Storage, mount: string, folder: string, signal: AbortSignal) {
  try {
    return (await storage.folder(mount, folder === "" ? undefined : folder, { signal })).entries;
  } catch (error) {
    if (error instanceof StorageError) return [];
    throw error;
  }
}

function resolver({ config, storage }: Pick<House, "config" | "storage">) {
  return async (
    { mount: mountId, entry: entryId, variant }: Ticket,
    { fresh, signal }: { readonly fresh?: boolean; readonly signal: AbortSignal },
  ): Promise<Resolved> => {
    const mount = await storage.find(mountId);
    if (!mount) throw new StorageError("not-found", { message: "no such mount" });
    const asked = { signal, ...(variant !== undefined && { prefer: variant }), ...(fresh && { fresh }) };
    const link = await storage.link(mountId, entryId, asked);
    const entry = link.entry ?? (await storage.stat(mountId, entryId, { signal }));
    return { link, entry, mount, method: methodOf(config, mount) };
  };
}

/** An emulated or self-hosted service stands in one's own network, and so do its file hosts. */
function isLocal(address: string | undefined): boolean {
  if (address === undefined) return false;
  const host = new URL(address).hostname.replace(/^\[|\]$/g, "");
  return host === "localhost" || (ipaddr.isValid(host) && ipaddr.process(host).range() !== "unicast");
}
