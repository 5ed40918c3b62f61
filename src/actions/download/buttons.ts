import { anywhere, inPrivate, shared } from "../../users/roles.ts";
import { button, flag, none, number } from "../context/button.ts";
import { chooseFolder, restartDownload } from "./choose-folder.ts";
import { cancelDownload, openDownload, retryDownload } from "./download.ts";
import { askPreview } from "./preview.ts";
import { cancelTask, clearTasks, openTask, pickTask, retryFailed, retryTask, tasksOf } from "./tasks.ts";

export const downloadButtons = {
  "cancel-download": button("dc", shared, none, cancelDownload, { urgent: true }),
  "download-folder": button("dg", inPrivate, none, chooseFolder),
  "restart-download": button("dz", inPrivate, none, restartDownload),
  preview: button("di", inPrivate, none, askPreview),
  "open-download": button("do", shared, number("index"), (context, { index }) => openDownload(context, index)),
  "retry-download": button("dr", anywhere, none, retryDownload),
  "show-tasks": button("dt", inPrivate, none, tasksOf),
  task: button("dk", inPrivate, number("index"), (context, { index }) => pickTask(context, index)),
  "retry-task": button("dy", inPrivate, none, retryTask),
  "cancel-task": button("dx", inPrivate, flag("withFiles"), (context, { withFiles }) => cancelTask(context, withFiles)),
  "open-task": button("dp", inPrivate, none, openTask),
  "retry-tasks": button("da", inPrivate, none, retryFailed),
  "clear-tasks": button("df", inPrivate, none, clearTasks),
};
