import { recordEvent } from "./events.ts";
import { freeName } from "./names.ts";
import { isTrashed, subtreeSize } from "./quota.ts";
import { Refusal, refusals } from "./refusal.ts";
import { fileObject, type Addresses } from "./shapes.ts";
import { idFrom, nodeOf, type Node } from "./node.ts";
import type { Account, State, Task } from "./state.ts";
import { beginTask, type TaskRules } from "./tasks.ts";
import { idsIn, innerText, text, type Body } from "./text.ts";

export interface MutationRules {
  /** More ids than this are refused whole: 200 were taken, 1000 were not. */
  batchLimit: number;
  /** `"to":{}` moves to the root, as one client sends it. */
  emptyTarget: boolean;
}

interface MutationParts {
  readonly addresses: Addresses;
  readonly rules: TaskRules;
}

/** `POST /drive/v1/files` with `kind: drive#folder`. */
export function makeFolder(state: State, account: Account, body: Body, { addresses }: MutationParts): object {
  const parentId = text(body["parent_id"]);
  if (parentId !== "") ownFolder(state, account, parentId);
  const name = nameIn(body);
  const folder = nodeOf({
    id: idFrom(`made ${state.randomHex(8)}`),
    account,
    parentId,
    folder: true,
    seed: { name: freeName(state.nodes.children(account.userId, parentId), name) },
    now: state.now(),
    folderType: text(body["folder_type"]) || "NORMAL",
  });
  return {
    upload_type: "UPLOAD_TYPE_UNKNOWN",
    file: fileObject(state.nodes.add(folder), "list", addresses),
    task: null,
    resumable: null,
    form: null,
    url: null,
  };
}

/** `PATCH /drive/v1/files/{id}`: a name is unique for renaming, and for renaming alone. */
export function rename(
  state: State,
  account: Account,
  { id, body }: { readonly id: string; readonly body: Body },
  { addresses }: MutationParts,
): object {
  const node = ownNode(state, account, id);
  if (isTrashed(state.nodes, node)) throw refusals.trashed();
  const name = nameIn(body);
  if (node.movingUntil > state.now()) throw refusals.renameUncompleted();
  if (node.name === name)
    throw new Refusal({ error: "file_rename_to_same_name", code: 3, description: "The name is the same" });
  const clash = state.nodes
    .children(account.userId, node.parentId)
    .some((other) => other.name === name && !other.trashed);
  if (clash) throw new Refusal({ error: "file_duplicated_name", code: 3, description: "File name cannot be repeated" });
  node.name = name;
  node.modifiedAt = state.now();
  recordEvent(state, "TYPE_UPDATE", node);
  return fileObject(node, "list", addresses);
}

const verbs = ["batchMove", "batchCopy", "batchTrash", "batchUntrash", "batchDelete", "star", "unstar"] as const;
type Verb = (typeof verbs)[number];

/** The word after the colon of `files:batchMove`; undefined = none of them. */
export function verbIn(word: string): Verb | undefined {
  return verbs.find((verb) => verb === word);
}

/** `POST /drive/v1/files:<verb>`: begins the work and answers with its task. */
export function batch(
  state: State,
  account: Account,
  { verb, body }: { readonly verb: Verb; readonly body: Body },
  rules: TaskRules & MutationRules,
): object {
  const ids = idsIn(body);
  if (ids.length === 0) throw refusals.argument("ids is empty");
  if (ids.length > rules.batchLimit) throw refusals.tooManyIds();
  const nodes = ids.map((id) => ownNode(state, account, id));
  if (verb === "star" || verb === "unstar") {
    for (const node of nodes) node.starred = verb === "star";
    return { ids };
  }
  const to = targetIn(body, rules);
  const task = beginWork(state, account, { verb, nodes, to, takes: rules.workTakes });
  return { task_id: task.id };
}

interface Work {
  readonly verb: Exclude<Verb, "star" | "unstar">;
  readonly nodes: readonly Node[];
  readonly to: string | undefined;
  readonly takes: number;
}

function beginWork(state: State, account: Account, { verb, nodes, to, takes }: Work): Task {
  const begin = (type: Task["type"], happen: (node: Node) => void) =>
    beginTask(state, account, { type, takes, count: nodes.length }, () => {
      for (const node of nodes) if (state.nodes.get(node.id)) happen(node);
    });
  switch (verb) {
    case "batchMove":
      return carry(state, account, { nodes, to, takes }, (target) =>
        begin("move", (node) => moveTo(state, node, target)),
      );
    case "batchCopy":
      return carry(state, account, { nodes, to, takes: 0 }, (target) => {
        assertRoom(state, account, nodes);
        return begin("copy", (node) => void copyTo(state, account, node, target));
      });
    case "batchTrash":
      return begin("trash", (node) => {
        node.trashed = true;
        recordEvent(state, "TYPE_DELETE", node);
      });
    case "batchUntrash":
      return begin("untrash", (node) => putBack(state, node));
    case "batchDelete":
      return begin("delete", (node) => state.nodes.remove(node));
  }
}

