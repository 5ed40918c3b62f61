import { currentFolder } from "../browse/current.ts";
import { ableMount, noneAble } from "../context/able-mount.ts";
import { forgotten, type ButtonContext } from "../context/button-context.ts";
import { draw, goTo, type ActionContext, type Outcome, type Result } from "../context/context.ts";
import { notice, noticeWithWays, refused } from "../context/failure.ts";
import { folderId } from "../context/folder-view.ts";
import { namesOf, tagIn, withMount } from "../context/with-mount.ts";
import type { UploadScreen } from "../model/screen.ts";
import type { SentFile } from "../model/sent-file.ts";
import type { FolderView } from "../model/session.ts";
import { maxUploads, type WantedFile } from "../model/upload-batch.ts";
import type { LeftFile, SettledFile } from "../model/upload-item.ts";
import { isLeft, itemOf, readRows, rowOf } from "./rows.ts";

/** Files of one message, or of one of several that belong together. */
export interface Sent {
  readonly files: readonly SentFile[];
  /** What their platform calls the messages that belong together; absent = it is one message. */
  readonly group?: string | undefined;
}

/** Puts files into the current folder of the current drive, or of the person's first that takes them. */
export async function upload(context: ActionContext, { files, group }: Sent): Promise<Result> {
  const { services, person } = context;
  const { uploads } = services;
  if (files.length === 0) return noticeWithWays(context, "upload-what", { level: "refused" });
  if (await uploads?.join(person.id, files, group)) return notice("upload-joined", { again: true });
  const mount = uploads && (await ableMount(context, "upload"));
  if (!mount) return noneAble(context, "no-uploads");
  return withMount(context, mount.id, async (found) =>
    begin(context, { folder: await currentFolder(context, found), files, group }),
  );
}

interface Beginning {
  readonly folder: FolderView;
  readonly files: readonly WantedFile[];
  readonly group?: string | undefined;
  /** What stands above them in the message, and is over. */
  readonly before?: readonly SettledFile[];
}

/** The batch as a screen, which is followed from where it is shown. */
function begin(context: ActionContext, { folder, files, group, before }: Beginning): Promise<Result> {
  const { services, person } = context;
  return withMount(context, folder.mount, async (mount) => {
    const { uploads } = services;
    if (!uploads) return refused("no-uploads");
    const id = services.newId();
    const { filter: _left, ...into } = folder;
    const view = await draw(context, { at: "upload", folder: { ...into, page: 1 }, upload: id });
    const prepared = await uploads.prepare({
      id,
      person: person.id,
      mount: mount.id,
      to: folderId(folder),
      files: files.slice(0, maxUploads),
      group,
      before,
      card: {
        show: "upload",
        view,
        mount: tagIn(mount, folder),
        trail: namesOf(folder),
        left: Math.max(0, files.length - maxUploads),
      },
    });
    return prepared === "full" ? refused("upload-queue-full") : prepared;
  });
}

/** Lets go of a batch. Its own screen tells what came of it. */
export async function cancelUpload({ services, shown }: ButtonContext): Promise<Outcome> {
  const state = shown?.state;
  const isCancelled = state?.at === "upload" && (await services.uploads?.cancel(state.upload)) === true;
  return isCancelled ? notice("upload-stopped", { level: "done", for: "asker" }) : refused("upload-over");
}

/** A file that is there is shown. */
export function openUpload(context: ButtonContext, index: number): Result {
  const { shown } = context;
  if (shown?.state.at !== "upload") return forgotten(context);
  const settled = readRows(shown.rows)[index];
  if (!settled || isLeft(settled)) return forgotten(context);
  const { folder } = shown.state;
  return goTo(context, { at: "file", folder, entry: settled, variants: [] });
}

/** What has not come, once more. */
export function retryUpload(context: ButtonContext): Promise<Result> | Result {
  return again(context, ({ file, state }) => (state.is === "taken" || state.is === "skipped" ? undefined : file));
}

/** What may become of files whose names are taken. Their order is that of buttons in old messages. */
export const settling = ["both", "replace", "skip"] as const;

/** What becomes of files whose names are taken. A folder is not replaced: then both are kept. */
export function settleUpload(context: ButtonContext, how: (typeof settling)[number]): Promise<Result> | Result {
  if (how === "skip") return skip(context);
  return again(context, ({ file, state }) => {
    if (state.is !== "taken") return undefined;
    const isReplaced = how === "replace" && state.entry.kind === "file";
    return { ...file, taken: how, ...(isReplaced && { replaces: state.entry.id }) };
  });
}

/** Another batch in the same message, of the files that are wanted. */
function again(context: ButtonContext, wanted: (left: LeftFile) => WantedFile | undefined): Promise<Result> | Result {
  const { shown } = context;
  if (shown?.state.at !== "upload") return forgotten(context);
  const all = readRows(shown.rows).map((settled) => ({ settled, file: isLeft(settled) ? wanted(settled) : undefined }));
  const files = all.flatMap(({ file }) => file ?? []);
  const before = all.flatMap(({ settled, file }) => (file ? [] : [settled]));
  return files.length === 0 ? refused("upload-over") : begin(context, { folder: shown.state.folder, files, before });
}

/** Leaves those whose names are taken where they are. */
async function skip(context: ButtonContext): Promise<Result> {
  const { shown } = context;
  if (shown?.state.at !== "upload") return forgotten(context);
  const state = shown.state;
  const all = readRows(shown.rows);
  if (!all.some(isTaken)) return refused("upload-over");
  const kept = all.map((settled) => (isTaken(settled) ? { ...settled, state: { is: "skipped" } as const } : settled));
  return withMount(context, state.folder.mount, async (mount): Promise<Outcome> => {
    const screen: UploadScreen = {
      show: "upload",
      view: await draw(context, state, kept.map(rowOf)),
      mount: tagIn(mount, state.folder),
      trail: namesOf(state.folder),
      items: kept.map(itemOf),
      left: 0,
      is: "over",
    };
    return { screen };
  });
}

function isTaken(settled: SettledFile): settled is LeftFile {
  return isLeft(settled) && settled.state.is === "taken";
}
