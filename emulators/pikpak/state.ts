import { createHash } from "node:crypto";
import { gcidOf, patternOf, type Content } from "./content.ts";
import type { DriveEvent } from "./events.ts";
import { quotaOf, type Quota } from "./quota.ts";
import type { Schedule } from "./schedule.ts";
import type { Task } from "./tasks.ts";
import type { PatSeed, Tokens } from "./tokens.ts";
import type { Tree } from "./tree.ts";
import type { Upload } from "./upload.ts";

/** Everything the emulated service knows. Times are ms since the epoch. */
export interface State {
  readonly accounts: Map<string, Account>;
  readonly shares: Map<string, Share>;
  /** Every node of every account. */
  readonly nodes: Tree;
  readonly tasks: Map<string, Task>;
  /** What was done, oldest first. */
  readonly events: DriveEvent[];
  /** Tickets by their key in the bucket. */
  readonly uploads: Map<string, Upload>;
  /** What is going to happen: asynchronous work takes effect when its time has come. */
  readonly schedule: Schedule;
  now(): number;
  randomHex(bytes: number): string;
}

export interface Account {
  readonly userId: string;
  readonly username: string;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  /** null = signed up with a third party and never set one. */
  password: string | null;
  /** Signing in is refused for the caller's address. */
  prohibited: boolean;
  /** Signing in wants a human. */
  challenged: boolean;
  banned: boolean;
  readonly quota: Quota;
  plan: "platinum" | "novip";
  /** Bytes moved this month, by what counts them. */
  readonly transferred: { offline: number; download: number; upload: number };
}

export interface Node {
  readonly id: string;
  readonly userId: string;
  parentId: string;
  name: string;
  readonly folder: boolean;
  size: number;
  mimeType: string;
  createdAt: number;
  modifiedAt: number;
  trashed: boolean;
  starred: boolean;
  /** Until then the service is still moving or copying it. */
  movingUntil: number;
  /** Where an offline download took it from; "" otherwise. */
  originalUrl: string;
  phase: "PHASE_TYPE_COMPLETE" | "PHASE_TYPE_PENDING" | "PHASE_TYPE_RUNNING" | "PHASE_TYPE_ERROR";
  folderType: string;
  audit: string;
  readonly content: Content;
  readonly gcid: string;
  /** What an archive holds. */
  readonly archive?: Archive | undefined;
  /** The bytes of an upload have come. */
  receive(bytes: Buffer): void;
  film?: Film | undefined;
  /** From when on the detail carries links. */
  linksFrom: number;
}

/** A film's renditions, and how the service tells of them. */
export interface Film {
  readonly duration: number;
  readonly width: number;
  readonly height: number;
  readonly transcodes: readonly ("1080P" | "720P" | "480P")[];
  /** The original cannot be played: invisible, without a link, behind the transcodes. */
  readonly originHidden?: boolean;
  /** What `medias` is instead of a list, or what its links are. */
  readonly odd?: "medias-null" | "link-null";
  readonly thumbnail?: Buffer;
}

/** The inside of a packed file. */
export interface Archive {
  readonly files: readonly { readonly name: string; readonly size: number }[];
  /** Absent = it opens without one. */
  readonly password?: string | undefined;
}

export type ShareStatus =
  | "OK"
  | "NOT_FOUND"
  | "DELETED"
  | "EXPIRED"
  | "CANCELLED"
  | "AUDITING"
  | "SENSITIVE_RESOURCE"
  | "SENSITIVE_WORD"
  | "PROHIBITED"
  | "MAX_RESTORE_COUNT";

export interface Share {
  readonly id: string;
  readonly owner: string;
  readonly title: string;
  /** Ids of the top level. */
  readonly top: readonly string[];
  readonly passCode?: string | undefined;
  status: ShareStatus;
  statusText: string;
  readonly createdAt: number;
  /** -1 = for ever. */
  readonly days: number;
  /** Pass code tokens of earlier rounds are not taken any more. */
  tokenRound: number;
}

interface AccountSeed {
  readonly username: string;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly password: string | null;
  readonly prohibited?: boolean | undefined;
  readonly challenged?: boolean | undefined;
  readonly banned?: boolean | undefined;
  /** Absent = platinum with 10 TiB; `novip` has 6 GiB. */
  readonly plan?: Account["plan"] | undefined;
}

interface FileSeed {
  readonly name: string;
  readonly size?: number;
  /** Literal bytes; absent = a pattern of `size` bytes. */
  readonly bytes?: Buffer | undefined;
  readonly mimeType?: string;
  readonly modifiedAt?: number;
  readonly film?: Film;
  readonly phase?: Node["phase"];
  readonly audit?: string;
  readonly trashed?: boolean;
  /** ms after its making until its detail carries links. */
  readonly linksAfter?: number;
  readonly originalUrl?: string;
  readonly archive?: Archive | undefined;
  /** The hash an upload was announced with; absent = worked out from the bytes. */
  readonly hash?: string | undefined;
}

