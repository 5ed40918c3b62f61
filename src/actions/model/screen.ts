import type { MountTag } from "./mount-tag.ts";
import type { Entry, Order, Variant } from "../../storage/entry.ts";
import type { StorageErrorCode } from "../../storage/error.ts";
import type { Problem } from "../../storage/form.ts";
import type { Field, Values } from "../../storage/field.ts";
import type { DownloadMethod, Health } from "../../storage/mount.ts";
import type { Quota } from "../../storage/driver.ts";
import type { EntryKind } from "../../storage/file-kind.ts";
import { feedTroubles } from "./follow.ts";
import type { FileAddress } from "./file-address.ts";
import type { FormRef } from "./form.ts";
import type { ViewRef } from "./session.ts";
import { destinationTroubles, type Destination } from "../../users/destinations.ts";
import type { Policy } from "../../users/place.ts";
import type { PreviewFile, Task } from "../../storage/task.ts";
import type { DownloadItem } from "./download-item.ts";
import type { UploadItem } from "./upload-item.ts";
import type { Placed } from "./target.ts";
import type { TransferFailure, Upload } from "./upload.ts";
import type { BatchScreen } from "./batch-screen.ts";
import type { OperatorsScreen } from "./admin-screen.ts";
import type { HookCard } from "./hook-screen.ts";
import type { DestinationList } from "./destinations-screen.ts";
import type { FollowScreen } from "./follow-screen.ts";
import type { GivenScreen } from "./given-screen.ts";
import type { PushScreen } from "./push-screen.ts";
import type { SharedScreen } from "./shared-screen.ts";
import type { TidyScreen } from "./tidy-screen.ts";

/**
 * Everything that can be shown: meaning only, no words, no markup, no layout. A renderer turns one into its platform's
 * best widgets, may leave out what it cannot show, and never invents an action. Where a screen has a `view`, its
 * buttons are presses on that view.
 */
export type Screen =
  | Welcome
  | Help
  | FormScreen
  | Listing
  | FileCard
  | LinkCard
  | MountList
  | MountCard
  | Favourites
  | SettingsScreen
  | HookCard
  | Question
  | TransferScreen
  | BatchScreen
  | ListChoice
  | ListProgress
  | ListReady
  | SignInWays
  | ApprovalScreen
  | DownloadScreen
  | SaveScreen
  | FollowScreen
  | PushScreen
  | DestinationList
  | UploadScreen
  | SharedScreen
  | GivenScreen
  | PreviewList
  | TaskList
  | TaskCard
  | TidyScreen
  | FoundFiles
  | LendChoice
  | LendingCard
  | PlaceSettingsScreen
  | OperatorsScreen
  | Notice;

/** A screen that is one message: a form is asked question by question or in a window, what is found inline is a list of cards. */
export type MessageScreen = Exclude<Screen, FormScreen | FoundFiles>;

/** What `perform` gives: the screen, and the ones that follow it in the same place while work goes on (a folder filling in). */
export interface Answer {
  readonly screen: Screen;
  /** The language to say it in, one of `locales/`: chosen in settings, else the client's, else English. */
  readonly language: string;
  /** Ends by itself; stop it by `return()`. A frontend edits the message it delivered, as fast as its platform allows. */
  readonly updates?: AsyncIterable<Screen>;
  /** A file to put into the chat beside this screen, which must be started. */
  readonly upload?: Upload;
  /** Wants to know where this screen is, which others go on changing. */
  readonly placed?: Placed | undefined;
  /** When what is shown in a group is to be removed again, ms since the epoch; absent = it stays. Later answers in its place move it on. */
  readonly clearAt?: number;
}

/** The first words: the two ways in. Presses: `open-mount` where there is a `current` one, `add-account`, `add-share`, `mounts` when there are any, those of what is `kept`. */
export interface Welcome {
  readonly show: "welcome";
  readonly view: ViewRef;
  readonly mounts: number;
  /** The drive that opens at once. */
  readonly current?: MountTag;
  /** Absent = there is nothing to come back to. */
  readonly kept?: Shortcuts | undefined;
}

/** Ways to the folders a person comes back to. Presses: `open-favourite` by the index of a shortcut, `favourites` for all of them. */
export interface Shortcuts {
  readonly shortcuts: readonly FolderLine[];
}

