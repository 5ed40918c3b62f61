import type { SentFile } from "./sent-file.ts";
import type { UploadScreen } from "./screen.ts";
import type { Placed } from "./target.ts";
import type { SettledFile } from "./upload-item.ts";

/** Files somebody sent on their way into a drive, told in the message that was answered with. */
export interface Uploads {
  /** A batch that begins when its message is there; `full` = the person has enough of them waiting. */
  prepare(order: UploadOrder): Promise<Prepared | "full">;
  /** Adds files to the person's batch that is under way, where they came together with those of it. False = there is none. */
  join(person: string, files: readonly SentFile[], group: string | undefined): Promise<boolean>;
  /** Ends a batch: what is not there yet does not go there. False = it is over. */
  cancel(id: string): Promise<boolean>;
  /** Ends everything of a person, once what was begun is taken out of the drive: before that is let go of. */
  forget(person: string): Promise<void>;
  /** Ends what goes into a drive, likewise. */
  withdraw(mount: string): Promise<void>;
}

/** One batch. Plain JSON. */
export interface UploadOrder {
  readonly id: string;
  /** Id of who sent it. */
  readonly person: string;
  readonly mount: string;
  /** Id of the folder it goes into; absent = the mount's root. */
  readonly to?: string | undefined;
  readonly files: readonly WantedFile[];
  /** What stands above them in its message, and is over. */
  readonly before?: readonly SettledFile[] | undefined;
  /** What its platform calls the messages that belong together; absent = it is one message. */
  readonly group?: string | undefined;
  /** The screen but for what becomes of it. */
  readonly card: Omit<UploadScreen, "items" | "is">;
}

/** A file, and what is to become of one that has its name already: absent = that is asked. */
export interface WantedFile extends SentFile {
  readonly taken?: "both" | "replace" | undefined;
  /** Id of the entry to be replaced. */
  readonly replaces?: string | undefined;
}

/** Files of one batch, and batches of one person that are not over. */
export const [maxUploads, maxBatches] = [50, 20];

interface Prepared {
  readonly screen: UploadScreen;
  readonly placed: Placed;
}
