import type { Keyv } from "keyv";
import type { Catalogue } from "./catalogue.ts";
import type { Crawler } from "./crawl.ts";
import type { CallOptions, Driver, DriverKind, DriverLog } from "./driver.ts";
import { kindOf, type Drivers, type WantedDriver } from "./drivers.ts";
import { StorageError, wrapped } from "./error.ts";
import type { Values } from "./field.ts";
import type { Folders } from "./folders.ts";
import { fieldWith } from "./form.ts";
import type { Known } from "./known.ts";
import type { Links } from "./links.ts";
import { presentMount, type Mount } from "./mount.ts";
import { draftVault, storedVault, type DraftVault } from "./vault.ts";

/** What a new mount is made of. `values` are a form's answers, secrets included, already checked by the kind. */
export interface MountDraft {
  readonly driver: string;
  readonly owner: string;
  readonly values: Values;
  /** Absent = the kind's own title. */
  readonly title?: string | undefined;
  /** The vault an earlier try ended with (`StorageError.kept`): the driver's device, tokens it changed for newer ones. */
  readonly kept?: Values | undefined;
}

/** The life of mounts, from their first listing until they are removed, and of their secrets. */
export interface Mounting {
  /**
   * Makes a mount after listing its root: it exists only if that worked. `folder` is checked too.
   * On any failure, and when the process ends meanwhile, nothing is left behind.
   */
  mount(draft: MountDraft, options?: Pick<CallOptions, "signal">): Promise<Mount>;
  /**
   * New secrets for a mount (signing in again); kept only if listing its root works with them, else the old ones stay.
   * They replace all old answers, or with `amend` join them.
   */
  renew(id: string, values: Values, options?: RenewOptions): Promise<Mount>;
  /** Changes what a mount is called, how it is downloaded from, or where it is lent to. `method: undefined` = back to the usual one. */
  change(
    id: string,
    changes: {
      title?: string | undefined;
      method?: Mount["method"] | undefined;
      audience?: readonly string[] | undefined;
    },
  ): Promise<Mount>;
  /** Removes a mount, its secrets first. Removing what is not there is no error; what was broken off is gone on with by removing again. Its credential is taken back at the service where that can be done. */
  unmount(id: string): Promise<Removal>;
  /**
   * Deletes secrets that no mount is left for, and notes of mounts what earlier builds did not. Called once at the start;
   * resolves with how many orphans there were.
   */
  sweep(): Promise<number>;
}

interface RenewOptions extends Pick<CallOptions, "signal"> {
  /** The values join the old ones instead of replacing them. */
  readonly amend?: boolean | undefined;
  /** What else belongs into the vault, from an approval. */
  readonly kept?: Values | undefined;
}

/** What became of a mount's credential at the service when the mount was removed; `left`: it is still good there. */
export interface Removal {
  readonly credential: "none" | "revoked" | "left";
}

interface MountingParts {
  readonly kinds: readonly DriverKind[];
  readonly mounts: Keyv<Mount>;
  /** Encrypted; a mount's secrets under its id. */
  readonly secrets: Keyv<Values>;
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
  now(): number;
  /** 10 base62 characters. */
  newId(): string;
  readonly log: DriverLog;
  readonly drivers: Pick<Drivers, "of" | "open" | "drop">;
  readonly folders: Pick<Folders, "read" | "forget">;
  readonly links: Pick<Links, "forget">;
  readonly catalogue: Pick<Catalogue, "forget">;
  readonly crawler: Pick<Crawler, "forget">;
  readonly known: Pick<Known, "replaced">;
}

export function createMounting(parts: MountingParts): Mounting {
  return {
    mount: (draft, options = {}) => mount(parts, draft, options),
    renew: (id, values, options = {}) => renew(parts, id, values, options),
    change: (id, changes) => parts.exclusive(`mount:${id}`, () => change(parts, id, changes)),
    unmount: (id) => parts.exclusive(`mount:${id}`, () => unmount(parts, id)),
    sweep: () => sweep(parts),
  };
}

