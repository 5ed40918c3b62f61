import { anywhere, inPrivate } from "../../users/roles.ts";
import { command } from "../context/command.ts";
import { findInline, keepCard } from "./inline.ts";
import { searchFor } from "./search.ts";

export const searchCommands = {
  search: command<{ readonly words: string }>(anywhere, (context, { words }) => searchFor(context, words)),
  /** From a line that is being typed in any chat: what is known by name, from `from` on. */
  "find-inline": command<{ readonly words: string; readonly from: number }>(inPrivate, (context, { words, from }) =>
    findInline(context, words, from),
  ),
  /** One of the cards found so was sent. */
  "keep-card": command<{ readonly card: string }>(inPrivate, (context, { card }) => keepCard(context, card)),
};
