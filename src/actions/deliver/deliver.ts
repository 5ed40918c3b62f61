import { forgotten, type ButtonContext } from "../context/button-context.ts";
import { draw, goTo, type ActionContext, type Result } from "../context/context.ts";
import { attempt, refused } from "../context/failure.ts";
import { slim } from "../context/folder-view.ts";
import { withMount } from "../context/with-mount.ts";
import type { DestinationsView, FolderView, ViewState } from "../model/session.ts";
import { gather, type Gathered } from "../several/gather.ts";
import { inFolder, openDestination, send } from "../several/send-several.ts";
import { entriesOf, folderOfTidy, onlyOne, pickedBy } from "../tidy/picked.ts";

type Question = Extract<ViewState, { readonly question: "deliver" }>;

/** Asks once more before many can see it: the chat that stood in this row, if it can be delivered to now. */
export async function askDelivery(context: ButtonContext, index: number): Promise<Result> {
  const { shown } = context;
  const id = shown?.rows[index];
  if (shown?.state.at !== "destinations" || typeof id !== "string") return forgotten(context);
  const destination = await openDestination(context, { id });
  if (typeof destination === "string") return refused(destination);
  return goTo(context, { at: "question", question: "deliver", list: shown.state, destination });
}

/** How many files, and where to. */
export function showDeliverQuestion(context: ActionContext, state: Question): Promise<Result> | Result {
  const { list, destination } = state;
  const folder = folderIn(list);
  return withMount(context, folder.mount, (mount) =>
    attempt(context, { mount, back: folder }, async () => {
      const { files } = await filesOf(context, list);
      if (files.length === 0) return refused("nothing-to-send");
      const view = await draw(context, state);
      const subject = nameOf(context, list);
      return { screen: { show: "question", view, question: "deliver", subject, destination, count: files.length } };
    }),
  );
}

/** Yes: they are on their way, and this message tells how far. */
export function deliver(context: ButtonContext, { list, destination }: Question): Promise<Result> | Result {
  return send(context, { folder: folderIn(list), asFiles: false, destination }, () => filesOf(context, list));
}

/** Of the one file or folder it is; undefined = there are several, or it is all of a drive. */
function nameOf(context: ActionContext, { from }: DestinationsView): string | undefined {
  if (from.at !== "tidy") return from.entry.name;
  return onlyOne(entriesOf(pickedBy(from, context.session ?? {})))?.name;
}

function folderIn({ from }: DestinationsView): FolderView {
  return from.at === "tidy" ? folderOfTidy(from) : from.folder;
}

async function filesOf(context: ActionContext, { from }: DestinationsView): Promise<Gathered> {
  if (from.at !== "tidy") {
    const { trail, mount } = from.folder;
    return { files: [{ ...slim(from.entry), trail, mount }], more: false };
  }
  const folder = folderOfTidy(from);
  if (from.about === "folder") return inFolder(context, folder);
  return gather(context, folder, pickedBy(from, context.session ?? {}));
}
