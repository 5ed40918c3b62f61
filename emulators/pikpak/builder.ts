import { idFrom, nodeOf, type FileSeed, type Node, type NodeParts } from "./node.ts";
import { quotaOf } from "./quota.ts";
import type { Account, Share, ShareStatus, State } from "./state.ts";
import type { PatSeed, Tokens } from "./tokens.ts";
import type { Tree } from "./tree.ts";

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
        views: 0,
        restores: 0,
        passCode,
      };
      state.shares.set(share.id, share);
      return share;
    },
  };
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
