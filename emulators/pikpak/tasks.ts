import { Refusal, refusals } from "./refusal.ts";
import { timeText } from "./shapes.ts";
import { idFrom, nodeOf, type Account, type Node, type State } from "./state.ts";
import { text, type Body } from "./tokens.ts";
import { say } from "./words.ts";

export interface TaskRules {
  /** ms until a move, copy, trash or restore has happened. */
  workTakes: number;
  /** ms an offline download takes. */
  offlineTakes: number;
  /** The next offline downloads break off half way. */
  offlineFails: boolean;
  /** Offline downloads begun today are all there may be. */
  offlineLimit: number;
  /** Offline downloads running at once. */
  offlineAtOnce: number;
  /** ms until a new file's detail carries links. */
  linksAfter: number;
}

/** Work under way. Phase and progress are functions of the time. */
export interface Task {
  readonly id: string;
  readonly userId: string;
  readonly type: "offline" | "move" | "copy" | "trash" | "untrash" | "delete" | "restore" | "emptytrash";
  readonly name: string;
  readonly createdAt: number;
  readonly takes: number;
  readonly fails: boolean;
  readonly size: number;
  fileId: string;
  readonly url: string;
  readonly count: number;
  params: Readonly<Record<string, string>>;
}

interface TaskSeed extends Partial<Omit<Task, "userId" | "id" | "createdAt">> {
  readonly type: Task["type"];
  readonly takes: number;
}

/** Begins a piece of work; `happen` is its effect, at its end. */
export function beginTask(state: State, account: Account, seed: TaskSeed, happen: (task: Task) => void): Task {
  const task: Task = {
    id: idFrom(`task ${state.randomHex(8)}`),
    userId: account.userId,
    createdAt: state.now(),
    name: "",
    fails: false,
    size: 0,
    fileId: "",
    url: "",
    count: 1,
    params: {},
    ...seed,
  };
  state.tasks.set(task.id, task);
  state.schedule.after(task.takes, () => {
    if (!task.fails && state.tasks.has(task.id)) happen(task);
  });
  return task;
}

type Phase = "PHASE_TYPE_RUNNING" | "PHASE_TYPE_COMPLETE" | "PHASE_TYPE_ERROR";

function phaseOf(task: Task, now: number): Phase {
  if (now < task.createdAt + task.takes) return "PHASE_TYPE_RUNNING";
  return task.fails ? "PHASE_TYPE_ERROR" : "PHASE_TYPE_COMPLETE";
}

interface Telling {
  readonly language: string;
  /** `with=reference_resource`: the file is described, too. */
  readonly withFile: boolean;
}

/** A task as the API writes it. */
export function taskObject(state: State, task: Task, { language, withFile }: Telling): object {
  const phase = phaseOf(task, state.now());
  const passed = Math.max(0, state.now() - task.createdAt);
  const done = task.takes <= 0 ? 1 : Math.min(1, passed / task.takes);
  const isOffline = task.type === "offline";
  return {
    kind: "drive#task",
    id: task.id,
    name: task.name,
    type: task.type,
    user_id: task.userId,
    statuses: [],
    status_size: task.count,
    params: isOffline
      ? { age: "0", mime_type: "", predict_speed: "73300775185", predict_type: "3", url: task.url, ...task.params }
      : task.params,
    file_id: task.fileId,
    file_name: task.name,
    file_size: String(task.size),
    message: isOffline ? say(messages[phase], language) : "",
    created_time: timeText(task.createdAt),
    updated_time: timeText(Math.min(state.now(), task.createdAt + task.takes)),
    third_task_id: "",
    phase,
    progress: Math.floor((task.fails ? done / 2 : done) * 100),
    icon_link: "",
    callback: "",
    ...(withFile && { reference_resource: referenceOf(state.nodes.get(task.fileId)) }),
    space: "",
  };
}

const messages = {
  PHASE_TYPE_RUNNING: "saving",
  PHASE_TYPE_COMPLETE: "saved",
  PHASE_TYPE_ERROR: "saveFailed",
} as const;

