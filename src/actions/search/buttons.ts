import { anywhere, byAnybody, inPrivate, shared } from "../../users/roles.ts";
import { button, none, number } from "../context/button.ts";
import { linkRow } from "./inline.ts";
import {
  askWords,
  narrowKind,
  narrowSize,
  searchElsewhere,
  searchEverywhere,
  searchInDrive,
  stopSearch,
  toggleFilters,
} from "./search.ts";

export const searchButtons = {
  find: button("vf", shared, none, askWords),
  "stop-search": button("vs", anywhere, none, stopSearch),
  "search-elsewhere": button("ve", shared, none, searchElsewhere),
  "search-everywhere": button("va", inPrivate, none, searchEverywhere),
  "search-in-drive": button("vn", inPrivate, number("index"), (context, { index }) => searchInDrive(context, index)),
  "search-filters": button("vr", shared, none, toggleFilters),
  "narrow-kind": button("vk", shared, number("index"), (context, { index }) => narrowKind(context, index)),
  "narrow-size": button("vb", shared, number("index"), (context, { index }) => narrowSize(context, index)),
  "link-row": button("vi", byAnybody, number("index"), (context, { index }) => linkRow(context, index)),
};
