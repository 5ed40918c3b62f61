import { sortEntries } from "../../storage/entry.ts";
import type { Mount } from "../../storage/mount.ts";
import type { Destination, DestinationTrouble } from "../../users/destinations.ts";
import { contains } from "../browse/page.ts";
import { readAll } from "../browse/path.ts";
import { forgotten, type ButtonContext } from "../context/button-context.ts";
import { draw, goTo, type ActionContext, type Outcome, type Result } from "../context/context.ts";
import { attempt, notice, refused } from "../context/failure.ts";
import { folderId } from "../context/folder-view.ts";
import { namesOf, tagIn, withMount } from "../context/with-mount.ts";
import type { FolderView, FoundRow } from "../model/session.ts";
import { folderOfTidy, pickedBy } from "../tidy/picked.ts";
import { gather, type Gathered } from "./gather.ts";

/** How files are to come. */
interface BatchOptions {
  /** As they are, where the platform would make something smaller of them to show. */
  readonly asFiles: boolean;
  /** The chat they go to; absent = this one. */
  readonly destination?: Destination | undefined;
}

/** Everything in the folder that is open, and below it. */
export function sendFolder(context: ButtonContext, batchOptions: BatchOptions): Promise<Result> | Result {
  const folder = context.shown?.state;
  if (folder?.at !== "folder") return forgotten(context);
  return send(context, { folder, ...batchOptions }, () => inFolder(context, folder));
}

/** What a card of tidying up is about: what is chosen, or the folder. */
export function sendEntries(context: ButtonContext, batchOptions: BatchOptions): Promise<Result> | Result {
  const view = context.shown?.state;
  if (view?.at !== "tidy") return forgotten(context);
  const folder = folderOfTidy(view);
  if (view.about === "folder") return send(context, { folder, ...batchOptions }, () => inFolder(context, folder));
  return send(context, { folder, ...batchOptions }, () => gather(context, folder, pickedBy(view, context.session)));
}

/** What did not come, once more. */
export function retryBatch(context: ButtonContext): Promise<Result> | Result {
  const { shown } = context;
  if (shown?.state.at !== "batch") return forgotten(context);
  const { folder, asFiles, destination, batch } = shown.state;
  if (isBegunAgain(context, batch)) return refused("transfer-over");
  return send(context, { folder, asFiles, destination }, async () => ({ files: rowsOf(shown.rows), more: false }));
}

/** A press before this one has begun it again: another batch was shown after it. */
function isBegunAgain({ session, view }: ButtonContext, batch: string): boolean {
  return session.remembered.some(
    ({ revision, state }) => revision > view.revision && state.at === "batch" && state.batch !== batch,
  );
}

function rowsOf(rows: NonNullable<ButtonContext["shown"]>["rows"]): readonly FoundRow[] {
  return rows.filter((row) => typeof row !== "string" && "trail" in row);
}

/** The card of a file that did not come: its link has no limit. */
export function openUnsent(context: ButtonContext, index: number): Promise<Result> | Result {
  const { shown } = context;
  const row = shown && rowsOf(shown.rows)[index];
  if (shown?.state.at !== "batch" || !row) return forgotten(context);
  const { trail, mount: _same, ...entry } = row;
  const folder: FolderView = { ...shown.state.folder, trail, page: 1 };
  return goTo(context, { at: "file", folder, entry, variants: [] });
}

/** Lets go of a batch. Its own screen tells what came of it. */
export async function cancelBatch({ services, shown }: ButtonContext): Promise<Outcome> {
  const state = shown?.state;
  const isCancelled = state?.at === "batch" && (await services.batches?.cancel(state.batch)) === true;
  return isCancelled ? notice("transfer-cancelled", { level: "done", for: "asker" }) : refused("transfer-over");
}

/** What is in the folder as it is shown, and all that is below it. */
export async function inFolder(context: ActionContext, folder: FolderView): Promise<Gathered> {
  const { mount, trail, order, filter } = folder;
  const all = sortEntries(await readAll(context, mount, folderId(folder)), order);
  const entries = filter === undefined ? all : all.filter((entry) => contains(entry, filter));
  return gather(context, folder, [{ trail, entries }]);
}

interface Sent extends BatchOptions {
  readonly folder: FolderView;
}

/** Files on their way, once they are found. */
export function send(context: ButtonContext, sent: Sent, find: () => Promise<Gathered>): Promise<Result> | Result {
  return withMount(context, sent.folder.mount, (mount) =>
    attempt(context, { mount, back: sent.folder }, async () => begin(context, mount, { ...sent, ...(await find()) })),
  );
}

async function begin(
  context: ActionContext,
  mount: Mount,
  { folder, asFiles, destination: wanted, files, more }: Sent & Gathered,
): Promise<Outcome> {
  const { services, visit, person } = context;
  if (!services.batches || visit.uploadLimit === undefined) return refused("no-sending-here");
  if (files.length === 0) return refused("nothing-to-send");
  const batch = visit.update ?? services.newId();
  if (await services.batches.isKnown(batch)) return refused("transfer-busy");
  const destination = wanted && (await openDestination(context, wanted));
  if (typeof destination === "string") return refused(destination);
  const limit = destination?.uploadLimit ?? visit.uploadLimit;
  const prepared = await services.batches.prepare({
    id: batch,
    person: person.id,
    mount,
    files,
    limit,
    asFiles,
    destination,
    card: {
      show: "batch",
      view: await draw(context, { at: "batch", folder, batch, asFiles, destination }, files),
      mount: tagIn(mount, folder),
      trail: namesOf(folder),
      destination,
      count: files.length,
      more,
    },
  });
  if (prepared === "full") return refused("transfer-queue-full");
  if (destination) await services.destinations?.used(person.id, destination.id);
  return prepared;
}

/** The chat as it is now, or why nothing can be delivered there. */
export async function openDestination(
  { services, person }: ActionContext,
  { id }: Pick<Destination, "id">,
): Promise<Destination | DestinationTrouble | "chats-out-of-reach"> {
  if (!services.destinations) return "not-allowed-there";
  try {
    const check = await services.destinations.checkDestination(id, person.id);
    return check.is === "open" ? check.destination : check.why;
  } catch (err) {
    services.log.info({ err, destination: id }, "destination out of reach");
    return "chats-out-of-reach";
  }
}
