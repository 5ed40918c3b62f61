import { sourcesIn, type Source } from "../../storage/source.ts";
import {
  draw,
  drawPassing,
  goTo,
  sessionLife,
  type ActionContext,
  type Outcome,
  type Result,
} from "../context/context.ts";
import { forgotten, type ButtonContext } from "../context/button-context.ts";
import { notice, noticeWithWays, refused } from "../context/failure.ts";
import { folderId } from "../context/folder-view.ts";
import { namesOf, tagIn, withMount } from "../context/with-mount.ts";
import type { Mount } from "../../storage/mount.ts";
import type { DownloadOrder, WantedSource } from "../model/download.ts";
import type { FolderView } from "../model/session.ts";
import { showLent } from "../mounts/views.ts";
import { inFetchingMount } from "./fetching-mount.ts";
import { lentFolder, mayCancel, needToFetch } from "./lent-folder.ts";

/** Addresses of one message that are begun at once. */
const maxSources = 50;

/**
 * Lets the current drive fetch addresses, or every one in a text, into the current folder; in a group the drive that is lent
 * to it for that, into the folder that is lent.
 */
export async function download(context: ActionContext, asked: string | readonly Source[] = ""): Promise<Result> {
  const sources = typeof asked === "string" ? sourcesIn(asked) : asked;
  const lent = await lentFolder(context);
  if (!lent && context.visit.place.kind === "group") return notice("private-only", { level: "refused" });
  if (sources.length === 0) return noticeWithWays(context, "download-what", { level: "refused" });
  if (lent === "several") return showLent(context);
  if (lent) return downloadInto(context, lent, sources);
  return inFetchingMount(context, (_mount, folder) => downloadInto(context, folder, sources));
}

/**
 * The addresses in what somebody says that they mean to have fetched: those that can be nothing else, and web addresses
 * where nothing else is said.
 */
export function saidSources({ services }: Pick<ActionContext, "services">, text: string): readonly Source[] {
  const { kinds } = services.storage;
  // Pages of a service are no files: what looks like a share and is none is not fetched.
  const sources = sourcesIn(text).filter(({ url }) => !kinds.some((kind) => kind.ownsPage?.(url) ?? false));
  const certain = sources.filter(({ kind }) => kind !== "http");
  if (certain.length > 0) return certain;
  const rest = sources.reduce((left, { url }) => left.replace(url, ""), text);
  return /[\p{L}\p{N}]/u.test(rest) ? [] : sources;
}

/** How a batch is begun. */
interface OrderOptions {
  /** The batch's; absent = any. */
  readonly id?: string | undefined;
  /** Nobody is looking: it does not become where the person is. */
  readonly unasked?: boolean;
}

/** The batch as a screen, which is followed from where it is shown. */
export function downloadInto(
  context: ActionContext,
  folder: FolderView,
  sources: readonly WantedSource[],
  { id = context.services.newId(), unasked = false }: OrderOptions = {},
): Promise<Result> | Result {
  const { downloads } = context.services;
  if (!downloads) return refused("no-downloads");
  const work = async (mount: Mount) =>
    downloads.prepare(await orderOf(context, { mount, folder, sources }, { id, unasked }));
  return withMount(context, folder.mount, work, needToFetch(context, folder, boundedOf(sources).length));
}

interface Ordered {
  readonly mount: Mount;
  readonly folder: FolderView;
  readonly sources: readonly WantedSource[];
}

/** Those of a message that are begun. */
function boundedOf(sources: readonly WantedSource[]): readonly WantedSource[] {
  return sources.slice(0, maxSources);
}

/** The batch as it is kept. */
export async function orderOf(
  context: ActionContext,
  { mount, folder, sources }: Ordered,
  { id, unasked }: Required<OrderOptions> & { readonly id: string },
): Promise<DownloadOrder> {
  const some = boundedOf(sources).map(({ url, name, task, rename }) => ({ url, name, task, rename }));
  const state = { at: "download", folder, download: id } as const;
  const view = await (unasked ? drawPassing(context, state, [], sessionLife) : draw(context, state));
  const can = await context.services.storage.can(mount.id);
  const { through } = context;
  const isLent = needToFetch(context, folder, some.length).for === "download" && through !== undefined;
  return {
    id,
    person: context.person.id,
    mount: mount.id,
    to: folderId(folder),
    sources: some,
    ...(isLent && { lent: { place: through, trail: folder.trail } }),
    card: {
      show: "download",
      view,
      mount: tagIn(mount, folder),
      trail: namesOf(folder),
      left: sources.length - some.length,
      moves: !isLent && can.has("move"),
      tells: !isLent && can.has("preview") && some.length === 1,
      ...(isLent && { lent: true }),
    },
  };
}

/** Lets go of a batch. Its own screen tells what came of it. */
export async function cancelDownload(context: ButtonContext): Promise<Outcome> {
  const { shown, services } = context;
  const state = shown?.state;
  const order = state?.at === "download" ? await services.downloads?.find(state.download) : undefined;
  if (!order) return refused("download-over");
  if (!(await mayCancel(context, order))) return refused("not-yours");
  const isCancelled = (await services.downloads?.cancel(order.id)) === true;
  return isCancelled ? notice("download-stopped", { level: "done", for: "asker" }) : refused("download-over");
}

/** What has come of an address: a folder is entered, a file shown. */
export function openDownload(context: ButtonContext, index: number): Promise<Result> | Result {
  const { shown } = context;
  const entry = shown?.rows[index];
  if (shown?.state.at !== "download" || entry === undefined || typeof entry === "string") return forgotten(context);
  const { folder } = shown.state;
  if (entry.kind === "file") return goTo(context, { at: "file", folder, entry, variants: [] });
  return goTo(context, { ...folder, trail: [...folder.trail, { id: entry.id, name: entry.name }], page: 1 });
}

/** What has not come, once more. */
export function retryDownload(context: ButtonContext): Promise<Result> | Result {
  const { shown } = context;
  if (shown?.state.at !== "download") return forgotten(context);
  if (isBegunAgain(context, shown.state.download)) return refused("download-over");
  const sources = shown.rows.flatMap((row) => (typeof row === "string" ? wantedAgain(row) : []));
  return sources.length === 0 ? refused("download-over") : downloadInto(context, shown.state.folder, sources);
}

/** A press before this one has begun it again: another batch was shown after it. */
function isBegunAgain({ session, view }: ButtonContext, batch: string): boolean {
  return session.remembered.some(
    ({ revision, state }) => revision > view.revision && state.at === "download" && state.download !== batch,
  );
}

/** The task and the address, as a row of a batch that is over has them. */
function wantedAgain(row: string): readonly WantedSource[] {
  const [, task, url] = /^(\S+) ([\s\S]+)$/.exec(row) ?? [];
  if (url === undefined) return [];
  const [source] = sourcesIn(url);
  return [{ url, name: source?.name, ...(task !== "-" && { task }) }];
}