async function mount(parts: MountingParts, draft: MountDraft, { signal }: Pick<CallOptions, "signal">): Promise<Mount> {
  const kind = kindOf(parts.kinds, draft.driver);
  const id = parts.newId();
  const { secrets, options } = divide(kind, draft.values);
  // A token that was changed for a newer one in the earlier try is the newer one now.
  const vault = draftVault(parts, id, { ...secrets, ...draft.kept });
  const wanted = { kind, mount: id, owner: draft.owner, options, vault };
  try {
    // What the driver knows of a moment ago will do.
    const driver = await proved(parts, wanted, { refresh: false, signal });
    const title = draft.title ?? (ownTitle(driver) || kind.title(options));
    const mount = newMount(wanted, { title, isCoded: hasCode(kind, secrets), now: parts.now() });
    // Under the lock that sweeping takes: between the two writes the secrets are nobody's.
    await parts.exclusive(`mount:${id}`, () =>
      vault.settle(async (held) => {
        await parts.secrets.set(id, held);
        await parts.mounts.set(id, mount);
      }),
    );
    return mount;
  } catch (error) {
    const left = await vault.read();
    parts.folders.forget(id, "not-found");
    await parts.drivers.drop(id);
    await parts.secrets.delete(id);
    throw error instanceof StorageError && error.code === "verification-needed" ? error.keeping(left) : error;
  }
}

/** The driver of a mount, at least the first entries of its root listed with it: as a folder, so that whoever mounts it sees the root without another call. */
async function proved(
  { drivers, folders }: MountingParts,
  wanted: WantedDriver,
  { refresh, signal }: { readonly refresh: boolean } & Pick<CallOptions, "signal">,
): Promise<Driver> {
  const driver = await drivers.open(wanted);
  const { mount } = wanted;
  await wrapped(() => folders.read({ mount, folder: undefined, driver, refresh, soon: true, signal }), signal);
  return driver;
}

