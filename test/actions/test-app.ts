import { Keyv } from "keyv";
import { memoryKind, type MemoryEntry } from "../../src/drivers/memory.ts";
import type { Action } from "../../src/actions/action.ts";
import type { Visit } from "../../src/users/visit.ts";
import { perform } from "../../src/actions/perform.ts";
import type { Person } from "../../src/users/person.ts";
import type { Place } from "../../src/users/place.ts";
import type { Answer, Screen } from "../../src/actions/model/screen.ts";
import type { PendingSignIn, Services } from "../../src/actions/context/services.ts";
import type { Session } from "../../src/actions/model/session.ts";
import type { KeptJob } from "../../src/jobs/embedded.ts";
import type { JobQueue } from "../../src/jobs/queue.ts";
import type { Driver, DriverContext, DriverKind } from "../../src/storage/driver.ts";
import { StorageError } from "../../src/storage/error.ts";
import type { Field, Values } from "../../src/storage/field.ts";
import type { Mount } from "../../src/storage/mount.ts";
import type { FolderRecord } from "../../src/storage/name-index.ts";
import { createStorage } from "../../src/storage/storage.ts";
import { createLocks } from "../../src/store/lock.ts";
import { openAdmin, type AdminParts } from "../../src/users/admin.ts";
import { testJobs } from "../test-jobs.ts";

/** What outlives the process: hand it to the next app, as after a restart. */
export interface Shelves {
  readonly mounts: Keyv<Mount>;
  readonly secrets: Keyv<Values>;
  readonly notes: Keyv<string>;
  readonly names: Keyv<readonly FolderRecord[]>;
  readonly sessions: Keyv<Session>;
  readonly people: Keyv<Person>;
  readonly places: Keyv<Place>;
  readonly pending: Keyv<PendingSignIn>;
  readonly said: Keyv<number>;
  readonly jobs: Keyv<KeptJob>;
  /** The admin side's namespaces by name. */
  readonly admin: Map<string, Keyv>;
}

/** Drives that do as a test tells them. */
export class Cloud {
  /** Accounts by user name. */
  readonly accounts: Record<string, { password: string; tree: MemoryEntry }>;
  /** Shares by id. */
  readonly shares: Record<string, { code?: string; tree: MemoryEntry }>;
  /** Every call, `list username folder cursor`. */
  readonly asked: string[] = [];
  /** Thrown by every call while set. */
  failing: Error | undefined;
  /** A human is wanted until this was brought. */
  challenge: string | undefined;
  /** Devices that asked to sign in. */
  readonly devices: string[] = [];
  #gate: Promise<void> | undefined;
  #open: (() => void) | undefined;
  #holdsFirst = false;

  constructor({ accounts = {}, shares = {} }: Partial<Pick<Cloud, "accounts" | "shares">>) {
    this.accounts = accounts;
    this.shares = shares;
  }

  /** Holds second and later pages back until `release`. */
  hold({ first = false }: { readonly first?: boolean } = {}): void {
    this.#holdsFirst = first;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    this.#open = resolve;
  }

  release(): void {
    this.#open?.();
    this.#gate = undefined;
  }

  kinds(): readonly DriverKind[] {
    return [this.#account(), this.#share()];
  }

  #account(): DriverKind {
    return {
      name: "pikpak",
      added: "sign-in",
      where: "private",
      fields: accountFields,
      check: (values) =>
        values["captchaToken"] !== undefined && !values["captchaToken"].startsWith("ck0.")
          ? { ok: false, problem: { field: "captchaToken", code: "not-a-verification" } }
          : { ok: true, values },
      title: (options) => options["username"] ?? "PikPak",
      identity: (options) => options["username"] ?? "",
      open: ({ username = "" }, context) =>
        this.#guard(username, this.accounts[username]?.tree, () => this.#signIn(username, context)),
    };
  }

