import { StorageError } from "../../storage/error.ts";
import type { Mount } from "../../storage/mount.ts";
import type { EndedTask, Task } from "../../storage/task.ts";
import { languageOf } from "../../users/person.ts";
import { forgotten, mountOf, type ButtonContext } from "../context/button-context.ts";
import { goTo, type ActionContext, type Result } from "../context/context.ts";
import { attempt, refused } from "../context/failure.ts";
import { folderView, slim } from "../context/folder-view.ts";
import { withMount } from "../context/with-mount.ts";
import type { WantedSource } from "../model/download.ts";
import type { FolderView, TasksView } from "../model/session.ts";
import { downloadInto, orderOf } from "./download.ts";
import { stillOf } from "./followed-source.ts";
import { inFetchingMount } from "./fetching-mount.ts";

/** What the current drive fetches. */
export function tasks(context: ActionContext): Promise<Result> {
  return inFetchingMount(context, ({ id }) => goTo(context, { at: "tasks", mount: id, page: 1 }));
}

/** What the drive fetches that the button was about. */
export function tasksOf(context: ButtonContext): Promise<Result> | Result {
  const mount = mountOf(context);
  return mount === undefined ? tasks(context) : goTo(context, { at: "tasks", mount, page: 1 });
}

/** The task that stood in this row. */
export function pickTask(context: ButtonContext, index: number): Result {
  const { shown } = context;
  const task = shown?.rows[index];
  if (shown?.state.at !== "tasks" || typeof task !== "string") return forgotten(context);
  return goTo(context, { at: "task", task, from: shown.state });
}

interface Shown {
  readonly task: string;
  readonly from: TasksView;
}

/** Does something with the task on whose card the button stands. */
function onTask(
  context: ButtonContext,
  work: (shown: Shown, mount: Mount) => Promise<Result> | Result,
): Promise<Result> | Result {
  const state = context.shown?.state;
  if (state?.at !== "task") return forgotten(context);
  return withMount(context, state.from.mount, (mount) =>
    attempt(context, { mount, back: state.from }, () => work(state, mount)),
  );
}

/** Begins one again that has failed, or that has not got on for long. */
export function retryTask(context: ButtonContext): Promise<Result> | Result {
  return onTask(context, async ({ task, from }, mount) => {
    const { storage, now, downloads } = context.services;
    const options = { asker: context.person.id, signal: context.signal };
    const found = await storage.task(from.mount, task, options);
    const stuck = stillOf(found, now()) !== undefined;
    let kept: Kept | undefined;
    const onEnding = async (left: EndedTask) => {
      kept = await keepRestart(context, mount, { ...left, task, name: found.name });
    };
    try {
      const begun = await storage.retryTask(from.mount, task, { ...options, stuck, onEnding });
      if (kept) await downloads?.dropRestart(kept.id);
      return goTo(context, { at: "task", task: begun.id, from });
    } catch (error) {
      if (!kept || !(error instanceof StorageError) || (await isThere(context, from, task))) throw error;
      // It is gone and was not begun anew: a batch of its own goes on trying, and keeps the address.
      return downloadInto(context, kept.folder, kept.sources, { id: kept.id });
    }
  });
}

/** The batch that a job keeps. */
interface Kept {
  readonly id: string;
  readonly folder: FolderView;
  readonly sources: readonly WantedSource[];
}

interface Left extends EndedTask {
  readonly task: string;
  readonly name: string;
}

/** What is about to be ended is begun by a job, where this process does not get to it. */
async function keepRestart(context: ActionContext, mount: Mount, { source, folder, task, name }: Left): Promise<Kept> {
  const { services, person, visit } = context;
  const id = services.newId();
  const into = await folderOf(context, mount, folder);
  const order = await orderOf(
    context,
    { mount, folder: into, sources: [{ url: source, name }] },
    { id, unasked: true },
  );
  const language = languageOf(services, person, visit);
  const told = { place: person.id, kind: "private", language } as const;
  await services.downloads?.keepRestart(order, { task, told });
  return { id, folder: into, sources: order.sources };
}

