import { folderView } from "../context/folder-view.ts";
import type { ActionContext } from "../context/context.ts";
import { namesOf, tagIn } from "../context/with-mount.ts";
import { groupIn } from "../../users/place.ts";
import type { Follow, FollowedFeed } from "../model/follow.ts";
import type { FeedCard, FollowCard, FollowLine } from "../model/follow-screen.ts";
import type { ViewRef } from "../model/session.ts";
import { renameOf } from "./look-feed.ts";
import { drawUnasked } from "./telling.ts";
import { isWanted } from "./wanted.ts";

/** What a list says of it. */
export async function lineOf(context: ActionContext, follow: Follow): Promise<FollowLine> {
  const { about, title, paused, failing, to } = follow;
  const mount = await context.services.storage.find(about.mount);
  const folder = folderView(context, about.mount, about.trail, about.is === "folder" ? (about.base ?? 0) : 0);
  return {
    about: about.is,
    title,
    mount: mount && tagIn(mount, folder),
    trail: namesOf(folder),
    paused: paused !== undefined,
    reason: paused ? paused.reason : failing?.reason,
    ...(to.group !== undefined && { told: to.title ?? "" }),
  };
}

interface CardOptions {
  readonly view: ViewRef;
  readonly said?: FollowCard["said"];
}

/** Its card. */
export async function cardOf(context: ActionContext, follow: Follow, { view, said }: CardOptions): Promise<FollowCard> {
  const { follows } = context.services;
  const { about, every, checkedAt, known } = follow;
  return {
    show: "follow",
    ...(await lineOf(context, follow)),
    view,
    every,
    choices: follows?.choices ?? [],
    checkedAt,
    known,
    ...(said && { said }),
    elsewhere: elsewhereOf(context, follow),
    ...(about.is === "feed" && { feed: await feedOf(context, follow, about) }),
  };
}

/** The card in a message that nobody asked for. */
export async function cardToSend(context: ActionContext, follow: Follow): Promise<FollowCard> {
  const view = await drawUnasked(context, { at: "follow", follow: follow.id });
  return cardOf(context, follow, { view });
}

/** Only where one sees it alone there is a choice; in a group it is the group that is told. */
function elsewhereOf({ visit }: ActionContext, { to, about }: Follow): FollowCard["elsewhere"] {
  const here = groupIn(visit);
  if (about.is === "feed" || visit.place.kind === "group") return undefined;
  if (to.group !== undefined) return "alone";
  return here?.channel !== undefined && here.role === "admin" ? "group" : undefined;
}

/** Entries of a feed that show what its words and its pattern do. */
const maxPreview = 5;

async function feedOf(context: ActionContext, { id, title: feed }: Follow, about: FollowedFeed): Promise<FeedCard> {
  const entries = (await context.services.follows?.entriesOf(id)) ?? [];
  return {
    host: new URL(about.url).host,
    ...about.wanted,
    pattern: about.pattern,
    preview: entries.slice(0, maxPreview).map((entry) => {
      const name = renameOf(about, feed, entry);
      return {
        title: entry.title,
        wanted: isWanted(about.wanted, entry.title),
        ...(name !== undefined && { name }),
      };
    }),
  };
}
