import type { MessageScreen } from "../../actions/model/screen.ts";
import { batchSheet } from "./batch.ts";
import { downloadSheet, previewSheet } from "./download.ts";
import { favouritesSheet } from "./favourites.ts";
import { fileSheet } from "./file.ts";
import { backfillSheet, followSheet, followsSheet, newsSheet } from "./follow.ts";
import { givenListSheet, givenSheet } from "./given.ts";
import { helpSheet } from "./help.ts";
import { hookSheet } from "./hook.ts";
import { lendChoiceSheet, lendingSheet, placeSettingsSheet } from "./lending.ts";
import { linkSheet } from "./link.ts";
import { listChoiceSheet, listProgressSheet, listReadySheet } from "./list.ts";
import { listingSheet } from "./listing.ts";
import { mountSheet, mountsSheet } from "./mounts.ts";
import { noticeSheet } from "./notice.ts";
import { operatorsSheet } from "./operators.ts";
import type { Painter } from "./painter.ts";
import { destinationsSheet } from "./destinations.ts";
import { pushSheet } from "./push.ts";
import { questionSheet } from "./question.ts";
import { saveSheet } from "./save.ts";
import { settingsSheet } from "./settings.ts";
import { paintSheet, type Painted, type Sheet } from "./sheet.ts";
import { sharedListSheet, sharedSheet, shareDraftSheet } from "./shared.ts";
import { approvalSheet, signInWaysSheet } from "./sign-in.ts";
import { taskSheet, tasksSheet } from "./tasks.ts";
import { selectSheet, targetSheet, tidiedSheet, tidySheet, trashSheet } from "./tidy.ts";
import { transferSheet } from "./transfer.ts";
import { uploadSheet } from "./upload.ts";
import { welcomeSheet } from "./welcome.ts";

/** A screen as a message. Forms need a pending form besides: see `form.ts`. */
export function paint(painter: Painter, screen: MessageScreen): Painted {
  return paintSheet(sheetOf(painter, screen));
}

function sheetOf(painter: Painter, screen: MessageScreen): Sheet {
  switch (screen.show) {
    case "welcome":
      return welcomeSheet(painter, screen);
    case "help":
      return helpSheet(painter, screen);
    case "listing":
      return listingSheet(painter, screen);
    case "file":
      return fileSheet(painter, screen);
    case "link":
      return linkSheet(painter, screen);
    case "mounts":
      return mountsSheet(painter, screen);
    case "mount":
      return mountSheet(painter, screen);
    case "favourites":
      return favouritesSheet(painter, screen);
    case "follows":
      return followsSheet(painter, screen);
    case "follow":
      return followSheet(painter, screen);
    case "news":
      return newsSheet(painter, screen);
    case "backfill":
      return backfillSheet(painter, screen);
    case "settings":
      return settingsSheet(painter, screen);
    case "hook":
      return hookSheet(painter, screen);
    case "question":
      return questionSheet(painter, screen);
    case "lend-choice":
      return lendChoiceSheet(painter, screen);
    case "lending":
      return lendingSheet(painter, screen);
    case "place-settings":
      return placeSettingsSheet(painter, screen);
    case "admin":
    case "people":
    case "person":
    case "access":
    case "admin-mounts":
    case "broadcast":
    case "audit":
      return operatorsSheet(painter, screen);
    case "download":
      return downloadSheet(painter, screen);
    case "share-out":
      return shareDraftSheet(painter, screen);
    case "shared":
      return sharedSheet(painter, screen);
    case "shared-list":
      return sharedListSheet(painter, screen);
    case "given-link":
      return givenSheet(painter, screen);
    case "given-links":
      return givenListSheet(painter, screen);
    case "save":
      return saveSheet(painter, screen);
    case "push":
      return pushSheet(painter, screen);
    case "destinations":
      return destinationsSheet(painter, screen);
    case "upload":
      return uploadSheet(painter, screen);
    case "preview":
      return previewSheet(painter, screen);
    case "tasks":
      return tasksSheet(painter, screen);
    case "task":
      return taskSheet(painter, screen);
    case "tidy":
      return tidySheet(painter, screen);
    case "select":
      return selectSheet(painter, screen);
    case "target":
      return targetSheet(painter, screen);
    case "tidied":
      return tidiedSheet(painter, screen);
    case "trash":
      return trashSheet(painter, screen);
    case "notice":
      return noticeSheet(painter, screen);
    case "sign-in-ways":
      return signInWaysSheet(painter, screen);
    case "approval":
      return approvalSheet(painter, screen);
    case "transfer":
      return transferSheet(painter, screen);
    case "batch":
      return batchSheet(painter, screen);
    case "list-choice":
      return listChoiceSheet(painter, screen);
    case "list-progress":
      return listProgressSheet(painter, screen);
    case "list-ready":
      return listReadySheet(painter, screen);
  }
}
