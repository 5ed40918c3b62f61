import { listFiles, fileDetail } from "../drive.ts";
import { batch, makeFolder, rename } from "../mutations.ts";
import { Refusal, refusals } from "../refusal.ts";
import type { Rules } from "../rules.ts";
import type { Addresses } from "../shapes.ts";
import type { Node } from "../node.ts";
import type { Account, State } from "../state.ts";
import { beginOffline, deleteTasks, taskObject, taskOf } from "../tasks.ts";
import { text } from "../text.ts";
import type { Scope } from "../tokens.ts";

/** What a tool is given, besides its arguments. */
export interface ToolPlace {
  readonly state: State;
  readonly account: Account;
  readonly rules: Rules;
  readonly addresses: Addresses;
  readonly language: string;
}

export type Arguments = Readonly<Record<string, unknown>>;

/** One verb of the hosted server. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly scope: Scope;
  readonly properties: Readonly<Record<string, { readonly type: "string" | "number" | "boolean" | "array" }>>;
  readonly required: readonly string[];
  /** A caller needs nothing of its answer. */
  readonly silent?: boolean;
  call(place: ToolPlace, args: Arguments): object;
}

const string = { type: "string" } as const;
const boolean = { type: "boolean" } as const;
const array = { type: "array" } as const;

/** The ten that are known, with their exact and uneven argument names. */
export const tools: readonly Tool[] = [
  {
    name: "account_info",
    description: "Who is signed in, and how much is stored",
    scope: "read",
    properties: {},
    required: [],
    call: ({ account }) => ({
      user_id: account.userId,
      name: account.username.split("@")[0],
      storage: { total: String(account.quota.limit), used: String(account.quota.usage) },
    }),
  },
  {
    name: "ls",
    description: "List a folder",
    scope: "read",
    properties: { parent_id: string, token: string, limit: { type: "number" }, raw: boolean },
    required: [],
    call: list,
  },
  {
    name: "get",
    description: "One file or folder",
    scope: "read",
    properties: { id: string, raw: boolean },
    required: ["id"],
    call: get,
  },
  {
    name: "mkdir",
    description: "Create a folder",
    scope: "write",
    properties: { parent: string, name: string },
    required: ["name"],
    call: makeOne,
  },
  {
    name: "rename",
    description: "Rename a file or folder",
    scope: "write",
    properties: { id: string, name: string },
    required: ["id", "name"],
    silent: true,
    call: (place, args) =>
      rename(place.state, place.account, { id: text(args["id"]), body: { name: args["name"] } }, place),
  },
  {
    name: "mv",
    description: "Move a file or folder",
    scope: "manage",
    properties: { id: string, target: string },
    required: ["id", "target"],
    silent: true,
    call: ({ state, account, rules }, args) =>
      batch(
        state,
        account,
        { verb: "batchMove", body: { ids: [args["id"]], to: { parent_id: args["target"] } } },
        rules,
      ),
  },
  {
    name: "rm",
    description: "Move files and folders to the trash",
    scope: "manage",
    properties: { ids: array },
    required: ["ids"],
    silent: true,
    call: ({ state, account, rules }, args) =>
      batch(state, account, { verb: "batchTrash", body: { ids: args["ids"] } }, rules),
  },
  {
    name: "add_link",
    description: "Download a link to the drive",
    scope: "cloud_download",
    properties: { parent: string, url: string },
    required: ["url"],
    call: addLink,
  },
  {
    name: "task_get",
    description: "How far a download is",
    scope: "cloud_download",
    properties: { id: string },
    required: ["id"],
    call: (place, args) => shownTask(place, text(args["id"])),
  },
  {
    name: "task_rm",
    description: "Remove downloads",
    scope: "cloud_download",
    properties: { ids: array, "delete-files": boolean },
    required: ["ids"],
    silent: true,
    call: removeTasks,
  },
];

