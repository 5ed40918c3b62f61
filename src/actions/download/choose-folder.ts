import { forgotten, type ButtonContext } from "../context/button-context.ts";
import { draw, goTo, noteInSession, type ActionContext, type Result } from "../context/context.ts";
import { refused } from "../context/failure.ts";
import { namesOf, tagIn, withMount } from "../context/with-mount.ts";
import type { DownloadView } from "../model/session.ts";
import { whatCame } from "../tidy/fetch-target.ts";
import type { Mount } from "../../storage/mount.ts";
import { itemsOf } from "./download-kind.ts";
import { needToFollow } from "./lent-folder.ts";

/** Asks where a batch is to go. One that is over has come: what it brought is moved. */
export async function chooseFolder(context: ButtonContext): Promise<Result> {
  const of = context.shown?.state;
  if (of?.at !== "download") return forgotten(context);
  const { filter: _left, ...folder } = of.folder;
  const start = { ...folder, page: 1 };
  const came = whatCame(context.session, of);
  if (!came) return goTo(context, { at: "target", carrying: "fetch", of, folder: start, first: true });
  if (came.length === 0) return refused("download-over");
  const selection = { mount: folder.mount, picked: [{ trail: folder.trail, entries: came }] };
  const tidy = { at: "tidy", about: "selection", from: of.folder } as const;
  const chosen = await noteInSession(context, { selection });
  return goTo(chosen, { at: "target", carrying: "move", tidy, folder: start, first: true });
}

/** A batch that is under way, in its message; how far it is says whoever follows it. What is over has left its folder. */
export function showDownload(context: ActionContext, state: DownloadView): Promise<Result> | Result {
  const { folder, download } = state;
  const show = async (mount: Mount): Promise<Result> => {
    const order = await context.services.downloads?.find(download);
    if (order?.person !== context.person.id) return goTo(context, folder);
    return {
      screen: {
        ...order.card,
        view: await draw(context, state),
        mount: tagIn(mount, folder),
        trail: namesOf(folder),
        is: "running",
        items: itemsOf(order),
      },
    };
  };
  return withMount(context, folder.mount, show, needToFollow(context, folder));
}

/** What does not get on is begun again: whoever follows the batch does it. */
export async function restartDownload(context: ButtonContext): Promise<Result> {
  const state = context.shown?.state;
  if (state?.at !== "download") return forgotten(context);
  if (whatCame(context.session, state)) return refused("download-over");
  return goTo(context, { ...state, again: context.services.now() });
}
