import { groupIn } from "../../users/place.ts";
import { forgotten, type ButtonContext } from "../context/button-context.ts";
import { goTo, type Result } from "../context/context.ts";
import { refused } from "../context/failure.ts";
import { withMount } from "../context/with-mount.ts";
import type { Follow, Follows } from "../model/follow.ts";
import type { FolderView, FollowView } from "../model/session.ts";
import { toldToGroup } from "./begin.ts";
import { isManaged, openFollowed } from "./view.ts";

/** The one that stood in this row. */
export function pickFollow(context: ButtonContext, index: number): Result {
  const { shown } = context;
  const id = shown?.rows[index];
  if (shown?.state.at !== "follows" || typeof id !== "string") return forgotten(context);
  return goTo(context, { at: "follow", follow: id, folder: shown.state.folder });
}

interface Managing {
  readonly follow: Follow;
  readonly follows: Follows;
  /** The folder one is in. */
  readonly folder: FolderView | undefined;
  /** Its card, as it is now. */
  card(said?: FollowView["said"]): Result;
}

/** Does something with the one the button was about, if it is theirs to manage. */
export async function onFollow(
  context: ButtonContext,
  work: (managing: Managing) => Promise<Result> | Result,
): Promise<Result> {
  const state = context.shown?.state;
  const { follows } = context.services;
  if (state?.at !== "follow" && state?.at !== "backfill") return forgotten(context);
  const follow = await follows?.find(state.follow);
  if (!follows || !follow) return goTo(context, { at: "follows", page: 1 });
  if (!isManaged(context, follow)) return refused("not-yours");
  const { folder } = state;
  const card = (said?: FollowView["said"]) => goTo(context, { at: "follow", follow: follow.id, folder, said });
  return work({ follow, follows, folder, card });
}

export function pauseFollow(context: ButtonContext, paused: boolean): Promise<Result> {
  return onFollow(context, async ({ follow: { id }, follows, card }) => {
    await (paused ? follows.pause(id) : follows.resume(id));
    return card(paused ? undefined : "looking");
  });
}

export function removeFollow(context: ButtonContext): Promise<Result> {
  return onFollow(context, async ({ follow: { id, person }, follows, folder }) => {
    await follows.remove(id);
    context.services.log.info({ person, follow: id, by: context.person.id }, "following ended");
    return goTo(context, { at: "follows", page: 1, folder, removed: true });
  });
}

/** Looks at once; what is found is told as always. */
export function checkFollow(context: ButtonContext): Promise<Result> {
  return onFollow(context, async ({ follow: { id }, follows, card }) => {
    const begun = await follows.checkNow(id);
    return card(begun ? "looking" : undefined);
  });
}

/** How often it is looked at, by the place among the choices. */
export function setEvery(context: ButtonContext, index: number): Promise<Result> {
  return onFollow(context, async ({ follow: { id }, follows, card }) => {
    const every = follows.choices[index];
    if (every !== undefined) await follows.change(id, (current) => ({ ...current, every }));
    return card();
  });
}

/** Tells the group one is in from now on, or oneself alone. What the group is not shown, it is not told either. */
export function tellGroup(context: ButtonContext, group: boolean): Promise<Result> {
  return onFollow(context, async ({ follow: { id, person, about }, follows, card }) => {
    const here = groupIn(context.visit);
    const alone = { place: person, kind: "private" } as const;
    if (!group || about.is === "feed") {
      await follows.change(id, (current) => ({ ...current, to: alone }));
      return card();
    }
    if (here?.channel === undefined || here.role !== "admin") return refused("admins-only");
    const inGroup = { ...context, visit: { ...context.visit, place: { ...here, kind: "group" as const } } };
    return withMount(
      inGroup,
      about.mount,
      async (_mount, { lent }) => {
        // Of what is above the folder that is shared nothing is told.
        const shared = { ...about, base: lent?.lending.trail.length };
        await follows.change(id, (current) => ({ ...current, about: shared, to: toldToGroup(here) }));
        return card();
      },
      { for: "browse", trail: about.trail },
    );
  });
}

export function openFollow(context: ButtonContext): Promise<Result> {
  return onFollow(context, ({ follow }) => openFollowed(context, follow));
}
