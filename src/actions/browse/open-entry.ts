import type { Result } from "../context/context.ts";
import { forgotten, type ButtonContext } from "../context/button-context.ts";
import { folderView } from "../context/folder-view.ts";
import { showFile } from "./file.ts";
import { showFolder } from "./folder.ts";
import type { Remembered, SearchView } from "../model/session.ts";

/** The folder or file that stood in this row when the button was drawn. */
export function openEntry(context: ButtonContext, index: number): Promise<Result> | Result {
  const { shown } = context;
  if (shown?.state.at === "search") return openHit(context, shown.state, shown.rows[index]);
  const entry = shown?.rows[index];
  if (shown?.state.at !== "folder" || entry === undefined || typeof entry === "string") return forgotten(context);
  if (entry.kind === "file") return showFile(context, shown.state, entry);
  const { filter: _left, ...state } = shown.state;
  const trail = [...state.trail, { id: entry.id, name: entry.name }];
  return showFolder(context, { ...state, trail, page: 1 });
}

/** What was found in that row, where it is. */
function openHit(
  context: ButtonContext,
  search: SearchView,
  row: Remembered["rows"][number] | undefined,
): Promise<Result> | Result {
  if (row === undefined || typeof row === "string" || !("trail" in row)) return forgotten(context);
  const { trail, mount, ...entry } = row;
  const { filter: _left, ...searched } = search.folder;
  // Found in another drive of theirs: it begins at its root.
  const folder = mount === searched.mount ? searched : folderView(context, mount);
  if (entry.kind === "file") return showFile(context, { ...folder, trail, page: 1 }, entry, search);
  return showFolder(context, { ...folder, trail: [...trail, { id: entry.id, name: entry.name }], page: 1 });
}
