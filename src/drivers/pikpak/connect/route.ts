import {
  capabilities,
  type CallOptions,
  type Capability,
  type CapabilityOf,
  type Driver,
  type DriverContext,
} from "../../../storage/driver.ts";
import { StorageError } from "../../../storage/error.ts";
import { permissionMissing, type Purpose } from "./permission.ts";
import { createWayMemory, type Way, type WayMemory } from "./way-memory.ts";

interface RouteParts {
  readonly drive: Required<Pick<Driver, "quota">> & Driver;
  /** Tells what the server has tools for. */
  readonly mcp: Required<Pick<Driver, "quota" | "can">> & Driver;
  /** `auto`: the drive API, and the MCP server where that alone takes the token. */
  readonly route: "auto" | Way;
  /** Capabilities the credential is never granted. */
  readonly withheld: ReadonlySet<Capability>;
  /** Names the token among the notes, in a form that tells nobody. */
  tokenName(): Promise<string>;
  /** Told that the token is refused on every way there is. */
  onEnd(): Promise<void>;
  readonly context: Pick<DriverContext, "notes" | "now" | "log">;
}

/** A drive that goes the way its token is taken on. */
export function routed(parts: RouteParts): Driver {
  const { drive, mcp } = parts;
  const ways = { drive, mcp };
  const memory = createWayMemory(parts);
  const run = <T>(ask: Ask<T>, kind: Kind): Promise<T> => runOn(parts, memory, { ask, kind });
  const driver: Driver = {
    async list(folder, { cursor, ...options } = {}) {
      // The places in a listing are those of the way it began on.
      const [way, rest] = splitCursor(cursor);
      if (way) return withPrefix(way, await ways[way].list(folder, { ...options, cursor: rest }));
      return run(async (on, name) => withPrefix(name, await on.list(folder, options)), { purpose: "list", ...options });
    },
    stat: (id, options = {}) => run((on) => on.stat(id, options), { purpose: "read", ...options }),
    link: (id, options = {}) => run((on) => on.link(id, options), { purpose: "read", ...options }),
    quota: (options = {}) => run((on) => on.quota(options), { purpose: "account", ...options }),
    async can() {
      const served = (await memory.read()).last === "mcp" ? await mcp.can() : undefined;
      return new Set(capabilities.filter((name) => driver[name] && (served?.has(name) ?? true)));
    },
  };
  const able = parts.route === "mcp" ? mcp : drive;
  for (const name of changing) if (able[name] && !parts.withheld.has(name)) addChange(driver, name, { parts, memory });
  return driver;
}

type Changing = Exclude<Capability, "quota">;

/** What each change wants a permission for. */
const purposes: Readonly<Record<Changing, Purpose>> = {
  makeFolder: "write",
  rename: "write",
  move: "manage",
  copy: "manage",
  trash: "manage",
  restore: "manage",
  listTrash: "read",
  emptyTrash: "delete",
  remove: "delete",
  download: "download",
  tasks: "download",
  task: "download",
  preview: "download",
  retryTask: "download",
  cancelTasks: "download",
  clearTasks: "download",
  save: "write",
  shareOut: "share",
  listSharedOut: "share",
  revokeShared: "share",
  upload: "write",
  dropUpload: "write",
};
const changing = capabilities.filter((name) => name !== "quota");

/** What PikPak's page calls the permission for each purpose that a token may lack, as tokens name it. */
const permissionFor: Readonly<Partial<Record<Purpose, string>>> = {
  write: "write",
  manage: "manage",
  download: "cloud_download",
  share: "share",
};

/** Permissions as tokens name them, as far as anybody has written down. */
const knownPermissions: ReadonlySet<string> = new Set(["read", "purge", "invite", ...Object.values(permissionFor)]);

/** What a token withholds that says what it may do; where it names a permission nobody knows, that may be the one for anything. */
export function withheldBy(permissions: readonly string[] = []): ReadonlySet<Capability> {
  if (permissions.length === 0 || permissions.some((name) => !knownPermissions.has(name))) return new Set();
  return new Set(
    changing.filter((name) => {
      const permission = permissionFor[purposes[name]];
      return permission !== undefined && !permissions.includes(permission);
    }),
  );
}

/**
 * A change on the way that was found last. Only where the token as a whole is refused there, so that nothing was changed,
 * is it made on the other. A way that lacks it says so.
 */
