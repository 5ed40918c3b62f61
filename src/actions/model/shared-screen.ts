import type { Entry } from "../../storage/entry.ts";
import type { SharedOut } from "../../storage/task.ts";
import type { MountTag } from "./mount-tag.ts";
import type { ViewRef } from "./session.ts";
import type { Sum } from "./tidy-screen.ts";
import type { LifeDays } from "./share-life.ts";

/** Links that others open, made on a drive of one's own. */
export type SharedScreen = ShareDraft | SharedCard | SharedList;

/** A link about to be made. Presses: `make-shared`, `set-shared-code`, `set-shared-days`, `shared-links`, `back`. */
export interface ShareDraft {
  readonly show: "share-out";
  readonly view: ViewRef;
  readonly mount: MountTag;
  readonly trail: readonly string[];
  /** What it leads to; absent = several, see `chosen`. */
  readonly entry?: Entry | undefined;
  readonly chosen: Sum;
  /** Who opens it has to say a code. */
  readonly coded: boolean;
  readonly days: LifeDays;
}

/** One link. Presses: `revoke-shared`, `shared-links`, and with `source` `back` to what it leads to. */
export interface SharedCard {
  readonly show: "shared";
  readonly view: ViewRef;
  readonly mount: MountTag;
  readonly share: SharedOut;
  /** It was made just now. */
  readonly isNew: boolean;
}

/** The links there are, newest first. Presses: `shared` by index, `turn`, `refresh`, `back` to the drive's card. */
export interface SharedList {
  readonly show: "shared-list";
  readonly view: ViewRef;
  readonly mount: MountTag;
  readonly shares: readonly SharedOut[];
  /** 1-based. */
  readonly page: { readonly number: number; readonly count: number };
  /** Of all of them. */
  readonly total: number;
  /** There are more than are looked at. */
  readonly isCut: boolean;
  /** One was taken back just now. */
  readonly revoked?: boolean | undefined;
}
