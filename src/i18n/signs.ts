import type { Capability } from "../storage/driver.ts";
import type { EntryKind } from "../storage/file-kind.ts";

export { kindOf, type EntryKind } from "../storage/file-kind.ts";

interface AbilitySign {
  readonly sign: string;
  /** The button that does it, whose words are `press-<button>`; absent = it is only shown. */
  readonly button?: string;
}

/**
 * What can be done with what a card shows: what a drive is capable of, and what goes where it is shown. A capability is a
 * row here and draws nothing of its own: both chats go through what a card says it can.
 */
export const abilitySigns = {
  quota: { sign: "📊" },
  send: { sign: "📥", button: "send" },
  "send-as-file": { sign: "📄", button: "send-as-file" },
  "list-folder": { sign: "🧾", button: "list-folder" },
  "ask-root": { sign: "📂", button: "ask-root" },
  "renew-mount": { sign: "🔑", button: "renew-mount" },
  "revoke-links": { sign: "🚫", button: "revoke-links" },
} as const satisfies Readonly<Record<Capability, AbilitySign> & Record<string, AbilitySign>>;

/** The signs of what is asked before it is done. */
export const questionSigns = {
  "remove-mount": "🗑",
  forget: "🗑",
  broadcast: "📣",
  "revoke-links": "🚫",
  "revoke-every-link": "🚫",
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
