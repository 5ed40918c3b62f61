import type { Order } from "../storage/entry.ts";
import type { EntryKind } from "../storage/file-kind.ts";
import type { Health } from "../storage/mount.ts";

export { kindOf, type EntryKind } from "../storage/file-kind.ts";

interface AbilitySign {
  readonly sign: string;
  /** The button that does it, whose words are `press-<button>`. */
  readonly button: string;
}

/** What can be done with what a card shows; both chats draw what a card says it can. */
export const abilitySigns = {
  send: { sign: "📥", button: "send" },
  "send-as-file": { sign: "📄", button: "send-as-file" },
  "send-privately": { sign: "📥", button: "send-privately" },
  "save-share": { sign: "💾", button: "save" },
  "share-out": { sign: "📤", button: "share-out" },
  "shared-links": { sign: "📤", button: "shared-links" },
  "send-folder": { sign: "📥", button: "send-folder" },
  select: { sign: "☑️", button: "select" },
  "list-folder": { sign: "🧾", button: "list-folder" },
  "give-link": { sign: "⚙️", button: "give-link" },
  deliver: { sign: "📢", button: "deliver" },
  push: { sign: "📡", button: "push" },
  tidy: { sign: "⋯", button: "tidy" },
  "add-favourite": { sign: "⭐", button: "add-favourite" },
  "remove-favourite": { sign: "⭐", button: "remove-favourite" },
  "follow-folder": { sign: "🔔", button: "follow-here" },
  "ask-root": { sign: "📂", button: "ask-root" },
  "renew-mount": { sign: "🔑", button: "renew-mount" },
  "revoke-links": { sign: "🚫", button: "revoke-links" },
} as const satisfies Readonly<Record<string, AbilitySign>>;

/** The signs of what a drive tells of its room, and of what it may still fetch. */
export const quotaSigns = { room: "📊", tasks: "⏬" } as const;

/** The signs of what is asked before it is done. */
export const questionSigns = {
  "remove-mount": "🗑",
  "other-account": "🔑",
  forget: "🗑",
  broadcast: "📣",
  "revoke-links": "🚫",
  "revoke-every-link": "🚫",
  "revoke-shared": "🚫",
  "renew-hook": "🔄",
  "revoke-hook": "🚫",
  "take-back-link": "🚫",
  deliver: "📢",
  "delete-entries": "🗑",
  "empty-trash": "🗑",
} as const;

/** The signs of what can be done with files and folders, and in the trash. */
export const tidySigns = {
  "new-folder": "📁➕",
  "rename-entry": "✏️",
  "move-entries": "➡️",
  "copy-entries": "📑",
  "trash-entries": "🗑",
  select: "☑️",
  "show-trash": "🗑",
  "list-folder": "🧾",
  "share-out": "📤",
  save: "💾",
  "send-entries": "📥",
  "send-as-files": "📄",
  deliver: "📢",
  push: "📡",
  undo: "↩️",
  "restore-entries": "↩️",
  "delete-entries": "❌",
  "empty-trash": "🗑",
} as const;

/** What stands before a row that can be chosen. */
export function pickMark(picked: boolean): string {
  return picked ? "☑️" : "⬜";
}

/** The signs of what was done. */
export const didSigns = {
  made: "📁➕",
  renamed: "✏️",
  moved: "➡️",
  copied: "📑",
  trashed: "🗑",
  restored: "↩️",
} as const;

/** The sign of each kind, as people know them from all lists. */
export const kindSigns: Readonly<Record<EntryKind, string>> = {
  folder: "📁",
  video: "🎬",
  audio: "🎵",
  image: "🖼",
  archive: "📦",
  document: "📝",
  file: "📄",
};

/** The signs of chats that files can be delivered to. */
export const destinationSigns = { channel: "📢", group: "👥" } as const;

/** The signs of a notice's levels. */
export const levelSigns = { done: "✅", info: "ℹ️", refused: "🚫", failed: "⚠️" } as const;

/** The signs of the ways on that a notice offers. */
export const offerSigns = {
  retry: "🔄",
  back: "⬆",
  mounts: "🗄",
  "add-account": "🔑",
  "add-share": "📂",
  "renew-mount": "🔑",
} as const;

/** The signs of the operators' screens. */
export const roomSigns = {
  panel: "🎛",
  people: "👥",
  access: "🚪",
  "admin-mounts": "🗄",
  broadcast: "📣",
  audit: "📒",
} as const;

/** The signs of how somebody stands with the app. */
export const standingSigns = { usual: "▫️", admitted: "✅", banned: "⛔", operator: "🎛" } as const;

/** The signs of what a drive is shared for. */
export const sharedCapabilitySigns = { browse: "📁", link: "🔗", send: "📥" } as const;

/** The sign of a favourite, and of one that a press takes off the list: its folder stays. */
export const favouriteSigns = { kept: "⭐", taken: "✖️" } as const;

/** The sign of the folders one was in lately. */
export const recentSign = "🕘";

/** The sign of addresses that programs call. */
export const hookSign = "🪝";

/** The sign of a drive that works, or does not. */
export function healthSign({ state }: Health): string {
  return state === "working" ? "🟢" : "🔴";
}

/** What stands before the one of several choices that is chosen. */
export function chosenMark(chosen: boolean): string {
  return chosen ? "🔘 " : "";
}

/** What stands after the way to sort that is in use; absent order = none is. */
export function sortArrow(order: Order | undefined, by: Order["by"]): string {
  if (order?.by !== by) return "";
  return order.descending ? " ↓" : " ↑";
}
