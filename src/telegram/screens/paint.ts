import type { MessageScreen } from "../../actions/model/screen.ts";
import { paintBatch } from "./batch.ts";
import { paintDownload, paintPreview } from "./download.ts";
import { paintFavourites } from "./favourites.ts";
import { paintFile } from "./file.ts";
import { paintBackfill, paintFollow, paintFollows, paintNews } from "./follow.ts";
import { paintGiven, paintGivenList } from "./given.ts";
import { paintHelp } from "./help.ts";
import { paintHook } from "./hook.ts";
import { paintLendChoice, paintLending, paintPlaceSettings } from "./lending.ts";
import { paintLink } from "./link.ts";
import { paintListChoice, paintListProgress, paintListReady } from "./list.ts";
import { paintListing } from "./listing.ts";
import { paintMount, paintMounts } from "./mounts.ts";
import { paintNotice } from "./notice.ts";
import { paintOperators } from "./operators.ts";
import type { Painted, Painter } from "./painter.ts";
import { paintDestinations } from "./destinations.ts";
import { paintPush } from "./push.ts";
import { paintQuestion } from "./question.ts";
import { paintSave } from "./save.ts";
import { paintSettings } from "./settings.ts";
import { paintShared, paintSharedList, paintShareDraft } from "./shared.ts";
import { paintApproval, paintSignInWays } from "./sign-in.ts";
import { paintTask, paintTasks } from "./tasks.ts";
import { paintSelect, paintTarget, paintTidied, paintTidy, paintTrash } from "./tidy.ts";
import { paintTransfer } from "./transfer.ts";
import { paintUpload } from "./upload.ts";
import { paintWelcome } from "./welcome.ts";

/** A screen as a message. */
export function paint(painter: Painter, screen: MessageScreen): Painted {
  switch (screen.show) {
    case "welcome":
      return paintWelcome(painter, screen);
    case "help":
      return paintHelp(painter, screen);
    case "listing":
      return paintListing(painter, screen);
    case "file":
      return paintFile(painter, screen);
    case "link":
      return paintLink(painter, screen);
    case "mounts":
      return paintMounts(painter, screen);
    case "mount":
      return paintMount(painter, screen);
    case "favourites":
      return paintFavourites(painter, screen);
    case "follows":
      return paintFollows(painter, screen);
    case "follow":
      return paintFollow(painter, screen);
    case "news":
      return paintNews(painter, screen);
    case "backfill":
      return paintBackfill(painter, screen);
    case "settings":
      return paintSettings(painter, screen);
    case "hook":
      return paintHook(painter, screen);
    case "question":
      return paintQuestion(painter, screen);
    case "sign-in-ways":
      return paintSignInWays(painter, screen);
    case "approval":
      return paintApproval(painter, screen);
    case "transfer":
      return paintTransfer(painter, screen);
    case "batch":
      return paintBatch(painter, screen);
    case "list-choice":
      return paintListChoice(painter, screen);
    case "list-progress":
      return paintListProgress(painter, screen);
    case "list-ready":
      return paintListReady(painter, screen);
    case "lend-choice":
      return paintLendChoice(painter, screen);
    case "lending":
      return paintLending(painter, screen);
    case "place-settings":
      return paintPlaceSettings(painter, screen);
    case "admin":
    case "people":
    case "person":
    case "access":
    case "admin-mounts":
    case "broadcast":
    case "audit":
      return paintOperators(painter, screen);
    case "download":
      return paintDownload(painter, screen);
    case "share-out":
      return paintShareDraft(painter, screen);
    case "shared":
      return paintShared(painter, screen);
    case "shared-list":
      return paintSharedList(painter, screen);
    case "given-link":
      return paintGiven(painter, screen);
    case "given-links":
      return paintGivenList(painter, screen);
    case "save":
      return paintSave(painter, screen);
    case "push":
      return paintPush(painter, screen);
    case "destinations":
      return paintDestinations(painter, screen);
    case "upload":
      return paintUpload(painter, screen);
    case "preview":
      return paintPreview(painter, screen);
    case "tasks":
      return paintTasks(painter, screen);
    case "task":
      return paintTask(painter, screen);
    case "tidy":
      return paintTidy(painter, screen);
    case "select":
      return paintSelect(painter, screen);
    case "target":
      return paintTarget(painter, screen);
    case "tidied":
      return paintTidied(painter, screen);
    case "trash":
      return paintTrash(painter, screen);
    case "notice":
      return paintNotice(painter, screen);
  }
}