/** A folder of one's own, as a line. */
export interface FolderLine {
  readonly mount: MountTag;
  /** Never empty. */
  readonly trail: readonly string[];
  /** The mount's. */
  readonly health: Health;
}

/**
 * One's favourites, and the folders one was in lately. Presses: `open-favourite` by index, the recent ones counted on from
 * the favourites; while `editing` instead `drop-favourite` by index; `edit-favourites` where there are any; `mounts`.
 */
export interface Favourites {
  readonly show: "favourites";
  readonly view: ViewRef;
  readonly favourites: readonly FolderLine[];
  readonly recent: readonly FolderLine[];
  /** Favourites are taken off. */
  readonly editing: boolean;
}

/** What can be done here, by this person. */
export interface Help {
  readonly show: "help";
  readonly place: "private" | "group";
  readonly admin: boolean;
}

/** A form to fill in: Telegram asks question by question, Discord by a modal or the one-time page. */
export interface FormScreen {
  readonly show: "form";
  readonly form: FormRef;
  readonly fields: readonly Field[];
  /** Answers already known (never secret ones): these need not be asked again. */
  readonly values: Values;
  /** The answer that was not accepted; start there and keep the others. */
  readonly problem?: Problem | undefined;
  /** Why the form came (back): a wrong password, a pass code that is needed. */
  readonly reason?: Reason | undefined;
  /** The other ways to sign in, by name, where this is one of several: each can be chosen instead. */
  readonly ways?: readonly string[] | undefined;
  /** A one-time page where the same form can be filled in, and until when (ms since the epoch). */
  readonly page?: { readonly url: string; readonly expiresAt: number };
}

/** The ways to sign in to a kind of drive that has several. Presses: `choose-way` by index. */
export interface SignInWays {
  readonly show: "sign-in-ways";
  readonly view: ViewRef;
  /** Name of the kind. */
  readonly kind: string;
  /** The one that is signed in to again; absent = a new one. */
  readonly mount?: MountTag | undefined;
  /** Names of the ways, in the kind's order: the locale keys are `way-<kind>-<name>`, and the same with `-hint`. */
  readonly ways: readonly string[];
  /** Why the way that was tried is not among them. */
  readonly reason?: Reason | undefined;
}

/**
 * Signing in by approving a code at the service. Presses: `cancel-approval` while it is waiting; then `approve-again` and
 * `show-ways`.
 */
export interface ApprovalScreen {
  readonly show: "approval";
  readonly view: ViewRef;
  /** Name of the kind. */
  readonly kind: string;
  readonly mount?: MountTag | undefined;
  readonly state: ApprovalState;
}

export type ApprovalState =
  | {
      readonly is: "waiting";
      /** What the person compares, or types in at `address`; absent = their browser brings back all there is. */
      readonly code?: { readonly userCode: string; readonly address: string } | undefined;
      /** The page to approve at, which has the code already. */
      readonly direct: string;
      /** Milliseconds since the epoch when it runs out. */
      readonly until: number;
    }
  /** `over`: the code ran out before anybody decided. */
  | { readonly is: "denied" | "over" | "cancelled" }
  | { readonly is: "failed"; readonly reason: Reason };

/**
 * What can be done with what a card shows, besides what every card can: with this drive, by this person, here. Each has a
 * sign and a button in `i18n/signs.ts`; renderers go through what a card says it can.
 */
export type Ability =
  | "send"
  | "send-as-file"
  | "send-privately"
  | "send-folder"
  | "select"
  | "list-folder"
  | "save-share"
  | "share-out"
  | "shared-links"
  | "give-link"
  | "deliver"
  | "push"
  | "tidy"
  | "add-favourite"
  | "remove-favourite"
  | "follow-folder"
  | "ask-root"
  | "renew-mount"
  | "revoke-links";

/** A failure in a person's terms: the locale key `error-<code>`. */
export interface Reason {
  readonly code: StorageErrorCode;
  /** Milliseconds until trying again can work. */
  readonly retryAfter?: number | undefined;
  /** Where a human proves to be one. */
  readonly verify?: string | undefined;
}

