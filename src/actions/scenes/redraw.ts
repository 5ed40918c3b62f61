import type { ActionContext, Outcome } from "../errand.ts";
import type { Resumable, ViewState } from "../session.ts";
import { showFile, showLink } from "./file.ts";
import { showFolder } from "./folder.ts";
import type { ShowOptions } from "./listing.ts";
import { showLendChoice, showLending, showPlaceSettings } from "./lending.ts";
import { showMount, showMounts } from "./mounts.ts";
import { showOperators } from "./operators.ts";
import { ask, showSettings, showWelcome } from "./person.ts";
import { showSearch } from "./search.ts";
import { browse } from "../verbs/browse.ts";

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
