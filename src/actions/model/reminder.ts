import type { Keyv } from "keyv";
import type { Mount } from "../../storage/mount.ts";

/** Words to owners before what their mounts are signed in with ends. */
export interface Reminders {
  /** Seven days and one day before the end, where these are still to come. A later call for the same end adds nothing. */
  note(mount: Mount): Promise<void>;
  /** The same for mounts that were made elsewhere, as from the operator's shell. */
  noteAll(mounts: Keyv<Mount>): Promise<void>;
}
