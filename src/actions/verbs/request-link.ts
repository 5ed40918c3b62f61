import type { Outcome } from "../errand.ts";
import { forgotten, type Pressed } from "../pressed.ts";
import { showLink } from "../scenes/file.ts";

/** The address of the file whose card was pressed on: of the original, or of the rendition of that index. */
export function requestLink(pressed: Pressed, index: number | undefined): Promise<Outcome> {
  const scene = pressed.shown?.scene;
  if (scene?.at !== "file" && scene?.at !== "link") return forgotten(pressed);
  const { variant: _before, ...file } = scene;
  if (index === undefined) return showLink(pressed, file);
  const variant = scene.variants[index];
  return variant ? showLink(pressed, { ...file, variant }) : forgotten(pressed);
}
