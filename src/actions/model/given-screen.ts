import type { Entry, Variant } from "../../storage/entry.ts";
import type { MountTag } from "./mount-tag.ts";
import type { FileAddress } from "./file-address.ts";
import type { ViewRef } from "./session.ts";

/** Links of one's own that have a life of their own. */
export type GivenScreen = GivenCard | GivenList;

/**
 * One link that was given away, its address among it. Presses: `set-link-life` by the index of a life,
 * `ask-link-password`, where it asks for one `clear-link-password`, `take-back-link`, `given-links` where it is new, `back`.
 */
export interface GivenCard extends FileAddress {
  readonly show: "given-link";
  readonly view: ViewRef;
  readonly mount: MountTag;
  readonly entry: Entry;
  readonly variant?: Variant | undefined;
  /** Milliseconds since the epoch. */
  readonly endsAt: number;
  /** The life that was chosen last, in ms, and those there are. */
  readonly life: number;
  readonly lives: readonly number[];
  /** It asks for a password. */
  readonly isLocked: boolean;
  /** How often its file was asked for. */
  readonly opens: number;
  /** It was made just now. */
  readonly isNew: boolean;
}

/** Those that live, newest first. Presses: `given-link` by index, `turn`, `refresh`. */
export interface GivenList {
  readonly show: "given-links";
  readonly view: ViewRef;
  readonly links: readonly GivenLine[];
  /** 1-based. */
  readonly page: { readonly number: number; readonly count: number };
  /** Of all of them. */
  readonly total: number;
  /** One was taken back just now. */
  readonly isTakenBack?: boolean | undefined;
}

/** One of them, as a line. */
export interface GivenLine {
  readonly entry: Entry;
  /** Milliseconds since the epoch. */
  readonly endsAt: number;
  readonly isLocked: boolean;
  readonly opens: number;
}
