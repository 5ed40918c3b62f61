import type { Outcome } from "../errand.ts";
import { forgotten, type Pressed } from "../pressed.ts";
import { showFile } from "../scenes/file.ts";
import { showFolder } from "../scenes/folder.ts";
import type { Remembered, SearchScene } from "../session.ts";

/** The folder or file that stood in this row when the button was drawn. */
export function openEntry(pressed: Pressed, index: number): Promise<Outcome> {
  const { shown } = pressed;
  if (shown?.scene.at === "search") return openHit(pressed, shown.scene, shown.rows[index]);
  const entry = shown?.rows[index];
  if (shown?.scene.at !== "folder" || entry === undefined || typeof entry === "string") return forgotten(pressed);
  if (entry.kind === "file") return showFile(pressed, shown.scene, entry);
  const { filter: _left, ...scene } = shown.scene;
  const trail = [...scene.trail, { id: entry.id, name: entry.name }];
  return showFolder(pressed, { ...scene, trail, page: 1 });
}

/** What was found in that row, where it is. */
function openHit(pressed: Pressed, search: SearchScene, row: Remembered["rows"][number] | undefined): Promise<Outcome> {
  if (row === undefined || typeof row === "string" || !("trail" in row)) return forgotten(pressed);
  const { trail, mount: _known, ...entry } = row;
  const { filter: _left, ...folder } = search.folder;
  if (entry.kind === "file") return showFile(pressed, { ...folder, trail, page: 1 }, entry, search);
  return showFolder(pressed, { ...folder, trail: [...trail, { id: entry.id, name: entry.name }], page: 1 });
}
