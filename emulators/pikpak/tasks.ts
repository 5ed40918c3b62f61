import mime from "mime";
import { recordEvent } from "./events.ts";
import { freeName } from "./names.ts";
import { isTrashed } from "./quota.ts";
import { Refusal, refusals } from "./refusal.ts";
import { timeText } from "./shapes.ts";
import { nameOfSource, offlineSize, sourceKind } from "./sources.ts";
import { idFrom, nodeOf, type Node } from "./node.ts";
import type { Account, State, Task } from "./state.ts";
import { innerText, text, type Body } from "./text.ts";
import { say, type Sentence } from "./words.ts";

export interface TaskRules {
  /** ms until a move, copy, trash or restore has happened. */
  workTakes: number;
  /** ms an offline download takes. */
  offlineTakes: number;
  /** The next offline downloads break off half way. */
  offlineFails: boolean;
  /** The next offline downloads stand still half way. */
  offlineStalls: boolean;
  /** Offline downloads begun today are all there may be. */
  offlineLimit: number;
  /** Offline downloads running at once. */
  offlineAtOnce: number;
  /** ms until a new file's detail carries links. */
  linksAfter: number;
  /** Tasks may be filtered by id; where not, that is refused with 400, as one client measured. */
  tasksById: boolean;
  /** RETRY begins a failed task again; where not, it is refused always, as one client measured. */
  retryWorks: boolean;
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
  if (task.stalls || now < task.createdAt + task.takes) return "PHASE_TYPE_RUNNING";
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
  const most = task.stalls ? 0.5 : 1;
  const done = task.takes <= 0 ? 1 : Math.min(most, passed / task.takes);
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
    message: isOffline ? say(messageOf(state, task, phase), language) : "",
    created_time: timeText(task.createdAt),
    updated_time: timeText(Math.min(state.now(), task.createdAt + task.takes * most)),
    third_task_id: "",
    phase,
    progress: Math.floor((task.fails ? done / 2 : done) * 100),
    icon_link: "",
    callback: "",
    ...(withFile && { reference_resource: referenceOf(state.nodes.get(task.fileId)) }),
    space: "",
  };
}

function messageOf(state: State, task: Task, phase: Phase): Sentence {
  if (phase === "PHASE_TYPE_RUNNING") return "saving";
  if (phase === "PHASE_TYPE_ERROR") return "saveFailed";
  return state.nodes.get(task.fileId) ? "saved" : "fileDeleted";
}

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

interface Listing {
  readonly language: string;
  readonly rules: TaskRules;
}

