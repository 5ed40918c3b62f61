import { FormattedString } from "@grammyjs/parse-mode";
import type { TaskCard, TaskLine, TaskList } from "../../actions/model/screen.ts";
import { bar } from "../../i18n/figures.ts";
import { errorText } from "../../i18n/kind-words.ts";
import { elideName, isolate } from "../../i18n/names.ts";
import { button, lines, strong, trailLine, turningRow, type Painted, type Painter } from "./painter.ts";

const signs: Readonly<Record<TaskLine["phase"], string>> = { waiting: "⏳", running: "⏬", done: "✅", failed: "⚠️" };

/** What a drive fetches, one a row. */
export function paintTasks(painter: Painter, list: TaskList): Painted {
  const { say } = painter;
  const { mount, tasks, total, view } = list;
  return {
    text: lines(
      FormattedString.join(["⏬ ", strong(say("tasks-title"))]),
      trailLine(mount, []),
      tasks.length === 0 ? say("tasks-none") : say("tasks-total", total),
      "",
      ...tasks.map((task) => `${signs[task.phase]} ${isolate(elideName(task.name, 60))}${figuresOf(painter, task)}`),
    ),
    keyboard: [
      ...tasks.map((task, index) => [
        button(`${signs[task.phase]} ${elideName(task.name)}`, { do: "task", view, index }),
      ]),
      turningRow(list.view, list.page),
      [
        ...(total.failed > 0 ? [button(`🔄 ${say("press-retry-tasks")}`, { do: "retry-tasks", view })] : []),
        ...(total.failed + total.done > 0
          ? [button(`🧹 ${say("press-clear-tasks")}`, { do: "clear-tasks", view })]
          : []),
      ],
      [button(`🔄 ${say("press-refresh")}`, { do: "refresh", view })],
    ].filter((row) => row.length > 0),
  };
}

function figuresOf({ figures }: Painter, { phase, progress, size }: TaskLine): string {
  const parts = [
    ...(phase === "running" ? [figures.percent(progress / 100)] : []),
    ...(size === undefined ? [] : [figures.size(size)]),
  ];
  return parts.map((part) => ` · ${part}`).join("");
}

/** One of them, and what can be done with it. */
export function paintTask(painter: Painter, { view, mount, task, opens }: TaskCard): Painted {
  const { say, figures } = painter;
  const { name, phase, progress, size, reason, still } = task;
  const isOver = phase === "done" || phase === "failed";
  const again = phase === "failed" ? "press-retry" : still === undefined ? undefined : "press-restart";
  return {
    text: lines(
      FormattedString.join([`${signs[phase]} `, strong(name)]),
      trailLine(mount, []),
      `${bar(progress / 100)} ${figures.percent(progress / 100)}${size === undefined ? "" : ` · ${figures.size(size)}`}`,
      phase === "waiting" && say("download-waiting"),
      still !== undefined && `⚠️ ${say("download-still", { time: figures.span(still) })}`,
      reason !== undefined && errorText(painter, reason, mount.driver),
    ),
    keyboard: [
      [
        ...(opens ? [button(`📂 ${say("press-open-task")}`, { do: "open-task", view })] : []),
        ...(again ? [button(`🔄 ${say(again)}`, { do: "retry-task", view })] : []),
      ],
      [
        button(`✖️ ${say(isOver ? "press-forget-task" : "press-cancel-task")}`, {
          do: "cancel-task",
          view,
          withFiles: false,
        }),
      ],
      [
        button(`🗑 ${say(isOver ? "press-forget-task-files" : "press-delete-task")}`, {
          do: "cancel-task",
          view,
          withFiles: true,
        }),
      ],
      [button(`⬆ ${say("press-back")}`, { do: "back", view })],
    ].filter((row) => row.length > 0),
  };
}
