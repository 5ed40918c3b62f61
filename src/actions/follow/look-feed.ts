import type { Mount } from "../../storage/mount.ts";
import { readTorrent } from "../../storage/torrent.ts";
import { folderId, folderView } from "../context/folder-view.ts";
import { namesOf, tagIn } from "../context/with-mount.ts";
import type { Feed, FeedEntry, FollowedFeed } from "../model/follow.ts";
import { readFeed } from "./feed.ts";
import { FollowOver, type LookedAt, type Looking } from "./looking.ts";
import { nameBy, readPattern } from "./pattern.ts";
import { markOf, readSeen, writeSeen } from "./seen.ts";
import { drawUnasked, targetIn } from "./telling.ts";
import { isWanted } from "./wanted.ts";

/** Entries that are begun at one look; the others are begun at the next. */
const maxBegun = 20;
/** Entries that are kept to choose from. */
const maxKept = 50;
/** Things fetched because of a feed that another feed does not bring again. */
const maxBrought = 2000;

/** Reads the feed; what was not there before, and is wanted, the drive fetches. */
export async function lookAtFeed(looking: Looking, about: FollowedFeed): Promise<LookedAt> {
  const { follow, job, parts } = looking;
  const fetched = await parts.fetchFeed(about.url, { ...about.mark, signal: job.signal });
  const mount = await ownMount(looking, about);
  if (fetched.is === "same") return {};
  const feed = await readFeed(fetched.text);
  const isAll = await bringNew(looking, { about, mount, feed });
  // Where some are left, the feed is read again although it has not changed.
  const mark = isAll ? fetched.mark : undefined;
  parts.log.info({ follow: follow.id, entries: feed.entries.length }, "feed read");
  return { known: feed.entries.length, about: { ...about, mark } };
}

async function ownMount({ context, follow }: Looking, { mount: id }: FollowedFeed): Promise<Mount> {
  const mount = await context.services.storage.find(id);
  if (!mount) throw new FollowOver("mount-gone");
  if (mount.owner !== follow.person || !context.services.downloads) throw new FollowOver("not-allowed-here");
  return mount;
}

interface Bringing {
  readonly about: FollowedFeed;
  readonly mount: Mount;
  readonly feed: Feed;
}

/** Begins what is new, the oldest first. False = there is more than is begun at once. */
async function bringNew(looking: Looking, { about, mount, feed }: Bringing): Promise<boolean> {
  const { follow, parts } = looking;
  const { known } = parts.keeping;
  const before = await known.get(follow.id);
  const { entries } = feed;
  const seen = before?.seen === undefined ? undefined : readSeen(before.seen);
  const fresh = seen ? entries.filter(({ key }) => !seen.has(markOf(key))).toReversed() : [];
  const wanted = fresh.filter(({ title }) => isWanted(about.wanted, title));
  const others = wanted.length > 0 ? await broughtElsewhere(looking, mount) : new Set<string>();
  const due = wanted.filter(({ key }) => !others.has(markOf(key)));
  const now = due.slice(0, maxBegun);
  const begun = new Set(others);
  for (const entry of now) await bring(looking, { about, mount, begun }, entry);
  const left = new Set(due.slice(maxBegun));
  const marks = entries.filter((entry) => !left.has(entry)).map(({ key }) => markOf(key));
  const fetched = [...begun].filter((mark) => !others.has(mark));
  const brought = [...now.map(({ key }) => markOf(key)), ...fetched, ...readSeen(before?.brought ?? "")];
  await known.set(follow.id, {
    seen: writeSeen([...marks, ...(seen ?? [])]),
    entries: entries.slice(0, maxKept),
    brought: writeSeen(brought.slice(0, maxBrought)),
  });
  return left.size === 0;
}

/** What other feeds of the person have brought into the same drive. */
async function broughtElsewhere({ follow, parts }: Looking, { id }: Mount): Promise<ReadonlySet<string>> {
  const others = (await parts.keeping.of(follow.person)).filter(
    (other) => other.id !== follow.id && other.about.is === "feed" && other.about.mount === id,
  );
  const brought = await Promise.all(others.map((other) => parts.keeping.known.get(other.id)));
  return new Set(brought.flatMap((known) => [...readSeen(known?.brought ?? "")]));
}

interface Brought extends Pick<Bringing, "about" | "mount"> {
  /** Marks of what was begun already, by this feed or another. */
  readonly begun: Set<string>;
}

/** Begins an entry, unless its torrent is one that was begun under another name. */
async function bring(looking: Looking, { begun, ...into }: Brought, entry: FeedEntry): Promise<void> {
  const { key, url } = await asMagnet(looking, entry);
  const mark = markOf(key);
  if (key !== entry.key && begun.has(mark)) return;
  begun.add(mark);
  await begin(looking, into, { ...entry, url });
}

/** What a torrent file holds, so that the drive need not be able to get it, and it is known by its info hash. */
async function asMagnet({ job, parts }: Looking, { key, url }: FeedEntry): Promise<Pick<FeedEntry, "key" | "url">> {
  if (!/^https?:/i.test(url) || !/\.torrent$/i.test(new URL(url).pathname)) return { key, url };
  const bytes = await parts.fetchTorrent(url, { signal: job.signal });
  const read = bytes && readTorrent(bytes);
  return read?.ok ? { key: read.source.identity, url: read.source.url } : { key, url };
}

/** By an id of its own: after a kill it is begun no second time. */
async function begin(
  { context, follow }: Looking,
  { about, mount }: Pick<Bringing, "about" | "mount">,
  entry: FeedEntry,
): Promise<void> {
  const folder = folderView(context, mount.id, about.trail);
  const id = `${follow.id}-${markOf(entry.key)}`;
  await context.services.downloads?.begin(
    {
      id,
      person: follow.person,
      mount: mount.id,
      to: folderId(folder),
      sources: [{ url: entry.url, name: entry.title, rename: renameOf(about, follow.title, entry) }],
      follow: follow.id,
      card: {
        show: "download",
        view: await drawUnasked(context, { at: "download", folder, download: id }),
        mount: tagIn(mount, folder),
        trail: namesOf(folder),
        left: 0,
        feed: follow.title,
      },
    },
    targetIn(context, follow.to),
  );
}

/** What an entry's file is to be called; undefined = as it comes. */
export function renameOf({ pattern }: FollowedFeed, feed: string, { title, at }: FeedEntry): string | undefined {
  const read = pattern === "" ? undefined : readPattern(pattern);
  return read && nameBy(read, { title, feed, at });
}

/** The latest of a feed, as they are kept to choose from. */
export function latestOf({ entries }: Feed): readonly FeedEntry[] {
  return entries.slice(0, maxKept);
}