/**
 * A folder's page, or with `search` a page of what was found below it. Presses: `open`, `turn`, `up`, `refresh`, `sort`,
 * `top`, `ask-page`, `find`, `mounts`, those of what it `can`; with `search` also `search-filters`, with those open `narrow-kind` and `narrow-size`, `search-elsewhere` where there is such a place, `search-everywhere` where it is offered, `search-in-drive` by index where `drives` were searched, and `stop-search` while it is running.
 */
export interface Listing {
  readonly show: "listing";
  /** Somebody's private copy of a listing in a group. */
  readonly for?: "asker";
  readonly view: ViewRef;
  readonly mount: MountTag;
  /** Folders from the root (not included: the root is the mount) down to this one. */
  readonly trail: readonly string[];
  readonly rows: readonly Entry[];
  /** 1-based; `count` is absent until the folder is read to its end. */
  readonly page: { readonly number: number; readonly count?: number; readonly next: boolean };
  /** Entries known so far; `complete` when these are all. */
  readonly total: { readonly known: number; readonly complete: boolean };
  readonly order: Order;
  /** There is a parent folder to go to. */
  readonly up: boolean;
  /** The rest of the folder could not be read. */
  readonly failed?: Reason | undefined;
  /** Said once, above: the list had changed, another page was meant. */
  readonly notice?: "list-changed" | "part-gone" | "undone";
  /** Only entries whose name contains this are shown. `up` shows them all again. */
  readonly filter?: string | undefined;
  /** `send-folder`: its files can be had in this chat; `select`: of a share, where there is nothing to tidy up; `list-folder`: its links can be had as a file here; `add-favourite`, `remove-favourite`: it can be kept, or is. */
  readonly can: readonly Ability[];
  /** These were found below the folder of the trail; `up` leads there. */
  readonly search?: SearchState;
}

/** What was searched for, and how far. */
export interface SearchState {
  readonly words: string;
  readonly kind?: EntryKind;
  /** Bytes. */
  readonly least?: number | undefined;
  readonly most?: number | undefined;
  /** What fits best first: the listing's order does not count. */
  readonly ranked: boolean;
  /** Folders below the one searched that all rows are in; empty = they have none in common. */
  readonly common: readonly string[];
  /** For each row the folders it is in below those. */
  readonly where: readonly (readonly string[])[];
  /** Where else it can be looked for: `wider` is the whole drive, `narrower` the folder one was in. */
  readonly elsewhere?: { readonly is: "wider" | "narrower"; readonly folder: string };
  /** All of one's drives can be searched: `search-everywhere`. */
  readonly everywhere?: boolean;
  /** All of one's drives were searched: these, in the order their rows stand. The first is where one came from. */
  readonly drives?: readonly FoundDrive[];
  /** What it can be narrowed by is shown. */
  readonly filters: boolean;
  readonly looked: { readonly folders: number; readonly entries: number };
  /** `stopped`: not everything was looked at; `bounded`: there is more than is looked at. */
  readonly state: "running" | "complete" | "stopped" | "bounded" | "failed";
}

/** One of the drives that were searched together. */
export interface FoundDrive {
  readonly mount: MountTag;
  /** Hits that are shown of it, over all pages. */
  readonly found: number;
  /** There are others in it. */
  readonly more: boolean;
  /** Rows of this page that are in it. */
  readonly rows: number;
  /** Why not all of it was looked at. */
  readonly failed?: Reason | undefined;
}

/** What is known by name, for a line being typed in any chat. Each file is a card with the press `link-row` on its `index`. */
export interface FoundFiles {
  readonly show: "found";
  readonly view: ViewRef;
  readonly files: readonly FoundFile[];
  /** Where the next ones begin; absent = these are all. */
  readonly next?: number;
  /** The asker has no drive to search yet. */
  readonly homeless: boolean;
}

export interface FoundFile {
  readonly index: number;
  readonly entry: Entry;
  readonly mount: MountTag;
  readonly trail: readonly string[];
  /** In the asker's name, for a card that whoever reads it can use; absent = there is none to pass on. */
  readonly address?: FileAddress | undefined;
}

