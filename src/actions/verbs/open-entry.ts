import type { Outcome } from "../errand.ts";
import { forgotten, type Pressed } from "../pressed.ts";
import { showFile } from "../scenes/file.ts";
import { showFolder } from "../scenes/folder.ts";

/** The folder or file that stood in this row when the button was drawn. */
export function openEntry(pressed: Pressed, index: number): Promise<Outcome> {
  const { shown } = pressed;
  const entry = shown?.rows[index];
  if (shown?.scene.at !== "folder" || entry === undefined || typeof entry === "string") return forgotten(pressed);
  if (entry.kind === "file") return showFile(pressed, shown.scene, entry);
  const { filter: _left, ...scene } = shown.scene;
  const trail = [...scene.trail, { id: entry.id, name: entry.name }];
  return showFolder(pressed, { ...scene, trail, page: 1 });
}
