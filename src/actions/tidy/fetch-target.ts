import { withTarget } from "../../users/person.ts";
import type { Crumb } from "../../users/place.ts";
import type { ButtonContext } from "../context/button-context.ts";
import { goTo, noteInSession, withPerson, type ActionContext, type Result } from "../context/context.ts";
import { refused } from "../context/failure.ts";
import type { DownloadView, FetchTargetView, FollowView, Session, TidyView } from "../model/session.ts";
import type { TargetList } from "../model/tidy-screen.ts";

/** What a folder is chosen for, by its name; undefined = it is over, or is followed no more. */
export async function fetchedBy({ services }: ActionContext, { of }: FetchTargetView): Promise<TargetList["fetched"]> {
  if (of.at === "follow") {
    const follow = await services.follows?.find(of.follow);
    return follow && { name: follow.title, count: 1 };
  }
  const [first, ...more] = (await services.downloads?.find(of.download))?.sources ?? [];
  return first && { name: first.name ?? first.url, count: 1 + more.length };
}

type MoveWhatCame = (context: ButtonContext, tidy: TidyView) => Promise<Result> | Result;

/** The folder is where it goes from now on. What has come already is moved there: `move` does it once nothing is under way. */
export function fetchInto(
  context: ButtonContext,
  { of, folder }: FetchTargetView,
  to: readonly Crumb[],
  move: MoveWhatCame,
): Promise<Result> | Result {
  const noted = () => withPerson(context, withTarget(context.person, { mount: folder.mount, trail: to }));
  return of.at === "follow" ? feedInto(context, of, to, noted) : downloadsInto(context, of, to, { noted, move });
}

async function feedInto(
  context: ButtonContext,
  of: FollowView,
  to: readonly Crumb[],
  noted: () => Promise<ButtonContext>,
): Promise<Result> {
  const { follows } = context.services;
  const follow = await follows?.find(of.follow);
  if (!follows || follow?.about.is !== "feed") return goTo(context, { at: "follows", page: 1 });
  if (follow.person !== context.person.id) return refused("not-yours");
  await follows.change(follow.id, (current) =>
    current.about.is === "feed" ? { ...current, about: { ...current.about, trail: to } } : current,
  );
  return goTo(await noted(), of);
}

interface Redirecting {
  noted(): Promise<ButtonContext>;
  readonly move: MoveWhatCame;
}

/** The screen says where it goes, and whoever follows the batch goes by the screen. */
async function downloadsInto(
  context: ButtonContext,
  of: DownloadView,
  to: readonly Crumb[],
  { noted, move }: Redirecting,
): Promise<Result> {
  const came = whatCame(context.session, of);
  if (came) return came.length === 0 ? refused("download-over") : moveAll(context, { of, came, move });
  if (!(await context.services.downloads?.find(of.download))) return refused("download-over");
  return goTo(await noted(), { ...of, folder: { ...of.folder, trail: to, page: 1 } });
}

/** The entries a batch has become; undefined = it is not over. */
export function whatCame({ remembered }: Pick<Session, "remembered">, { download }: Pick<DownloadView, "download">) {
  const end = remembered.findLast(
    ({ state, rows }) => state.at === "download" && state.download === download && rows.length > 0,
  );
  return end?.rows.filter((row) => typeof row !== "string");
}

interface Moving {
  readonly of: DownloadView;
  readonly came: NonNullable<ReturnType<typeof whatCame>>;
  readonly move: MoveWhatCame;
}

async function moveAll(context: ButtonContext, { of: { folder }, came, move }: Moving): Promise<Result> {
  const selection = { mount: folder.mount, picked: [{ trail: folder.trail, entries: came }] };
  const chosen = await noteInSession(context, { selection });
  return move(chosen, { at: "tidy", about: "selection", from: folder });
}
