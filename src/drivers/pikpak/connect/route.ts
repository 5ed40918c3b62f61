import { z } from "zod";
import {
  capabilities,
  type CallOptions,
  type Capability,
  type CapabilityOf,
  type Driver,
  type DriverContext,
} from "../../../storage/driver.ts";
import { StorageError } from "../../../storage/error.ts";
import { readNote } from "../note.ts";
import { permissionMissing, type Purpose } from "./permission.ts";

/** The two ways to a drive whose token an app has. */
type Way = "drive" | "mcp";

interface RouteParts {
  readonly drive: Required<Pick<Driver, "quota">> & Driver;
  readonly mcp: Required<Pick<Driver, "quota">> & Driver;
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

/** The drive API is tried again after this, ms. */
const detour = 24 * 3_600_000;
const note = z.object({ until: z.number() });

/** A drive that goes the way its token is taken on. */
export function routed(parts: RouteParts): Driver {
  const { drive, mcp } = parts;
  const ways = { drive, mcp };
  const memory = createMemory(parts);
  const run = <T>(ask: Ask<T>, kind: Kind): Promise<T> => runOn(parts, memory, { ask, kind });
  const driver: Driver = {
    async list(folder, { cursor, ...options } = {}) {
      // The places in a listing are those of the way it began on.
      const [way, rest] = placeIn(cursor);
      if (way) return marked(way, await ways[way].list(folder, { ...options, cursor: rest }));
      return run(async (on, name) => marked(name, await on.list(folder, options)), { purpose: "list", ...options });
    },
    stat: (id, options = {}) => run((on) => on.stat(id, options), { purpose: "read", ...options }),
    link: (id, options = {}) => run((on) => on.link(id, options), { purpose: "read", ...options }),
    quota: (options = {}) => run((on) => on.quota(options), { purpose: "account", ...options }),
  };
  const able = parts.route === "mcp" ? mcp : drive;
  for (const name of changing) if (able[name] && !parts.withheld.has(name)) lend(driver, name, { parts, memory });
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
  retryTask: "download",
  cancelTasks: "download",
  clearTasks: "download",
  save: "write",
  shareOut: "share",
  listSharedOut: "share",
  revokeShared: "share",
  upload: "write",
  dropUpload: "delete",
};
const changing = capabilities.filter((name) => name !== "quota");

/**
 * A change on the way that was found last, and on no other: what was begun on one is not begun again on the other. A way
 * that lacks it says so.
 */
function lend<K extends Changing>(driver: Partial<Record<K, unknown>>, name: K, { parts, memory }: Lent): void {
  driver[name] = async (...given: Parameters<CapabilityOf<K>>): Promise<unknown> => {
    const way = parts.route === "auto" ? await memory.read() : parts.route;
    const method = parts[way][name] as ((...all: typeof given) => Promise<unknown>) | undefined;
    if (!method) throw new StorageError("unsupported", { message: `the MCP server has no tool to ${name}` });
    try {
      return await method(...given);
    } catch (error) {
      const kind = { purpose: purposes[name], signal: optionsIn(given).signal };
      if (!(error instanceof StorageError) || way === "mcp" || !isRefused(error, kind)) throw error;
      throw (await isTaken(parts.drive, kind)) ? permissionMissing(kind.purpose) : error;
    }
  };
}

interface Lent {
  readonly parts: RouteParts;
  readonly memory: Memory;
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

const marks = { drive: "d", mcp: "m" } as const;

function placeIn(cursor: string | undefined): [Way | undefined, string] {
  if (cursor === undefined) return [undefined, ""];
  return [cursor.startsWith(marks.mcp) ? "mcp" : "drive", cursor.slice(1)];
}

function marked<T extends { readonly next?: string }>(way: Way, page: T): T {
  return page.next === undefined ? page : { ...page, next: `${marks[way]}${page.next}` };
}

interface Memory {
  /** The way that was found last. */
  read(): Promise<Way>;
  write(way: Way): Promise<void>;
}

function createMemory({ context, tokenName }: RouteParts): Memory {
  const { notes, now } = context;
  const key = async () => `route:${await tokenName()}`;
  return {
    async read() {
      const held = readNote(note, await notes.read(await key()));
      return held && held.until > now() && held.until <= now() + detour ? "mcp" : "drive";
    },
    async write(way) {
      const until = way === "mcp" ? now() + detour : 0;
      await notes.write(await key(), JSON.stringify({ until }), detour);
    },
  };
}

interface Run<T> {
  readonly ask: Ask<T>;
  readonly kind: Kind;
}

async function runOn<T>(parts: RouteParts, memory: Memory, { ask, kind }: Run<T>): Promise<T> {
  const first = parts.route === "auto" ? await memory.read() : parts.route;
  try {
    return await ask(parts[first], first);
  } catch (error) {
    if (!(error instanceof StorageError) || !isRefused(error, kind)) throw error;
    const { purpose } = kind;
    if (first === "drive" && purpose !== "list" && (await isTaken(parts.drive, kind))) throw permissionMissing(purpose);
    if (parts.route !== "auto") return endWith(parts, error, [error]);
    return askOther(parts, memory, { ask, first, error });
  }
}

/** The token as a whole may be what is refused. */
function isRefused({ code }: StorageError, { purpose }: Pick<Kind, "purpose">): boolean {
  return code === "token-ended" || code === "signed-out" || (purpose === "list" && code === "token-cannot-read");
}

/** Whether the token is good for something: what was refused is then a matter of permission. */
async function isTaken(drive: Driver, { signal, asker }: CallOptions): Promise<boolean> {
  try {
    await drive.list(undefined, { signal, asker });
    return true;
  } catch (error) {
    if (error instanceof StorageError) return false;
    throw error;
  }
}

interface Other<T> {
  readonly ask: Ask<T>;
  readonly first: Way;
  readonly error: StorageError;
}

async function askOther<T>(parts: RouteParts, memory: Memory, { ask, first, error }: Other<T>): Promise<T> {
  const second = first === "drive" ? "mcp" : "drive";
  try {
    const answer = await ask(parts[second], second);
    await memory.write(second);
    parts.context.log.info({ way: second }, "pikpak token is taken on the other way");
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
