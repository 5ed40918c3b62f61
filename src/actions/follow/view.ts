import { rowsHere } from "../../users/person.ts";
import { groupIn } from "../../users/place.ts";
import { currentFolder, currentMount } from "../browse/current.ts";
import { draw, goTo, type ActionContext, type Result } from "../context/context.ts";
import { mountGone, refused } from "../context/failure.ts";
import { isOpenByLink } from "../context/kinds.ts";
import { leaveFor } from "../context/leave.ts";
import { pageOf } from "../context/paging.ts";
import { namesOf, tagIn } from "../context/with-mount.ts";
import type { Follow } from "../model/follow.ts";
import type { FollowCard, FollowList } from "../model/follow-screen.ts";
import type { Screen } from "../model/screen.ts";
import type { FollowsView, FollowView, FolderView } from "../model/session.ts";
import { cardOf, lineOf } from "./card.ts";

/** A page of what is followed: of one's own, and of the group one is in. */
export async function showFollows(context: ActionContext, view: FollowsView): Promise<Result> {
  const { follows } = context.services;
  if (!follows) return refused("no-following");
  const all = await followsHere(context);
  const folder = view.folder ?? (await folderHere(context));
  const { rows, page, pages } = pageOf(all, view.page, rowsHere(context));
  const { removed: _said, ...kept } = view;
  return {
    screen: {
      show: "follows",
      view: await draw(
        context,
        { ...kept, page, folder },
        rows.map(({ id }) => id),
      ),
      follows: await Promise.all(rows.map((follow) => lineOf(context, follow))),
      page: { number: page, count: pages },
      total: all.length,
      max: follows.max,
      here: folder && (await hereOf(context, folder, all)),
      ...(view.removed && { removed: true }),
    },
  };
}

async function followsHere({ services, visit, person }: ActionContext): Promise<readonly Follow[]> {
  const { follows } = services;
  const group = groupIn(visit)?.id;
  const here = group === undefined ? [] : ((await follows?.inGroup(group)) ?? []);
  const own = visit.place.kind === "group" ? [] : ((await follows?.of(person.id)) ?? []);
  return [...new Map([...own, ...here].map((follow) => [follow.id, follow])).values()];
}

/** The folder one is in. */
async function folderHere(context: ActionContext): Promise<FolderView | undefined> {
  const mount = await currentMount(context);
  if (!mount || mount === "several") return undefined;
  const { filter: _left, ...folder } = await currentFolder(context, mount);
  return { ...folder, page: 1 };
}

/** Whether it is about that very folder. */
export function isAbout({ about }: Follow, { mount, trail }: Pick<FolderView, "mount" | "trail">): boolean {
  return about.is === "folder" && about.mount === mount && about.trail.at(-1)?.id === trail.at(-1)?.id;
}

/** It is offered where it is not followed already, and may be looked into. */
async function hereOf(context: ActionContext, folder: FolderView, all: readonly Follow[]): Promise<FollowList["here"]> {
  const mount = await context.services.storage.find(folder.mount);
  if (!mount || all.some((follow) => isAbout(follow, folder))) return undefined;
  const leave = await leaveFor(context, mount, { for: "browse", trail: folder.trail }, isOpenByLink(context, mount));
  return leave.is === "yes" ? { mount: tagIn(mount, folder), trail: namesOf(folder) } : undefined;
}

/** One of them, as it is now; where it is there no more, the others. */
export async function showFollow(context: ActionContext, view: FollowView): Promise<Result> {
  const follow = await context.services.follows?.find(view.follow);
  if (!follow || !isManaged(context, follow)) return goTo(context, { at: "follows", page: 1, folder: view.folder });
  const { said, ...kept } = view;
  const screen = await cardOf(context, follow, { view: await draw(context, kept), said });
  const isLooked = said === "looking" || (said === "begun" && follow.checkedAt === undefined);
  return isLooked ? { screen, updates: afterLook(context, screen, follow.id) } : { screen };
}

/** ms that a card waits for what a look finds out. */
const longest = 60_000;

/** The same card when it was looked at, unless somebody has gone on to another screen. */
async function* afterLook(context: ActionContext, { view, said }: FollowCard, id: string): AsyncGenerator<Screen> {
  const { follows, sessions } = context.services;
  await follows?.looked(id, { signal: AbortSignal.timeout(longest) });
  const [follow, session] = await Promise.all([follows?.find(id), sessions.get(view.id)]);
  if (!follow || session?.revision !== view.revision) return;
  yield await cardOf(context, follow, { view, said: said === "begun" ? said : undefined });
}

/** It is one's own, or told to the group that one runs. */
export function isManaged({ visit, person }: ActionContext, { person: owner, to }: Follow): boolean {
  if (owner === person.id) return true;
  const here = groupIn(visit);
  // In a group the rule of the button has let through its admins alone.
  return to.group !== undefined && here?.id === to.group && (visit.place.kind === "group" || here.role === "admin");
}

/** Opens the folder. */
export function openFollowed(context: ActionContext, { about }: Follow): Promise<Result> | Result {
  if (about.is !== "folder") return mountGone(context);
  const { mount, trail, base } = about;
  return goTo(context, {
    at: "folder",
    mount,
    trail,
    page: 1,
    order: { by: "modified", descending: true },
    ...(base && { base }),
  });
}
