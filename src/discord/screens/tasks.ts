import type { TaskCard, TaskLine, TaskList } from "../../actions/model/screen.ts";
import { bar } from "../../i18n/figures.ts";
import { errorText } from "../../i18n/kind-words.ts";
import { maxOptions } from "../limits.ts";
import { label, plainLabel, strong } from "../markup.ts";
import { press, trailLine, turningRow, type Painter } from "./painter.ts";
import type { Sheet } from "./sheet.ts";

const signs: Readonly<Record<TaskLine["phase"], string>> = { waiting: "⏳", running: "⏬", done: "✅", failed: "⚠️" };
/** Most characters of a name. */
const nameWidth = 90;

/** What a drive fetches: a line each, and one menu to see one. */
export function tasksSheet(painter: Painter, list: TaskList): Sheet {
  const { say } = painter;
  const { mount, total, view } = list;
  const tasks = list.tasks.slice(0, maxOptions);
  return {
    head: [`### ⏬ ${say("tasks-title")}`, trailLine(mount, [])],
    body: [
      tasks.length === 0 ? say("tasks-none") : say("tasks-total", total),
      ...tasks.map((task) => `${signs[task.phase]} ${label(task.name, nameWidth)}${figuresOf(painter, task)}`),
    ],
    menu: {
      placeholder: say("choose-task"),
      options: tasks.map(({ phase, name }, index) => ({
        label: `${signs[phase]} ${plainLabel(name, nameWidth)}`,
        widgetAction: { is: "press", press: { do: "task", view, index } },
      })),
    },
    rows: [
      turningRow(list.view, list.page),
      [
        total.failed > 0 && press(`🔄 ${say("press-retry-tasks")}`, { do: "retry-tasks", view }),
        total.failed + total.done > 0 && press(`🧹 ${say("press-clear-tasks")}`, { do: "clear-tasks", view }),
        press(`🔄 ${say("press-refresh")}`, { do: "refresh", view }),
      ],
    ],
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
export function taskSheet(painter: Painter, { view, mount, task, opens }: TaskCard): Sheet {
  const { say, figures } = painter;
  const { name, phase, progress, size, reason, still } = task;
  const isOver = phase === "done" || phase === "failed";
  const again = phase === "failed" ? "press-retry" : still === undefined ? undefined : "press-restart";
  return {
    head: [`${signs[phase]} ${strong(name)}`, trailLine(mount, [])],
    body: [
      `${bar(progress / 100)} ${figures.percent(progress / 100)}${size === undefined ? "" : ` · ${figures.size(size)}`}`,
      phase === "waiting" && say("download-waiting"),
      still !== undefined && `⚠️ ${say("download-still", { time: figures.span(still) })}`,
      reason !== undefined && errorText(painter, reason, mount.driver),
    ],
    rows: [
      [
        opens && press(`📂 ${say("press-open-task")}`, { do: "open-task", view }),
        again !== undefined && press(`🔄 ${say(again)}`, { do: "retry-task", view }),
      ],
      [
        press(`✖️ ${say(isOver ? "press-forget-task" : "press-cancel-task")}`, {
          do: "cancel-task",
          view,
          withFiles: false,
        }),
        press(`🗑 ${say(isOver ? "press-forget-task-files" : "press-delete-task")}`, {
          do: "cancel-task",
          view,
          withFiles: true,
        }),
        press(`⬆ ${say("press-back")}`, { do: "back", view }),
      ],
    ],
  };
}
