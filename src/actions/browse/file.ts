import type { Entry } from "../../storage/entry.ts";
import { kindOf } from "../../storage/file-kind.ts";
import type { Mount } from "../../storage/mount.ts";
import { abilitiesOf, isDeliverable, isSavable, canShareOut, canTidy } from "../context/abilities.ts";
import { draw, isSendable, type ActionContext, type Result } from "../context/context.ts";
import { attempt } from "../context/failure.ts";
import { folderId, slim } from "../context/folder-view.ts";
import { namesOf, tagIn, withMount } from "../context/with-mount.ts";
import type { FileCard } from "../model/screen.ts";
import type { FileView, FolderView, SearchView } from "../model/session.ts";
import { besides } from "./page.ts";

/** A file's card, asked of the drive anew. `folder` is where it is, `from` the search it was opened from. */
export function showFile(
  context: ActionContext,
  folder: FolderView,
  entry: Entry,
  from?: SearchView,
): Promise<Result> | Result {
  const retry: FileView = { at: "file", folder, entry, variants: [], from };
  return withMount(
    context,
    folder.mount,
    (mount) =>
      attempt(context, { mount, retry, back: from ?? folder }, async () => {
        const details = await context.services.storage.stat(mount.id, entry.id, {
          signal: context.signal,
          asker: context.person.id,
        });
        const { variants = [], duration, original, ...file } = details;
        const address = original === false ? undefined : await addressFor(context, mount, file, folder);
        const view = await draw(context, { ...retry, entry: slim(file), variants });
        return {
          screen: {
            show: "file",
            view,
            mount: tagIn(mount, folder),
            trail: namesOf(folder),
            entry: file,
            variants,
            ...(duration !== undefined && { duration }),
            original,
            can: abilitiesOf({
              "save-share": isSavable(context, mount),
              ...(await sendingOf(context, mount, { file, original })),
              "share-out": await canShareOut(context, mount),
              tidy: await canTidy(context, mount),
            }),
            ...(address && { address }),
            ...neighboursOf(context, folder, entry),
          },
        };
      }),
    { for: "browse", trail: folder.trail },
  );
}

/** What can come into the chat, or out of a group into the presser's own; a picture also as it is, since a chat may make a smaller one of what it shows. */
async function sendingOf(context: ActionContext, mount: Mount, { file, original }: Sendable) {
  const send = original !== false && isSendable(context, file.size);
  const isSeen = context.visit.place.kind === "group" && context.services.messengers !== undefined;
  return {
    send,
    "send-as-file": send && kindOf(file) === "image",
    "send-privately": send && isSeen,
    deliver: send && (await isDeliverable(context, mount)),
  };
}

interface Sendable {
  readonly file: Entry;
  readonly original: false | undefined;
}

/** One's own file's address, where it is a ticket of ours and nobody else sees the card. */
async function addressFor(
  { services, visit, person, signal }: ActionContext,
  mount: Mount,
  file: Entry,
  folder: FolderView,
): Promise<FileCard["address"]> {
  const isAlone = visit.place.kind === "private" && mount.owner === person.id;
  if (!services.hasTickets || !isAlone) return undefined;
  return services.issueLink(mount, file, visit, { signal, folder: folderId(folder) ?? "", unasked: true });
}

/** What the folder is known to hold beside the file; nothing is asked for it. */
function neighboursOf(context: ActionContext, folder: FolderView, entry: Entry): Pick<FileCard, "neighbours"> {
  const known = context.services.storage.peek(folder.mount, folderId(folder));
  const { previous, next } = known ? besides(known, folder, entry.id) : {};
  return previous || next ? { neighbours: { previous: previous !== undefined, next: next !== undefined } } : {};
}

/** The file before or after this one in its folder. */
export function fileBeside(context: ActionContext, { folder, entry }: FileView, isNext: boolean): Entry | undefined {
  const known = context.services.storage.peek(folder.mount, folderId(folder));
  const { previous, next } = known ? besides(known, folder, entry.id) : {};
  return isNext ? next : previous;
}
