import { goTo, type ActionContext, type Result } from "../context/context.ts";
import { notice, refused } from "../context/failure.ts";
import { fileOf, forgotten, type ButtonContext } from "../context/button-context.ts";
import { sendFile, type SendOptions } from "./view.ts";
import { findFile } from "../search/find-file.ts";

/** The file itself, by its path or by words of its name; of several, the list of them. */
export function getFile(context: ActionContext, words: string): Promise<Result> | Result {
  return findFile(context, words, (file) => sendFile(context, { at: "file", ...file }));
}

/** The file whose card or link was pressed on: of a link to a rendition, that rendition. */
export function sendPressed(context: ButtonContext, how: SendOptions = {}): Promise<Result> | Result {
  const file = fileOf(context);
  return file ? sendFile(context, file, how) : forgotten(context);
}

/**
 * Lets go of a file on its way. Its own screen tells that it did. Of one that nothing is known of – its process was killed
 * before it was asked for – the card is shown, from which it can be.
 */
export async function cancelTransfer(context: ButtonContext): Promise<Result> {
  const { services, shown } = context;
  const state = shown?.state;
  if (state?.at !== "transfer") return refused("transfer-over");
  const came = (await services.transfers?.cancel(state.transfer)) ?? "over";
  switch (came) {
    case "cancelled":
      return notice("transfer-cancelled", { level: "done", for: "asker" });
    case "over":
      return refused("transfer-over");
    case "unknown":
      return goTo(context, { ...state.file, at: "file" });
  }
}
