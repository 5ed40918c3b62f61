import type { Crumb, Policy } from "../../users/place.ts";
import type { Entry, Order, Variant } from "../../storage/entry.ts";
import type { EntryKind } from "../../storage/file-kind.ts";
import type { Destination } from "../../users/destinations.ts";
import type { KeptFolder } from "../../users/kept-folders.ts";
import type { AdminView } from "./admin-view.ts";
import type { LifeDays } from "./share-life.ts";
import type { Carrying, Change, Picked, Selection } from "./change.ts";
import type { StorageErrorCode } from "../../storage/error.ts";

/** The screen a button belongs to, as the button remembers it. */
export interface ViewRef {
  /** Session id: 10 base62 characters. */
  readonly id: string;
  /** Revision the button was drawn for; an older one acts on what its label said, or redraws. */
  readonly revision: number;
}

/**
 * What stands behind one message with buttons: whose it is, where in a drive it is, and what it showed. Kept in Keyv
 * under its id, written before the message is edited, so that buttons outlive the process.
 */
export interface Session {
  readonly id: string;
  /** Person id; nobody else may drive it. */
  readonly owner: string;
  readonly place: string;
  /** The group whose lent drives it may show; absent = it began in a private chat. */
  readonly through?: string | undefined;
  /** A group's message that its owner alone sees. */
  readonly forAsker?: boolean;
  /** The topic or thread it is in. */
  readonly thread?: string | undefined;
  /** Grows by one with every screen drawn. */
  readonly revision: number;
  readonly state: ViewState;
  /** The last few screens, newest last: an old button acts on what its label said. */
  readonly remembered: readonly Remembered[];
  /** What is chosen in it, over pages and folders; absent = nothing. */
  readonly selection?: Selection | undefined;
  /** What a name was asked for last: the id of an entry to call something else, or `in` and that of a folder to make one in. */
  readonly naming?: string | undefined;
  /** The last change made in it; absent = none, or it was undone. */
  readonly change?: Change | undefined;
}

/** Which screen it is, and what that screen needs to be drawn again. */
export type ViewState =
  | FolderView
  | FileView
  | TransferView
  | BatchView
  | ListView
  | DownloadView
  | PreviewView
  | FollowsView
  | FollowView
  | BackfillView
  | UploadView
  | SaveView
  | PushView
  | DestinationsView
  | ShareDraftView
  | SharedListView
  | SharedView
  | GivenListView
  | GivenView
  | TasksView
  | { readonly at: "task"; readonly task: string; readonly from: TasksView }
  | TidyView
  | SelectView
  | TargetView
  | TidiedView
  | TrashView
  | SearchView
  | { readonly at: "found" }
  | { readonly at: "lend-choice"; readonly place: string }
  | {
      readonly at: "lending";
      readonly place: string;
      readonly mount: string;
      /** What is not shared yet, and is to be confirmed. */
      readonly draft?: LendingDraft;
    }
  | { readonly at: "place-settings"; readonly place: string }
  | {
      readonly at: "welcome";
      /** The drive that can be opened from there. */
      readonly mount?: string;
      /** What `open-favourite` counts. */
      readonly places?: readonly KeptFolder[];
    }
  | {
      readonly at: "mounts";
      /** 1-based; absent = the first. */
      readonly page?: number;
      /** They were just opened out of one message: a row opens its share. */
      readonly opened?: boolean;
      /** What `open-favourite` counts. */
      readonly places?: readonly KeptFolder[];
    }
  | {
      readonly at: "favourites";
      /** Favourites, then recent folders. */
      readonly places: readonly KeptFolder[];
      /** A favourite is taken off, and not opened. */
      readonly editing?: boolean;
    }
  | { readonly at: "mount"; readonly mount: string }
  | { readonly at: "settings" }
  | { readonly at: "hook" }
  | SignInView
  | ApprovalView
  | {
      readonly at: "question";
      readonly question: "remove-mount";
      readonly mount: string;
      /** It was asked by `/logout`, and not on the mount's card. */
      readonly loggingOut: boolean;
    }
  | {
      readonly at: "question";
      readonly question: "other-account";
      readonly mount: string;
      /** The sign-in that waits for the answer. */
      readonly pending: string;
    }
  | { readonly at: "question"; readonly question: PlainQuestion }
  | { readonly at: "question"; readonly question: "revoke-shared"; readonly shared: SharedView }
  | {
      readonly at: "question";
      readonly question: "deliver";
      /** Where the list was that it was chosen from. */
      readonly list: DestinationsView;
      readonly destination: Destination;
    }
  | {
      readonly at: "question";
      readonly question: "take-back-link";
      readonly given: GivenView;
      readonly name: string;
    }
  | { readonly at: "question"; readonly question: "broadcast"; readonly text: string }
  | { readonly at: "question"; readonly question: "delete-entries" | "empty-trash"; readonly trash: TrashView }
  | AdminView
  | {
      readonly at: "notice";
      readonly retry?: Resumable | undefined;
      readonly back?: Resumable;
      /** What `renew-mount` is about. */
      readonly mount?: string;
    };