function referenceOf(node: Node | undefined): object | null {
  if (!node) return null;
  return {
    "@type": "type.googleapis.com/drive.ReferenceFile",
    kind: node.folder ? "drive#folder" : "drive#file",
    id: node.id,
    parent_id: node.parentId,
    name: node.name,
    size: String(node.size),
    mime_type: node.mimeType,
    icon_link: "",
    hash: node.gcid,
    phase: node.phase,
    thumbnail_link: "",
    params: {},
    space: "",
    medias: [],
    starred: false,
    tags: [],
  };
}

/** `GET /drive/v1/tasks`. */
export function listTasks(state: State, account: Account, query: URLSearchParams, language: string): object {
  const type = query.get("type") ?? "";
  const wanted = phasesIn(query.get("filters") ?? "");
  const own = [...state.tasks.values()]
    .filter((task) => task.userId === account.userId && (type === "" || task.type === type))
    .filter((task) => wanted === undefined || wanted.has(phaseOf(task, state.now())))
    .toReversed();
  const limit = Number(query.get("limit") ?? "100") || 100;
  const from = Number(query.get("page_token") ?? "") || 0;
  const withFile = query.get("with") === "reference_resource";
  const running = own.some((task) => phaseOf(task, state.now()) === "PHASE_TYPE_RUNNING");
  return {
    tasks: own.slice(from, from + limit).map((task) => taskObject(state, task, { language, withFile })),
    next_page_token: from + limit < own.length ? String(from + limit) : "",
    expires_in: running ? 3 : 10,
  };
}

/** Tasks are filtered by phase alone: a filter by id has been measured to be refused. */
function phasesIn(filters: string): ReadonlySet<string> | undefined {
  if (filters === "") return undefined;
  const read: unknown = JSON.parse(filters);
  const phase: unknown = typeof read === "object" && read !== null && "phase" in read ? read.phase : undefined;
  if (typeof phase !== "object" || phase === null) throw refusals.argument("filters takes a phase");
  const words = "in" in phase ? phase.in : "eq" in phase ? phase.eq : "";
  return new Set(text(words).split(","));
}

/** `GET /drive/v1/tasks/{id}`. */
export function taskOf(state: State, account: Account, id: string): Task {
  const task = state.tasks.get(id);
  if (!task || task.userId !== account.userId) throw refusals.notFound();
  return task;
}

/** `DELETE /drive/v1/tasks?task_ids=a,b&delete_files=`: ids joined by commas, or the key repeated. */
export function deleteTasks(state: State, account: Account, query: URLSearchParams): void {
  for (const id of query.getAll("task_ids").flatMap((ids) => ids.split(","))) {
    const task = state.tasks.get(id);
    if (task?.userId !== account.userId) continue;
    state.tasks.delete(id);
    const file = query.get("delete_files") === "true" ? state.nodes.get(task.fileId) : undefined;
    if (file) state.nodes.remove(file);
  }
}

/** `POST /drive/v1/tasks:clear`: those that are over. */
export function clearTasks(state: State, account: Account): void {
  for (const task of state.tasks.values()) {
    if (task.userId === account.userId && phaseOf(task, state.now()) !== "PHASE_TYPE_RUNNING")
      state.tasks.delete(task.id);
  }
}

const sources = /^(https?:\/\/\S+|magnet:\?\S*xt=urn:btih:\S+|ed2k:\/\/\S+)$/i;
const day = 86_400_000;

interface OfflineParts {
  readonly rules: TaskRules;
  readonly language: string;
}

