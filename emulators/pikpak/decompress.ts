import mime from "mime";
import { recordEvent } from "./events.ts";
import { assertFree, ownNode } from "./mutations.ts";
import { freeName } from "./names.ts";
import { isTrashed } from "./quota.ts";
import { idFrom, nodeOf, type Archive, type Node } from "./node.ts";
import type { Account, State } from "./state.ts";
import { beginTask, placeFor, type TaskRules } from "./tasks.ts";
import { text, type Body } from "./text.ts";

/** What a packed file holds, and whether it opens with what the caller sent; a status word where not. */
type Opened = { readonly node: Node; readonly archive: Archive } | { readonly status: string; readonly words: string };

/** `POST /decompress/v1/list`: the entries of an archive, or of a folder inside it. */
export function listArchive(state: State, account: Account, body: Body): object {
  const opened = open(state, account, body);
  if ("status" in opened) return { ...closed(opened), current_path: "", title: "", files: [] };
  const path = text(body["path"]).replace(/^\/|\/$/g, "");
  const inside = opened.archive.files.filter(({ name }) => path === "" || name.startsWith(`${path}/`));
  const names = new Set(inside.map(({ name }) => name.slice(path === "" ? 0 : path.length + 1).split("/")[0] ?? ""));
  const files = [...names].map((name) => {
    const whole = path === "" ? name : `${path}/${name}`;
    const file = inside.find((entry) => entry.name === whole);
    return {
      filename: name,
      path: whole,
      filesize: String(file?.size ?? 0),
      mime_type: file ? (mime.getType(name) ?? "application/octet-stream") : "",
      kind: file ? "drive#file" : "drive#folder",
    };
  });
  return {
    status: "OK",
    status_text: "",
    task_id: "",
    current_path: path,
    title: opened.node.name,
    file_count: files.length,
    files,
  };
}

/** `POST /decompress/v1/decompress`: unpacks beside the archive, or into the service's own folder. */
export function decompress(state: State, account: Account, body: Body, rules: TaskRules): object {
  const opened = open(state, account, body);
  if ("status" in opened) return { ...closed(opened), files_num: 0, redirect_link: "" };
  const { node, archive } = opened;
  const chosen = chosenFrom(archive, body["files"]);
  assertFree(
    account,
    chosen.reduce((bytes, file) => bytes + file.size, 0),
  );
  const beside = body["default_parent"] !== true;
  const parentId = beside ? node.parentId : placeFor(state, account, "", "DECOMPRESS");
  const seed = { type: "decompress", takes: rules.workTakes, name: node.name, count: chosen.length } as const;
  const task = beginTask(state, account, seed, (begun) => {
    begun.fileId = unpack(state, account, { node, files: chosen, parentId }).id;
  });
  return { status: "OK", status_text: "", task_id: task.id, files_num: chosen.length, redirect_link: "" };
}

function closed({ status, words }: { readonly status: string; readonly words: string }): object {
  return { status, status_text: words, task_id: "" };
}

function open(state: State, account: Account, body: Body): Opened {
  const node = ownNode(state, account, text(body["file_id"]));
  if (isTrashed(state.nodes, node) || text(body["gcid"]).toUpperCase() !== node.gcid)
    return { status: "FILE_NOT_FOUND", words: "file not found" };
  if (node.phase !== "PHASE_TYPE_COMPLETE") return { status: "FILE_NOT_COMPLETE", words: "file not complete" };
  const archive = node.archive ?? guessed(node);
  if (!archive || isSplit(node.name)) return { status: "INVALID_FILE_FORMAT", words: "invalid file format" };
  if (archive.password !== undefined && archive.password !== text(body["password"]))
    return { status: "PASSWORD_ERROR", words: "password error" };
  return { node, archive };
}

/** One of several volumes. */
function isSplit(name: string): boolean {
  return /\.(part\d+\.rar|[rz]\d\d|(zip|7z|rar)\.\d{3})$/i.test(name);
}

/** A packed file nobody described holds one file, as large as itself. */
function guessed(node: Node): Archive | undefined {
  const stem = /^(.+)\.(zip|rar|7z|tar|gz)$/i.exec(node.name)?.[1];
  return stem === undefined ? undefined : { files: [{ name: `${stem}.bin`, size: node.size }] };
}

/** Files, and folders by the path that everything inside begins with. */
function chosenFrom(archive: Archive, files: unknown): Archive["files"] {
  if (!Array.isArray(files) || files.length === 0) return archive.files;
  const paths = files.map((file: unknown) =>
    typeof file === "object" && file !== null && "path" in file ? text(file.path) : text(file),
  );
  return archive.files.filter(({ name }) => paths.some((path) => name === path || name.startsWith(`${path}/`)));
}

interface Unpacking {
  readonly node: Node;
  readonly files: Archive["files"];
  readonly parentId: string;
}

/** A folder of the archive's name, and in it everything at its path. */
function unpack(state: State, account: Account, { node, files, parentId }: Unpacking): Node {
  const siblings = state.nodes.children(account.userId, parentId);
  const top = addFolder(state, account, parentId, freeName(siblings, node.name.replace(/\.[^.]+$/, "")));
  for (const file of files) {
    const steps = file.name.split("/");
    const name = steps.pop() ?? file.name;
    const folder = steps.reduce((at, step) => folderNamed(state, account, at, step), top);
    state.nodes.add(
      nodeOf({
        id: idFrom(`unpacked ${state.randomHex(8)}`),
        account,
        parentId: folder.id,
        folder: false,
        seed: { name, size: file.size, mimeType: mime.getType(name) ?? "application/octet-stream" },
        now: state.now(),
        folderType: "",
      }),
    );
  }
  recordEvent(state, "TYPE_CREATE", top);
  return top;
}

function folderNamed(state: State, account: Account, parent: Node, name: string): Node {
  const known = state.nodes.children(account.userId, parent.id).find((node) => node.folder && node.name === name);
  return known ?? addFolder(state, account, parent.id, name);
}

function addFolder(state: State, account: Account, parentId: string, name: string): Node {
  const id = idFrom(`unpacked ${state.randomHex(8)}`);
  const parts = { id, account, parentId, folder: true, seed: { name }, now: state.now(), folderType: "NORMAL" };
  return state.nodes.add(nodeOf(parts));
}
