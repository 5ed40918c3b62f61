import type { Node } from "./node.ts";

/** The nodes of every account. Long folders are made when somebody first looks into them, or for an id nobody knows yet. */
export interface Tree {
  get(id: string): Node | undefined;
  /** In the order they came; "" is an account's root. */
  children(userId: string, parentId: string): readonly Node[];
  /** Everything an account has, trash included. */
  all(userId: string): readonly Node[];
  add(node: Node): Node;
  /** Hangs a node below another parent. */
  move(node: Node, parentId: string): void;
  /** For ever, with all that is below. */
  remove(node: Node): void;
  /** `make` adds the nodes of a folder when it is first looked into. */
  later(userId: string, parentId: string, make: () => void): void;
}

export function createTree(): Tree {
  const nodes = new Map<string, Node>();
  const below = new Map<string, Node[]>();
  const unmade = new Map<string, (() => void)[]>();
  const keyOf = (userId: string, parentId: string) => `${userId}/${parentId}`;
  const make = (key: string) => {
    const makers = unmade.get(key);
    unmade.delete(key);
    for (const maker of makers ?? []) maker();
  };
  const makeAll = () => {
    for (const key of unmade.keys()) make(key);
  };
  const siblings = (key: string): Node[] => {
    const found = below.get(key) ?? [];
    below.set(key, found);
    return found;
  };
  const detach = (node: Node) => {
    const around = siblings(keyOf(node.userId, node.parentId));
    around.splice(around.indexOf(node), 1);
  };
  const tree: Tree = {
    get(id) {
      const known = nodes.get(id);
      if (known || unmade.size === 0) return known;
      makeAll();
      return nodes.get(id);
    },
    children(userId, parentId) {
      const key = keyOf(userId, parentId);
      make(key);
      return siblings(key);
    },
    all(userId) {
      makeAll();
      return [...nodes.values()].filter((node) => node.userId === userId);
    },
    add(node) {
      nodes.set(node.id, node);
      siblings(keyOf(node.userId, node.parentId)).push(node);
      return node;
    },
    move(node, parentId) {
      detach(node);
      node.parentId = parentId;
      siblings(keyOf(node.userId, parentId)).push(node);
    },
    remove(node) {
      for (const child of tree.children(node.userId, node.id).slice()) tree.remove(child);
      detach(node);
      nodes.delete(node.id);
    },
    later(userId, parentId, maker) {
      const key = keyOf(userId, parentId);
      unmade.set(key, [...(unmade.get(key) ?? []), maker]);
    },
  };
  return tree;
}