/** Which mount to lend to a group (`lend` by index), or of several lent ones which to look at. */
export interface LendChoice {
  readonly show: "lend-choice";
  readonly for: "asker";
  readonly view: ViewRef;
  /** The group's name. */
  readonly place?: string | undefined;
  readonly mounts: readonly MountTag[];
}

/**
 * How a mount is shared with a group. Presses: `set-policy`, `set-daily`, `set-downloads`, `set-open`, `unlend`; while it is a `draft` also
 * `confirm-lend`, and `lend-what` where there is a `folder` to choose.
 */
export interface LendingCard {
  readonly show: "lending";
  readonly for?: "asker";
  readonly view: ViewRef;
  readonly mount: MountTag;
  /** The folder that is lent; empty = the whole mount. */
  readonly trail: readonly string[];
  readonly place?: string | undefined;
  readonly policy: Policy;
  /** 0 = as many as they like. */
  readonly dailyChoices: readonly number[];
  /** Downloads a day, 0 = none; empty = the drive fetches nothing by itself. */
  readonly downloadChoices: readonly number[];
  /** Nothing is shared yet. */
  readonly draft?: boolean | undefined;
  /** The folder that can be shared instead of the whole drive, by name. */
  readonly folder?: readonly string[] | undefined;
}

/** A group's settings. Presses: `set-language`, `set-rows`, `set-order`, `set-clear`, `set-private-links`. */
export interface PlaceSettingsScreen {
  readonly show: "place-settings";
  readonly view: ViewRef;
  readonly place?: string | undefined;
  readonly languages: readonly string[];
  /** Absent = each in their own. */
  readonly language?: string | undefined;
  /** Absent = as each has it. */
  readonly rows?: number | undefined;
  readonly rowChoices: readonly number[];
  readonly order?: Order | undefined;
  /** Minutes; 0 = what was shown stays. */
  readonly clearAfter: number;
  readonly clearChoices: readonly number[];
  /** Links are for the asker alone, whatever a lender allows. */
  readonly privateLinks: boolean;
}

/**
 * One file. Presses: `link` (the original, or a variant by its index), those of what it `can` (with `send` also `send-as-file`), `step` where there are
 * `neighbours`, `top` in a folder below the root, `back`.
 */
export interface FileCard {
  readonly show: "file";
  /** Somebody's private copy of a card in a group. */
  readonly for?: "asker";
  readonly view: ViewRef;
  readonly mount: MountTag;
  readonly trail: readonly string[];
  readonly entry: Entry;
  readonly variants: readonly Variant[];
  readonly duration?: number;
  /** False = the original cannot be had, and is not offered. */
  readonly original?: false | undefined;
  /** `send`: the file itself can be had in this chat. */
  readonly can: readonly Ability[];
  /** The original's address, where making one asks no drive and nobody else sees it. */
  readonly address?: FileAddress;
  /** Which files stand beside it in its folder, as the folder is sorted and as far as it is known. */
  readonly neighbours?: { readonly previous: boolean; readonly next: boolean };
}

/** A file's address. Presses: those of what it `can`, `back`. */
export interface LinkCard extends FileAddress {
  readonly show: "link";
  /** Only the asker may see it; absent where a group's links stand in the open. */
  readonly for?: "asker";
  readonly view: ViewRef;
  readonly mount: MountTag;
  readonly entry: Entry;
  readonly variant?: Variant | undefined;
  /** `send`: the file itself can be had in this chat. */
  readonly can: readonly Ability[];
}

/**
 * One's mounts, with `lent` those shared with this group, or with `opened` the shares out of one message. Presses: `mount`
 * by index, `turn`, and for one's own `add-account`, `add-share`, and those of what is `kept`.
 */
export interface MountList {
  readonly show: "mounts";
  readonly for?: "asker";
  readonly lent?: boolean;
  readonly opened?: OpenedShares;
  readonly view: ViewRef;
  readonly mounts: readonly MountLine[];
  /** Absent = there is nothing to come back to. */
  readonly kept?: Shortcuts | undefined;
  /** 1-based; absent = these are all. */
  readonly page?: { readonly number: number; readonly count: number };
}

/** What else a message with several links came to. */
export interface OpenedShares {
  readonly refused: readonly { readonly link: string; readonly driver: string; readonly reason: Reason }[];
  /** Links beyond those that are opened at once. */
  readonly left: number;
}

