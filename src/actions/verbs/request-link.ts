import type { Outcome } from "../errand.ts";
import { fileOf, forgotten, type Pressed } from "../pressed.ts";
import { showLink } from "../scenes/file.ts";

/** The address of the file whose card was pressed on: of the original, or of the rendition of that index. */
export function requestLink(pressed: Pressed, index: number | undefined): Promise<Outcome> {
  const scene = fileOf(pressed);
  if (!scene) return forgotten(pressed);
  const { variant: _before, ...file } = scene;
  // A file that did not come as it was wanted is linked to as it was wanted.
  if (index === undefined) return showLink(pressed, pressed.shown?.scene.at === "transfer" ? scene : file);
  const variant = scene.variants[index];
  return variant ? showLink(pressed, { ...file, variant }) : forgotten(pressed);
}
