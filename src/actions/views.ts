import { showOperators } from "./admin/views.ts";
import { browse } from "./browse/browse.ts";
import { showFile } from "./browse/file.ts";
import { showFolder } from "./browse/folder.ts";
import { goTo, type ActionContext, type Outcome, type Result, type ViewOptions } from "./context/context.ts";
import { showDestinations } from "./deliver/list.ts";
import { showDownload } from "./download/choose-folder.ts";
import { showPreview } from "./download/preview.ts";
import { showTask, showTasks } from "./download/tasks-view.ts";
import { showFavourites } from "./favourites/view.ts";
import { sendFile } from "./files/view.ts";
import { showBackfill } from "./follow/backfill.ts";
import { showFollow, showFollows } from "./follow/view.ts";
import { showLendChoice, showLending, showPlaceSettings } from "./groups/views.ts";
import { showHook } from "./hook/hook.ts";
import { showGiven } from "./links/given-link.ts";
import { showGivenList } from "./links/given-list.ts";
import { showLink } from "./links/link-view.ts";
import type { Resumable, ViewState } from "./model/session.ts";
import { showWays } from "./mounts/sign-in-ways.ts";
import { showMount, showMounts } from "./mounts/views.ts";
import { showPush } from "./push/push.ts";
import { showQuestion } from "./questions/question.ts";
import { showSearch } from "./search/view.ts";
import { showDraft } from "./share-out/share-out.ts";
import { showShared, showSharedList } from "./share-out/shared.ts";
import { showSettings } from "./settings/views.ts";
import { showWelcome } from "./start/welcome.ts";
import { showSelect } from "./tidy/select.ts";
import { showTarget } from "./tidy/target.ts";
import { showTidied } from "./tidy/tidied.ts";
import { showTidy } from "./tidy/tidy.ts";
import { showTrash } from "./tidy/trash.ts";

/** A view as it is now: where every redirect leads, and what every button falls back to whose own meaning is gone. */
function show(context: ActionContext, view: ViewState | Resumable, options: ViewOptions): Promise<Result> | Result {
  switch (view.at) {
    case "folder":
      return showFolder(context, view, options);
    case "file":
      return showFile(context, view.folder, view.entry, view.from);
    case "search":
      return showSearch(context, view, options);
    case "link":
      return showLink(context, view);
    case "transfer":
      // Only who asks for it anew gets a file once more.
      return options.again ? sendFile(context, view.file, view) : showFile(context, view.file.folder, view.file.entry);
    case "download":
      return showDownload(context, view);
    case "list":
    case "batch":
    case "upload":
      return showFolder(context, view.folder, options);
    case "share-out":
      return showDraft(context, view);
    case "shared":
      return showShared(context, view);
    case "shared-list":
      return showSharedList(context, view);
    case "given-link":
      return showGiven(context, view);
    case "given-links":
      return showGivenList(context, view);
    case "save":
      return goTo(context, view.back, options);
    case "push":
      return showPush(context, view);
    case "destinations":
      return showDestinations(context, view);
    case "preview":
      return showPreview(context, view);
    case "tasks":
      return showTasks(context, view);
    case "task":
      return showTask(context, view);
    case "tidy":
      return showTidy(context, view);
    case "select":
      return showSelect(context, view, options);
    case "target":
      return showTarget(context, view, options);
    case "tidied":
      return showTidied(context, view);
    case "trash":
      return showTrash(context, view, options.notice === "undone" ? "undone" : undefined);
    case "browse":
      return browse(context, view.path);
    case "welcome":
      return showWelcome(context);
    case "mounts":
      return showMounts(context, view.page);
    case "favourites":
      return showFavourites(context, view);
    case "follows":
      return showFollows(context, view);
    case "follow":
      return showFollow(context, view);
    case "backfill":
      return showBackfill(context, view);
    case "mount":
      return showMount(context, view.mount);
    case "sign-in-ways":
      return showWays(context, view);
    case "approval":
      return showWays(context, view.again);
    case "settings":
      return showSettings(context);
    case "hook":
      return showHook(context);
    case "lend-choice":
      return showLendChoice(context, view.place);
    case "lending":
      return showLending(context, view);
    case "place-settings":
      return showPlaceSettings(context);
    case "found":
      return browse(context);
    case "question":
      return showQuestion(context, view);
    case "operators":
      return showOperators(context, view);
    case "notice":
      return goTo(context, view.retry ?? view.back ?? { at: "welcome" }, options);
  }
}

/** What an action came to, with every redirect followed. */
export async function shown(result: Promise<Result> | Result): Promise<Outcome> {
  let now = await result;
  while ("goTo" in now) now = await show(now.context, now.goTo, now.options);
  return now;
}