/** `POST /drive/v1/files` with a URL: the service fetches it by itself. The same URL already running is the same task. */
export function beginOffline(state: State, account: Account, body: Body, { rules, language }: OfflineParts): object {
  const url = urlIn(body);
  const own = [...state.tasks.values()].filter((task) => task.userId === account.userId && task.type === "offline");
  const running = own.filter((task) => phaseOf(task, state.now()) === "PHASE_TYPE_RUNNING");
  const task =
    running.find((candidate) => candidate.url === url) ??
    beginNew(state, account, {
      body,
      url,
      rules,
      today: own.filter(({ createdAt }) => createdAt > state.now() - day).length,
      running: running.length,
    });
  return {
    upload_type: "UPLOAD_TYPE_URL",
    url: { kind: "upload#url" },
    task: taskObject(state, task, { language, withFile: false }),
  };
}

function urlIn(body: Body): string {
  const given = body["url"];
  const url = typeof given === "object" && given !== null && "url" in given ? text(given.url) : text(given);
  if (url === "") throw refusals.argument("url is empty");
  if (!sources.test(url))
    throw new Refusal({ error: "task_url_unsupported", code: 3, description: "This link is not supported" });
  return url;
}

interface NewOffline {
  readonly body: Body;
  readonly url: string;
  readonly rules: TaskRules;
  readonly today: number;
  readonly running: number;
}

function beginNew(state: State, account: Account, { body, url, rules, today, running }: NewOffline): Task {
  if (today >= rules.offlineLimit) throw refusals.dailyLimit();
  if (running >= rules.offlineAtOnce)
    throw new Refusal({ error: "task_run_nums_limit", code: 11, description: "Too many tasks are running" });
  const { quota } = account;
  const size = 1000 + url.length * 1_000_003;
  if (quota.usage + size > quota.limit) throw refusals.noSpace();
  const parentId = placeFor(state, account, text(body["parent_id"]), "DOWNLOAD");
  const name = text(body["name"]) || nameOf(url);
  const born = { size, name, originalUrl: url, linksAfter: rules.offlineTakes + rules.linksAfter };
  const file = nodeOf({
    id: idFrom(`offline ${state.randomHex(8)}`),
    account,
    parentId,
    folder: false,
    seed: { ...born, phase: "PHASE_TYPE_RUNNING" },
    now: state.now(),
    folderType: "",
  });
  state.nodes.add(file);
  const { offlineTakes: takes, offlineFails: fails } = rules;
  state.schedule.after(takes, () => (file.phase = fails ? "PHASE_TYPE_ERROR" : "PHASE_TYPE_COMPLETE"));
  return beginTask(state, account, { type: "offline", takes, fails, name, size, url, fileId: file.id }, () => {
    account.quota.usage += size;
  });
}

function nameOf(url: string): string {
  const named = /[?&]dn=([^&]+)/.exec(url)?.[1] ?? /\/([^/?#]+)(?:[?#]|$)/.exec(url.replace(/^\w+:\/\/[^/]+/, ""))?.[1];
  return named === undefined ? "download" : decodeURIComponent(named.replaceAll("+", " "));
}

const usualFolders = { DOWNLOAD: "My Pack", RESTORE: "Pack From Shared" } as const;

/** The folder asked for, or the service's own for what comes without one. */
export function placeFor(
  state: State,
  account: Account,
  parentId: string,
  folderType: keyof typeof usualFolders,
): string {
  if (parentId !== "") {
    const folder = state.nodes.get(parentId);
    if (!folder?.folder || folder.trashed || folder.userId !== account.userId)
      throw new Refusal({ error: "space_folder_not_exist", code: 5, description: "The folder does not exist" });
    return parentId;
  }
  const known = state.nodes
    .children(account.userId, "")
    .find((node) => node.folderType === folderType && !node.trashed);
  if (known) return known.id;
  const id = idFrom(`${folderType} ${account.userId}`);
  const seed = { name: usualFolders[folderType] };
  state.nodes.add(nodeOf({ id, account, parentId: "", folder: true, seed, now: state.now(), folderType }));
  return id;
}

/** `GET /drive/v1/task/{id}/statuses`. */
export function taskStatuses(state: State, task: Task): object {
  return {
    statuses: [
      { file_size: String(task.size), phase: phaseOf(task, state.now()), file_name: task.name, file_id: task.fileId },
    ],
  };
}