  async #signIn(username: string, { vault, randomHex }: DriverContext): Promise<void> {
    const held = await vault.read();
    if (held["deviceId"] === undefined) await vault.write({ deviceId: randomHex(4) });
    this.devices.push((await vault.read())["deviceId"] ?? "");
    if (this.challenge !== undefined && held["captchaToken"] !== this.challenge) {
      throw new StorageError("verification-needed", { verify: "https://verify.example/1" });
    }
    if (this.accounts[username]?.password !== held["password"]) throw new StorageError("wrong-credentials");
  }

  #share(): DriverKind {
    const idIn = (text: string) => /https:\/\/share\.example\/s\/(\w+)(?:\/[\w.]+)?/.exec(text);
    return {
      name: "pikpak-share",
      added: "link",
      where: "anywhere",
      fields: shareFields,
      recognise: (text) =>
        [...text.matchAll(/(https:\/\/share\.example\/s\/\w+)(\/[\w.]+)?(?:\?pwd=(\w+)| (?!https?:)(\w+)\b)?/g)].map(
          ([, top = "", part = "", stated, maybe]) => ({
            values: { link: `${top}${part}`, ...(stated !== undefined && { passCode: stated }) },
            ...(maybe !== undefined && { maybe: { passCode: maybe } }),
            ...(part !== "" && { whole: { link: top } }),
          }),
        ),
      check: (values) =>
        idIn(values["link"] ?? "")
          ? { ok: true, values }
          : { ok: false, problem: { field: "link", code: "not-a-share" } },
      title: (options) => idIn(options["link"] ?? "")?.[1] ?? "",
      identity: (options) => options["link"] ?? "",
      open: ({ link = "" }, { vault }) => {
        const id = idIn(link)?.[1] ?? "";
        return this.#guard(id, this.shares[id]?.tree, async () => {
          const { code } = this.shares[id] ?? {};
          const { passCode } = await vault.read();
          if (code !== undefined && passCode === undefined) throw new StorageError("pass-code-needed");
          if (code !== undefined && passCode !== code) throw new StorageError("pass-code-wrong");
        });
      },
    };
  }

  #guard(name: string, tree: MemoryEntry | undefined, enter: () => Promise<void>): Driver {
    const driver = memoryKind({ tree: tree ?? { name: "", children: [] } }).open({ tree: "tree" }, nobody);
    const pass = async (call: string) => {
      this.asked.push(`${call.split(" ")[0]} ${name} ${call.split(" ").slice(1).join(" ")}`.trim());
      if (this.failing) throw this.failing;
      if (!tree) throw new StorageError("share-not-found");
      await enter();
    };
    return {
      list: async (folder, options = {}) => {
        await pass(`list ${folder ?? "/"} ${options.cursor ?? "0"}`);
        if (options.cursor !== undefined) await this.#gate;
        const page = await driver.list(folder, options);
        if (this.#holdsFirst) await this.#gate;
        return page;
      },
      stat: async (id, options) => {
        await pass(`stat ${id}`);
        return driver.stat(id, options);
      },
      link: async (id, options) => {
        await pass(`link ${id}`);
        return driver.link(id, options);
      },
      quota: async () => {
        await pass("quota");
        return { used: 10, limit: 100 };
      },
    };
  }
}

const accountFields: readonly Field[] = [
  { name: "username", kind: "text", role: "login", required: true, maxLength: 50 },
  { name: "password", kind: "secret", role: "credential", required: true, maxLength: 50 },
  { name: "rootFolder", kind: "folder", role: "root", required: false, aside: true, maxLength: 50 },
  { name: "captchaToken", kind: "secret", role: "proof", required: false, aside: true, maxLength: 100 },
];

const shareFields: readonly Field[] = [
  { name: "link", kind: "text", role: "address", required: true, maxLength: 200 },
  { name: "passCode", kind: "secret", role: "code", required: false, maxLength: 20 },
];

/** The memory driver asks nothing of its app. */
const nobody: DriverContext = {
  owner: "telegram:1",
  monotonic: () => 0,
  vault: { read: async () => ({}), write: async () => undefined },
  notes: { read: async () => undefined, write: async () => undefined },
  exclusive: (_key, work) => work(),
  now: () => 0,
  wait: async () => undefined,
  randomHex: () => "",
  log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
};

/** One process over some shelves and a cloud. */
export interface TestApp {
  readonly services: Services;
  readonly shelves: Shelves;
  readonly cloud: Cloud;
  /** What was logged as failed. */
  readonly logged: object[];
  /** What was logged as done. */
  readonly noted: object[];
  /** Performs, and expects the screen of that kind. */
  see<Show extends Screen["show"]>(visit: Visit, action: Action, show: Show): Promise<Extract<Screen, { show: Show }>>;
  do(visit: Visit, action: Action, signal?: AbortSignal): Promise<Answer>;
  /** The services of a new process over the same shelves. */
  restarted(): TestApp;
}

export interface TestAppOptions {
  readonly shelves?: Shelves;
  readonly changes?: Partial<Services>;
  /** Absent = the cloud's. */
  readonly kinds?: readonly DriverKind[];
  readonly now?: () => number;
  /** Absent = nobody waits for longer than a turn of the loop. */
  readonly wait?: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Absent = a queue of its own. */
  readonly jobs?: JobQueue;
  /** What operators have to do with. */
  readonly admin?: Partial<AdminParts>;
}

