import type { ActionContext } from "../context/context.ts";
import { folderView, slim } from "../context/folder-view.ts";
import { isOpenByLink } from "../context/kinds.ts";
import { leaveFor } from "../context/leave.ts";
import { namesOf, tagIn } from "../context/with-mount.ts";
import type { Mount } from "../../storage/mount.ts";
import type { FollowedFolder } from "../model/follow.ts";
import type { NewsScreen } from "../model/follow-screen.ts";
import type { FolderView } from "../model/session.ts";
import { readWhole } from "../tidy/read-back.ts";
import type { News } from "./kept.ts";
import { FollowOver, type LookedAt, type Looking } from "./looking.ts";
import { markOf, maxSeen, readSeen, writeSeen } from "./seen.ts";
import { drawUnasked, targetIn, tellOnce } from "./telling.ts";

/** Most entries that are named; the others are counted. */
const maxNamed = 10;
/** Entries of a folder that can be followed: all are read at every look. */
const maxInFolder = 5000;

/** Reads the folder anew and tells what was not there before. At the first look all of it counts as known. */
export async function lookAtFolder(looking: Looking, about: FollowedFolder): Promise<LookedAt> {
  const { context, follow, parts } = looking;
  const { known } = parts.keeping;
  await tellLeft(looking, about);
  const mount = await mountFor(context, about);
  const { entries } = await readWhole(context, mount.id, about.trail, { refresh: true });
  if (entries.length > maxInFolder) throw new FollowOver("too-many-entries");
  const before = await known.get(follow.id);
  const marks = entries.map(({ id }) => markOf(id));
  const seen = before?.seen === undefined ? undefined : readSeen(before.seen);
  const fresh = seen ? entries.filter((_, at) => !seen.has(marks[at] ?? "")) : [];
  const news = fresh.length > 0 ? { entries: fresh.slice(0, maxNamed).map(slim), count: fresh.length } : undefined;
  // What was there once is no news when it comes back: a drive may answer with half a folder.
  await known.set(follow.id, { seen: writeSeen([...marks, ...(seen ?? [])].slice(0, maxSeen)), news });
  if (news) await tellNews(looking, { mount, about, news });
  return { known: entries.length };
}

/** What a look before this one has found; where it may have been told, it is not told again. */
async function tellLeft(looking: Looking, about: FollowedFolder): Promise<void> {
  const { context, follow, job, parts } = looking;
  const kept = await parts.keeping.known.get(follow.id);
  if (!kept?.news) return;
  if (job.checkpoint?.telling === "news") return clear(looking);
  await tellNews(looking, { mount: await mountFor(context, about), about, news: kept.news });
}

/** The mount, while it is there and whoever asked may look into it where it is told. */
async function mountFor(context: ActionContext, { mount: id, trail }: FollowedFolder): Promise<Mount> {
  const mount = await context.services.storage.find(id);
  if (!mount) throw new FollowOver("mount-gone");
  const leave = await leaveFor(context, mount, { for: "browse", trail }, isOpenByLink(context, mount));
  if (leave.is !== "yes") throw new FollowOver("not-allowed-here");
  return mount;
}

interface Told {
  readonly mount: Mount;
  readonly about: FollowedFolder;
  readonly news: News;
}

async function tellNews(looking: Looking, told: Told): Promise<void> {
  const { context, follow, job } = looking;
  const screen = await newsScreen(context, told);
  const said = await tellOnce(context, targetIn(context, follow.to), { screen, telling: "news" }, job);
  await clear(looking);
  if (said === "closed") throw new FollowOver("chat-closed");
}

async function clear({ follow, job, parts }: Looking): Promise<void> {
  const { known } = parts.keeping;
  const kept = await known.get(follow.id);
  if (kept) await known.set(follow.id, { ...kept, news: undefined });
  await job.save({});
}

async function newsScreen(context: ActionContext, { mount, about, news }: Told): Promise<NewsScreen> {
  const folder = viewOf(context, about);
  return {
    show: "news",
    view: await drawUnasked(context, folder, news.entries),
    mount: tagIn(mount, folder),
    trail: namesOf(folder),
    entries: news.entries,
    count: news.count,
  };
}

/** The folder, as it is opened. */
function viewOf(context: ActionContext, { mount, trail, base }: FollowedFolder): FolderView {
  return folderView(context, mount, trail, base ?? 0);
}
