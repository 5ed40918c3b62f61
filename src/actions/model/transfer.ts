import type { Variant } from "../../storage/entry.ts";
import type { Mount } from "../../storage/mount.ts";
import type { TransferScreen } from "./screen.ts";
import type { Upload } from "./upload.ts";

/** Files on their way from drives into chats, whichever process brings them. */
export interface Transfers {
  /** A transfer that begins when the frontend starts it. `busy` = this file is on its way here already; `full` = the person has enough waiting. */
  prepare(order: TransferOrder): Promise<Prepared | "busy" | "full">;
  /** There is one of this id, or was lately: an update that is brought again after a kill has begun it already. */
  isKnown(id: string): Promise<boolean>;
  /** Lets go of it at once. `over` = it has ended already; `unknown` = it never began, or ended long ago. */
  cancel(id: string): Promise<"cancelled" | "over" | "unknown">;
  /** Cancels everything of a person; what is kept of it goes with its end. */
  forget(person: string): Promise<void>;
  /** Cancels everything of a mount but for persons who may still have it; absent = nobody may: it is not there any more. */
  withdraw(mount: string, may?: (person: string) => Promise<boolean>): Promise<void>;
  /** Shows no more places in the queue. The transfers end with the job queue. */
  stop(): Promise<void>;
}

/** One file that somebody wants to have in a chat. Plain JSON. */
export interface TransferOrder {
  readonly id: string;
  /** Id of who asked for it. */
  readonly person: string;
  /** Id of the place it was asked for in. */
  readonly place: string;
  readonly mount: Mount;
  /** The screen but for its state. */
  readonly card: Omit<TransferScreen, "state">;
  /** Seconds of playing time. */
  readonly duration?: number | undefined;
  /** Bytes the place takes at most. */
  readonly limit: number;
  /** As it is, where the platform would make something smaller of it to show. */
  readonly asFile?: boolean | undefined;
}

/** What the frontend is given: a screen, and the way to begin. How far it is is shown in its message from then on. */
export interface Prepared {
  readonly screen: TransferScreen;
  readonly upload: Upload;
}

interface Asking {
  readonly person: string;
  readonly signal: AbortSignal;
}

/** What a small picture is read with; it is refused beyond `limit` bytes. */
export interface PictureWanted extends Asking {
  readonly limit: number;
}

export interface BytesWanted extends Asking {
  /** Absent = the original. */
  readonly variant?: Variant | undefined;
  /** First byte wanted; absent = the first there is. */
  readonly from?: number | undefined;
}

export interface Bytes {
  readonly stream: AsyncIterable<Uint8Array>;
  /** Of the whole file; absent = nobody knows. */
  readonly size?: number;
}
