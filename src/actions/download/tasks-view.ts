import type { Task } from "../../storage/task.ts";
import { rowsHere } from "../../users/person.ts";
import { draw, type ActionContext, type Result } from "../context/context.ts";
import { attempt } from "../context/failure.ts";
import { pageOf } from "../context/paging.ts";
import { tagOf, withMount } from "../context/with-mount.ts";
import type { TaskLine } from "../model/screen.ts";
import type { TasksView } from "../model/session.ts";
import { stillOf } from "./followed-source.ts";

/** A page of what a drive fetches: what runs first, then what failed, then what is over. */
export function showTasks(context: ActionContext, view: TasksView): Promise<Result> | Result {
  return withMount(context, view.mount, (mount) =>
    attempt(context, { mount, retry: view }, async () => {
      const { services, person, signal } = context;
      const { items } = await services.storage.tasks(view.mount, { asker: person.id, signal });
      const tasks = items.toSorted((a, b) => rank(a) - rank(b));
      const { rows: shown, page: number, pages: count } = pageOf(tasks, view.page, rowsHere(context));
      const drawn = await draw(
        context,
        { ...view, page: number },
        shown.map(({ id }) => id),
      );
      const many = (...phases: readonly Task["phase"][]) => tasks.filter(({ phase }) => phases.includes(phase)).length;
      return {
        screen: {
          show: "tasks",
          view: drawn,
          mount: tagOf(mount),
          tasks: shown.map((task) => lineOf(task, services.now())),
          page: { number, count },
          total: { running: many("running", "waiting"), failed: many("failed"), done: many("done") },
        },
      };
    }),
  );
}

function rank({ phase }: Task): number {
  switch (phase) {
    case "waiting":
    case "running":
      return 0;
    case "failed":
      return 1;
    case "done":
      return 2;
  }
}

function lineOf(task: Task, now: number): TaskLine {
  const { name, phase, progress, size, reason } = task;
  const still = stillOf(task, now);
  return { name, phase, progress, size, reason, ...(still !== undefined && { still }) };
}

/** One of them, as it is now. */
export function showTask(
  context: ActionContext,
  view: { readonly task: string; readonly from: TasksView },
): Promise<Result> | Result {
  const { task: id, from } = view;
  return withMount(context, from.mount, (mount) =>
    attempt(context, { mount, retry: from, back: from }, async () => {
      const { services, person, signal } = context;
      const task = await services.storage.task(from.mount, id, { asker: person.id, signal });
      return {
        screen: {
          show: "task",
          view: await draw(context, { at: "task", task: id, from }),
          mount: tagOf(mount),
          task: lineOf(task, services.now()),
          opens: task.phase === "done" && task.entry !== undefined,
        },
      };
    }),
  );
}