export function app(
  cloud: Cloud,
  {
    shelves = emptyShelves(),
    changes = {},
    kinds = cloud.kinds(),
    now = () => 1_000_000,
    wait = aTurn,
    jobs,
    admin = {},
  }: TestAppOptions = {},
): TestApp {
  const logged: object[] = [];
  const noted: object[] = [];
  let waited = 0;
  let ids = apps++ * 100_000;
  const newId = () => String(ids++).padStart(10, "0");
  const locks = createLocks();
  const { jobs: records, ...kept } = shelves;
  const services: Services = {
    storage: createStorage({
      ...shelves,
      ...locks,
      kinds,
      now,
      wait,
      randomHex: (bytes) =>
        newId()
          .repeat(7)
          .slice(-2 * bytes),
      newId,
      log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
    }),
    ...kept,
    ...locks,
    languages: ["en", "zh"],
    pickLanguage: (locale) => (locale?.startsWith("zh") ? "zh" : "en"),
    issueLink: async (mount, entry, visit, { variant }) => ({
      url: `https://dl.example/${mount.id}/${entry.id}/${variant?.id ?? ""}?for=${visit.person.id}`,
      via: "gateway",
    }),
    methods: ["redirect", "proxy"],
    usualMethod: "redirect",
    admins: ["telegram:1"],
    admin: openAdmin({
      open: <T>(name: string) => shelfOf<T>(shelves.admin, name),
      mounts: shelves.mounts,
      access: "open",
      announce: async () => "sent",
      jobs: jobs ?? testJobs(records),
      level: { get: () => "info", set: () => undefined },
      ...locks,
      // Waiting takes no time, but the admin side's clock goes on by it: what is paced would wait for ever.
      now: () => now() + waited,
      wait: async (ms) => {
        await new Promise((resolve) => setImmediate(resolve));
        waited += ms;
      },
      newId,
      log: { error: (fields) => void logged.push(fields) },
      ...admin,
    }),
    now,
    newId,
    log: {
      info: (fields, event) => void noted.push({ event, ...fields }),
      error: (fields) => void logged.push(fields),
    },
    ...changes,
  };
  const act = (visit: Visit, action: Action, signal = new AbortController().signal) =>
    perform(services, visit, action, signal);
  return {
    services,
    shelves,
    cloud,
    logged,
    noted,
    do: act,
    async see<Show extends Screen["show"]>(visit: Visit, action: Action, show: Show) {
      const { screen } = await act(visit, action);
      if (screen.show !== show) throw new Error(`expected ${show}, got ${JSON.stringify(screen)}`);
      return screen as Extract<Screen, { show: Show }>;
    },
    restarted: () => app(cloud, { shelves, changes, kinds, now, admin, wait }),
  };
}

function aTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Ids of a later app are other ones, as they would be. */
let apps = 0;

export function emptyShelves(): Shelves {
  // As the real store does it.
  const strict = {
    throwOnErrors: true,
    serialize: (kept: object) => JSON.stringify(kept),
    deserialize: (text: string) => JSON.parse(text) as never,
  };
  return {
    mounts: new Keyv<Mount>(strict),
    secrets: new Keyv<Values>(strict),
    notes: new Keyv<string>(strict),
    names: new Keyv<readonly FolderRecord[]>(strict),
    sessions: new Keyv<Session>(strict),
    people: new Keyv<Person>(strict),
    places: new Keyv<Place>(strict),
    pending: new Keyv<PendingSignIn>(strict),
    said: new Keyv<number>(strict),
    jobs: new Keyv<KeptJob>(strict),
    admin: new Map(),
  };
}

function shelfOf<T>(shelves: Map<string, Keyv>, name: string): Keyv<T> {
  const shelf = shelves.get(name) ?? new Keyv({ throwOnErrors: true });
  shelves.set(name, shelf);
  return shelf as Keyv<T>;
}

/** A person in their own chat. */
export function visitOf(n: number, more: Partial<Visit["person"]> = {}): Visit {
  const id = `telegram:${n}`;
  return { person: { id, name: `Person ${n}`, ...more }, place: { id, kind: "private" }, rows: { usual: 8, most: 10 } };
}

/** The same person in a group. */
export function inGroup(visit: Visit): Visit {
  return { ...visit, place: { id: "telegram:-100", kind: "group" } };
}

export const mia = visitOf(1);
export const jun = visitOf(2);

/** A file of a drive in memory. */
export const file = (name: string, size = 100): MemoryEntry => ({
  name,
  size,
  url: `https://bytes.example/${name}`,
});

/** A folder of a drive in memory, and what lies in it. */
export const folder = (name: string, ...children: MemoryEntry[]): MemoryEntry => ({ name, children });

/** Twelve files, two folders, a film with two renditions, and a folder in a folder. */
function shelf(): MemoryEntry {
  return {
    name: "",
    children: [
      ...Array.from({ length: 12 }, (_, n) => file(`file ${n + 1}.txt`, 100 - n)),
      {
        name: "Films",
        children: [
          {
            ...file("beach.mp4"),
            variants: [
              { id: "v720", name: "720P", url: "https://bytes.example/720" },
              { id: "v480", name: "480P", url: "https://bytes.example/480" },
            ],
          },
          { name: "Raw", children: [file("one.raw")] },
        ],
      },
      { name: "empty", children: [] },
    ],
  };
}

/** A folder of many files. */
export function many(count: number): MemoryEntry {
  return { name: "", children: Array.from({ length: count }, (_, n) => file(`file ${count - n}.txt`)) };
}

/** Mia has an account, and there are two shares, one with a code. */
export function usualCloud(): Cloud {
  return new Cloud({
    accounts: { mia: { password: "correct-horse", tree: shelf() }, jun: { password: "battery", tree: shelf() } },
    shares: {
      open1: { tree: shelf() },
      code1: { code: "abcd", tree: shelf() },
      film1: { tree: { name: "", children: [file("beach.mp4")] } },
    },
  });
}

export const signInAs = (username: string, password: string): Action => ({
  do: "submit",
  form: { id: "sign-in", kind: "pikpak" },
  values: { username, password },
});
