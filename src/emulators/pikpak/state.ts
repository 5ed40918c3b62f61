import { createHash } from "node:crypto";
import { gcidOf, patternOf, type Content } from "./content.ts";

/** Everything the emulated service knows. Times are ms since the epoch. */
export interface State {
  readonly accounts: Map<string, Account>;
  readonly shares: Map<string, Share>;
  /** Every node of every account by id. */
  readonly nodes: Map<string, Node>;
  now(): number;
  randomHex(bytes: number): string;
}

export interface Account {
  readonly userId: string;
  readonly username: string;
  readonly email?: string;
  readonly phone?: string;
  /** null = signed up with a third party and never set one. */
  password: string | null;
  /** Signing in is refused for the caller's address. */
  prohibited: boolean;
  /** Signing in wants a human. */
  challenged: boolean;
  banned: boolean;
  readonly quota: { limit: number; usage: number; trashed: number };
  plan: "platinum" | "novip";
  /** Nodes by parent id; "" is the root. */
  readonly children: Map<string, Node[]>;
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
  phase: "PHASE_TYPE_COMPLETE" | "PHASE_TYPE_PENDING" | "PHASE_TYPE_RUNNING" | "PHASE_TYPE_ERROR";
  folderType: string;
  audit: string;
  readonly content: Content;
  readonly gcid: string;
  film?: Film;
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
  readonly passCode?: string;
  status: ShareStatus;
  statusText: string;
}

export interface AccountSeed {
  readonly username: string;
  readonly email?: string;
  readonly phone?: string;
  readonly password: string | null;
  readonly prohibited?: boolean;
  readonly challenged?: boolean;
  readonly banned?: boolean;
}

export interface FileSeed {
  readonly name: string;
  readonly size?: number;
  /** Literal bytes; absent = a pattern of `size` bytes. */
  readonly bytes?: Buffer;
  readonly mimeType?: string;
  readonly modifiedAt?: number;
  readonly film?: Film;
  readonly phase?: Node["phase"];
  readonly audit?: string;
  readonly trashed?: boolean;
}

/** Fills a state. Every builder returns what it made, to build on. */
export interface Builder {
  account(seed: AccountSeed): Account;
  folder(
    account: Account,
    parent: Node | undefined,
    name: string,
    options?: { readonly modifiedAt?: number; readonly folderType?: string },
  ): Node;
  file(account: Account, parent: Node | undefined, seed: FileSeed): Node;
  /** Many like files at once. */
  many(account: Account, parent: Node | undefined, count: number, seedOf: (n: number) => FileSeed): void;
  share(
    account: Account,
    seed: {
      readonly title: string;
      readonly nodes: readonly Node[];
      readonly passCode?: string;
      readonly status?: ShareStatus;
      readonly statusText?: string;
      readonly id?: string;
    },
  ): Share;
}

/** A builder over a state. Ids are made from a counter, so that a world is the same every time. */
export function createBuilder(state: State): Builder {
  let counter = 0;
  const newId = () => idFrom(`node ${counter++}`);
  const add = (account: Account, node: Node): Node => {
    state.nodes.set(node.id, node);
    const siblings = account.children.get(node.parentId) ?? [];
    siblings.push(node);
    account.children.set(node.parentId, siblings);
    return node;
  };
  const builder: Builder = {
    account(seed) {
      const account = accountOf(seed, counter++);
      state.accounts.set(account.userId, account);
      return account;
    },
    folder: (account, parent, name, { modifiedAt = state.now(), folderType = "NORMAL" } = {}) =>
      add(
        account,
        nodeOf({
          id: newId(),
          account,
          parent,
          folder: true,
          seed: { name, modifiedAt },
          now: state.now(),
          folderType,
        }),
      ),
    file: (account, parent, seed) =>
      add(account, nodeOf({ id: newId(), account, parent, folder: false, seed, now: state.now(), folderType: "" })),
    many(account, parent, count, seedOf) {
      for (let n = 0; n < count; n++) builder.file(account, parent, seedOf(n));
    },
    share(account, { title, nodes, status = "OK", statusText = "", id = newId(), ...rest }) {
      const share: Share = {
        id,
        owner: account.userId,
        title,
        top: nodes.map((node) => node.id),
        status,
        statusText,
        ...(rest.passCode !== undefined && { passCode: rest.passCode }),
      };
      state.shares.set(share.id, share);
      return share;
    },
  };
  return builder;
}

/** An id like the service's: 26 characters, `V…o1`. */
export function idFrom(text: string): string {
  return `V${createHash("sha256").update(text).digest("base64url").slice(0, 23)}o1`;
}

function accountOf(seed: AccountSeed, n: number): Account {
  const { username, password, prohibited = false, challenged = false, banned = false, ...names } = seed;
  return {
    userId: `ZEdemo${String(n).padStart(10, "0")}`,
    username,
    password,
    prohibited,
    challenged,
    banned,
    ...names,
    quota: { limit: 10_995_116_277_760, usage: 0, trashed: 0 },
    plan: "platinum",
    children: new Map(),
  };
}

interface Birth {
  readonly id: string;
  readonly account: Account;
  readonly parent: Node | undefined;
  readonly folder: boolean;
  readonly seed: FileSeed;
  readonly now: number;
  readonly folderType: string;
}

function nodeOf({ id, account, parent, folder, seed, now, folderType }: Birth): Node {
  const size = seed.bytes?.length ?? seed.size ?? 0;
  const content = seed.bytes ? { bytes: seed.bytes } : patternOf(id, size);
  if (!seed.trashed) account.quota.usage += size;
  return {
    id,
    userId: account.userId,
    parentId: parent?.id ?? "",
    name: seed.name,
    folder,
    size,
    mimeType: folder ? "" : (seed.mimeType ?? "application/octet-stream"),
    createdAt: seed.modifiedAt ?? now,
    modifiedAt: seed.modifiedAt ?? now,
    trashed: seed.trashed ?? false,
    phase: seed.phase ?? "PHASE_TYPE_COMPLETE",
    folderType,
    audit: seed.audit ?? "STATUS_OK",
    content,
    gcid: folder ? "" : gcidOf(content, size, id),
    ...(seed.film && { film: seed.film }),
    linksFrom: 0,
  };
}
