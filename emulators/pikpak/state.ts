import type { Node } from "./node.ts";
import type { Quota } from "./quota.ts";
import type { Schedule } from "./schedule.ts";
import type { Tree } from "./tree.ts";

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
  /** How often it was opened, and saved. */
  views: number;
  restores: number;
}

/** Work under way. Phase and progress are functions of the time. */
export interface Task {
  readonly id: string;
  readonly userId: string;
  readonly type:
    | "offline"
    | "move"
    | "copy"
    | "trash"
    | "untrash"
    | "delete"
    | "restore"
    | "emptytrash"
    | "decompress"
    | "upload";
  readonly name: string;
  createdAt: number;
  /** ms; endless for an upload whose bytes are still to come. */
  takes: number;
  fails: boolean;
  /** It stands still half way. */
  readonly stalls?: boolean | undefined;
  readonly size: number;
  fileId: string;
  readonly url: string;
  readonly count: number;
  params: Readonly<Record<string, string>>;
}

/** Something that was done with a file, as the app's history shows it. */
export interface DriveEvent {
  readonly id: string;
  readonly userId: string;
  readonly type:
    | "TYPE_CREATE"
    | "TYPE_DELETE"
    | "TYPE_DOWNLOAD"
    | "TYPE_PLAY"
    | "TYPE_RESTORE"
    | "TYPE_UPDATE"
    | "TYPE_UPLOAD"
    | "TYPE_VIEW";
  readonly at: number;
  /** What the file was called and where it lay when it happened. */
  readonly file: Pick<Node, "id" | "name" | "parentId" | "mimeType">;
}

/** A ticket: where the bytes go, and who may send them. */
export interface Upload {
  readonly key: string;
  readonly fileId: string;
  readonly account: Account;
  readonly announced: { readonly size: number; readonly hash: string };
  readonly accessKey: string;
  readonly secret: string;
  readonly securityToken: string;
  /** ms since the epoch */
  readonly until: number;
  readonly parts: Map<string, Map<number, Buffer>>;
  /** Its bytes have come; what is sent to its key afterwards changes nothing. */
  isOver: boolean;
  taskId: string | undefined;
}
