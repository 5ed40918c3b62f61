import { z } from "zod";
import type { Task, TaskPhase } from "../../storage/task.ts";
import { reasonIn } from "./failure.ts";
import { count, read, text, timeOf } from "./wire.ts";

const taskShape = z.looseObject({
  id: z.string().min(1),
  name: text,
  type: text,
  phase: text,
  progress: z.coerce.number().catch(0),
  file_id: text,
  file_name: text,
  file_size: count,
  message: text,
  created_time: text,
  updated_time: text,
  params: z.record(z.string(), z.unknown()).nullish().catch(undefined),
  reference_resource: z.looseObject({ parent_id: text }).nullish().catch(undefined),
});

/** A task as the API gives it, of whatever kind of work. */
export type RemoteTask = z.infer<typeof taskShape>;

/** Bare, or inside `task`: both have been met. */
export function readTask(body: unknown): RemoteTask {
  const inside = z.looseObject({ task: taskShape }).safeParse(body);
  return inside.success ? inside.data.task : read(taskShape, body, "a task");
}

const listShape = z.looseObject({
  tasks: z.array(z.unknown()).nullish(),
  next_page_token: text,
  expires_in: z.coerce.number().positive().optional().catch(undefined),
});

/** A page of tasks; one odd one does not cost the others. */
export function readTasks(body: unknown): {
  readonly tasks: readonly RemoteTask[];
  /** Empty at the end. */
  readonly next: string;
  /** ms until the service has anything new to tell; undefined = it does not say. */
  readonly again: number | undefined;
} {
  const { tasks, next_page_token: next, expires_in: seconds } = read(listShape, body, "a list of tasks");
  const good = (tasks ?? []).map((one) => taskShape.safeParse(one).data).filter((one) => one !== undefined);
  return { tasks: good, next, again: seconds === undefined ? undefined : seconds * 1000 };
}

/** The id of the task that does what was asked for; "" = nothing had to be done. */
export function readTaskId(body: unknown): string {
  const shape = z.looseObject({ task_id: text, task: z.looseObject({ id: text }).nullish().catch(undefined) });
  const answer = shape.parse(body);
  return answer.task_id || (answer.task?.id ?? "");
}

export function phaseOf({ phase }: RemoteTask): TaskPhase {
  switch (phase) {
    case "PHASE_TYPE_COMPLETE":
      return "done";
    case "PHASE_TYPE_ERROR":
      return "failed";
    case "PHASE_TYPE_RUNNING":
      return "running";
    default:
      return "waiting";
  }
}

/** The phases of the API that ours stand for. */
export const remotePhases: Readonly<Record<TaskPhase, readonly string[]>> = {
  waiting: ["PHASE_TYPE_PENDING", "PHASE_TYPE_PAUSED"],
  running: ["PHASE_TYPE_RUNNING"],
  done: ["PHASE_TYPE_COMPLETE"],
  failed: ["PHASE_TYPE_ERROR"],
};

export function taskOf(task: RemoteTask): Task {
  const phase = phaseOf(task);
  const source = task.params?.["url"];
  const createdAt = timeOf(task.created_time);
  const updatedAt = timeOf(task.updated_time);
  const isGone = phase === "done" && reasonOf(task) === "not-found";
  return {
    id: task.id,
    name: task.file_name || task.name,
    phase,
    progress: phase === "done" ? 100 : Math.min(100, Math.max(0, task.progress)),
    ...(task.file_size !== undefined && task.file_size > 0 && { size: task.file_size }),
    ...(task.file_id !== "" && !isGone && { entry: task.file_id }),
    ...(typeof source === "string" && source !== "" && { source }),
    createdAt,
    updatedAt,
    ...(phase === "failed" && { reason: reasonOf(task) ?? "download-failed" }),
  };
}

/** What a task says went wrong, in its message or in a word among its parameters. */
export function reasonOf({ message, params }: RemoteTask): ReturnType<typeof reasonIn> {
  const { url: _source, ...rest } = params ?? {};
  const words = Object.values(rest).filter((value) => typeof value === "string");
  return [message, ...words].map(reasonIn).find((reason) => reason !== undefined);
}
