import type { Order } from "../../storage/entry.ts";
import type { Values } from "../../storage/form.ts";
import type { DownloadMethod } from "../../storage/mount.ts";
import type { OperatorsPress } from "../admin/model.ts";

/** Who acts, and where they stand. Made by a frontend for every update. */
export interface Visit {
  readonly person: {
    /** `telegram:1001`, `discord:2002`. */
    readonly id: string;
    readonly name: string;
    /** What their client says, BCP 47; absent = unknown. A language chosen in `/settings` wins. */
    readonly locale?: string;
  };
  readonly place: {
    /** `telegram:-1005`, `discord:channel:77`; in a private chat the person's own. */
    readonly id: string;
    readonly kind: "private" | "group";
    /** A group's own name. */
    readonly title?: string;
    /** The topic or thread in it; absent = none. */
    readonly thread?: string;
    /** What the person is there, where the platform says so with the update; absent = to be asked for. */
    readonly role?: "admin" | "member";
    /** Of a private place that is in a group nevertheless, like an answer only its asker sees: that group. */
    readonly within?: Pick<Visit["place"], "id" | "title" | "role">;
  };
  /** Rows a listing can have here, when the person has not chosen. */
  readonly rows: { readonly usual: number; readonly most: number };
  /** Bytes of the largest file the bot can put here; absent = it can put none. */
  readonly uploadLimit?: number;
}

/** The screen a button belongs to, as the button remembers it. */
export interface ViewRef {
  /** Session id: 10 base62 characters. */
  readonly id: string;
  /** Revision the button was drawn for; an older one acts on what its label said, or redraws. */
  readonly revision: number;
}

/** Everything that can be asked. Those with a `view` fit on a button (see `press.ts`). */
export type Action =
  | { readonly do: "start"; readonly payload?: string }
  | { readonly do: "help" }
  | { readonly do: "sign-in"; readonly mount?: string }
  | { readonly do: "open-share"; readonly text?: string; readonly passCode?: string }
  | { readonly do: "submit"; readonly form: FormRef; readonly values: Values }
  | { readonly do: "show-mounts" }
  | { readonly do: "browse"; readonly path?: string }
  | { readonly do: "find-link"; readonly words: string }
  | { readonly do: "get"; readonly words: string }
  | { readonly do: "search"; readonly words: string }
  /** Lends a drive to this group; `path` = only that folder of the current one. */
  | { readonly do: "bind"; readonly path?: string }
  | { readonly do: "unbind" }
  | { readonly do: "show-place-settings" }
  /** From a line that is being typed in any chat: what is known by name, from `from` on. */
  | { readonly do: "find-inline"; readonly words: string; readonly from: number }
  /** One of the cards found so was sent. */
  | { readonly do: "keep-card"; readonly card: string }
  | { readonly do: "show-settings" }
  | { readonly do: "log-out" }
  | { readonly do: "forget" }
  | {
      readonly do: "cancel";
      /** The form that was being filled in; absent = none was. */
      readonly left?: FormRef;
    }
  /** Operators: the panel, or a sub-command with its words. */
  | { readonly do: "admin"; readonly words?: string }
  | Press;

