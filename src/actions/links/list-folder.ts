import { StorageError } from "../../storage/error.ts";
import type { Mount } from "../../storage/mount.ts";
import { listFormats, type ListFormat } from "../model/screen.ts";
import { draw, type ActionContext, type Result } from "../context/context.ts";
import { reasonOf, refused, unexpected } from "../context/failure.ts";
import { collect, type Collected, type Collection } from "./collect.ts";
import { isMedia, listName, writeList, type ListItem } from "./write-list.ts";
import { forgotten, type ButtonContext } from "../context/button-context.ts";
import type { ListCaps, ListProgress, ListReady, Reason, Screen } from "../model/screen.ts";
import type { Picked } from "../model/change.ts";
import type { FolderView, ListView, ViewState } from "../model/session.ts";
import { chosenIn, folderOfTidy } from "../tidy/picked.ts";
import { tagOf, withMount } from "../context/with-mount.ts";

/** Folders one list reads. */
const maxFolders = 200;
/** Files one list holds, where a link is a ticket of ours. */
const maxTickets = 2000;
/** Files one list holds, where each link is a call to the drive. */
const maxCalls = 50;

/** As what the folder's links are wanted. */
export function chooseList(context: ButtonContext): Promise<Result> | Result {
  return onList(context, async (list, mount) => {
    const { folder } = list;
    const view = await draw(context, list);
    return {
      screen: { show: "list-choice", view, ...placeOf(mount, folder), formats: listFormats, most: capsOf(context) },
    };
  });
}

/** The folder's links in one file: the screen says how far it is, and the last one holds the list. */
export function listAs(context: ButtonContext, format: ListFormat, part = 1): Promise<Result> | Result {
  return onList(context, async (list, mount) => {
    const { folder } = list;
    const view = await draw(context, list);
    const picked = list.chosen && chosenIn(context.session, folder.mount)?.picked;
    if (list.chosen && !picked) return refused("nothing-chosen");
    const screen: ListProgress = {
      show: "list-progress",
      view,
      ...placeOf(mount, folder),
      folders: 0,
      files: 0,
      links: 0,
    };
    return { screen, updates: gather(context, { mount, folder, picked, format, part, screen }) };
  });
}

function onList(
  context: ButtonContext,
  work: (list: ListView, mount: Mount) => Promise<Result> | Result,
): Promise<Result> | Result {
  const list = context.shown && listFrom(context.shown.state);
  return list ? withMount(context, list.folder.mount, (mount) => work(list, mount)) : forgotten(context);
}

/** Of the folder that is open, or of what is chosen. */
function listFrom(state: ViewState): ListView | undefined {
  if (state.at === "list") return state;
  if (state.at === "folder") return { at: "list", folder: state };
  const isChosen = state.at === "tidy" && state.about === "selection";
  return isChosen ? { at: "list", folder: folderOfTidy(state), chosen: true } : undefined;
}

function placeOf(mount: Mount, { trail }: FolderView): Pick<ListReady, "mount" | "trail"> {
  return { mount: tagOf(mount), trail: trail.map(({ name }) => name) };
}

function capsOf({ services }: ActionContext): ListCaps {
  return { files: services.hasTickets ? maxTickets : maxCalls, folders: maxFolders };
}

interface ListRequest {
  readonly mount: Mount;
  readonly folder: FolderView;
  /** Only what is among these; absent = all of the folder. */
  readonly picked?: readonly Picked[] | undefined;
  readonly format: ListFormat;
  /** Which, from 1. */
  readonly part: number;
  readonly screen: ListProgress;
}

/** Outlives the press that asked for it, and ends when nobody looks any more. */
async function* gather(asked: ActionContext, request: ListRequest): AsyncGenerator<Screen> {
  const stop = new AbortController();
  const context: ActionContext = { ...asked, signal: stop.signal };
  try {
    yield* gathered(context, request);
  } catch (error) {
    const outcome = unexpected(context, error, "list-as");
    yield outcome.screen;
  } finally {
    stop.abort();
  }
}

/** Parts looked at for the first file that fits. */
const maxEmptyParts = 10;

