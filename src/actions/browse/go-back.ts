import { goTo, type Redirect } from "../context/context.ts";
import type { ButtonContext } from "../context/button-context.ts";
import type { Resumable, ViewState } from "../model/session.ts";

/** Out of what the button stood on: a link leads to its file, a file to its folder, a failure to what worked before. */
export function goBack(context: ButtonContext): Redirect {
  return goTo(context, behind(context.shown?.state ?? context.session.state));
}

function behind(state: ViewState): ViewState | Resumable {
  switch (state.at) {
    case "link":
      return { ...state, at: "file" };
    case "transfer":
      return { ...state.file, at: "file" };
    case "file":
      return state.from ?? state.folder;
    case "search":
    case "list":
    case "batch":
    case "download":
    case "upload":
      return state.folder;
    case "share-out":
    case "shared":
    case "given-link":
    case "push":
    case "destinations":
      return state.from;
    case "shared-list":
      return { at: "mount", mount: state.mount };
    case "preview":
      return state.of;
    case "save":
      return state.back;
    case "select":
    case "trash":
      return state.folder;
    case "task":
    case "tidy":
      return state.from;
    case "target":
      return state.carrying === "fetch" ? state.of : state.tidy;
    case "tidied":
      return state.back;
    case "tasks":
    case "given-links":
      return { at: "welcome" };
    case "notice":
      return state.back ?? state.retry ?? { at: "welcome" };
    case "mount":
      return { at: "mounts" };
    case "question":
      if (state.question === "broadcast") return { at: "operators", room: "broadcast" };
      if (state.question === "revoke-every-link") return { at: "operators", room: "panel" };
      if (state.question === "revoke-links") return { at: "settings" };
      if (state.question === "renew-hook" || state.question === "revoke-hook") return { at: "hook" };
      if (state.question === "revoke-shared") return state.shared;
      if (state.question === "take-back-link") return state.given;
      if (state.question === "deliver") return state.list;
      if (state.question === "delete-entries" || state.question === "empty-trash") return state.trash;
      return "mount" in state ? { at: "mount", mount: state.mount } : { at: "welcome" };
    case "follow":
      return { at: "follows", page: 1, folder: state.folder };
    case "backfill":
      return { at: "follow", follow: state.follow, folder: state.folder };
    case "approval":
      return state.again;
    case "hook":
      return { at: "settings" };
    case "sign-in-ways":
      return state.mount === undefined ? { at: "mounts" } : { at: "mount", mount: state.mount };
    case "operators":
      return { at: "operators", room: state.room === "person" ? "people" : "panel", page: 1 };
    case "settings":
    case "mounts":
    case "favourites":
    case "follows":
      return { at: "welcome" };
    case "folder":
    case "welcome":
    case "found":
    case "lend-choice":
    case "lending":
    case "place-settings":
      return state;
  }
}

/** What failed, once more. */
export function retry(context: ButtonContext): Redirect {
  return goTo(context, context.shown?.state ?? context.session.state, { refresh: true, again: true });
}
