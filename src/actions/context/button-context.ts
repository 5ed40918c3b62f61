import type { ViewRef } from "../model/session.ts";
import { goTo, recall, type ActionContext, type Redirect } from "./context.ts";
import {
  folderOf,
  type FileView,
  type FolderView,
  type Remembered,
  type SearchView,
  type Session,
  type ViewState,
} from "../model/session.ts";

/** A press: the action, the screen it was made on, and what that screen showed. */
export interface ButtonContext extends ActionContext {
  readonly session: Session;
  readonly view: ViewRef;
  /** Absent = forgotten: it was too many screens ago. */
  readonly shown?: Remembered | undefined;
}

/** The action of a press on a session. */
export function buttonContext(context: ActionContext, session: Session, view: ViewRef): ButtonContext {
  const shown = recall(session, view);
  return { ...context, session, view, shown };
}

/** The button's own screen is forgotten, or showed no such thing: what there is now, and that it has changed. */
export function forgotten(context: ButtonContext): Redirect {
  return goTo(context, listingNow(context) ?? context.session.state, { notice: "list-changed" });
}

/** The folder the session is in now; else the one the button was pressed in. */
export function folderNow({ session, shown }: ButtonContext): FolderView | undefined {
  return folderOf(session.state) ?? (shown && folderOf(shown.state));
}

/** The search the session shows; else the one the button was pressed on. */
export function searchNow({ session, shown }: ButtonContext): SearchView | undefined {
  if (session.state.at === "search") return session.state;
  return shown?.state.at === "search" ? shown.state : undefined;
}

/** The page of rows the session is on now, or was before a file of it was opened. */
export function listingNow(context: ButtonContext): FolderView | SearchView | undefined {
  const { state } = context.session;
  if (state.at === "search") return state;
  if ((state.at === "file" || state.at === "link") && state.from) return state.from;
  return folderOf(state) ?? searchNow(context) ?? folderNow(context);
}

/** The file the button was about. */
export function fileOf({ shown }: ButtonContext): FileView | undefined {
  const state = shown?.state;
  if (state?.at === "transfer") return state.file;
  return state?.at === "file" || state?.at === "link" ? state : undefined;
}

/** The mount the button was about. */
export function mountOf({ shown }: ButtonContext): string | undefined {
  return shown && mountIn(shown.state);
}

function mountIn(state: ViewState): string | undefined {
  switch (state.at) {
    case "folder":
    case "mount":
    case "notice":
    case "welcome":
      return state.mount;
    case "file":
    case "link":
    case "search":
    case "list":
    case "batch":
    case "download":
    case "upload":
    case "select":
    case "target":
      return state.folder.mount;
    case "preview":
      return state.of.folder.mount;
    case "save":
      return state.to.mount;
    case "share-out":
      return state.from.at === "folder" ? state.from.mount : state.from.folder.mount;
    case "shared":
    case "shared-list":
      return state.mount;
    case "tasks":
    case "trash":
      return state.mount;
    case "push":
    case "destinations":
    case "tidy":
    case "tidied":
    case "follows":
    case "follow":
    case "backfill":
      return folderOf(state)?.mount;
    case "task":
      return state.from.mount;
    case "transfer":
      return state.file.folder.mount;
    case "question":
      return state.question === "remove-mount" ? state.mount : undefined;
    case "given-link":
    case "given-links":
    case "found":
    case "lend-choice":
    case "lending":
    case "place-settings":
    case "mounts":
    case "favourites":
    case "settings":
    case "hook":
    case "sign-in-ways":
    case "approval":
    case "operators":
      return undefined;
  }
}