/** Fills a state. Every builder returns what it made, to build on. */
export interface Builder {
  account(seed: AccountSeed): Account;
  /** A personal access token as the person copies it. */
  pat(account: Account, seed: PatSeed): string;
  folder(
    account: Account,
    parent: Node | undefined,
    name: string,
    options?: { readonly modifiedAt?: number; readonly folderType?: string },
  ): Node;
  file(account: Account, parent: Node | undefined, seed: FileSeed): Node;
  /** Many like files, made when somebody first looks: a folder of 100,000 costs nothing at the start. */
  many(account: Account, parent: Node | undefined, count: number, seedOf: (n: number) => FileSeed): void;
  share(
    account: Account,
    seed: {
      readonly title: string;
      readonly nodes: readonly Node[];
      readonly passCode?: string | undefined;
      readonly status?: ShareStatus;
      readonly statusText?: string;
      readonly id?: string;
      readonly days?: number;
    },
  ): Share;
}

/** A builder over a state. Ids are made from a counter, so that a world is the same every time. */
export function createBuilder(state: State, tokens: Pick<Tokens, "issue">): Builder {
  let counter = 0;
  const newId = () => idFrom(`node ${counter++}`);
  const make = (parts: Omit<NodeParts, "now">): Node => nodeOf({ ...parts, now: state.now() });
  return {
    pat: (account, seed) => tokens.issue(account, seed).token,
    account(seed) {
      const account = accountOf(state.nodes, seed, counter++);
      state.accounts.set(account.userId, account);
      return account;
    },
    folder(account, parent, name, { modifiedAt = state.now(), folderType = "NORMAL" } = {}) {
      const seed = { name, modifiedAt };
      return state.nodes.add(
        make({ id: newId(), account, parentId: parent?.id ?? "", folder: true, seed, folderType }),
      );
    },
    file: (account, parent, seed) =>
      state.nodes.add(make({ id: newId(), account, parentId: parent?.id ?? "", folder: false, seed, folderType: "" })),
    many(account, parent, count, seedOf) {
      const first = counter;
      counter += count;
      const parentId = parent?.id ?? "";
      state.nodes.later(account.userId, parentId, () => {
        for (let n = 0; n < count; n++) {
          const id = idFrom(`node ${first + n}`);
          state.nodes.add(make({ id, account, parentId, folder: false, seed: seedOf(n), folderType: "" }));
        }
      });
    },
    share(account, { title, nodes, status = "OK", statusText = "", id = newId(), passCode, days = -1 }) {
      const share: Share = {
        id,
        owner: account.userId,
        title,
        top: nodes.map((node) => node.id),
        status,
        statusText,
        createdAt: state.now(),
        days,
        tokenRound: 0,
        passCode,
      };
      state.shares.set(share.id, share);
      return share;
    },
  };
}

/** An id like the service's: 26 characters, `V…o1`. */
export function idFrom(text: string): string {
  return `V${createHash("sha256").update(text).digest("base64url").slice(0, 23)}o1`;
}

const terabyte = 1024 ** 4;
const limits = { platinum: 10 * terabyte, novip: 6_442_450_944 } as const;

function accountOf(nodes: Tree, seed: AccountSeed, n: number): Account {
  const userId = `ZEdemo${String(n).padStart(10, "0")}`;
  const { plan = "platinum", prohibited = false, challenged = false, banned = false } = seed;
  return {
    userId,
    username: seed.username,
    email: seed.email,
    phone: seed.phone,
    password: seed.password,
    prohibited,
    challenged,
    banned,
    quota: quotaOf(nodes, userId, limits[plan]),
    plan,
    transferred: { offline: 0, download: 0, upload: 0 },
  };
}

/** What a node is made of. */
export interface NodeParts {
  readonly id: string;
  readonly account: Account;
  /** "" = the root. */
  readonly parentId: string;
  readonly folder: boolean;
  readonly seed: FileSeed;
  readonly now: number;
  readonly folderType: string;
  /** A copy has the bytes of its original. */
  readonly like?: Node | undefined;
}

/** A node; its bytes and their hash are worked out when somebody asks. */
export function nodeOf({ id, account, parentId, folder, seed, now, folderType, like }: NodeParts): Node {
  const film = like?.film ?? seed.film;
  let content: Content | undefined;
  let gcid = seed.hash;
  return {
    id,
    userId: account.userId,
    parentId,
    name: seed.name,
    folder,
    size: like?.size ?? seed.bytes?.length ?? seed.size ?? 0,
    mimeType: folder ? "" : (like?.mimeType ?? seed.mimeType ?? "application/octet-stream"),
    createdAt: seed.modifiedAt ?? now,
    modifiedAt: seed.modifiedAt ?? now,
    trashed: seed.trashed ?? false,
    starred: false,
    movingUntil: 0,
    originalUrl: seed.originalUrl ?? "",
    phase: seed.phase ?? "PHASE_TYPE_COMPLETE",
    folderType,
    audit: seed.audit ?? "STATUS_OK",
    get content() {
      return (content ??= like?.content ?? (seed.bytes ? { bytes: seed.bytes } : patternOf(id, this.size)));
    },
    get gcid() {
      return folder ? "" : (gcid ??= like?.gcid ?? gcidOf(this.content, this.size, id));
    },
    archive: like?.archive ?? seed.archive,
    receive(bytes) {
      this.size = bytes.length;
      content = { bytes };
      gcid = undefined;
    },
    film,
    linksFrom: now + (seed.linksAfter ?? 0),
  };
}
