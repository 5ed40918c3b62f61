import { fileOf, forgotten, type ButtonContext } from "../context/button-context.ts";
import { goTo, type Redirect } from "../context/context.ts";
import { slim } from "../context/folder-view.ts";
import { fileBeside } from "./file.ts";

/** The file before or after the one whose card the button stood on. */
export function step(context: ButtonContext, isNext: boolean): Redirect {
  const file = fileOf(context);
  const beside = file && fileBeside(context, file, isNext);
  if (!file || !beside) return forgotten(context);
  return goTo(context, { ...file, at: "file", entry: slim(beside), variants: [] });
}