/** Back to its folder, or to the root where that is gone. */
function putBack(state: State, node: Node): void {
  const parent = state.nodes.get(node.parentId);
  if (node.parentId !== "" && (!parent || isTrashed(state.nodes, parent))) state.nodes.move(node, "");
  node.trashed = false;
}

/** Moving and copying want a target that is another folder than theirs and not inside them. */
function carry(
  state: State,
  account: Account,
  { nodes, to, takes }: Omit<Work, "verb">,
  begin: (target: string) => Task,
): Task {
  if (to === undefined) throw refusals.argument("to.parent_id is missing");
  if (to !== "") ownFolder(state, account, to);
  for (const node of nodes) {
    if (isTrashed(state.nodes, node)) throw refusals.trashed();
    if (node.parentId === to || isWithin(state, to, node))
      throw new Refusal({ error: "file_move_or_copy_to_cur", code: 9, description: "The folder is the same" });
  }
  for (const node of nodes) node.movingUntil = state.now() + takes;
  return begin(to);
}

function isWithin(state: State, id: string, folder: Node): boolean {
  for (let at = state.nodes.get(id); at; at = state.nodes.get(at.parentId)) if (at === folder) return true;
  return false;
}

function moveTo(state: State, node: Node, target: string): void {
  node.name = freeName(state.nodes.children(node.userId, target), node.name);
  node.modifiedAt = state.now();
  state.nodes.move(node, target);
  recordEvent(state, "TYPE_UPDATE", node);
}

/** A copy with all that is below it; used by restoring from a share, too. */
export function copyTo(state: State, account: Account, node: Node, target: string): Node {
  const name = freeName(state.nodes.children(account.userId, target), node.name);
  const copy = nodeOf({
    id: idFrom(`copy ${state.randomHex(8)}`),
    account,
    parentId: target,
    folder: node.folder,
    seed: { name },
    now: state.now(),
    folderType: node.folder ? "NORMAL" : "",
    like: node,
  });
  state.nodes.add(copy);
  for (const child of state.nodes.children(node.userId, node.id).slice())
    if (!child.trashed) copyTo(state, account, child, copy.id);
  return copy;
}

/** Refuses what does not fit any more. */
export function assertRoom(state: State, account: Account, nodes: readonly Node[]): void {
  assertFree(
    account,
    nodes.reduce((sum, node) => sum + subtreeSize(state.nodes, node), 0),
  );
}

/** Refuses that many bytes more than an account may hold. */
export function assertFree({ quota }: Account, bytes: number): void {
  if (quota.usage + bytes > quota.limit) throw refusals.noSpace();
}

/** `DELETE /drive/v1/files/{id}`: for ever, measured 2026-09. */
export function deleteForEver(state: State, account: Account, id: string): void {
  state.nodes.remove(ownNode(state, account, id));
}

/** `PATCH /drive/v1/files/trash:empty`. */
export function emptyTrash(state: State, account: Account, rules: TaskRules): object {
  const task = beginTask(state, account, { type: "emptytrash", takes: rules.workTakes }, () => {
    for (const node of state.nodes.all(account.userId))
      if (node.trashed && state.nodes.get(node.id)) state.nodes.remove(node);
  });
  return { task_id: task.id };
}

/** Undefined = no target at all; "" = the root. */
function targetIn(body: Body, { emptyTarget }: MutationRules): string | undefined {
  const isEmpty = typeof body["to"] === "object" && body["to"] !== null && emptyTarget;
  return innerText(body, "to", "parent_id") ?? (isEmpty ? "" : undefined);
}

function nameIn(body: Body): string {
  const name = text(body["name"]);
  if (name === "") throw new Refusal({ error: "file_name_empty", code: 3, description: "The name is empty" });
  return name;
}

export function ownNode(state: State, account: Account, id: string): Node {
  const node = state.nodes.get(id);
  if (node?.userId !== account.userId) throw refusals.notFound();
  return node;
}

function ownFolder(state: State, account: Account, id: string): Node {
  const node = ownNode(state, account, id);
  if (!node.folder || isTrashed(state.nodes, node)) throw refusals.notFound();
  return node;
}
