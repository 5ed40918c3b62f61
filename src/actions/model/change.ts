import type { Crumb } from "../../users/place.ts";
import type { Entry } from "../../storage/entry.ts";

/** Entries of one folder. */
export interface Picked {
  /** Folders from the root down to the one they are in. */
  readonly trail: readonly Crumb[];
  readonly entries: readonly Entry[];
}

/** What somebody has chosen on one drive. */
export interface Selection {
  readonly mount: string;
  readonly picked: readonly Picked[];
}

/** A change of a drive, with what it takes to undo it. Plain JSON. */
export interface Change {
  readonly id: string;
  readonly mount: string;
  /** When it was made, ms since the epoch. */
  readonly at: number;
  readonly did: Did;
  /** Revision of the button that made it: pressed again, or brought again after a kill, it makes nothing more. */
  readonly by?: number | undefined;
  /** It was begun, or its undoing was, and nobody has noted the end. */
  readonly pending?: boolean | undefined;
}

/** What was done. */
export type Did =
  | { readonly is: "made"; readonly trail: readonly Crumb[]; readonly entry: Entry }
  /** `entry` as it is called now. */
  | { readonly is: "renamed"; readonly trail: readonly Crumb[]; readonly entry: Entry; readonly before: string }
  /** `picked`: where they were. `clashes`: ids of those that may have been given another name, since theirs was taken. */
  | {
      readonly is: "moved";
      readonly picked: readonly Picked[];
      readonly to: readonly Crumb[];
      readonly clashes: readonly string[];
    }
  /** `present`: ids of entries of such names that were in the target before. */
  | {
      readonly is: "copied";
      readonly picked: readonly Picked[];
      readonly to: readonly Crumb[];
      readonly clashes: readonly string[];
      readonly present: readonly string[];
    }
  | { readonly is: "trashed"; readonly picked: readonly Picked[] }
  | { readonly is: "restored"; readonly picked: readonly Picked[] };

/** Ways to put entries elsewhere. */
export const carryings = ["move", "copy"] as const;
export type Carrying = (typeof carryings)[number];
