import type { Health } from "../../storage/mount.ts";
import type { ViewRef } from "./session.ts";
import type { Broadcast } from "../../users/broadcast.ts";
import type { AuditEntry } from "../../users/audit.ts";
import type { AccessMode } from "../../users/access.ts";
import type { MountTag } from "./mount-tag.ts";

/** What only operators see, in private. */
export type OperatorsScreen =
  | AdminPanel
  | PeopleList
  | PersonCard
  | AccessScreen
  | AdminMounts
  | BroadcastScreen
  | AuditScreen;

/** The app in numbers. Presses: `admin-go` to every room but this, `set-maintenance`, `set-log-level` by index, `revoke-every-link` where `revocable`, `about-state`. */
export interface AdminPanel {
  readonly show: "admin";
  readonly view: ViewRef;
  readonly numbers: AdminNumbers;
  readonly access: AccessMode;
  /** Milliseconds since the epoch; absent = the app is open. */
  readonly maintenanceSince?: number;
  readonly logLevel: string;
  /** What runs; absent = nobody says. */
  readonly version?: string | undefined;
  /** In the order `set-log-level` counts them. */
  readonly logLevels: readonly string[];
  /** Links are tickets, and can be taken back. */
  readonly revocable?: boolean;
}

/** What the app has, and what it has done since it was first started. */
export interface AdminNumbers {
  /** People seen. */
  readonly people: number;
  /** Groups seen that can still be written to. */
  readonly groups: number;
  readonly mounts: number;
  readonly failing: number;
  readonly links: number;
  /** Bytes that went through the gateway. */
  readonly bytes: number;
  /** Requests to the services behind the drives, and how often they said it was too much. */
  readonly calls: number;
  readonly coolDowns: number;
  /** Most frequent first. The locale key is `error-<code>` or `notice-<code>`. */
  readonly errors: readonly { readonly code: string; readonly count: number }[];
}

/** People and groups. Presses: `admin-pick` by index, `admin-turn`, `find-person`, `admin-go`. */
export interface PeopleList extends Paged {
  readonly show: "people";
  readonly view: ViewRef;
  readonly rows: readonly GuestLine[];
  /** Only those whose id, name or user name contains this. */
  readonly words?: string | undefined;
}

interface Paged {
  /** 1-based. */
  readonly page: number;
  readonly pages: number;
}

export interface GuestLine {
  readonly id: string;
  /** What they call themselves, and what the platform finds them by; absent = not known. */
  readonly name?: string | undefined;
  readonly username?: string | undefined;
  readonly kind: "person" | "group";
  /** `usual`: nothing is decided about them. */
  readonly standing: "usual" | "admitted" | "banned" | "operator";
  /** Milliseconds since the epoch; absent = never seen. */
  readonly seenAt?: number;
}

/** One of them. Presses: `admit` or `expel`, `ban` or `unban` (neither for operators of the configuration), `ask-quota` (people), `admin-go`. */
export interface PersonCard {
  readonly show: "person";
  readonly view: ViewRef;
  readonly guest: GuestLine;
  readonly admitted: boolean;
  readonly banned: boolean;
  /** Named in the configuration: cannot be banned from here. */
  readonly fixed: boolean;
  readonly mounts: number;
  /** Bytes through the gateway today. */
  readonly used: number;
  /** Bytes a day; absent = no limit. */
  readonly quota?: number | undefined;
}

/** Who may come in. Presses: `set-access`, `invite`, `withdraw-invitations` when there are any, `admin-go`. */
export interface AccessScreen {
  readonly show: "access";
  readonly view: ViewRef;
  readonly access: AccessMode;
  readonly modes: readonly AccessMode[];
  /** Admitted people and groups. */
  readonly admitted: number;
  /** Invitations nobody has used. */
  readonly open: number;
  /** Made just now, and shown this once: `/start <code>`, and a deep link where the platform has them. */
  readonly invitation?: { readonly code: string; readonly expiresAt: number } | undefined;
}

/** Everybody's mounts, failing ones first. Presses: `admin-pick` by index = look whether it works, `admin-turn`, `admin-go`. */
export interface AdminMounts extends Paged {
  readonly show: "admin-mounts";
  readonly view: ViewRef;
  readonly rows: readonly (MountTag & {
    readonly owner: string;
    readonly ownerName?: string | undefined;
    readonly health: Health;
  })[];
}

/** The broadcast that runs, or the report of the last. Presses: `stop-broadcast` while it runs, else `compose-broadcast`; `admin-go`. */
export interface BroadcastScreen {
  readonly show: "broadcast";
  readonly view: ViewRef;
  /** Absent = there never was one. */
  readonly broadcast?: Broadcast | undefined;
}

/** Acts of operators, newest first. Presses: `admin-turn`, `admin-go`. */
export interface AuditScreen extends Paged {
  readonly show: "audit";
  readonly view: ViewRef;
  readonly entries: readonly AuditEntry[];
  /** What those of the entries call themselves, by id, where it is known. */
  readonly names: Readonly<Record<string, string>>;
}