/** A folder of which the id alone is known; where it lies in the drive is not. */
async function folderOf(context: ActionContext, { id: mount }: Mount, folder: string | undefined): Promise<FolderView> {
  if (folder === undefined) return folderView(context, mount);
  const { services, person, signal } = context;
  const found = await services.storage.stat(mount, folder, { asker: person.id, signal }).catch(ifNotThere);
  return folderView(context, mount, found && [{ id: found.id, name: found.name }]);
}

function ifNotThere(error: unknown): undefined {
  if (!(error instanceof StorageError) || (error.code !== "not-found" && error.code !== "trashed")) throw error;
}

/** Whether the drive lists it; where that cannot be told, it may. */
async function isThere({ services, person, signal }: ActionContext, { mount }: TasksView, id: string) {
  return services.storage.task(mount, id, { asker: person.id, signal }).then(
    () => true,
    (error: unknown) => !(error instanceof StorageError) || error.code !== "not-found",
  );
}

/** Ends a task, or forgets one that is over. */
export function cancelTask(context: ButtonContext, withFiles: boolean): Promise<Result> | Result {
  return onTask(context, async ({ task, from }) => {
    const { services, person, signal } = context;
    await services.storage.cancelTasks(from.mount, [task], { withFiles, asker: person.id, signal });
    return goTo(context, from);
  });
}

/** What a task has made: a folder is entered, a file shown. */
export function openTask(context: ButtonContext): Promise<Result> | Result {
  return onTask(context, async ({ task: id, from: { mount } }) => {
    const { services, person, signal } = context;
    const options = { asker: person.id, signal };
    const task = await services.storage.task(mount, id, options);
    if (task.entry === undefined) throw new StorageError("not-found", { subject: task.name });
    const entry = slim(await services.storage.stat(mount, task.entry, options));
    // Where in the drive it lies is not known: the way up from it leads to the top.
    const root = folderView(context, mount);
    if (entry.kind === "file") return goTo(context, { at: "file", folder: root, entry, variants: [] });
    return goTo(context, { ...root, trail: [{ id: entry.id, name: entry.name }] });
  });
}

/** Does something with the drive whose list of tasks the button stands on. */
function onList(
  context: ButtonContext,
  work: (view: TasksView, options: { readonly asker: string; readonly signal: AbortSignal }) => Promise<Result>,
): Promise<Result> | Result {
  const state = context.shown?.state;
  if (state?.at !== "tasks") return forgotten(context);
  const options = { asker: context.person.id, signal: context.signal };
  return withMount(context, state.mount, (mount) =>
    attempt(context, { mount, retry: state }, () => work(state, options)),
  );
}

/** Tasks that one press begins again. */
const maxRetried = 50;

/** Begins every failed one again, until the drive says that it is enough. */
export function retryFailed(context: ButtonContext): Promise<Result> | Result {
  return onList(context, async (view, options) => {
    const { storage } = context.services;
    const { items } = await storage.tasks(view.mount, { ...options, phases: ["failed"] });
    if (items.length === 0) return refused("tasks-none-failed");
    const refusal = await inTurn(items.slice(0, maxRetried), (task) => storage.retryTask(view.mount, task.id, options));
    if (refusal) throw refusal;
    return goTo(context, { ...view, page: 1 });
  });
}

/** One that cannot be begun again keeps no other from it; a limit does. */
async function inTurn(
  failed: readonly Task[],
  again: (task: Task) => Promise<Task>,
): Promise<StorageError | undefined> {
  let refusal: StorageError | undefined;
  let begun = 0;
  for (const task of failed) {
    try {
      await again(task);
      begun += 1;
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      refusal = error;
      if (!ofOneTask.has(error.code)) return error;
    }
  }
  return begun === 0 ? refusal : undefined;
}

/** Failures that say something of one task and nothing of the next. */
const ofOneTask: ReadonlySet<StorageError["code"]> = new Set([
  "not-found",
  "bad-argument",
  "task-refused",
  "source-dead",
  "source-unsupported",
  "content-refused",
] satisfies StorageError["code"][]);

export function clearTasks(context: ButtonContext): Promise<Result> | Result {
  return onList(context, async (view, options) => {
    await context.services.storage.clearTasks(view.mount, options);
    return goTo(context, { ...view, page: 1 });
  });
}