async function* gathered(context: ActionContext, request: ListRequest): AsyncGenerator<Screen> {
  const { folder, picked, format, part, screen } = request;
  let collection: Collection = { found: [], folders: 0, others: 0, capped: false };
  let failed: Reason | undefined;
  const isWanted = format === "m3u8" ? isMedia : () => true;
  try {
    for await (const more of collect(context, folder, { ...capsOf(context), part, isWanted, picked })) {
      collection = more;
      yield { ...screen, folders: more.folders, files: more.found.length };
    }
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    failed = reasonOf(error);
  }
  const { found, folders, capped: isMore } = collection;
  if (found.length === 0 && isMore && !failed && part < maxEmptyParts) {
    return yield* gathered(context, { ...request, part: part + 1 });
  }
  const links = new Links(context, request.mount);
  for (const file of found) {
    if (!(await links.add(file))) break;
    yield { ...screen, folders, files: found.length, links: links.items.length };
  }
  const capped = collection.capped ? capsOf(context) : undefined;
  yield ready(request, { links, collection, capped, failed: links.failed ?? failed });
}

/** Links made one after another, since each may be a call to the drive. */
class Links {
  readonly items: ListItem[] = [];
  expiresAt: number | undefined;
  via: ListReady["via"] = "direct";
  /** Why the rest has none. */
  failed: Reason | undefined;
  readonly #context: ActionContext;
  readonly #mount: Mount;

  constructor(context: ActionContext, mount: Mount) {
    this.#context = context;
    this.#mount = mount;
  }

  /** False = asking for more would be in vain. A file the drive has no link for is left out. */
  async add({ file, folder, path }: Collected): Promise<boolean> {
    const { services, visit, signal } = this.#context;
    try {
      const { url, via, expiresAt } = await services.issueLink(this.#mount, file, visit, {
        folder,
        signal,
        unasked: true,
      });
      if (!isOneLine(url)) return true;
      this.items.push({ path, name: file.name, url });
      this.via = via;
      if (expiresAt !== undefined) this.expiresAt = Math.min(expiresAt, this.expiresAt ?? expiresAt);
      return true;
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      if (isOfOneFile(error)) return true;
      this.failed = reasonOf(error);
      return false;
    }
  }
}

/** Failures that say nothing about the next file. */
const ofOneFile: ReadonlySet<StorageError["code"]> = new Set([
  "not-found",
  "trashed",
  "not-a-file",
  "no-link",
  "blocked",
  "still-processing",
  "permission-denied",
  "bad-argument",
  "gateway-needed",
] satisfies StorageError["code"][]);

/** Whether a file has no link for a reason of its own: the next one may have one. */
export function isOfOneFile({ code }: StorageError): boolean {
  return ofOneFile.has(code);
}

/** An address that would end its line early is no address. */
function isOneLine(url: string): boolean {
  return URL.canParse(url) && !/[\s\p{Cc}]/u.test(url);
}

interface Gathered {
  readonly links: Links;
  readonly collection: Collection;
  readonly capped: ListCaps | undefined;
  readonly failed: Reason | undefined;
}

function ready(
  { mount, folder, format, part, screen }: ListRequest,
  { links, collection, capped, failed }: Gathered,
): Screen {
  const { items, expiresAt, via } = links;
  if (items.length === 0) return nothing(screen, { capped, failed });
  const title = folder.trail.at(-1)?.name ?? mount.title;
  const bounds = { ...(expiresAt !== undefined && { expiresAt }), ...(capped && { capped }) };
  return {
    show: "list-ready",
    view: screen.view,
    mount: screen.mount,
    trail: screen.trail,
    format,
    part,
    file: { name: listName(format, title, part), text: writeList(format, { title, ...bounds }, items) },
    links: items.length,
    leftOut: collection.found.length + collection.others - items.length,
    ...bounds,
    via,
    failed,
  };
}

function nothing({ view }: ListProgress, { capped, failed }: Pick<Gathered, "capped" | "failed">): Screen {
  const none = capped ? "nothing-to-list-yet" : "nothing-to-list";
  if (!failed) return { show: "notice", notice: none, level: "info", view, offer: ["back"] };
  const { code, ...more } = failed;
  return { show: "notice", notice: code, level: "failed", ...more, view, offer: ["back"] };
}
