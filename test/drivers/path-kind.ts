import type { MemoryEntry } from "../../src/drivers/index.ts";
import type { Driver, DriverKind } from "../../src/storage/driver.ts";
import type { Entry } from "../../src/storage/entry.ts";
import { StorageError } from "../../src/storage/error.ts";

const pageSize = 400;
const password = "correct-horse";

/** A second kind of account, as unlike PikPak as the contract allows: ids are paths, a name is there once, nothing besides the required. */
export function pathKind(tree: MemoryEntry): DriverKind {
  return {
    name: "paths",
    added: "sign-in",
    where: "private",
    fields: [
      { name: "name", kind: "text", role: "login", required: true, maxLength: 50 },
      { name: "password", kind: "secret", role: "credential", required: true, maxLength: 50 },
    ],
    check: (values) => ({ ok: true, values }),
    title: (options) => options["name"] ?? "paths",
    identity: (options) => `paths:${options["name"] ?? ""}`,
    open: (_options, { vault }) => {
      const enter = async (signal: AbortSignal | undefined) => {
        signal?.throwIfAborted();
        if ((await vault.read())["password"] !== password) throw new StorageError("wrong-credentials");
      };
      return openPaths(tree, enter);
    },
  };
}

function openPaths(tree: MemoryEntry, enter: (signal: AbortSignal | undefined) => Promise<void>): Driver {
  return {
    async list(folder = "", { cursor = "0", signal } = {}) {
      await enter(signal);
      const { children } = at(tree, folder);
      if (!children) throw new StorageError("not-a-folder");
      const all = [...new Map(children.map((child) => [child.name, child])).values()];
      const from = Number(cursor);
      const items = all.slice(from, from + pageSize).map((child) => entryOf(child, `${folder}/${child.name}`));
      return { items, ...(from + pageSize < all.length && { next: String(from + pageSize) }) };
    },
    async stat(path, { signal } = {}) {
      await enter(signal);
      return entryOf(at(tree, path), path);
    },
    async link(path, { prefer, signal } = {}) {
      await enter(signal);
      const { children, size, url = "" } = at(tree, path);
      if (children) throw new StorageError("not-a-file");
      if (prefer !== undefined) throw new StorageError("variant-gone");
      return size === 0 ? { kind: "empty" } : { kind: "url", url };
    },
  };
}

/** A name may hold a slash itself: each step takes the longest one that fits. */
function at(tree: MemoryEntry, path: string): MemoryEntry {
  if (path === "") return tree;
  const child = tree.children?.find(({ name }) => path === `/${name}` || path.startsWith(`/${name}/`));
  if (!child) throw new StorageError("not-found");
  return at(child, path.slice(child.name.length + 1));
}

function entryOf({ children, name, size }: MemoryEntry, id: string): Entry {
  return children ? { id, kind: "folder", name } : { id, kind: "file", name, ...(size !== undefined && { size }) };
}