/** `GET /drive/v1/tasks`. */
export function listTasks(
  state: State,
  account: Account,
  query: URLSearchParams,
  { language, rules }: Listing,
): object {
  const type = query.get("type") ?? "";
  const wanted = readTaskFilters(query.get("filters") ?? "", rules);
  const own = [...state.tasks.values()]
    .filter((task) => task.userId === account.userId && (type === "" || task.type === type))
    .filter((task) => wanted.phases?.has(phaseOf(task, state.now())) ?? true)
    .filter((task) => wanted.ids?.has(task.id) ?? true)
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

interface TaskFilters {
  readonly phases?: ReadonlySet<string> | undefined;
  readonly ids?: ReadonlySet<string> | undefined;
}

/** Tasks are filtered by phase, and by id where the rule says so. */
function readTaskFilters(filters: string, { tasksById }: TaskRules): TaskFilters {
  if (filters === "") return {};
  const read = parsed(filters);
  const unknown = Object.keys(read).find((field) => field !== "phase" && !(field === "id" && tasksById));
  if (unknown !== undefined) throw refusals.argument(`filters takes no ${unknown}`);
  return { phases: wordsOf(read["phase"]), ids: wordsOf(read["id"]) };
}

function parsed(json: string): Readonly<Record<string, unknown>> {
  try {
    const read: unknown = JSON.parse(json);
    if (typeof read === "object" && read !== null) return { ...read };
  } catch {
    // falls through to the refusal
  }
  throw refusals.argument("filters is not JSON");
}

/** The comma-joined words of `{"in":"a,b"}` or `{"eq":"a"}`. */
function wordsOf(operators: unknown): ReadonlySet<string> | undefined {
  if (typeof operators !== "object" || operators === null) return undefined;
  const words = "in" in operators ? operators.in : "eq" in operators ? operators.eq : "";
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

/** `POST /drive/v1/task` with `create_type: RETRY`. */
export function retryTask(state: State, account: Account, body: Body, { rules, language }: OfflineParts): object {
  const task = taskOf(state, account, text(body["id"]));
  if (!rules.retryWorks || task.type !== "offline" || phaseOf(task, state.now()) !== "PHASE_TYPE_ERROR")
    throw refusals.argument("the task cannot be retried");
  task.createdAt = state.now();
  task.fails = rules.offlineFails;
  const file = state.nodes.get(task.fileId);
  if (file) file.phase = "PHASE_TYPE_RUNNING";
  state.schedule.after(task.takes, () => finishOffline(state, account, task));
  return { task: taskObject(state, task, { language, withFile: false }) };
}

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
  const url = innerText(body, "url", "url") ?? text(body["url"]);
  if (url === "") throw refusals.argument("url is empty");
  if (sourceKind(url) === undefined)
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
  const size = offlineSize(url);
  if (account.quota.usage + size > account.quota.limit) throw refusals.noSpace();
  // An empty parent with an empty folder type means the root, and not the folder for what comes without one.
  const isRoot = body["parent_id"] === "" && body["folder_type"] === "";
  const parentId = isRoot ? "" : placeFor(state, account, text(body["parent_id"]), "DOWNLOAD");
  const name = freeName(state.nodes.children(account.userId, parentId), text(body["name"]) || nameOfSource(url));
  const fileSeed = { size, name, originalUrl: url, linksAfter: rules.offlineTakes + rules.linksAfter };
  const file = nodeOf({
    id: idFrom(`offline ${state.randomHex(8)}`),
    account,
    parentId,
    folder: false,
    seed: { ...fileSeed, phase: "PHASE_TYPE_RUNNING", mimeType: mime.getType(name) ?? "application/octet-stream" },
    now: state.now(),
    folderType: "",
  });
  state.nodes.add(file);
  recordEvent(state, "TYPE_CREATE", file);
  const { offlineTakes: takes, offlineFails: fails, offlineStalls: stalls } = rules;
  const seed = { type: "offline", takes, fails, stalls, name, size, url, fileId: file.id } as const;
  const task = beginTask(state, account, seed, () => {});
  state.schedule.after(takes, () => finishOffline(state, account, task));
  return task;
}

function finishOffline(state: State, account: Account, task: Task): void {
  const file = state.nodes.get(task.fileId);
  if (!file || task.stalls) return;
  file.phase = task.fails ? "PHASE_TYPE_ERROR" : "PHASE_TYPE_COMPLETE";
  if (!task.fails) account.transferred.offline += file.size;
}

const usualFolders = { DOWNLOAD: "downloadFolder", RESTORE: "restoreFolder", DECOMPRESS: "decompressFolder" } as const;

/** The folder asked for, or the service's own for what comes without one. */
export function placeFor(
  state: State,
  account: Account,
  parentId: string,
  folderType: keyof typeof usualFolders,
  language = "",
): string {
  if (parentId !== "") {
    const folder = state.nodes.get(parentId);
    if (!folder?.folder || folder.userId !== account.userId || isTrashed(state.nodes, folder))
      throw new Refusal({ error: "space_folder_not_exist", code: 5, description: "The folder does not exist" });
    return parentId;
  }
  const known = state.nodes
    .children(account.userId, "")
    .find((node) => node.folderType === folderType && !node.trashed);
  if (known) return known.id;
  const id = idFrom(`${folderType} ${account.userId} ${state.randomHex(4)}`);
  const seed = { name: say(usualFolders[folderType], language) };
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
