import type { Entry, Order } from "../storage/entry.ts";

/**
 * What stands behind one message with buttons: whose it is, where in a drive it is, and what it showed. Kept in Keyv
 * under its id, written before the message is edited, so that buttons outlive the process.
 */
export interface Session {
  readonly id: string;
  /** Person id; nobody else may drive it. */
  readonly owner: string;
  readonly place: string;
  /** Grows by one with every screen drawn. */
  readonly revision: number;
  readonly scene: Scene;
  /** Rows of the last few screens, newest last: an old button acts on what its label said. */
  readonly remembered: readonly Remembered[];
}

/** Which screen it is, and what that screen needs to be drawn again. */
export type Scene =
  | {
      readonly at: "folder";
      readonly mount: string;
      readonly trail: readonly Crumb[];
      readonly page: number;
      readonly order: Order;
    }
  | {
      readonly at: "file" | "link";
      readonly mount: string;
      readonly trail: readonly Crumb[];
      readonly page: number;
      readonly order: Order;
      readonly entry: Entry;
      /** Variant ids in the order the card showed them. */
      readonly variants: readonly string[];
    }
  | { readonly at: "welcome" }
  | { readonly at: "mounts" }
  | { readonly at: "mount"; readonly mount: string }
  | { readonly at: "settings" }
  | { readonly at: "question"; readonly question: "remove-mount"; readonly mount: string }
  | { readonly at: "question"; readonly question: "forget" }
  | { readonly at: "notice"; readonly retry?: Resumable; readonly mount?: string };

/** A folder on the way down. */
export interface Crumb {
  readonly id: string;
  readonly name: string;
}

/** What a Retry button does again. */
export type Resumable =
  | { readonly do: "browse"; readonly path?: string }
  | { readonly do: "open-mount"; readonly mount: string; readonly trail: readonly Crumb[] };

/** The rows one revision showed: mount ids on a mount list, entries on a listing. */
export interface Remembered {
  readonly revision: number;
  readonly rows: readonly (Entry | string)[];
  /** Where they were, so that the press can be carried out there. */
  readonly mount?: string;
  readonly trail?: readonly Crumb[];
}
