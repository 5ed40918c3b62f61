import type { Folder } from "../../storage/folders.ts";
import { StorageError } from "../../storage/error.ts";
import { queueOf, type ActionContext } from "../context/context.ts";
import { unexpected } from "../context/failure.ts";
import { rowsHere } from "../../users/person.ts";
import type { Listing, Screen } from "../model/screen.ts";
import { cut } from "./page.ts";
import { drawListing, isSettled, progressOf, type Shown } from "./listing.ts";
import { folderId } from "../context/folder-view.ts";

/**
 * The screens that follow a listing while its folder is read on: the same rows with growing counts, and when all is
 * there once more in the order that was chosen. Ends when somebody has gone on to another screen.
 */
export async function* fillIn(context: ActionContext, shown: Shown, first: Listing): AsyncGenerator<Screen> {
  const { storage } = context.services;
  const { state } = shown;
  const asker = context.person.id;
  const stop = new AbortController();
  let latest: Listing | undefined = first;
  try {
    for await (const folder of storage.follow(state.mount, folderId(state), { signal: stop.signal, asker })) {
      if (isSettled(folder)) break;
      if (!grown(context, { ...shown, folder }, latest)) continue;
      latest = await ifStillShown(context, latest, (now) => counted(now, { ...shown, folder }, latest));
      if (!latest) return;
      yield latest;
    }
    // It may have been complete before anybody followed.
    const folder = await storage.folder(state.mount, folderId(state), { signal: stop.signal, asker });
    const last = await ifStillShown(context, latest, (now) => drawListing(now, lastOf(shown, folder)));
    if (last) yield last;
  } catch (error) {
    // Whoever looks at the folder again is told what ails it; what nobody foresaw is logged, and the listing stays.
    if (!(error instanceof StorageError)) unexpected(context, error, "fill-in");
  } finally {
    stop.abort();
  }
}

function grown(context: ActionContext, { folder, state }: Shown, latest: Listing): boolean {
  return cut(folder, state, { size: rowsHere(context) }).known > latest.total.known;
}

/** Does it among the person's actions, one at a time, unless the screen is not the latest of its session any more. */
export function ifStillShown(
  context: ActionContext,
  { view }: Listing,
  work: (context: ActionContext) => Promise<Listing | undefined>,
): Promise<Listing | undefined> {
  const { services, visit } = context;
  return services.exclusive(queueOf(visit), async () => {
    const session = await services.sessions.get(view.id);
    return session?.revision === view.revision ? work({ ...context, session }) : undefined;
  });
}

/** The rows stay where they are while counts grow; only a page that was not full yet is drawn anew. */
async function counted(
  context: ActionContext,
  shown: Shown,
  latest: Listing | undefined,
): Promise<Listing | undefined> {
  if (!latest) return undefined;
  const size = rowsHere(context);
  const page = cut(shown.folder, shown.state, { size });
  if (latest.rows.length < size && page.rows.length > latest.rows.length) return drawListing(context, shown);
  return { ...latest, ...progressOf(shown.folder, { ...page, page: latest.page.number }) };
}

/** What is said once was said. */
function lastOf({ options: { notice: _said, ...options }, ...shown }: Shown, folder: Folder): Shown {
  return { ...shown, folder, options };
}
