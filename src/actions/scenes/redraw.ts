import type { Errand, Outcome } from "../errand.ts";
import type { Resumable, Scene } from "../session.ts";
import { showFile, showLink } from "./file.ts";
import { showFolder } from "./folder.ts";
import type { ShowOptions } from "./listing.ts";
import { showLendChoice, showLending, showPlaceSettings } from "./lending.ts";
import { showMount, showMounts } from "./mounts.ts";
import { showOperators } from "./operators.ts";
import { ask, showSettings, showWelcome } from "./person.ts";
import { showSearch } from "./search.ts";
import { browse } from "../verbs/browse.ts";

/** A scene as it is now: what every button falls back to whose own meaning is gone. */
export async function redraw(errand: Errand, scene: Scene | Resumable, options: ShowOptions = {}): Promise<Outcome> {
  switch (scene.at) {
    case "folder":
      return showFolder(errand, scene, options);
    case "file":
      return showFile(errand, scene.folder, scene.entry, scene.from);
    case "search":
      return showSearch(errand, scene, options);
    case "link":
      return showLink(errand, scene);
    case "transfer":
      // Only who asks for it anew gets a file once more.
      return showFile(errand, scene.file.folder, scene.file.entry);
    case "list":
      return showFolder(errand, scene.folder, options);
    case "browse":
      return browse(errand, scene.path);
    case "welcome":
      return showWelcome(errand);
    case "mounts":
      return showMounts(errand);
    case "mount":
      return showMount(errand, scene.mount);
    case "settings":
      return showSettings(errand);
    case "lend-choice":
      return showLendChoice(errand, scene.place);
    case "lending":
      return showLending(errand, scene);
    case "place-settings":
      return showPlaceSettings(errand);
    case "found":
      return browse(errand);
    case "question":
      return ask(errand, scene);
    case "operators":
      return showOperators(errand, scene);
    case "notice":
      return redraw(errand, scene.retry ?? scene.back ?? { at: "welcome" }, options);
  }
}
