import type { Link } from "../storage/driver.ts";
import type { Entry } from "../storage/entry.ts";
import type { DownloadMethod, Mount } from "../storage/mount.ts";
import type { Ticket } from "./ticket.ts";

/** What a ticket stands for at this moment. */
export interface Resolved {
  readonly link: Link;
  readonly entry: Entry;
  readonly mount: Pick<Mount, "id" | "title" | "owner">;
  /** The mount's own method, else the operator's. */
  readonly method: DownloadMethod;
}

/** Looks a ticket up, anew at every request; `refused`: an address that was turned away, and is not to be given again. Throws `StorageError`. */
export type Resolve = (
  ticket: Ticket,
  options: { readonly refused?: string; readonly signal: AbortSignal },
) => Promise<Resolved>;
