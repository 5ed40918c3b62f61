import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { gatewayOf } from "../../../src/app/gateway.ts";
import { openQueue } from "../../../src/app/jobs.ts";
import { adminOf } from "../../../src/app/operators.ts";
import { readConfig } from "../../../src/config.ts";
import { createRevocations } from "../../../src/gateway/revocations.ts";
import { createTickets } from "../../../src/gateway/ticket.ts";
import { ticketUrl } from "../../../src/gateway/ticket-url.ts";
import type { Driver, DriverKind } from "../../../src/storage/driver.ts";
import type { Entry } from "../../../src/storage/entry.ts";
import { createStorage, type Storage } from "../../../src/storage/storage.ts";
import { openStore, type Store } from "../../../src/store/store.ts";
import { loadWords } from "../../../src/i18n/words.ts";
import { announce, readTask, type Listening } from "./contender.ts";

// The gateway as the app builds it, over its database on disk: every request looks up ban, revocations, mount, owner and
// allowance. Only the drive is one of the benchmark's own, whose links lead to the upstream.
const task = readTask();
const home = mkdtempSync(join(tmpdir(), "chatdrive-bench-"));
process.once("SIGTERM", () => process.exit());
process.on("exit", () => rmSync(home, { recursive: true, force: true }));
const log = pino({ level: "warn" });
const person = "telegram:1";
const config = {
  ...readConfig({
    TELEGRAM_BOT_TOKEN: "1:benchmark",
    PUBLIC_URL: "http://127.0.0.1",
    DOWNLOAD_METHOD: "proxy",
    // The upstream stands in our own network.
    PIKPAK_DRIVE_URL: "http://127.0.0.1",
  }),
  gateway: { host: "127.0.0.1", port: 0 },
};
let calls = 0;
const driver: Driver = {
  list: async () => ({ items: [] }),
  stat: async (id) => ({ ...fileOf(id), variants: [] }),
  link: async (id) => {
    calls += 1;
    const expiresAt = Date.now() + 3_600_000;
    return { kind: "url", url: task.urls[id] ?? "", expiresAt, entry: fileOf(id) };
  },
};
const kind: DriverKind = {
  name: "bench",
  added: "sign-in",
  where: "private",
  fields: [],
  check: (values) => ({ ok: true, values }),
  title: () => "bench",
  identity: () => "bench",
  open: () => driver,
};
process.on("message", () => process.send?.({ calls }));
announce(await openGateway());

async function openGateway(): Promise<Listening> {
  const keys = [new Uint8Array(32)];
  const store = await openStore({ url: `sqlite://${join(home, "bench.sqlite")}`, keys, onError: complain });
  const revocations = createRevocations({ store: store.open("revocations"), now: Date.now, keepFor: config.linkTtl });
  const storage = openStorage(store);
  const tickets = createTickets({ keys, now: Date.now });
  const { jobs } = await openQueue({ url: "sqlite://", store, keys, log });
  const gateway = gatewayOf({
    config,
    store,
    storage,
    tickets,
    revocations,
    log,
    words: loadWords(),
    admin: adminOf({ config, store, jobs, revocations, log, frontends: () => undefined }),
    newest: new Uint8Array(32),
    limits: { streamsPerPerson: 1000 },
    visitors: { requests: 1_000_000 },
    mayFetch: async (mount, person) => mount.owner === person,
    onFallback: () => {},
    frontends: () => undefined,
  });
  const { url } = await gateway.start();
  const mount = await storage.mount({ driver: "bench", owner: person, values: {} });
  const paths = Object.keys(task.urls).map((entry) => {
    const ticket = tickets.issue({ mount: mount.id, entry, person, expiresAt: Date.now() + config.linkTtl });
    return [entry, new URL(ticketUrl(ticket, { publicUrl: url, way: "p", name: "film.mkv" })).pathname] as const;
  });
  return { port: Number(new URL(url).port), paths: Object.fromEntries(paths) };
}

function openStorage(store: Store): Storage {
  return createStorage({
    kinds: [kind],
    mounts: store.open("mounts"),
    secrets: store.open("secrets", { sealed: true }),
    notes: store.open("notes"),
    names: store.open("names"),
    exclusive: (key, work) => store.exclusive(key, work),
    now: Date.now,
    wait: async () => {},
    randomHex: (bytes) => "0".repeat(2 * bytes),
    newId: () => "bench00000",
    log,
  });
}

function complain(error: unknown): void {
  process.stderr.write(`${String(error)}\n`);
}

function fileOf(id: string): Entry {
  return { id, kind: "file", name: "film.mkv", modifiedAt: Date.UTC(2026, 10, 25) };
}