function addChange<K extends Changing>(
  driver: Partial<Record<K, unknown>>,
  name: K,
  { parts, memory }: ChangeParts,
): void {
  driver[name] = async (...given: Parameters<CapabilityOf<K>>): Promise<unknown> => {
    const change = (way: Way): Promise<unknown> => {
      const method = parts[way][name] as ((...all: typeof given) => Promise<unknown>) | undefined;
      if (!method) throw new StorageError("unsupported", { message: `the MCP server has no tool to ${name}` });
      return method(...given);
    };
    const { first, last } = await memory.read();
    try {
      const answer = await change(first);
      if (first !== last) await memory.write(first);
      return answer;
    } catch (error) {
      const kind = { ...optionsIn(given), purpose: purposes[name] };
      if (!(error instanceof StorageError) || !isRefused(error, kind)) throw error;
      const { signal, asker } = kind;
      const ask: Ask<Way> = async (on, way) => {
        await on.list(undefined, { signal, asker });
        return way;
      };
      return change(await afterRefusal(parts, memory, { ask, kind, first, error }));
    }
  };
}

interface ChangeParts {
  readonly parts: RouteParts;
  readonly memory: WayMemory;
}

/** The options of a call, which are its last parameter. */
function optionsIn(given: readonly unknown[]): CallOptions {
  const last = given.at(-1);
  return typeof last === "object" && last !== null && !Array.isArray(last) ? last : {};
}

type Ask<T> = (on: RouteParts["drive"], way: Way) => Promise<T>;

interface Kind extends CallOptions {
  /** What it wants a permission for; the refusal of a listing says most about the token. */
  readonly purpose: "list" | Purpose;
}

const cursorPrefix = { drive: "d", mcp: "m" } as const;

function splitCursor(cursor: string | undefined): [Way | undefined, string] {
  if (cursor === undefined) return [undefined, ""];
  return [cursor.startsWith(cursorPrefix.mcp) ? "mcp" : "drive", cursor.slice(1)];
}

function withPrefix<T extends { readonly next?: string }>(way: Way, page: T): T {
  return page.next === undefined ? page : { ...page, next: `${cursorPrefix[way]}${page.next}` };
}

interface Run<T> {
  readonly ask: Ask<T>;
  readonly kind: Kind;
}

async function runOn<T>(parts: RouteParts, memory: WayMemory, { ask, kind }: Run<T>): Promise<T> {
  const { first, last } = await memory.read();
  try {
    const answer = await ask(parts[first], first);
    if (first !== last) await memory.write(first);
    return answer;
  } catch (error) {
    if (!(error instanceof StorageError) || !isRefused(error, kind)) throw error;
    return afterRefusal(parts, memory, { ask, kind, first, error });
  }
}

interface Refused<T> extends Run<T> {
  readonly first: Way;
  readonly error: StorageError;
}

/** Whether a permission is missing, the other way takes the token, or it has ended. */
async function afterRefusal<T>(
  parts: RouteParts,
  memory: WayMemory,
  { ask, kind, first, error }: Refused<T>,
): Promise<T> {
  const { purpose } = kind;
  const refusal = first === "drive" && purpose !== "list" ? await refusalOf(parts.drive, kind) : error;
  if (!refusal) throw permissionMissing(purpose === "list" ? "read" : purpose);
  if (parts.route !== "auto") return endWith(parts, error, [error, refusal]);
  return askOther(parts, memory, { ask, first, error });
}

/** The token as a whole may be what is refused. */
function isRefused({ code }: StorageError, { purpose }: Pick<Kind, "purpose">): boolean {
  return code === "token-ended" || code === "signed-out" || (purpose === "list" && code === "token-cannot-read");
}

/** Why the token is good for nothing; undefined = it is, and what was refused is a matter of permission. */
async function refusalOf(drive: Driver, { signal, asker }: CallOptions): Promise<StorageError | undefined> {
  try {
    await drive.list(undefined, { signal, asker });
    return undefined;
  } catch (error) {
    if (error instanceof StorageError) return error;
    throw error;
  }
}

interface Other<T> {
  readonly ask: Ask<T>;
  readonly first: Way;
  readonly error: StorageError;
}

async function askOther<T>(parts: RouteParts, memory: WayMemory, { ask, first, error }: Other<T>): Promise<T> {
  const second = first === "drive" ? "mcp" : "drive";
  try {
    const answer = await ask(parts[second], second);
    await memory.write(second);
    const { code } = error;
    parts.context.log.info({ way: second, code }, "pikpak access token accepted by the other interface");
    return answer;
  } catch (other) {
    if (!(other instanceof StorageError)) throw other;
    // What the second way says of the thing itself is the better answer; of a token both refuse, the first.
    return endWith(parts, isRefused(other, { purpose: "list" }) ? error : other, [error, other]);
  }
}

async function endWith(parts: RouteParts, error: StorageError, all: readonly StorageError[]): Promise<never> {
  if (all.every(({ code }) => code === "token-ended" || code === "signed-out")) await parts.onEnd();
  throw error;
}
