import type { BatchScreen, BatchState, UnsentFile } from "../model/batch-screen.ts";
import { slim } from "../context/folder-view.ts";
import type { Batch, FileEnd } from "./batch-kind.ts";

/** A batch as it is now. */
export function batchScreen(
  { card, files }: Pick<Batch, "card" | "files">,
  ends: readonly (FileEnd | null)[],
  state: BatchState,
): BatchScreen {
  const unsent = files.flatMap((file, n): UnsentFile[] => {
    const why = ends[n];
    return !why || why.is === "done" ? [] : [{ entry: slim(file), why }];
  });
  return { ...card, done: ends.filter((end) => end?.is === "done").length, state, unsent };
}
