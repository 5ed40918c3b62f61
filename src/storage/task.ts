import type { StorageErrorCode } from "./error.ts";

/** How far a task is: it waits for its turn or was paused, it runs, it is over. */
export type TaskPhase = "waiting" | "running" | "done" | "failed";

/** Something the drive fetches by itself: an offline download. Plain JSON. */
export interface Task {
  /** The drive's own name for it: opaque. */
  readonly id: string;
  /** As the drive calls what it fetches; may change while it finds out. */
  readonly name: string;
  readonly phase: TaskPhase;
  /** Of a hundred. */
  readonly progress: number;
  /** Bytes; absent = not known (yet). */
  readonly size?: number;
  /** Id of what it made; absent = nothing yet, or gone. */
  readonly entry?: string;
  /** Where it is fetched from. */
  readonly source?: string;
  /** Milliseconds since the epoch. */
  readonly createdAt?: number | undefined;
  /** When it was last seen to get on, ms since the epoch. */
  readonly updatedAt?: number | undefined;
  /** Why it failed. */
  readonly reason?: StorageErrorCode;
}

/** What a task that is about to be ended leaves, to be begun anew. Plain JSON. */
export interface EndedTask {
  /** Where it is fetched from. */
  readonly source: string;
  /** Id of the folder it goes into; absent = the mount's root. */
  readonly folder?: string | undefined;
}

/** What an address would bring, as the drive knows before it fetches it. */
export interface Preview {
  /** Absent = the drive knows nothing of it yet. */
  readonly name?: string;
  readonly files: readonly PreviewFile[];
  /** There is more than is told. */
  readonly isCut: boolean;
}

export interface PreviewFile {
  /** Folders from the top down to the one it is in. */
  readonly trail: readonly string[];
  readonly name: string;
  /** Bytes; absent = not told. */
  readonly size?: number | undefined;
}

/** A part of the list of tasks, newest first. */
export interface TaskPage {
  readonly items: readonly Task[];
  /** Cursor of the next page; absent at the end. */
  readonly next?: string;
  /** ms until asking again tells anything new, as the drive says; absent = it does not say. */
  readonly again?: number | undefined;
}

/** A link that leads to entries, made by the drive's owner. */
export interface SharedOut {
  readonly id: string;
  /** Id of the first entry it leads to; absent = the drive does not say. */
  readonly entry?: string;
  readonly title: string;
  readonly url: string;
  /** Absent = it opens without one. */
  readonly passCode?: string;
  /** ms since the epoch; absent = it has no end. */
  readonly expiresAt?: number | undefined;
  readonly createdAt?: number | undefined;
  /** How often it was looked at, and saved. */
  readonly views?: number | undefined;
  readonly saves?: number | undefined;
  /** Why nobody can open it just now; absent = people can. */
  readonly closed?: StorageErrorCode;
}
