import { orders } from "../../storage/entry.ts";
import { anywhere, shared } from "../../users/roles.ts";
import { button, choice, flag, none, number } from "../context/button.ts";
import { goBack, retry } from "./go-back.ts";
import { askPage } from "./go-to-page.ts";
import { openEntry } from "./open-entry.ts";
import { step } from "./step.ts";
import { goToTop, goUp, refresh, sort, turnPage } from "./turn-page.ts";

export const browseButtons = {
  open: button("o", shared, number("index"), (context, { index }) => openEntry(context, index)),
  turn: button("t", shared, number("page"), (context, { page }) => turnPage(context, page)),
  up: button("u", shared, none, goUp),
  refresh: button("r", shared, none, refresh),
  sort: button("s", shared, choice("by", orders), (context, { by }) => sort(context, by)),
  back: button("b", shared, none, goBack),
  top: button("bt", shared, none, goToTop),
  step: button("bs", shared, flag("next"), (context, { next }) => step(context, next)),
  "ask-page": button("bp", anywhere, none, askPage, { form: true }),
  retry: button("i", anywhere, none, retry),
};
