import type { ActionContext, Outcome } from "./context.ts";
import type { Resumable, ViewState } from "./model/session.ts";
import { showFile, showLink } from "./browse/file.ts";
import { showFolder } from "./browse/folder.ts";
import type { ShowOptions } from "./browse/listing.ts";
import { showLendChoice, showLending, showPlaceSettings } from "./groups/views.ts";
import { showMount, showMounts } from "./mounts/views.ts";
import { showOperators } from "./admin/views.ts";
import { ask, showSettings, showWelcome } from "./settings/views.ts";
import { showSearch } from "./search/view.ts";
import { browse } from "./browse/browse.ts";

/** A view as it is now: what every button falls back to whose own meaning is gone. */
export async function redraw(
  context: ActionContext,
  state: ViewState | Resumable,
  options: ShowOptions = {},
): Promise<Outcome> {
  switch (state.at) {
    case "folder":
      return showFolder(context, state, options);
    case "file":
      return showFile(context, state.folder, state.entry, state.from);
    case "search":
      return showSearch(context, state, options);
    case "link":
      return showLink(context, state);
    case "transfer":
      // Only who asks for it anew gets a file once more.
      return showFile(context, state.file.folder, state.file.entry);
    case "list":
      return showFolder(context, state.folder, options);
    case "browse":
      return browse(context, state.path);
    case "welcome":
      return showWelcome(context);
    case "mounts":
      return showMounts(context);
    case "mount":
      return showMount(context, state.mount);
    case "settings":
      return showSettings(context);
    case "lend-choice":
      return showLendChoice(context, state.place);
    case "lending":
      return showLending(context, state);
    case "place-settings":
      return showPlaceSettings(context);
    case "found":
      return browse(context);
    case "question":
      return ask(context, state);
    case "operators":
      return showOperators(context, state);
    case "notice":
      return redraw(context, state.retry ?? state.back ?? { at: "welcome" }, options);
  }
}
