import type { Entry } from "../../storage/entry.ts";
import type { FeedEntry, FollowTrouble } from "./follow.ts";
import type { MountTag } from "./mount-tag.ts";
import type { ViewRef } from "./session.ts";

/** Screens of what is followed. */
export type FollowScreen = FollowList | FollowCard | NewsScreen | BackfillList;

/** Something that is followed, as a line. */
export interface FollowLine {
  readonly about: "folder" | "feed";
  readonly title: string;
  /** The drive it is in, or that fetches; absent = it is there no more. */
  readonly mount?: MountTag | undefined;
  /** The folder, or the one that is fetched to. */
  readonly trail: readonly string[];
  readonly paused: boolean;
  /** Why looking makes no sense any more, or fails for now. */
  readonly reason?: FollowTrouble | undefined;
  /** The group that is told, "" where its name is not known; absent = its owner alone. */
  readonly told?: string | undefined;
}

/** What is followed. Presses: `follow` by index, `follow-here` where there is a folder to follow, `turn`. */
export interface FollowList {
  readonly show: "follows";
  /** Of a group, for one of its admins alone. */
  readonly for?: "asker";
  readonly view: ViewRef;
  readonly follows: readonly FollowLine[];
  /** 1-based. */
  readonly page: { readonly number: number; readonly count: number };
  readonly total: number;
  /** How many a person may have. */
  readonly max: number;
  /** The folder one is in, which is not followed yet. */
  readonly here?: { readonly mount: MountTag; readonly trail: readonly string[] } | undefined;
  /** One was removed just now. */
  readonly removed?: boolean | undefined;
}

/**
 * One of them. Presses: `pause-follow`, `check-follow` while it is not paused, `remove-follow`, `set-follow-every`,
 * `tell-group` where it can be told elsewhere, `follows`; of a folder `open-followed`; of a feed `feed-words`, `feed-pattern`,
 * `feed-folder` and `feed-backfill`.
 */
export interface FollowCard extends FollowLine {
  readonly show: "follow";
  /** Of a group, for one of its admins alone. */
  readonly for?: "asker";
  readonly view: ViewRef;
  /** ms between two looks, and what can be chosen. */
  readonly every: number;
  readonly choices: readonly number[];
  /** ms since the epoch; absent = it was not looked at yet. */
  readonly checkedAt?: number | undefined;
  readonly known?: number | undefined;
  /** `begun`: just now; `known`: it was followed before; `looking`: it is looked at now. */
  readonly said?: "begun" | "known" | "looking" | undefined;
  /** It can be told to the group one is in, or to oneself alone. */
  readonly elsewhere?: "group" | "alone" | undefined;
  readonly feed?: FeedCard | undefined;
}

/** What is told of a feed. */
export interface FeedCard {
  /** Of its address, which may hold a secret, the host alone. */
  readonly host: string;
  readonly include: string;
  readonly exclude: string;
  readonly pattern: string;
  /** Its latest entries: whether each would be fetched, and what it would be called. */
  readonly preview: readonly FeedPreview[];
}

export interface FeedPreview {
  readonly title: string;
  readonly wanted: boolean;
  /** Absent = as it comes. */
  readonly name?: string | undefined;
}

/** What is new in a folder. Presses: `open` by index, `refresh` to see the folder, `follows`. */
export interface NewsScreen {
  readonly show: "news";
  readonly view: ViewRef;
  readonly mount: MountTag;
  readonly trail: readonly string[];
  /** The first of them. */
  readonly entries: readonly Entry[];
  /** Of all. */
  readonly count: number;
}

/**
 * Entries that were in a feed before it was followed, to choose from. Presses: `pick-feed-entry` by index, `turn`,
 * `fetch-feed-entries` where some are chosen, `back`.
 */
export interface BackfillList {
  readonly show: "backfill";
  readonly view: ViewRef;
  readonly title: string;
  readonly mount?: MountTag | undefined;
  readonly trail: readonly string[];
  readonly entries: readonly Pick<FeedEntry, "title" | "at" | "size">[];
  readonly picked: readonly boolean[];
  /** Over all pages. */
  readonly chosen: number;
  /** 1-based. */
  readonly page: { readonly number: number; readonly count: number };
}
