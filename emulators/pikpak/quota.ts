import type { Node } from "./node.ts";
import type { Tree } from "./tree.ts";

/** Bytes an account may hold and holds. */
export interface Quota {
  limit: number;
  /** Everything that is complete, the trash included: putting something there frees no space (measured 2026-10). */
  readonly usage: number;
  /** What of it lies in the trash, by itself or below a trashed folder. */
  readonly trashed: number;
}

/** Counted anew whenever it is asked for, so that no change of the tree can miss it. */
export function quotaOf(nodes: Tree, userId: string, limit: number): Quota {
  const sum = (counts: (node: Node) => boolean) =>
    nodes.all(userId).reduce((bytes, node) => bytes + (isStored(node) && counts(node) ? node.size : 0), 0);
  return {
    limit,
    get usage() {
      return sum(() => true);
    },
    get trashed() {
      return sum((node) => isTrashed(nodes, node));
    },
  };
}

function isStored(node: Node): boolean {
  return !node.folder && node.phase === "PHASE_TYPE_COMPLETE";
}

/** In the trash by itself, or because a folder above it is. */
export function isTrashed(nodes: Tree, node: Node): boolean {
  for (let at: Node | undefined = node; at; at = at.parentId === "" ? undefined : nodes.get(at.parentId))
    if (at.trashed) return true;
  return false;
}

/** Bytes of a node and of everything below it that is not in the trash. */
export function subtreeSize(nodes: Tree, node: Node): number {
  if (!node.folder) return node.size;
  return nodes
    .children(node.userId, node.id)
    .reduce((bytes, child) => bytes + (child.trashed ? 0 : subtreeSize(nodes, child)), 0);
}
