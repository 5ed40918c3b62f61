import { anywhere, byAnybody, shared } from "../../users/roles.ts";
import { button, none, number } from "../context/button.ts";
import { linkRow } from "./inline.ts";
import { askWords, narrowKind, narrowSize, stopSearch } from "./search.ts";

export const searchButtons = {
  find: button("vf", shared, none, askWords),
  "stop-search": button("vs", anywhere, none, stopSearch),
  "narrow-kind": button("vk", shared, number("index"), (context, { index }) => narrowKind(context, index)),
  "narrow-size": button("vb", shared, number("index"), (context, { index }) => narrowSize(context, index)),
  "link-row": button("vi", byAnybody, number("index"), (context, { index }) => linkRow(context, index)),
};
