import type { Errand, Outcome } from "../errand.ts";
import { notice, refused } from "../failure.ts";
import { fileOf, forgotten, type Pressed } from "../pressed.ts";
import { sendFile } from "../scenes/transfer.ts";
import { findFile } from "./find-link.ts";

/** The file itself, by its path or by words of its name; of several, the list of them. */
export function getFile(errand: Errand, words: string): Promise<Outcome> {
  return findFile(errand, words, (file) => sendFile(errand, { at: "file", ...file }));
}

/** The file whose card or link was pressed on: of a link to a rendition, that rendition. */
export function sendPressed(pressed: Pressed): Promise<Outcome> {
  const file = fileOf(pressed);
  return file ? sendFile(pressed, file) : forgotten(pressed);
}

/** Lets go of a file on its way. Its own screen tells that it did. */
export function cancelTransfer({ services, shown }: Pressed): Outcome {
  const scene = shown?.scene;
  const isCancelled = scene?.at === "transfer" && services.transfers?.cancel(scene.transfer) === true;
  return isCancelled ? notice("transfer-cancelled", { level: "done", for: "asker" }) : refused("transfer-over");
}