export interface MountLine extends MountTag {
  readonly current: boolean;
  readonly health: Health;
  /** A share somebody opened by its link, and no account. */
  readonly recent?: boolean;
}

/** One mount. Presses: `open-mount`, `choose-mount`, `rename-mount`, `check-mount`, those of what it `can`, `set-method`, `remove-mount`, `mounts`. */
export interface MountCard {
  readonly show: "mount";
  readonly view: ViewRef;
  readonly mount: MountLine;
  /** The name its owner signs in with, for them alone; absent where the kind has none, or it was never typed. */
  readonly login?: string | undefined;
  /** Id of the account, for its owner alone, where no name is known. */
  readonly account?: string | undefined;
  /** When what it is signed in with ends, ms since the epoch; absent = it does not, or nobody knows. */
  readonly until?: number | undefined;
  /** What that is allowed, by the names of the locale keys `permission-<kind>-<name>`; absent = it does not say. */
  readonly permissions?: readonly string[] | undefined;
  /** It was looked at just now, and works. */
  readonly checked?: boolean | undefined;
  /** Absent where the drive has none or could not be asked. */
  readonly quota?: Quota | undefined;
  /** `undefined` = the operator's default, which is `usual`. */
  readonly method?: DownloadMethod;
  readonly usual: DownloadMethod;
  /** Methods that work here (proxying needs a public address). */
  readonly methods: readonly DownloadMethod[];
  /** The way that was chosen and does not work here any more; the usual one stands in for it. */
  readonly lapsed?: DownloadMethod;
  /** `ask-root`: the folder browsing begins in can be chosen; `revoke-links`: links that were handed out can be taken back; `renew-mount`: it can be signed in to again. */
  readonly can: readonly Ability[];
}

/** A person's settings. Presses: `set-language`, `set-rows`, `set-order`, `set-method`, `revoke-links` where `revocable`, `show-hook` where there are `hooks`. */
export interface SettingsScreen {
  readonly show: "settings";
  readonly view: ViewRef;
  /** Languages there are, in the order `set-language` counts them. */
  readonly languages: readonly string[];
  readonly language: string;
  readonly rows: number;
  readonly rowChoices: readonly number[];
  readonly order: Order;
  /** How the files of their drives come, where a drive's card says nothing else. */
  readonly method: DownloadMethod;
  /** Methods that work here; of one there is nothing to choose. */
  readonly methods: readonly DownloadMethod[];
  /** Files can be sent to the person's own aria2, once it is known where that is: `ask-aria2`, and with a host `drop-aria2`. */
  readonly aria2?: { readonly host?: string | undefined } | undefined;
  /** The links in this person's name can be taken back. */
  readonly revocable?: boolean;
  /** Programs can add downloads by an address of the person's own. */
  readonly hooks?: boolean;
}

/**
 * A file on its way into the chat. Presses: `cancel-transfer` while it is queued or running; `retry` when it was
 * cancelled, interrupted or failed; `link` and `back` from then on.
 */
export interface TransferScreen {
  readonly show: "transfer";
  readonly view: ViewRef;
  readonly mount: MountTag;
  readonly entry: Entry;
  readonly variant?: Variant | undefined;
  /** Bytes to be sent; absent = not known. */
  readonly total?: number | undefined;
  readonly state: TransferState;
}

export type TransferState =
  /** `place` counts from 1: who is next. */
  | { readonly is: "queued"; readonly place: number }
  /** `done` bytes; `speed` in bytes a second and `left` in ms, absent while nobody can tell. */
  | {
      readonly is: "running";
      readonly done: number;
      readonly speed?: number | undefined;
      readonly left?: number | undefined;
    }
  /** `took`: milliseconds. */
  | { readonly is: "done"; readonly took: number }
  | { readonly is: "cancelled" }
  /** The process ended before it did. */
  | { readonly is: "interrupted" }
  | {
      readonly is: "failed";
      /** The locale key is `transfer-failed-<code>`, or `error-<code>` for storage errors. */
      readonly code: TransferFailure;
      readonly retryAfter?: number | undefined;
      /** Bytes the place takes at most, where the file is larger. */
      readonly limit?: number | undefined;
      /** Logged with a failure nobody foresaw. */
      readonly reference?: string;
    };

