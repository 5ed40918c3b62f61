import type { Entry } from "../../storage/entry.ts";

/** A new name for something, with the ending that says what it is. */
export function withEnding(name: string, { kind, name: before }: Pick<Entry, "kind" | "name">): string {
  const ending = kind === "file" ? (/\.[\p{L}\p{N}]{1,8}$/u.exec(before)?.[0] ?? "") : "";
  return name.toLowerCase().endsWith(ending.toLowerCase()) ? name : `${name}${ending}`;
}
