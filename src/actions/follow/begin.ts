import type { Mount } from "../../storage/mount.ts";
import { StorageError } from "../../storage/error.ts";
import { groupIn } from "../../users/place.ts";
import { forgotten, type ButtonContext } from "../context/button-context.ts";
import { goTo, type ActionContext, type Result } from "../context/context.ts";
import { noticeWithWays, refused } from "../context/failure.ts";
import { folderView } from "../context/folder-view.ts";
import { isAddedHere, mountedAlready } from "../context/kinds.ts";
import { withMount } from "../context/with-mount.ts";
import { inFetchingMount } from "../download/fetching-mount.ts";
import { FeedError, type Follow, type FollowDraft, type ToldTo } from "../model/follow.ts";
import type { FolderView } from "../model/session.ts";
import { mountShare } from "../shares/mount-share.ts";
import { openShare } from "../shares/open-share.ts";
import { withShares } from "../shares/recent-shares.ts";
import { sharesIn, type RecognisedShare } from "../shares/recognise.ts";
import { isAbout } from "./view.ts";

/** What is followed; with a text the share or feed it names is followed from now on. */
export async function follow(context: ActionContext, text = ""): Promise<Result> {
  if (!context.services.follows) return refused("no-following");
  const typed = text.trim();
  if (typed === "") return goTo(context, { at: "follows", page: 1 });
  const [share] = sharesIn(context, typed);
  if (share) return followShare(context, share, typed);
  const url = feedAddress(typed);
  return url === undefined ? noticeWithWays(context, "follow-what", { level: "refused" }) : followFeed(context, url);
}

/** An address of the web; `feed:` stands before one, or in the place of its scheme. */
function feedAddress(typed: string): string | undefined {
  const address = typed.replace(/^feed:(?:\/\/)?(?=https?:)/i, "").replace(/^feed:\/\//i, "https://");
  const url = /\s/.test(address) ? null : URL.parse(address);
  return url && /^https?:$/.test(url.protocol) && url.href.length <= maxAddress ? url.href : undefined;
}

const maxAddress = 2000;

/** A share is opened first; where that wants an answer, following it is a press then. */
async function followShare(context: ActionContext, share: RecognisedShare, text: string): Promise<Result> {
  const { kind, maybe, whole } = share;
  const checked = kind.check(share.values);
  if (!checked.ok || !isAddedHere(context, kind)) return openShare(context, { text });
  try {
    const known = await mountedAlready(context, kind, checked.values);
    const { mount } = await mountShare(context, { kind, values: checked.values, mount: known, maybe, whole });
    const richer = await withShares(context, [mount]);
    return await followFolder(richer, folderView(richer, mount.id));
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return openShare(context, { text });
  }
}

/** The folder that is open, or that a list of what is followed offers. */
export function followHere(context: ButtonContext): Promise<Result> | Result {
  const state = context.shown?.state;
  const folder = state?.at === "follows" ? state.folder : state;
  if (folder?.at !== "folder") return forgotten(context);
  const { filter: _left, ...whole } = folder;
  return followFolder(context, whole);
}

function followFolder(context: ActionContext, folder: FolderView): Promise<Result> | Result {
  const { trail, base, mount: id } = folder;
  return withMount(
    context,
    id,
    (mount) => {
      const about = { is: "folder", mount: id, trail, ...(base !== undefined && { base }) } as const;
      return begin(context, (one) => isAbout(one, folder), { about, title: trail.at(-1)?.name ?? mount.title, folder });
    },
    { for: "browse", trail },
  );
}

function followFeed(context: ActionContext, url: string): Promise<Result> {
  if (context.visit.place.kind === "group") return Promise.resolve(refused("private-only"));
  return inFetchingMount(context, (mount, folder) => readAndFollow(context, { url, mount, folder }));
}

interface FeedDraft {
  readonly url: string;
  readonly mount: Mount;
  readonly folder: FolderView;
}

/** What is in it now is no news. */
async function readAndFollow(context: ActionContext, { url, mount, folder }: FeedDraft): Promise<Result> {
  const { follows } = context.services;
  try {
    const { mark, ...feed } = (await follows?.readFeed(url, context)) ?? { title: "", entries: [], total: 0, mark: {} };
    // A page of articles has nothing that a drive could fetch.
    if (feed.total > 0 && feed.entries.length === 0)
      return await noticeWithWays(context, "feed-brings-nothing", { level: "refused" });
    const wanted = { include: "", exclude: "" };
    const about = { is: "feed", url, mount: mount.id, trail: folder.trail, wanted, pattern: "", mark } as const;
    const title = feed.title === "" ? new URL(url).host : feed.title;
    return await begin(context, (one) => one.about.is === "feed" && one.about.url === url, {
      about,
      title,
      feed,
      folder,
    });
  } catch (error) {
    if (!(error instanceof FeedError)) throw error;
    return noticeWithWays(context, error.code, { level: "failed", retryAfter: error.retryAfter });
  }
}

interface Beginning extends Pick<FollowDraft, "about" | "title"> {
  readonly folder: FolderView;
  readonly feed?: Parameters<NonNullable<ActionContext["services"]["follows"]>["begin"]>[1];
}

/** What is followed here already is shown. */
async function begin(
  context: ActionContext,
  isSame: (follow: Follow) => boolean,
  { feed, folder, ...what }: Beginning,
): Promise<Result> {
  const { services, person, visit } = context;
  const { follows } = services;
  const to = toldHere(context);
  const before = (await follows?.of(person.id))?.find((one) => isSame(one) && one.to.place === to.place);
  if (before) return goTo(context, { at: "follow", follow: before.id, folder, said: "known" });
  const begun = await follows?.begin({ ...what, person: person.id, locale: visit.person.locale, to }, feed);
  if (begun === undefined || begun === "full") return refused("follows-full");
  services.log.info({ person: person.id, follow: begun.id, about: begun.about.is }, "following begun");
  return goTo(context, { at: "follow", follow: begun.id, folder, said: "begun" });
}

/** The chat this is in. */
function toldHere({ visit, person }: Pick<ActionContext, "visit" | "person">): ToldTo {
  return visit.place.kind === "group" ? toldToGroup(visit.place) : { place: person.id, kind: "private" };
}

/** A group, in the topic or channel one is in. */
export function toldToGroup({
  id,
  title,
  channel,
  thread,
}: NonNullable<ReturnType<typeof groupIn>> & { readonly thread?: string | undefined }): ToldTo {
  return {
    place: channel ?? id,
    kind: "group",
    group: id,
    ...(title !== undefined && { title }),
    ...(thread !== undefined && { thread }),
  };
}
