import type { StorageErrorCode } from "../../storage/error.ts";
import type { Crumb } from "../../users/place.ts";

/** Something whose news somebody is told. Plain JSON; a feed's address may hold a secret of its reader's, so it is kept sealed. */
export interface Follow {
  readonly id: string;
  /** Id of who asked for it: in their name it is looked at. */
  readonly person: string;
  /** What their client said then, for who has chosen no language. */
  readonly locale?: string | undefined;
  readonly about: FollowedFolder | FollowedFeed;
  /** The folder's name, or what the feed calls itself. */
  readonly title: string;
  readonly to: ToldTo;
  /** ms between two looks. */
  readonly every: number;
  /** ms since the epoch. */
  readonly since: number;
  /** Counts the looks: a look that was overtaken does nothing. */
  readonly turn: number;
  /** When it was last looked at, ms since the epoch; absent = not yet. */
  readonly checkedAt?: number | undefined;
  /** How many entries there were then. */
  readonly known?: number | undefined;
  /** It is not looked at; with a reason, because that makes no sense any more. */
  readonly paused?: { readonly reason?: FollowTrouble | undefined } | undefined;
  /** Looking fails since then, ms since the epoch; absent = it works. */
  readonly failing?: { readonly since: number; readonly reason: FollowTrouble } | undefined;
}

/** A folder, or a share's: that folder alone, and not what is below it. */
export interface FollowedFolder {
  readonly is: "folder";
  readonly mount: string;
  /** Folders from the mount's root down to it. */
  readonly trail: readonly Crumb[];
  /** Folders of the trail one may not go above: only what is below was lent. */
  readonly base?: number | undefined;
}

/** A feed whose entries a drive fetches. */
export interface FollowedFeed {
  readonly is: "feed";
  readonly url: string;
  /** The drive that fetches, and the folder it fetches to. */
  readonly mount: string;
  readonly trail: readonly Crumb[];
  readonly wanted: WantedTitles;
  /** How what has come is called; "" = as it comes. See `follow/pattern.ts`. */
  readonly pattern: string;
  /** What the feed's server said of the state it was in; absent = nothing. */
  readonly mark?: FeedMark | undefined;
}

/** Which entries are fetched, by words of their titles; "" = no matter. */
export interface WantedTitles {
  readonly include: string;
  readonly exclude: string;
}

/** Where it is told. */
export interface ToldTo {
  /** A chat of one of the platforms: `telegram:-1005`, `discord:channel:77`, or a person's own. */
  readonly place: string;
  readonly kind: "private" | "group";
  readonly thread?: string | undefined;
  /** Place id of the group; absent = it is told to the person alone. */
  readonly group?: string | undefined;
  /** The group's name. */
  readonly title?: string | undefined;
}

/** What ends a feed's reading. */
export const feedTroubles = [
  "feed-unreachable",
  "feed-forbidden",
  "feed-gone",
  "feed-refused",
  "feed-busy",
  "feed-too-large",
  "feed-not-a-feed",
] as const;
export type FeedTrouble = (typeof feedTroubles)[number];

/** What ends looking besides failures of drives and feeds. */
export const followTroubles = ["mount-gone", "not-allowed-here", "too-many-entries", "chat-closed"] as const;
export type FollowTrouble = StorageErrorCode | FeedTrouble | (typeof followTroubles)[number];

/** Validators of RFC 9110 §8.8, given back with the next request. */
export interface FeedMark {
  readonly etag?: string | undefined;
  readonly modified?: string | undefined;
}

/** An entry of a feed that can be fetched. */
export interface FeedEntry {
  /** What it is known by: its info hash where it has one. */
  readonly key: string;
  readonly title: string;
  /** What the drive fetches. */
  readonly url: string;
  /** ms since the epoch; absent = it does not say. */
  readonly at?: number | undefined;
  /** Bytes. */
  readonly size?: number | undefined;
}

/** A feed as it was read. */
export interface Feed {
  /** "" = it has none. */
  readonly title: string;
  /** In its own order, newest first as a rule; those alone that can be fetched. */
  readonly entries: readonly FeedEntry[];
  /** How many it has, whether they can be fetched or not. */
  readonly total: number;
}

/** What a feed's server answered. */
export type FetchedFeed =
  | { readonly is: "same" }
  | { readonly is: "fresh"; readonly text: string; readonly mark: FeedMark };

/** Gets a feed from where anybody may: no private address, and nothing large or slow. Throws `FeedError`. */
export type FetchFeed = (url: string, options: FeedMark & { readonly signal: AbortSignal }) => Promise<FetchedFeed>;

/** Gets a torrent file that a feed names, the same way; undefined = it cannot be had. */
export type FetchTorrent = (url: string, options: { readonly signal: AbortSignal }) => Promise<Uint8Array | undefined>;

/** A feed that cannot be had, or is none. */
export class FeedError extends Error {
  override readonly name = "FeedError";
  readonly code: FeedTrouble;
  /** Milliseconds its server asks to wait. */
  readonly retryAfter: number | undefined;

  constructor(
    code: FeedTrouble,
    { retryAfter, ...options }: ErrorOptions & { readonly retryAfter?: number | undefined } = {},
  ) {
    super(code, options);
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** What a new one is made of. */
export type FollowDraft = Pick<Follow, "person" | "locale" | "about" | "title" | "to">;

/** What is followed, and looked at again and again. */
export interface Follows {
  /** What a person follows, oldest first. */
  of(person: string): Promise<readonly Follow[]>;
  /** What a group is told, oldest first. */
  inGroup(group: string): Promise<readonly Follow[]>;
  find(id: string): Promise<Follow | undefined>;
  /** The latest entries of a feed that can be fetched. */
  entriesOf(id: string): Promise<readonly FeedEntry[]>;
  /** Reads a feed as it is now. Throws `FeedError`. */
  readFeed(url: string, options: { readonly signal: AbortSignal }): Promise<Feed & { readonly mark: FeedMark }>;
  /** Begins: what is there now is no news. `full` = the person follows as much as they may. */
  begin(draft: FollowDraft, feed?: Feed): Promise<Follow | "full">;
  /** Changes it; undefined = it is there no more. */
  change(id: string, change: (follow: Follow) => Follow): Promise<Follow | undefined>;
  pause(id: string): Promise<Follow | undefined>;
  resume(id: string): Promise<Follow | undefined>;
  /** Looks at once instead of when it is time, or ten seconds after the last look. False = it is being looked at, or is paused. */
  checkNow(id: string): Promise<boolean>;
  /** Resolves when the look that is due or under way has ended, or with the signal. */
  looked(id: string, options: { readonly signal: AbortSignal }): Promise<void>;
  remove(id: string): Promise<void>;
  /** Removes all of a person's with the screens that came of them, or all that are about a mount of theirs. */
  forget(person: string, mount?: string): Promise<void>;
  /** Notes a screen that was said unasked, so that it goes with what else is kept of the person. */
  noteDrawn(person: string, session: string): Promise<void>;
  /** A group has another id now. */
  moved(from: string, to: string): Promise<void>;
  /** Says, once a day, that what a feed brought waits for its drive. */
  held(id: string, code: StorageErrorCode): Promise<void>;
  /** What was broken off while it was begun goes on. Called once at the start. */
  resumeAll(): Promise<void>;
  /** Milliseconds between two looks that can be chosen, the shortest first. */
  readonly choices: readonly number[];
  /** How many a person may have. */
  readonly max: number;
}
