import type { Mount } from "../../storage/mount.ts";
import type { Destination } from "../../users/destinations.ts";
import type { BatchScreen } from "./batch-screen.ts";
import type { FoundRow } from "./session.ts";
import type { Upload } from "./upload.ts";

/** Several files on their way from a drive into a chat, one after another, told in one message. */
export interface Batches {
  /** One that begins when the frontend starts it. `full` = the person has enough waiting. */
  prepare(order: BatchOrder): Promise<Prepared | "full">;
  /** There is one of this id, or was lately: an update that is brought again after a kill has begun it already. */
  isKnown(id: string): Promise<boolean>;
  /** Lets go of it at once; what is there stays. False = it has ended already. */
  cancel(id: string): Promise<boolean>;
  /** Cancels everything of a person. */
  forget(person: string): Promise<void>;
  /** Cancels everything of a mount that is not there any more. */
  withdraw(mount: string): Promise<void>;
}

/** Files that somebody wants to have in a chat. Plain JSON. */
export interface BatchOrder {
  readonly id: string;
  /** Id of who asked for it. */
  readonly person: string;
  readonly mount: Mount;
  readonly files: readonly FoundRow[];
  /** Bytes the place takes at most of one message. */
  readonly limit: number;
  /** As they are, where the platform would make something smaller of them to show. */
  readonly asFiles: boolean;
  /** The chat they go to; absent = the one they are asked for in. */
  readonly destination?: Destination | undefined;
  /** The screen but for how far it is. */
  readonly card: Omit<BatchScreen, "done" | "state" | "unsent">;
}

interface Prepared {
  readonly screen: BatchScreen;
  readonly upload: Upload;
}
