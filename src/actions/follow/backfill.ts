import { rowsHere } from "../../users/person.ts";
import { forgotten, type ButtonContext } from "../context/button-context.ts";
import { draw, goTo, type ActionContext, type Result } from "../context/context.ts";
import { refused } from "../context/failure.ts";
import { folderView } from "../context/folder-view.ts";
import { pageOf } from "../context/paging.ts";
import { downloadInto } from "../download/download.ts";
import type { BackfillView } from "../model/session.ts";
import { lineOf } from "./card.ts";
import { renameOf } from "./look-feed.ts";
import { onFollow } from "./manage.ts";

/** Entries that were there before, to choose from: none is chosen by itself. */
export function askBackfill(context: ButtonContext): Promise<Result> {
  return onFollow(context, ({ follow: { id }, folder }) =>
    goTo(context, { at: "backfill", follow: id, folder, page: 1, picked: [] }),
  );
}

/** A page of them. */
export async function showBackfill(context: ActionContext, view: BackfillView): Promise<Result> {
  const { follows } = context.services;
  const follow = await follows?.find(view.follow);
  if (!follows || follow?.about.is !== "feed") return goTo(context, { at: "follows", page: 1 });
  const entries = await follows.entriesOf(follow.id);
  const { rows, page, pages } = pageOf(entries, view.page, rowsHere(context));
  const there = new Set(entries.map(({ key }) => key));
  const picked = view.picked.filter((key) => there.has(key));
  const { mount, trail } = await lineOf(context, follow);
  return {
    screen: {
      show: "backfill",
      view: await draw(
        context,
        { ...view, page, picked },
        rows.map(({ key }) => key),
      ),
      title: follow.title,
      mount,
      trail,
      entries: rows.map(({ title, at, size }) => ({ title, at, size })),
      picked: rows.map(({ key }) => picked.includes(key)),
      chosen: picked.length,
      page: { number: page, count: pages },
    },
  };
}

/** Chooses the one in this row, or no more. What was chosen meanwhile stays so. */
export function pickEntry(context: ButtonContext, index: number): Result {
  const { shown, session } = context;
  const key = shown?.rows[index];
  if (shown?.state.at !== "backfill" || typeof key !== "string") return forgotten(context);
  const now = session.state.at === "backfill" ? session.state : shown.state;
  const isPicked = now.picked.includes(key);
  const picked = isPicked ? now.picked.filter((other) => other !== key) : [...now.picked, key];
  return goTo(context, { ...now, page: shown.state.page, picked });
}

/** The drive fetches what is chosen, as one batch. */
export function fetchEntries(context: ButtonContext): Promise<Result> {
  const { session, shown } = context;
  const state = session.state.at === "backfill" ? session.state : shown?.state;
  return onFollow(context, async ({ follow: { id, about, title }, follows }) => {
    if (state?.at !== "backfill" || about.is !== "feed") return forgotten(context);
    const chosen = (await follows.entriesOf(id)).filter(({ key }) => state.picked.includes(key));
    if (chosen.length === 0) return refused("nothing-chosen");
    const sources = chosen.map((entry) => ({
      url: entry.url,
      name: entry.title,
      rename: renameOf(about, title, entry),
    }));
    return downloadInto(context, folderView(context, about.mount, about.trail), sources);
  });
}