interface FirstSeen {
  readonly title: string;
  readonly isCoded: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A mount as it is kept first: its owner's alone, and working. */
function newMount({ kind, mount: id, owner, options }: WantedDriver, { title, isCoded, now }: FirstSeen): Mount {
  return {
    id,
    driver: kind.name,
    options,
    title,
    owner,
    audience: [],
    ...(isCoded && { coded: true }),
    createdAt: now,
    health: { state: "working", at: now },
  };
}

/** Whether what was given to open a link holds a code besides. */
function hasCode({ fields }: DriverKind, secrets: Values): boolean {
  const code = fieldWith("code", fields);
  return code !== undefined && (secrets[code.name] ?? "") !== "";
}

/** Most characters of a drive's own name that become a title. */
const longestTitle = 60;

function ownTitle(driver: Driver): string {
  const said = driver.title?.() ?? "";
  return said
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim()
    .slice(0, longestTitle)
    .toWellFormed();
}

async function renew(
  parts: MountingParts,
  id: string,
  values: Values,
  { amend = false, kept: granted = {}, signal }: RenewOptions,
): Promise<Mount> {
  const { drivers, folders, links } = parts;
  const mount = await presentMount(parts, id);
  const kind = kindOf(parts.kinds, mount.driver);
  const before = (await parts.secrets.get(id)) ?? {};
  const { secrets, options: changed } = divide(kind, values);
  // What a kind worked out of the old answers (whose token it is) does not outlive them.
  const options = { ...(amend ? mount.options : askedOf(mount.options, kind)), ...changed };
  await drivers.drop(id);
  folders.forget(id, "upstream");
  links.forget(id);
  // What joins the old secrets is used up with them: each change is kept at once. What replaces them proves itself first.
  const draft = amend ? undefined : draftVault(parts, id, { ...unasked(before, kind), ...granted, ...secrets });
  const vault = draft ?? storedVault(parts, id);
  if (!draft) await vault.write(secrets);
  try {
    await proved(parts, { kind, mount: id, owner: mount.owner, options, vault }, { refresh: true, signal });
  } catch (error) {
    folders.forget(id, "upstream");
    await drivers.drop(id);
    throw error;
  }
  // Another root folder makes another tree of it.
  parts.crawler.forget(id);
  await parts.catalogue.forget(id);
  const renewed = await keepRenewed(parts, id, { kind, options, vault, draft });
  parts.known.replaced(id);
  return renewed;
}

interface Renewed extends Pick<WantedDriver, "kind" | "options" | "vault"> {
  /** Its vault, where it is not the stored one yet. */
  readonly draft: DraftVault | undefined;
}

/** What was changed of the mount meanwhile stays: its title, how it is downloaded from, where it is lent to. */
function keepRenewed(parts: MountingParts, id: string, { kind, options, vault, draft }: Renewed): Promise<Mount> {
  return parts.exclusive(`mount:${id}`, async () => {
    const { coded: _before, ...current } = await presentMount(parts, id);
    const now: Mount = {
      ...current,
      options,
      ...(hasCode(kind, await vault.read()) && { coded: true }),
      health: { state: "working", at: parts.now() },
    };
    await draft?.settle(async (held) => void (await parts.secrets.set(id, held)));
    await parts.mounts.set(id, now);
    return now;
  });
}

/** What a driver keeps for itself (a device id) outlives new answers; old answers do not. */
function unasked(before: Values, kind: DriverKind): Values {
  return Object.fromEntries(Object.entries(before).filter(([name]) => !isAsked(name, kind)));
}

function askedOf(before: Values, kind: DriverKind): Values {
  return Object.fromEntries(Object.entries(before).filter(([name]) => isAsked(name, kind)));
}

function isAsked(name: string, kind: DriverKind): boolean {
  return kind.fields.some((field) => field.name === name);
}

async function change(parts: MountingParts, id: string, changes: Parameters<Mounting["change"]>[1]): Promise<Mount> {
  const { method, ...rest } = await presentMount(parts, id);
  const wanted = "method" in changes ? changes.method : method;
  const changed: Mount = {
    ...rest,
    ...(wanted && { method: wanted }),
    ...(changes.title !== undefined && { title: changes.title }),
    ...(changes.audience && { audience: changes.audience }),
  };
  await parts.mounts.set(id, changed);
  return changed;
}

/** Secrets go first and the mount last: broken off in between, it stands there without them and can be removed again. */
async function unmount(parts: MountingParts, id: string): Promise<Removal> {
  const { drivers, folders, links, catalogue, crawler, known } = parts;
  const credential = await takeBack(parts, id);
  const letGo = async () => {
    crawler.forget(id);
    folders.forget(id, "not-found");
    links.forget(id);
    await drivers.drop(id);
    await parts.secrets.delete(id);
  };
  await letGo();
  await catalogue.forget(id);
  await parts.mounts.delete(id);
  // Whoever asked while it was still there has opened it again.
  await letGo();
  known.replaced(id);
  return { credential };
}

/** ms a service has to take a credential back: a mount is removed all the same. */
const revocationTimeout = 5000;

async function takeBack({ drivers, mounts, kinds, log }: MountingParts, id: string): Promise<Removal["credential"]> {
  const mount = await mounts.get(id);
  if (!mount || !kinds.some(({ name }) => name === mount.driver)) return "none";
  try {
    const driver = await drivers.of(id);
    if (!driver.revoke) return "none";
    return (await driver.revoke({ signal: AbortSignal.timeout(revocationTimeout) })) ? "revoked" : "left";
  } catch (err) {
    log.warn({ err }, "storage credential not revoked");
    return "left";
  }
}

/** What a process left behind that ended between two writes. */
async function sweep(parts: MountingParts): Promise<number> {
  const { mounts, secrets, exclusive, log } = parts;
  if (!secrets.iterator) throw new Error("the secrets cannot be listed");
  const orphans: string[] = [];
  for await (const [id] of secrets.iterator({})) {
    const mount = await mounts.get(String(id));
    if (mount) await mend(parts, mount);
    else orphans.push(String(id));
  }
  let swept = 0;
  for (const id of orphans) {
    await exclusive(`mount:${id}`, async () => {
      // Another process may have been mounting it.
      if (await mounts.get(id)) return;
      await secrets.delete(id);
      swept += 1;
    });
  }
  if (swept > 0) log.info({ swept }, "storage orphaned secrets deleted");
  return swept;
}

/** A mount of an earlier build says nothing of its code, and is called by the name its owner signs in with. */
async function mend({ kinds, mounts, secrets, exclusive }: MountingParts, { id, driver }: Mount): Promise<void> {
  const kind = kinds.find(({ name }) => name === driver);
  if (!kind) return;
  await exclusive(`mount:${id}`, async () => {
    const mount = await mounts.get(id);
    if (!mount) return;
    const isCoded = hasCode(kind, (await secrets.get(id)) ?? {});
    const login = fieldWith("login", kind.fields);
    const isNamedByLogin = login !== undefined && mount.title === mount.options[login.name];
    if (!isNamedByLogin && isCoded === (mount.coded === true)) return;
    await mounts.set(id, {
      ...mount,
      ...(isCoded && { coded: true }),
      ...(isNamedByLogin && { title: kind.title(mount.options) }),
    });
  });
}

function divide(kind: DriverKind, values: Values): { secrets: Values; options: Values } {
  const secret = new Set(kind.fields.filter((field) => field.kind === "secret").map((field) => field.name));
  const entries = Object.entries(values);
  return {
    secrets: Object.fromEntries(entries.filter(([name]) => secret.has(name))),
    options: Object.fromEntries(entries.filter(([name]) => !secret.has(name))),
  };
}
