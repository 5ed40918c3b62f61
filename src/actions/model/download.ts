import type { Source } from "../../storage/source.ts";
import type { Crumb } from "../../users/place.ts";
import type { DownloadScreen } from "./screen.ts";
import type { Placed, Target } from "./target.ts";

/** Addresses a drive fetches by itself for somebody, followed in the message that was answered with. */
export interface Downloads {
  /** A batch that begins when its message is there. */
  prepare(order: DownloadOrder): Prepared;
  /**
   * A batch that nobody looks at: it begins at once, and its end is told in a message of its own. One of an id that is known
   * is not begun again.
   */
  begin(order: DownloadOrder, told: Target): Promise<void>;
  /** A batch that begins in a minute, where by then a task is gone and its address was not begun anew. */
  keepRestart(order: DownloadOrder, restarted: Restarted): Promise<void>;
  /** It was begun anew. */
  dropRestart(id: string): Promise<void>;
  /** Ends a batch: what is not there yet is not fetched. False = it is over. */
  cancel(id: string): Promise<boolean>;
  /** A batch that is not over; undefined = there is none of that id. */
  find(id: string): Promise<DownloadOrder | undefined>;
  /** Follows nothing of a person any more; what their drive fetches it goes on with. */
  forget(person: string): Promise<void>;
}

/** One batch. Plain JSON. */
export interface DownloadOrder {
  readonly id: string;
  /** Id of who asked for it. */
  readonly person: string;
  readonly mount: string;
  /** Id of the folder it goes into; absent = the mount's root. */
  readonly to?: string | undefined;
  readonly sources: readonly WantedSource[];
  /** Id of what is followed, and brought it; absent = somebody asked for it. */
  readonly follow?: string | undefined;
  /** By leave of whose lender it goes into that folder; absent = the drive is the asker's. */
  readonly lent?: LentFolder | undefined;
  /** The screen but for what becomes of it. */
  readonly card: Omit<DownloadScreen, "items" | "is">;
}

/** A task that is ended to be begun anew, and where the end of what follows it is told. Plain JSON. */
export interface Restarted {
  readonly task: string;
  readonly told: Target;
}

/** A folder that is lent to a group. */
interface LentFolder {
  /** The group's id. */
  readonly place: string;
  /** Folders from the root down to it. */
  readonly trail: readonly Crumb[];
}

/** An address, or with `task` one whose task has failed and is begun again. */
export interface WantedSource extends Pick<Source, "url" | "name"> {
  readonly task?: string | undefined;
  /** What is made of it is called so, with the ending it has; absent = as it comes. */
  readonly rename?: string | undefined;
}

interface Prepared {
  readonly screen: DownloadScreen;
  readonly placed: Placed;
}