/**
 * Addresses a drive fetches by itself. Presses: `restart-download` where one of them is still, `cancel-download` while it `is` running, `download-folder` where it `moves`, `preview` where it `tells`; then `open-download` by the item's
 * index where it is done, `retry-download` where one has failed or was cancelled, `show-tasks`, `back` to the folder.
 */
export interface DownloadScreen {
  readonly show: "download";
  readonly view: ViewRef;
  readonly mount: MountTag;
  /** The folder it goes into. */
  readonly trail: readonly string[];
  readonly items: readonly DownloadItem[];
  /** Addresses of the message beyond those that are begun at once. */
  readonly left: number;
  /** `lost`: it was not followed to its end. */
  readonly is: "running" | "over" | "lost";
  /** What the feed calls itself that brought it; absent = somebody asked for it. */
  readonly feed?: string | undefined;
  /** The drive can move what has come: another folder may be chosen. Absent = not. */
  readonly moves?: boolean | undefined;
  /** The drive can tell what it would bring: it is one address, and under way. Absent = not. */
  readonly tells?: boolean | undefined;
  /** The folder is lent to whoever asked: nothing else of the drive is shown from here. Absent = the drive is theirs. */
  readonly lent?: true | undefined;
}

/**
 * Files somebody sent, on their way into a folder. Presses: `cancel-upload` while it is running; when it is over `open-upload`
 * by index of what is there, `settle-upload` where names are taken, `retry-upload` where some did not come, `back` to the folder.
 */
export interface UploadScreen {
  readonly show: "upload";
  readonly view: ViewRef;
  readonly mount: MountTag;
  /** The folder they go into. */
  readonly trail: readonly string[];
  readonly items: readonly UploadItem[];
  /** Files of the message beyond those that are taken at once. */
  readonly left: number;
  readonly is: "running" | "over";
}

/**
 * Something of a share that is copied into a drive of one's own. Presses: those on `offer`; `back` to the share unless it is
 * waiting. When it is done: of one file
 * `link`, those of what it `can`, and `back` to its folder; else `open-saved` by the entry's index, and `back`.
 */
export interface SaveScreen {
  readonly show: "save";
  /** It was asked for in a group, and is its asker's matter. */
  readonly for?: "asker";
  readonly view: ViewRef;
  /** What is saved. */
  readonly name: string;
  /** The drive it goes into, and the folder. */
  readonly mount: MountTag;
  readonly trail: readonly string[];
  readonly state: SaveState;
  /** What can be done about it while it is not done, in this order. */
  readonly offer: readonly SaveOffer[];
}

export type SaveOffer = "cancel-save" | "retry-save" | "open-mount" | "renew-mount";

export type SaveState =
  /** Nothing was asked of the drive yet. */
  | { readonly is: "waiting" }
  /** The drive is copying, and cannot be stopped. */
  | { readonly is: "sent" }
  | {
      readonly is: "done";
      readonly entries: readonly Entry[];
      /** All of it was there before. */
      readonly isPresent: boolean;
      /** The folder it is in: the drive may have one of its own. */
      readonly trail: readonly string[];
      readonly can: readonly Ability[];
      /** Of the one file, where one could be made. */
      readonly address?: FileAddress | undefined;
    }
  | { readonly is: "cancelled" }
  /** It was not followed to its end. */
  | { readonly is: "lost" }
  | {
      readonly is: "failed";
      readonly code: StorageErrorCode | "target-gone";
      readonly retryAfter?: number | undefined;
    };

/** A page of what an address would bring, before it is there. Presses: `turn`, `back` to the download. */
export interface PreviewList {
  readonly show: "preview";
  readonly view: ViewRef;
  readonly mount: MountTag;
  readonly trail: readonly string[];
  readonly name: string;
  /** Empty = the drive does not know. */
  readonly files: readonly PreviewFile[];
  /** Of all of them; `size` in bytes, as far as it is told. */
  readonly total: { readonly count: number; readonly size: number };
  /** There is more than is told. */
  readonly isCut: boolean;
  /** 1-based. */
  readonly page: { readonly number: number; readonly count: number };
}

