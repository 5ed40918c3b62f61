import type { Entry } from "../../storage/entry.ts";
import type { StorageErrorCode } from "../../storage/error.ts";
import type { MountTag } from "./mount-tag.ts";
import type { ViewRef } from "./session.ts";
import type { Carrying } from "./change.ts";

/** Screens of tidying up. */
export type TidyScreen = TidyCard | SelectList | TargetList | TidiedCard | TrashList;

/** What can be done on a `TidyCard`, each a button of that name with a sign in `i18n/signs.ts`. */
export type TidyAbility =
  | "new-folder"
  | "rename-entry"
  | "move-entries"
  | "copy-entries"
  | "trash-entries"
  | "select"
  | "show-trash"
  | "list-folder"
  | "share-out"
  | "save"
  | "send-entries"
  | "send-as-files"
  | "deliver"
  | "push"
  | "undo";

/** How much is chosen, or meant. */
export interface Sum {
  readonly files: number;
  readonly folders: number;
  /** Bytes of the files. */
  readonly size: number;
}

interface OfMount {
  readonly view: ViewRef;
  readonly mount: MountTag;
  /** Folders from the root down. */
  readonly trail: readonly string[];
}

/** What can be done to a file, a folder or what is chosen. Presses: those of what it `can`, `back`. */
export interface TidyCard extends OfMount {
  readonly show: "tidy";
  readonly about: "file" | "folder" | "selection";
  /** The file or folder; absent = the drive's root, or several. */
  readonly entry?: Entry | undefined;
  /** What is chosen in this message. */
  readonly chosen: Sum;
  readonly can: readonly TidyAbility[];
}

/** 1-based; `count` is absent until all is read. */
interface Paged {
  readonly page: { readonly number: number; readonly count?: number | undefined; readonly next: boolean };
}

/**
 * A folder's page to choose from. Presses: `pick` by index, `enter` by index of a folder, `pick-page`, `pick-all`, `unpick`,
 * `turn`, `up`, `tidy-selection` where something is chosen, `back`.
 */
export interface SelectList extends OfMount, Paged {
  readonly show: "select";
  readonly rows: readonly Entry[];
  /** Which of the rows are chosen. */
  readonly picked: readonly boolean[];
  readonly chosen: Sum;
  readonly up: boolean;
}

/**
 * Where to put entries, or what is fetched. Presses: `enter-target` by index, the `recent` ones first: those are chosen at once; `put-here`
 * where it can be, `new-folder`, `turn`, `up`, `back`.
 */
export interface TargetList extends OfMount, Paged {
  readonly show: "target";
  readonly carrying: Carrying | "fetch";
  /** What is carried; nothing where something is fetched. */
  readonly chosen: Sum;
  /** The one thing that is carried; absent = several. */
  readonly entry?: Entry | undefined;
  /** What is fetched: a feed, or the first address of so many. */
  readonly fetched?: { readonly name: string; readonly count: number } | undefined;
  /** Folders chosen lately, each from the root down. */
  readonly recent: readonly (readonly string[])[];
  /** Folders here. */
  readonly rows: readonly Entry[];
  readonly up: boolean;
  /** They may be put here. */
  readonly here: boolean;
  readonly makes: boolean;
}

/** What was done. Presses: `undo` while it can be, `open-changed` where it leads somewhere, `back`. */
export interface TidiedCard extends OfMount {
  readonly show: "tidied";
  readonly did: "made" | "renamed" | "moved" | "copied" | "trashed" | "restored";
  /** How many entries it was done to. */
  readonly count: number;
  /** The one it was done to; absent = several. */
  readonly entry?: Entry | undefined;
  /** What that was called before. */
  readonly before?: string | undefined;
  /** Where they are now, from the root down. */
  readonly to?: readonly string[] | undefined;
  /** Entries whose name was taken there: the drive has given them another. */
  readonly clashes: number;
  /** Entries it was not done to, and why. */
  readonly left: number;
  readonly reason?: { readonly code: StorageErrorCode; readonly retryAfter?: number | undefined } | undefined;
  readonly undo: boolean;
  readonly opens: boolean;
}

/**
 * What lies in the trash, to choose from. Presses: `pick-trashed` by index, `turn`, `restore-entries` and `delete-entries` where
 * something is chosen, `empty-trash`, `back`.
 */
export interface TrashList extends OfMount, Paged {
  readonly show: "trash";
  readonly rows: readonly Entry[];
  readonly picked: readonly boolean[];
  readonly chosen: Sum;
  readonly can: readonly ("restore-entries" | "delete-entries" | "empty-trash")[];
  /** It was just done. */
  readonly notice?: "undone" | "deleted" | "emptied" | undefined;
}