/** Questions about what needs no naming. */
export type PlainQuestion = "forget" | "revoke-links" | "revoke-every-link" | "renew-hook" | "revoke-hook";

/** A sign-in somebody approves elsewhere. */
export interface ApprovalView {
  readonly at: "approval";
  /** Id of the approval. */
  readonly approval: string;
  /** By a code, or through the person's browser. */
  readonly by: "approval" | "browser";
  readonly again: SignInView;
}

/** The ways to sign in. */
export interface SignInView {
  readonly at: "sign-in-ways";
  /** Name of the kind. */
  readonly kind: string;
  /** The mount that is signed in to again; absent = a new one. */
  readonly mount?: string | undefined;
}

/** How a drive is to be shared with a group, before its owner says yes. */
export interface LendingDraft {
  /** Folders from the root down to the one to share; empty = the whole drive. */
  readonly trail: readonly Crumb[];
  readonly policy: Policy;
  /** The folder that can be chosen instead of the whole drive; absent = there is none at hand. */
  readonly folder?: readonly Crumb[];
}

/** A page of a folder. */
export interface FolderView {
  readonly at: "folder";
  readonly mount: string;
  /** Empty = the mount's root. */
  readonly trail: readonly Crumb[];
  /** 1-based. */
  readonly page: number;
  readonly order: Order;
  /** Only names that contain this. */
  readonly filter?: string;
  /** Folders of the trail that one may not go above: only what is below was lent. */
  readonly base?: number;
}

/** What was found below a folder. */
export interface SearchView {
  readonly at: "search";
  /** What is searched, and where the way up leads. */
  readonly folder: FolderView;
  readonly words: string;
  readonly kind?: EntryKind;
  /** Bytes. */
  readonly least?: number;
  readonly most?: number;
  /** Where else it can be looked for: the folder the person was in, or the whole drive. */
  readonly elsewhere?: FolderView | undefined;
  /** All of one's drives are searched, and these are they, as `search-in-drive` counts them; the folder is where one came from. */
  readonly everywhere?: readonly string[];
  /** What it can be narrowed by is shown. */
  readonly filters?: boolean;
  /** 1-based. */
  readonly page: number;
  /** Absent = what fits best first. */
  readonly order?: Order;
}

/** A file's card, or the link made from it. `folder` is the page it was opened from. */
export interface FileView {
  readonly at: "file" | "link";
  readonly folder: FolderView;
  readonly entry: Entry;
  /** In the order the card showed them. */
  readonly variants: readonly Variant[];
  /** Of a link: the rendition it is to. */
  readonly variant?: Variant | undefined;
  /** The search it was found by: the way back. */
  readonly from?: SearchView | undefined;
}

/** The folder a view is in, or was opened from. */
export function folderOf(state: ViewState): FolderView | undefined {
  switch (state.at) {
    case "folder":
      return state;
    case "file":
    case "link":
    case "search":
    case "list":
      return state.folder;
    case "transfer":
      return state.file.folder;
    case "batch":
    case "download":
    case "upload":
    case "select":
    case "target":
    case "trash":
      return state.folder;
    case "preview":
      return state.of.folder;
    case "save":
      return state.back.at === "folder" ? state.back : state.back.folder;
    case "share-out":
      return state.from.at === "folder" ? state.from : state.from.folder;
    case "follows":
    case "follow":
    case "backfill":
      return state.folder;
    case "push":
    case "destinations":
    case "tidy":
      return folderOf(state.from);
    case "tidied":
      return folderOf(state.back);
    case "shared":
    case "shared-list":
    case "given-link":
    case "given-links":
    case "tasks":
    case "task":
    case "found":
    case "lend-choice":
    case "lending":
    case "place-settings":
    case "welcome":
    case "mounts":
    case "favourites":
    case "mount":
    case "settings":
    case "hook":
    case "sign-in-ways":
    case "approval":
    case "question":
    case "operators":
    case "notice":
      return undefined;
  }
}