/**
 * What a drive fetches by itself, newest first. Presses: `task` by index, `turn`, `refresh`, `retry-tasks` where some have
 * failed, `clear-tasks` where some are over.
 */
export interface TaskList {
  readonly show: "tasks";
  readonly view: ViewRef;
  readonly mount: MountTag;
  readonly tasks: readonly TaskLine[];
  /** 1-based. */
  readonly page: { readonly number: number; readonly count: number };
  /** Of all of them. */
  readonly total: { readonly running: number; readonly failed: number; readonly done: number };
}

/** One of them, as a line. */
export interface TaskLine extends Pick<Task, "name" | "phase" | "progress"> {
  readonly size?: number | undefined;
  /** Why it failed. */
  readonly reason?: StorageErrorCode | undefined;
  /** ms since it last got on, where that is long. */
  readonly still?: number | undefined;
}

/**
 * One of them. Presses: `retry-task` where it has failed or is still, `cancel-task` with and without its files, `open-task` where it
 * is done, `back`.
 */
export interface TaskCard {
  readonly show: "task";
  readonly view: ViewRef;
  readonly mount: MountTag;
  readonly task: TaskLine;
  /** What it made can be opened. */
  readonly opens: boolean;
}

/** What a folder's links can be written as: a playlist, an input file of aria2, or plain lines. */
export const listFormats = ["m3u8", "aria2", "plain"] as const;
export type ListFormat = (typeof listFormats)[number];

/** A folder's links as a file: as which? Presses: `list-as`, `back`. */
export interface ListChoice {
  readonly show: "list-choice";
  readonly view: ViewRef;
  readonly mount: MountTag;
  readonly trail: readonly string[];
  readonly formats: readonly ListFormat[];
  readonly most: ListCaps;
}

/** Where a list ends, however much there is. */
export interface ListCaps {
  /** Most files it holds. */
  readonly files: number;
  /** Most folders it is read from. */
  readonly folders: number;
}

/** A list of links that is being made. Presses: `back`, which gives it up. */
export interface ListProgress {
  readonly show: "list-progress";
  readonly view: ViewRef;
  readonly mount: MountTag;
  readonly trail: readonly string[];
  readonly folders: number;
  readonly files: number;
  readonly links: number;
}

/** A list of links, as a file to be put into the chat. Presses: `list-part` for the next one where it is `capped`, `back`. */
export interface ListReady {
  readonly show: "list-ready";
  readonly view: ViewRef;
  readonly mount: MountTag;
  readonly trail: readonly string[];
  readonly format: ListFormat;
  /** Which part of what there is, from 1. */
  readonly part: number;
  readonly file: { readonly name: string; readonly text: string };
  /** Links in it. */
  readonly links: number;
  /** Files that got none: the drive gives no link, or they are no films or music and the list is a playlist. */
  readonly leftOut: number;
  /** There was more than a list may hold: the next part has it. Absent = everything was looked at. */
  readonly capped?: ListCaps;
  /** When the first of the links ends, ms since the epoch; absent = not known. */
  readonly expiresAt?: number;
  readonly via: LinkCard["via"];
  /** The rest could not be read. */
  readonly failed?: Reason | undefined;
}

/** Are you sure? Presses: `confirm`, `dismiss`. */
export interface Question {
  readonly show: "question";
  readonly view: ViewRef;
  readonly question:
    | "remove-mount"
    | "other-account"
    | "forget"
    | "broadcast"
    | "revoke-links"
    | "revoke-every-link"
    | "revoke-shared"
    | "renew-hook"
    | "revoke-hook"
    | "take-back-link"
    | "deliver"
    | "delete-entries"
    | "empty-trash";
  /** What it is about: the mount's title, the text to be sent. */
  readonly subject?: string | undefined;
  /** The chat that would be delivered to. */
  readonly destination?: Destination | undefined;
  /** Chats a broadcast would go to, entries that would be deleted, or files that would be delivered. */
  readonly count?: number;
  /** Bytes that are free then; absent = nobody knows. */
  readonly size?: number | undefined;
}

