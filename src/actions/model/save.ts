import type { SharedGroup } from "../../storage/driver.ts";
import type { Entry } from "../../storage/entry.ts";
import type { Crumb } from "../../users/place.ts";
import type { SaveScreen } from "./screen.ts";
import type { SaveView } from "./session.ts";
import type { Placed } from "./target.ts";

/** What of shares is copied into somebody's own drive, told in the message that was answered with. */
export interface Saves {
  /** The same is under way already. */
  isUnderWay(same: Pick<SaveOrder, "share" | "entries" | "mount" | "to">): Promise<boolean>;
  /** One that begins when its message is there. */
  prepare(order: SaveOrder): Promise<Prepared>;
  /** Ends one of which nothing was asked of the drive yet. */
  cancel(id: string): Promise<"cancelled" | "too-late" | "over">;
  /** Tells nothing of a person's any more. */
  forget(person: string): Promise<void>;
}

/** One of them. Plain JSON. */
export interface SaveOrder {
  readonly id: string;
  /** Id of who asked for it. */
  readonly person: string;
  /** The mount that is the share. */
  readonly share: string;
  /** What of it, in one folder; absent = all that is at its top. */
  readonly entries?: readonly Entry[] | undefined;
  /** Ids of the folders above that inside the share, the uppermost first. */
  readonly above: readonly string[];
  /** What of further folders of it; absent = nothing. */
  readonly others?: readonly SharedGroup[] | undefined;
  /** The mount it goes into, and the folders from its root down to the one it goes to. */
  readonly mount: string;
  readonly to: readonly Crumb[];
  /** Bytes of the largest file that can be sent where the answer is; absent = none can. */
  readonly sendable?: number | undefined;
  /** It can be tidied up there: renamed, or moved elsewhere. */
  readonly canTidy: boolean;
  /** What its message shows while it is under way. */
  readonly view: SaveView;
  /** The screen but for what becomes of it. */
  readonly card: Omit<SaveScreen, "state" | "offer">;
}

interface Prepared {
  readonly screen: SaveScreen;
  readonly placed: Placed;
}
