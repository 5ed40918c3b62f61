import { createHash } from "node:crypto";

/** What was there when it was last looked at: eight characters each, one after another. */
export type Seen = string;

const width = 8;

/** Most entries that are known of something: 80 KB of text. */
export const maxSeen = 10_000;

/** Of one length, whatever it is known by: of ten thousand, no two are alike but once in five million. */
export function markOf(key: string): string {
  return createHash("sha256").update(key).digest("base64url").slice(0, width);
}

/** All that were seen. */
export function readSeen(seen: Seen): Set<string> {
  return new Set(seen.match(/[\w-]{8}/g) ?? []);
}

/** The marks as they are kept: the first ones, where there are too many. */
export function writeSeen(marks: Iterable<string>): Seen {
  return [...new Set(marks)].slice(0, maxSeen).join("");
}
