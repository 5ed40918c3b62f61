import type { ViewRef } from "./action.ts";
import { recall, type Errand, type Outcome } from "./errand.ts";
import { redraw } from "./scenes/redraw.ts";
import {
  folderOf,
  type FileScene,
  type FolderScene,
  type Remembered,
  type SearchScene,
  type Session,
} from "./session.ts";

/** A press: the errand, the screen it was made on, and what that screen showed. */
export interface Pressed extends Errand {
  readonly session: Session;
  readonly view: ViewRef;
  /** Absent = forgotten: it was too many screens ago. */
  readonly shown?: Remembered;
}

/** The errand of a press on a session. */
export function pressedOn(errand: Errand, session: Session, view: ViewRef): Pressed {
  const shown = recall(session, view);
  return { ...errand, session, view, ...(shown && { shown }) };
}

/** The button's own screen is forgotten, or showed no such thing: what there is now, and that it has changed. */
export function forgotten(pressed: Pressed): Promise<Outcome> {
  return redraw(pressed, listingNow(pressed) ?? pressed.session.scene, { notice: "list-changed" });
}

/** The folder the session is in now; else the one the button was pressed in. */
export function folderNow({ session, shown }: Pressed): FolderScene | undefined {
  return folderOf(session.scene) ?? (shown && folderOf(shown.scene));
}

/** The search the session shows; else the one the button was pressed on. */
export function searchNow({ session, shown }: Pressed): SearchScene | undefined {
  if (session.scene.at === "search") return session.scene;
  return shown?.scene.at === "search" ? shown.scene : undefined;
}

/** The page of rows the session is on now, or was before a file of it was opened. */
export function listingNow(pressed: Pressed): FolderScene | SearchScene | undefined {
  const { scene } = pressed.session;
  if (scene.at === "search") return scene;
  if ((scene.at === "file" || scene.at === "link") && scene.from) return scene.from;
  return folderOf(scene) ?? searchNow(pressed) ?? folderNow(pressed);
}

/** The file the button was about. */
export function fileOf({ shown }: Pressed): FileScene | undefined {
  const scene = shown?.scene;
  switch (scene?.at) {
    case "file":
    case "link":
      return scene;
    case "transfer":
      return scene.file;
    default:
      return undefined;
  }
}

/** The mount the button was about. */
export function mountOf({ shown }: Pressed): string | undefined {
  const scene = shown?.scene;
  switch (scene?.at) {
    case "folder":
    case "mount":
    case "notice":
      return scene.mount;
    case "file":
    case "link":
    case "search":
    case "list":
      return scene.folder.mount;
    case "transfer":
      return scene.file.folder.mount;
    case "question":
      return scene.question === "remove-mount" ? scene.mount : undefined;
    default:
      return undefined;
  }
}