/** What a button can mean. `index` counts in the rows its screen showed. */
export type Press =
  | { readonly do: "open"; readonly view: ViewRef; readonly index: number }
  | { readonly do: "turn"; readonly view: ViewRef; readonly page: number }
  | { readonly do: "up"; readonly view: ViewRef }
  | { readonly do: "refresh"; readonly view: ViewRef }
  | { readonly do: "sort"; readonly view: ViewRef; readonly by: Order["by"] }
  | { readonly do: "back"; readonly view: ViewRef }
  | { readonly do: "link"; readonly view: ViewRef; readonly variant?: number }
  | { readonly do: "mounts"; readonly view: ViewRef }
  | { readonly do: "mount"; readonly view: ViewRef; readonly index: number }
  | { readonly do: "open-mount"; readonly view: ViewRef }
  | { readonly do: "choose-mount"; readonly view: ViewRef }
  | { readonly do: "rename-mount"; readonly view: ViewRef }
  | { readonly do: "check-mount"; readonly view: ViewRef }
  | { readonly do: "renew-mount"; readonly view: ViewRef }
  | { readonly do: "set-method"; readonly view: ViewRef; readonly method: DownloadMethod }
  | { readonly do: "remove-mount"; readonly view: ViewRef }
  | { readonly do: "confirm"; readonly view: ViewRef }
  | { readonly do: "dismiss"; readonly view: ViewRef }
  | { readonly do: "set-language"; readonly view: ViewRef; readonly index: number }
  | { readonly do: "set-rows"; readonly view: ViewRef; readonly rows: number }
  | { readonly do: "set-order"; readonly view: ViewRef; readonly by: Order["by"] }
  | { readonly do: "add-account"; readonly view: ViewRef }
  | { readonly do: "add-share"; readonly view: ViewRef }
  | { readonly do: "retry"; readonly view: ViewRef }
  // Searching.
  | { readonly do: "find"; readonly view: ViewRef }
  | { readonly do: "stop-search"; readonly view: ViewRef }
  | { readonly do: "narrow-kind"; readonly view: ViewRef; readonly index: number }
  | { readonly do: "narrow-size"; readonly view: ViewRef; readonly index: number }
  | { readonly do: "link-row"; readonly view: ViewRef; readonly index: number }
  // Lending to groups, and their settings.
  | { readonly do: "lend"; readonly view: ViewRef; readonly index: number }
  | { readonly do: "unlend"; readonly view: ViewRef }
  | {
      readonly do: "set-policy";
      readonly view: ViewRef;
      readonly capability: SharedCapability;
      readonly audience: Audience;
    }
  | { readonly do: "set-daily"; readonly view: ViewRef; readonly count: number }
  | { readonly do: "set-open"; readonly view: ViewRef; readonly open: boolean }
  | { readonly do: "set-private-links"; readonly view: ViewRef; readonly privateLinks: boolean }
  | { readonly do: "set-clear"; readonly view: ViewRef; readonly minutes: number }
  // Files into the chat, lists of links, and taking links back.
  | { readonly do: "send"; readonly view: ViewRef }
  | { readonly do: "cancel-transfer"; readonly view: ViewRef }
  | { readonly do: "list-folder"; readonly view: ViewRef }
  | { readonly do: "list-as"; readonly view: ViewRef; readonly format: ListFormat }
  | { readonly do: "revoke-links"; readonly view: ViewRef }
  | OperatorsPress;

/** What a folder's links can be written as: a playlist, an input file of aria2, or plain lines. */
export const listFormats = ["m3u8", "aria2", "plain"] as const;
export type ListFormat = (typeof listFormats)[number];

/** What a lent drive can be used for. */
export const sharedCapabilities = ["browse", "link", "send"] as const;
export type SharedCapability = (typeof sharedCapabilities)[number];
/** Who may: everybody in the group, its admins and the lender, or the lender alone. */
export const audiences = ["members", "admins", "owner"] as const;
export type Audience = (typeof audiences)[number];

/** Kinds a search can be narrowed to, in the order `narrow-kind` counts them. */
export const searchKinds = ["video", "audio", "image", "archive", "document", "folder"] as const;
/** Least sizes a search can be narrowed to, in bytes, in the order `narrow-size` counts them. */
export const searchSizes = [100 * 1024 ** 2, 1024 ** 3, 4 * 1024 ** 3] as const;

/** Which form was answered, and what it is about. Survives in a dialogue's state, so it holds no secret. */
export interface FormRef {
  /** A driver kind's name, or a form of the app. */
  readonly id: FormId;
  /** What it is about: a mount id, the share's link, a pending sign-in. */
  readonly subject?: string;
}

export const formIds = [
  "pikpak",
  "pikpak-share",
  "verification",
  "mount-title",
  "search-words",
  // Operators.
  "find-person",
  "quota",
  "broadcast-text",
] as const;
export type FormId = (typeof formIds)[number];
