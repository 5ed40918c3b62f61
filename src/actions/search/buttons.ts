import { anywhere, byAnybody, shared } from "../../users/roles.ts";
import { button, none, number } from "../context/button.ts";
import { linkRow } from "./inline.ts";
import { askWords, narrowKind, narrowSize, searchElsewhere, stopSearch, toggleFilters } from "./search.ts";

export const searchButtons = {
  find: button("vf", shared, none, askWords),
  "stop-search": button("vs", anywhere, none, stopSearch),
  "search-elsewhere": button("ve", shared, none, searchElsewhere),
  "search-filters": button("vr", shared, none, toggleFilters),
  "narrow-kind": button("vk", shared, number("index"), (context, { index }) => narrowKind(context, index)),
  "narrow-size": button("vb", shared, number("index"), (context, { index }) => narrowSize(context, index)),
  "link-row": button("vi", byAnybody, number("index"), (context, { index }) => linkRow(context, index)),
};