/** A file on its way into the chat. */
export interface TransferView {
  readonly at: "transfer";
  readonly file: FileView;
  /** Id of the transfer. */
  readonly transfer: string;
  /** It was wanted as it is, and not as something to look at. */
  readonly asFile?: boolean | undefined;
}

/** As what links are wanted, and the list of them. */
export interface ListView {
  readonly at: "list";
  readonly folder: FolderView;
  /** Of what the session has chosen; absent = of the folder. */
  readonly chosen?: true | undefined;
}

/** Several files on their way into the chat. Its rows are the files: those that did not come, once it is over. */
export interface BatchView {
  readonly at: "batch";
  /** Where they were asked for. */
  readonly folder: FolderView;
  /** Id of the batch. */
  readonly batch: string;
  readonly asFiles: boolean;
  /** The chat they go to; absent = the one they were asked for in. */
  readonly destination?: Destination | undefined;
}

/** A batch of addresses on their way into a folder. Its rows are what they became, and where to begin again. */
export interface DownloadView {
  readonly at: "download";
  readonly folder: FolderView;
  /** Id of the batch. */
  readonly download: string;
}

/** A page of what the address of a batch would bring. */
export interface PreviewView {
  readonly at: "preview";
  readonly of: DownloadView;
  /** 1-based. */
  readonly page: number;
}

/** A page of what is followed. Its rows are ids. */
export interface FollowsView {
  readonly at: "follows";
  /** 1-based. */
  readonly page: number;
  /** The folder one is in; absent = there is none. */
  readonly folder?: FolderView | undefined;
  /** One was removed just now. */
  readonly removed?: boolean | undefined;
}

/** Something that is followed. */
export interface FollowView {
  readonly at: "follow";
  readonly follow: string;
  /** The folder one is in; absent = it came unasked. */
  readonly folder?: FolderView | undefined;
  /** What was done just now. */
  readonly said?: "begun" | "known" | "looking" | undefined;
}

/** A page of what was in a feed before, to choose from. Its rows are keys of entries. */
export interface BackfillView {
  readonly at: "backfill";
  readonly follow: string;
  /** The folder one is in. */
  readonly folder?: FolderView | undefined;
  /** 1-based. */
  readonly page: number;
  /** Keys of the chosen entries. */
  readonly picked: readonly string[];
}

/** Files somebody sent, on their way into a folder. Its rows are what they became. */
export interface UploadView {
  readonly at: "upload";
  readonly folder: FolderView;
  /** Id of the batch. */
  readonly upload: string;
}

/** Something of a share on its way into a drive. Its rows are what was saved. */
export interface SaveView {
  readonly at: "save";
  /** Id of the job. */
  readonly save: string;
  /** What is saved: a share's folder, its top, or a file. */
  readonly from: FolderView | FileView;
  /** Only these entries of the folder; absent = all of it. */
  readonly chosen?: readonly Entry[] | undefined;
  /** What is chosen of further folders of the share. */
  readonly others?: readonly Picked[] | undefined;
  /** Where it goes. */
  readonly to: FolderView;
  /** Where one comes back to: to the share, and once it is saved to what came of it. */
  readonly back: FolderView | FileView;
}

/** A page of the chats that files can be delivered to. Its rows are their ids. */
export interface DestinationsView {
  readonly at: "destinations";
  /** What is to be delivered, and where one comes back to. */
  readonly from: FileView | TidyView;
  /** 1-based. */
  readonly page: number;
}

/** Files on their way to somebody's aria2. Its rows are the ids aria2 has them under. */
export interface PushView {
  readonly at: "push";
  /** Id of the job. */
  readonly push: string;
  /** What is pushed, and where one comes back to. */
  readonly from: FileView | TidyView;
}

