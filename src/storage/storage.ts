import type { CallOptions, DriverKind, Link, Quota } from "./driver.ts";
import type { Details, Entry } from "./entry.ts";
import type { StorageErrorCode } from "./error.ts";
import type { Values } from "./form.ts";
import type { Mount } from "./mount.ts";

/** A folder as far as it has been read. */
export interface Folder {
  /** In the drive's order; sort with `sortEntries`. */
  readonly entries: readonly Entry[];
  /** These are all. */
  readonly complete: boolean;
  /** Reading the rest failed; what was read stays. */
  readonly failed?: { readonly code: StorageErrorCode; readonly retryAfter?: number };
  /** When reading began, ms since the epoch. */
  readonly readAt: number;
}

/** What a new mount is made of. `values` are a form's answers, secrets included, already checked by the kind. */
export interface MountDraft {
  readonly driver: string;
  readonly owner: string;
  readonly values: Values;
  /** Absent = the kind's own title. */
  readonly title?: string;
}

/** All mounts. Throws `StorageError` and nothing else, except the reason of an aborted signal. */
export interface Storage {
  readonly kinds: readonly DriverKind[];
  /** The mount, or undefined when there is none of that id. */
  find(id: string): Promise<Mount | undefined>;
  /**
   * Puts up a mount after listing its root once: it exists only if that worked. `folder` is checked too.
   * On any failure nothing is left behind.
   */
  putUp(draft: MountDraft, options?: CallOptions): Promise<Mount>;
  /** New secrets for a mount (signing in again); kept only if listing its root works with them, else the old ones stay. */
  renew(id: string, values: Values, options?: CallOptions): Promise<Mount>;
  /** Changes what a mount is called, how it is downloaded from, or whom it is lent to. `method: undefined` = back to the usual one. */
  change(
    id: string,
    changes: { title?: string; method?: Mount["method"] | undefined; audience?: readonly string[] },
  ): Promise<Mount>;
  /** Removes a mount, its secrets, its caches. Removing what is not there is no error. */
  takeDown(id: string): Promise<void>;
  /** A folder (absent = root) once its first page is there; the rest is read on in the background, one reader for all askers. */
  folder(
    mount: string,
    folder: string | undefined,
    options?: CallOptions & { readonly refresh?: boolean },
  ): Promise<Folder>;
  /** The folder as it fills in: a snapshot at most every `every` ms (1000), the last one complete or failed. Ends by itself. */
  follow(
    mount: string,
    folder: string | undefined,
    options?: CallOptions & { readonly every?: number },
  ): AsyncIterable<Folder>;
  stat(mount: string, entry: string, options?: CallOptions): Promise<Details>;
  /** From the cache until 60 s before expiry; one upstream call for many askers. `fresh` forgets the cached one first. */
  link(
    mount: string,
    entry: string,
    options?: CallOptions & { readonly prefer?: string; readonly fresh?: boolean },
  ): Promise<Link>;
  /** Undefined where the drive has none. */
  quota(mount: string, options?: CallOptions): Promise<Quota | undefined>;
  /** Lists the root anew and notes the outcome in the mount's health. */
  check(mount: string, options?: CallOptions): Promise<Mount>;
  /** Lets go of every driver. */
  close(): Promise<void>;
}
