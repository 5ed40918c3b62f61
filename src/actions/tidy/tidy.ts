import type { Capability } from "../../storage/driver.ts";
import type { Mount } from "../../storage/mount.ts";
import { canShareOut, isDeliverable, isPushable, isSavable } from "../context/abilities.ts";
import { fileOf, folderNow, forgotten, type ButtonContext } from "../context/button-context.ts";
import { draw, goTo, isSendable, type ActionContext, type Result } from "../context/context.ts";
import { namesOf, tagIn, withMount } from "../context/with-mount.ts";
import type { Session, TidyView } from "../model/session.ts";
import type { TidyAbility } from "../model/tidy-screen.ts";
import { chosenIn, entriesOf, folderOfTidy, onlyOne, pickedBy, sumOf } from "./picked.ts";
import { offersUndo } from "./undo.ts";

/** What can be done to the file of a card, or to the folder that is open. */
export function tidy(context: ButtonContext): Promise<Result> | Result {
  const file = fileOf(context);
  if (file) return goTo(context, { at: "tidy", about: "file", from: file });
  const folder = folderNow(context);
  return folder ? goTo(context, { at: "tidy", about: "folder", from: folder }) : forgotten(context);
}

/** What can be done to all that is chosen. */
export function tidySelection(context: ButtonContext): Promise<Result> | Result {
  const folder = folderNow(context);
  return folder ? goTo(context, { at: "tidy", about: "selection", from: folder }) : forgotten(context);
}

/** The card of what can be done. */
export function showTidy(context: ActionContext, view: TidyView): Promise<Result> | Result {
  const folder = folderOfTidy(view);
  return withMount(context, folder.mount, async (mount) => {
    const session = context.session ?? {};
    const entries = entriesOf(pickedBy(view, session));
    const chosen = chosenIn(session, mount.id);
    // Nothing is chosen any more: what is left is the folder.
    if (view.about === "selection" && entries.length === 0) return goTo(context, folder);
    const can = await abilitiesFor(context, mount, view);
    return {
      screen: {
        show: "tidy",
        view: await draw(context, view),
        mount: tagIn(mount, folder),
        trail: namesOf(folder),
        about: view.about,
        entry: onlyOne(entries),
        chosen: sumOf(entriesOf(chosen?.picked ?? [])),
        can,
      },
    };
  });
}

/** What each needs the drive to be capable of, and what it needs to be about. */
const needs: readonly (readonly [TidyAbility, Capability, (about: About) => boolean])[] = [
  ["new-folder", "makeFolder", ({ view }) => view.about === "folder"],
  ["rename-entry", "rename", ({ count }) => count === 1],
  ["move-entries", "move", ({ count }) => count > 0],
  ["copy-entries", "copy", ({ count }) => count > 0],
  ["trash-entries", "trash", ({ count }) => count > 0],
  ["select", "trash", ({ view }) => view.about !== "file"],
  ["show-trash", "listTrash", ({ view }) => view.about === "folder"],
];

interface About {
  readonly view: TidyView;
  readonly count: number;
}

async function abilitiesFor(context: ActionContext, mount: Mount, view: TidyView): Promise<readonly TidyAbility[]> {
  const session: Pick<Session, "selection" | "change"> = context.session ?? {};
  const capable = await context.services.storage.can(mount.id);
  const about = { view, count: entriesOf(pickedBy(view, session)).length };
  const given = view.about === "selection" && about.count > 0 ? await givingOf(context, mount) : [];
  const can = needs.filter(([, capability, fits]) => capable.has(capability) && fits(about)).map(([name]) => name);
  const also: readonly TidyAbility[] = [
    ...given,
    ...(await sendingOf(context, mount, about)),
    ...(about.count > 0 && isPushable(context, mount) ? (["push"] as const) : []),
    ...((await offersUndo(context, session.change, mount.id)) ? ["undo" as const] : []),
  ];
  return [...can, ...also];
}

/** What is chosen goes to others, or into another drive. */
async function givingOf(context: ActionContext, mount: Mount): Promise<readonly TidyAbility[]> {
  return [
    ...(isSavable(context, mount) ? (["save"] as const) : []),
    ...((await canShareOut(context, mount)) ? (["share-out"] as const) : []),
    "list-folder",
  ];
}

/** A file's own card sends it. */
async function sendingOf(
  context: ActionContext,
  mount: Mount,
  { view, count }: About,
): Promise<readonly TidyAbility[]> {
  if (view.about === "file" || !isSendable(context)) return [];
  const elsewhere = (await isDeliverable(context, mount)) ? (["deliver"] as const) : [];
  if (view.about === "folder") return ["send-as-files", ...elsewhere];
  return count > 0 ? ["send-entries", "send-as-files", ...elsewhere] : [];
}