/** What a link is about to be made to, and how. */
export interface ShareDraftView {
  readonly at: "share-out";
  /** The file, or the folder that is open. */
  readonly from: FolderView | FileView;
  /** What the session has chosen instead. */
  readonly chosen?: true | undefined;
  readonly coded: boolean;
  readonly days: LifeDays;
  /** The drive was asked to make it then, ms since the epoch, and nobody has seen what came of it. */
  readonly askedAt?: number | undefined;
}

/** A page of the links of a drive. */
export interface SharedListView {
  readonly at: "shared-list";
  readonly mount: string;
  /** 1-based. */
  readonly page: number;
  /** One was taken back just now. */
  readonly revoked?: boolean | undefined;
}

/** One link. Its code is not kept here. */
export interface SharedView {
  readonly at: "shared";
  readonly mount: string;
  /** Id of the link. */
  readonly share: string;
  readonly title: string;
  /** Where it was opened from: what it was made to, or the list. */
  readonly from: FolderView | FileView | SharedListView;
}

/** A page of the links one gave away. */
export interface GivenListView {
  readonly at: "given-links";
  /** 1-based. */
  readonly page: number;
  /** One was taken back just now. */
  readonly isTakenBack?: boolean | undefined;
}

/** One of them. Its password is not kept here. */
export interface GivenView {
  readonly at: "given-link";
  /** Id of the link. */
  readonly link: string;
  /** Where it was opened from: the file's card with its usual link, or the list. */
  readonly from: FileView | GivenListView;
  /** It was made just now. */
  readonly isNew?: boolean | undefined;
}

/** What a drive fetches by itself. */
export interface TasksView {
  readonly at: "tasks";
  readonly mount: string;
  /** 1-based. */
  readonly page: number;
}

/** What can be done to a file, a folder or what is chosen. */
export interface TidyView {
  readonly at: "tidy";
  /** `selection`: what the session has chosen. */
  readonly about: "file" | "folder" | "selection";
  /** Where it was opened from: the file or folder it is about. */
  readonly from: FolderView | FileView;
}

/** A page of a folder, to choose from. */
export interface SelectView {
  readonly at: "select";
  readonly folder: FolderView;
}

/** A page of folders, to choose one that entries are put into, or that a drive fetches into. */
export type TargetView = CarryTargetView | FetchTargetView;

interface TargetPage {
  readonly at: "target";
  readonly folder: FolderView;
  /** It is the first one shown: folders that were chosen lately stand above. */
  readonly first?: boolean | undefined;
}

export interface CarryTargetView extends TargetPage {
  readonly carrying: Carrying;
  /** What is put there. */
  readonly tidy: TidyView;
}

/** Where the downloads of a batch go, or those of a feed. */
export interface FetchTargetView extends TargetPage {
  readonly carrying: "fetch";
  readonly of: DownloadView | FollowView;
}

/** What came of a change; the change itself is in the session. */
export interface TidiedView {
  readonly at: "tidied";
  /** Id of the change. */
  readonly change: string;
  readonly back: FolderView | TrashView;
  /** How many entries it was not done to. */
  readonly left: number;
  /** Why. */
  readonly reason?: { readonly code: StorageErrorCode; readonly retryAfter?: number | undefined } | undefined;
}

/** A page of what lies in a drive's trash, to choose from. */
export interface TrashView {
  readonly at: "trash";
  readonly mount: string;
  /** 1-based. */
  readonly page: number;
  readonly picked: readonly Entry[];
  /** Where it was opened from. */
  readonly folder: FolderView;
}

/** What a Retry or Back button does again. */
export type Resumable =
  | TasksView
  | SharedListView
  | GivenListView
  | TidyView
  | TrashView
  | FolderView
  | FileView
  | SearchView
  | TransferView
  | { readonly at: "browse"; readonly path?: string };

/** One revision: which screen it was and the rows it showed, mount ids on a mount list, entries on a listing. */
export interface Remembered {
  readonly revision: number;
  readonly state: ViewState;
  readonly rows: readonly (Entry | FoundRow | string)[];
}

/** An entry of a search's page. */
export interface FoundRow extends Entry {
  /** Folders from the root down to the one it is in. */
  readonly trail: readonly Crumb[];
  readonly mount: string;
}