/** Pages as the drive API has them. A folder that is gone is an empty list. */
function list({ state, account, rules, addresses }: ToolPlace, args: Arguments): object {
  const parent = text(args["parent_id"]);
  const wellFormed = parent === "" || /^[A-Za-z0-9_-]{20,64}$/.test(parent);
  const asked = Number(args["limit"] ?? 100);
  const limit = rules.mcpShortPages ? Math.max(1, Math.ceil(asked / 2)) : asked;
  const query = new URLSearchParams({
    parent_id: wellFormed ? parent : "V_nothing_has_this_id____o1",
    limit: String(limit),
    page_token: text(args["token"]),
    filters: '{"phase":{"eq":"PHASE_TYPE_COMPLETE"},"trashed":{"eq":false}}',
  });
  const repeatToken = rules.mcpRepeatToken || rules.repeatToken;
  const page = listFiles(state, account, query, { addresses, rules: { repeatToken } });
  const { files, next_page_token } = page as { files: { id: string }[]; next_page_token: string };
  if (args["raw"] === true) return { files, next_page_token };
  return { files: files.map(({ id }) => shownFile(state.nodes.get(id))), next_page_token };
}

function get({ state, account, rules, addresses }: ToolPlace, args: Arguments): object {
  const id = text(args["id"]);
  const node = state.nodes.get(id);
  if (node?.userId !== account.userId) throw refusals.notFound();
  const detail = fileDetail(state, account, { id, query: new URLSearchParams() }, addresses);
  if (args["raw"] !== true) return shownFile(node);
  return rules.mcpLinks ? detail : { ...detail, web_content_link: "", links: {}, medias: [] };
}

/** The display form: words for kinds, sizes with a unit. */
function shownFile(node: Node | undefined): object {
  if (!node) return {};
  const size = node.folder ? "" : `${(node.size / 1_048_576).toFixed(2)} MB`;
  return { id: node.id, name: node.name, kind: node.folder ? "folder" : "file", size, parent_id: node.parentId };
}

function makeOne(place: ToolPlace, args: Arguments): object {
  const { state, account, rules } = place;
  const parentId = text(args["parent"]);
  const name = text(args["name"]);
  const clash = state.nodes.children(account.userId, parentId).some((node) => node.name === name && !node.trashed);
  if (clash && rules.mcpFolderClash === "refuse")
    throw new Refusal({ error: "file_duplicated_name", code: 3, description: "File name cannot be repeated" });
  const { file } = makeFolder(state, account, { parent_id: parentId, name }, place) as { file: { id: string } };
  return { id: file.id };
}

function addLink(place: ToolPlace, args: Arguments): object {
  const { state, account, rules } = place;
  const parentId = text(args["parent"]);
  const begun = beginOffline(state, account, { url: args["url"], parent_id: parentId, folder_type: "" }, place);
  const { id } = (begun as { task: { id: string } }).task;
  const { id: _id, ...shown } = shownTask(place, id);
  switch (rules.mcpTaskId) {
    case "task_id":
      return { task_id: id, ...shown };
    case "id":
      return { id, ...shown };
    case "both":
      return { id, task_id: id, ...shown };
    case "none":
      return shown;
  }
}

interface WireTask {
  readonly id: string;
  readonly name: string;
  readonly phase: string;
  readonly progress: number;
  readonly file_id: string;
  readonly message: string;
}

/** The display form: a label beside the code, and the progress as a person reads it. */
function shownTask({ state, account, rules, language }: ToolPlace, id: string) {
  const task = taskObject(state, taskOf(state, account, id), { language, withFile: false }) as WireTask;
  const word = task.phase.replace("PHASE_TYPE_", "");
  const label = `${word.slice(0, 1)}${word.slice(1).toLowerCase()} (${task.phase})`;
  return {
    id: task.id,
    name: task.name,
    status: rules.mcpStatus === "label" ? label : word.toLowerCase(),
    progress: progressAs(rules.mcpProgress, task.progress),
    file_id: task.phase === "PHASE_TYPE_COMPLETE" ? task.file_id : "",
    message: task.message,
  };
}

function progressAs(form: Rules["mcpProgress"], progress: number): string | number | null {
  switch (form) {
    case "percent":
      return `${progress}%`;
    case "number":
      return progress;
    case "empty":
      return "";
    case "null":
      return null;
  }
}

function removeTasks({ state, account, rules }: ToolPlace, args: Arguments): object {
  const told = args["delete-files"];
  const removes = typeof told === "boolean" ? told : rules.mcpFilesByDefault === "delete";
  const ids = Array.isArray(args["ids"]) ? args["ids"].map(text) : [];
  deleteTasks(state, account, new URLSearchParams({ task_ids: ids.join(","), delete_files: String(removes) }));
  return {};
}
