import { groupIn } from "../../users/place.ts";
import { forgotten, type ButtonContext } from "../context/button-context.ts";
import { goTo, type Result } from "../context/context.ts";
import { refused } from "../context/failure.ts";
import { withMount } from "../context/with-mount.ts";
import type { Follow, Follows } from "../model/follow.ts";
import { toldToGroup } from "./begin.ts";
import { isManaged, openFollowed } from "./view.ts";

/** The one that stood in this row. */
export function pickFollow(context: ButtonContext, index: number): Result {
  const { shown } = context;
  const id = shown?.rows[index];
  if (shown?.state.at !== "follows" || typeof id !== "string") return forgotten(context);
  return goTo(context, { at: "follow", follow: id });
}

interface Managing {
  readonly follow: Follow;
  readonly follows: Follows;
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
  return isManaged(context, follow) ? work({ follow, follows }) : refused("not-yours");
}

export function pauseFollow(context: ButtonContext, paused: boolean): Promise<Result> {
  return onFollow(context, async ({ follow: { id }, follows }) => {
    await (paused ? follows.pause(id) : follows.resume(id));
    return goTo(context, { at: "follow", follow: id, ...(!paused && { said: "looking" as const }) });
  });
}

export function removeFollow(context: ButtonContext): Promise<Result> {
  return onFollow(context, async ({ follow: { id, person }, follows }) => {
    await follows.remove(id);
    context.services.log.info({ person, follow: id, by: context.person.id }, "following ended");
    return goTo(context, { at: "follows", page: 1, removed: true });
  });
}

/** Looks at once; what is found is told as always. */
export function checkFollow(context: ButtonContext): Promise<Result> {
  return onFollow(context, async ({ follow: { id }, follows }) => {
    const begun = await follows.checkNow(id);
    return goTo(context, { at: "follow", follow: id, ...(begun && { said: "looking" as const }) });
  });
}

/** How often it is looked at, by the place among the choices. */
export function setEvery(context: ButtonContext, index: number): Promise<Result> {
  return onFollow(context, async ({ follow: { id }, follows }) => {
    const every = follows.choices[index];
    if (every !== undefined) await follows.change(id, (current) => ({ ...current, every }));
    return goTo(context, { at: "follow", follow: id });
  });
}

/** Tells the group one is in from now on, or oneself alone. What the group is not shown, it is not told either. */
export function tellGroup(context: ButtonContext, group: boolean): Promise<Result> {
  return onFollow(context, async ({ follow: { id, person, about }, follows }) => {
    const here = groupIn(context.visit);
    const alone = { place: person, kind: "private" } as const;
    if (!group || about.is === "feed") {
      await follows.change(id, (current) => ({ ...current, to: alone }));
      return goTo(context, { at: "follow", follow: id });
    }
    if (here?.channel === undefined || here.role !== "admin") return refused("admins-only");
    const inGroup = { ...context, visit: { ...context.visit, place: { ...here, kind: "group" as const } } };
    return withMount(
      inGroup,
      about.mount,
      async () => {
        await follows.change(id, (current) => ({ ...current, to: toldToGroup(here) }));
        return goTo(context, { at: "follow", follow: id });
      },
      { for: "browse", trail: about.trail },
    );
  });
}

export function openFollow(context: ButtonContext): Promise<Result> {
  return onFollow(context, ({ follow }) => openFollowed(context, follow));
}
