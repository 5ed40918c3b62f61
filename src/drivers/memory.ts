import type { Driver, DriverKind } from "../storage/driver.ts";
import type { Entry, Variant } from "../storage/entry.ts";
import { StorageError } from "../storage/error.ts";

/** An entry of a tree in memory. Its id is its path of child numbers: `0.2.1`. */
export interface MemoryEntry extends Omit<Entry, "id" | "kind"> {
  readonly children?: readonly MemoryEntry[];
  /** Where its bytes are; absent = a file that cannot be linked to. */
  readonly url?: string;
  readonly variants?: readonly (Variant & { readonly url: string })[];
}

const pageSize = 500;
/** Entries of a long folder that are told of before its page. */
const firstEntries = 30;

/** A tree in memory: the smallest complete driver, and the one to copy. `trees` are mounted by name. */
export function memoryKind(trees: Readonly<Record<string, MemoryEntry>>): DriverKind {
  return {
    name: "memory",
    added: "sign-in",
    where: "private",
    fields: [{ name: "tree", kind: "choice", required: true, choices: Object.keys(trees), maxLength: 50 }],
    check: (values) => ({ ok: true, values }),
    title: (options) => options["tree"] ?? "memory",
    identity: (options) => `memory:${options["tree"] ?? ""}`,
    open: (options) => openTree(trees[options["tree"] ?? ""] ?? { name: "", children: [] }),
  };
}

function openTree(root: MemoryEntry): Driver {
  return {
    async list(folder, { cursor = "0", signal, onFirst } = {}) {
      signal?.throwIfAborted();
      const { children } = find(root, folder);
      if (!children) throw new StorageError("not-a-folder");
      const from = Number(cursor);
      const items = children.slice(from, from + pageSize).map((child, n) => entryOf(child, idOf(folder, from + n)));
      if (from === 0 && pageSize < children.length) onFirst?.(items.slice(0, firstEntries));
      return { items, ...(from + pageSize < children.length && { next: String(from + pageSize) }) };
    },
    async stat(id, { signal } = {}) {
      signal?.throwIfAborted();
      const { variants, ...node } = find(root, id);
      return {
        ...entryOf(node, id),
        ...(variants && { variants: variants.map(({ id: variant, name }) => ({ id: variant, name })) }),
      };
    },
    async link(id, { prefer, signal } = {}) {
      signal?.throwIfAborted();
      const node = find(root, id);
      if (node.children) throw new StorageError("not-a-file");
      if (prefer !== undefined)
        return urlOf(node.variants?.find((variant) => variant.id === prefer)?.url, "variant-gone");
      return node.size === 0 ? { kind: "empty" } : urlOf(node.url, "no-link");
    },
  };
}

function find(root: MemoryEntry, id: string | undefined): MemoryEntry {
  const node =
    id === undefined ? root : id.split(".").reduce<MemoryEntry | undefined>((at, n) => at?.children?.[Number(n)], root);
  if (!node) throw new StorageError("not-found");
  return node;
}

function idOf(folder: string | undefined, n: number): string {
  return folder === undefined ? String(n) : `${folder}.${n}`;
}

function entryOf({ children, url: _url, variants: _variants, ...entry }: MemoryEntry, id: string): Entry {
  return { ...entry, id, kind: children ? "folder" : "file" };
}

function urlOf(url: string | undefined, otherwise: "variant-gone" | "no-link") {
  if (url === undefined) throw new StorageError(otherwise);
  return { kind: "url", url } as const;
}