/** A sentence. With a view, what `offer` names can be pressed: `back` is the way out to the last place that worked. */
export interface Notice {
  readonly show: "notice";
  /** The locale key is `notice-<code>`, or `error-<code>` for storage errors. */
  readonly notice: NoticeCode | StorageErrorCode;
  readonly level: "done" | "info" | "refused" | "failed";
  /** The kind of drive it is about: it may have words of its own for that. */
  readonly driver?: string | undefined;
  readonly subject?: string | undefined;
  readonly retryAfter?: number | undefined;
  readonly verify?: string | undefined;
  readonly view?: ViewRef;
  readonly offer?: readonly ("retry" | "back" | "mounts" | "add-account" | "add-share" | "renew-mount")[];
  /** Shown with a failure nobody foresaw, and logged with it. */
  readonly reference?: string;
  /** Not meant for the message pressed on: a toast, or a word to the asker alone. */
  readonly for?: "asker";
  /** It was said a moment ago: where the platform needs no answer, it need not be shown. */
  readonly again?: true;
}

/** Sentences that are not failures of a drive. */
export const noticeCodes = [
  "nothing-found",
  "no-mounts",
  "no-drive",
  "no-such-path",
  "not-yours",
  "view-expired",
  "unknown-press",
  "mount-removed",
  "mount-gone",
  "mount-renamed",
  "mount-healthy",
  "logged-out",
  "forgotten",
  "cancelled",
  "nothing-to-cancel",
  "private-only",
  "code-private",
  "not-a-share-link",
  "not-understood",
  "not-admitted",
  "too-fast",
  "chat-trouble",
  "saved",
  "nothing-to-list",
  "nothing-to-list-yet",
  "list-not-sent",
  "no-sending-here",
  "chats-out-of-reach",
  ...destinationTroubles,
  "transfer-cancelled",
  "transfer-over",
  "approval-over",
  "credential-left",
  "forgotten-credential-left",
  // A credential was pasted where none was asked for. A chat that takes the message away says the second.
  "credential-exposed",
  "credential-deleted",
  "credential-ends-week",
  "credential-ends-day",
  "transfer-busy",
  "transfer-queue-full",
  "nothing-to-send",
  "sent-privately",
  "private-chat-closed",
  "private-chat-busy",
  "links-revoked",
  "no-links-to-revoke",
  "fallback",
  "drive-signed-out",
  "unexpected",
  "store-unavailable",
  // A message that may hold a secret came meanwhile: a chat took it away, could not, or cannot tell.
  "store-unavailable-deleted",
  "store-unavailable-exposed",
  "store-unavailable-unsure",
  // searching and lending
  "search-stopped",
  "nothing-lent",
  "admins-only",
  "not-allowed-here",
  "daily-spent",
  "downloads-spent",
  "taken-back",
  "nothing-to-lend",
  "groups-only",
  // Of access, and of operators.
  "banned",
  "maintenance",
  "admitted",
  "code-void",
  "operator-made",
  "operator-stays",
  "unknown-command",
  "admin-usage",
  "every-link-revoked",
  "state-by-shell",
  "broadcast-running",
  "broadcast-none",
  "broadcast-nobody",
  // What a drive fetches by itself.
  "download-what",
  "no-downloads",
  "download-over",
  "download-stopped",
  "tasks-none-failed",
  // Hooks.
  "no-hooks",
  "hook-url",
  "hook-folder",
  "hook-chat-closed",
  // Saving from a share.
  "no-drive-to-save",
  "save-busy",
  "save-stopped",
  "save-too-late",
  "save-over",
  // Files people send.
  "upload-what",
  "upload-joined",
  "upload-over",
  "upload-queue-full",
  "upload-stopped",
  "no-uploads",
  "torrent-unreadable",
  "torrent-v2-only",
  // Links that others open.
  "no-sharing-drive",
  "aria2-connected",
  "push-stopped",
  "push-over",
  // Links people give away.
  "given-links-full",
  // Tidying up.
  "nothing-chosen",
  "selection-full",
  "too-many-at-once",
  "target-inside",
  "undo-over",
  "undo-unclear",
  "no-trash",
  "favourites-full",
  // Following.
  "follow-what",
  "follows-full",
  "no-following",
  "feed-brings-nothing",
  ...feedTroubles,
  "too-many-entries",
  "chat-closed",
] as const;
export type NoticeCode = (typeof noticeCodes)[number];
