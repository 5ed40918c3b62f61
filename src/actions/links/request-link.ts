import type { Result } from "../context/context.ts";
import { fileOf, forgotten, type ButtonContext } from "../context/button-context.ts";
import { showLink } from "./link-view.ts";

/** The address of the file whose card was pressed on: of the original, or of the rendition of that index. */
export function requestLink(context: ButtonContext, index: number | undefined): Promise<Result> | Result {
  const state = fileOf(context);
  if (!state) return forgotten(context);
  const { variant: _before, ...file } = state;
  // A file that did not come as it was wanted is linked to as it was wanted.
  if (index === undefined) return showLink(context, context.shown?.state.at === "transfer" ? state : file);
  const variant = state.variants[index];
  return variant ? showLink(context, { ...file, variant }) : forgotten(context);
}
