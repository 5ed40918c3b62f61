import { forgotten, type ButtonContext } from "../context/button-context.ts";
import { draw, goTo, type ActionContext, type Result } from "../context/context.ts";
import { folderView } from "../context/folder-view.ts";
import { namesOf, tagIn, withMount } from "../context/with-mount.ts";
import type { Change, Did } from "../model/change.ts";
import type { FolderView, TidiedView } from "../model/session.ts";
import type { TidiedCard } from "../model/tidy-screen.ts";
import { entriesOf, onlyOne } from "./picked.ts";
import { offersUndo } from "./undo.ts";

/** What was done; once it is undone, or something else was done, where it goes on. */
export function showTidied(context: ActionContext, view: TidiedView): Promise<Result> | Result {
  const change = context.session?.change;
  const { back, left, reason } = view;
  if (change?.id !== view.change) return goTo(context, back);
  return withMount(context, change.mount, async (mount) => {
    const folder = back.at === "folder" ? back : back.folder;
    return {
      screen: {
        show: "tidied",
        view: await draw(context, view),
        mount: tagIn(mount, folder),
        trail: namesOf(folder),
        ...factsOf(change.did),
        left,
        ...(reason && { reason }),
        undo: await offersUndo(context, change, mount.id),
        opens: leadsTo(change) !== undefined,
      },
    };
  });
}

type Facts = Pick<TidiedCard, "did" | "count" | "entry" | "before" | "to" | "clashes">;

function factsOf(did: Did): Facts {
  switch (did.is) {
    case "made":
      return { did: did.is, count: 1, entry: did.entry, clashes: 0 };
    case "renamed":
      return { did: did.is, count: 1, entry: did.entry, before: did.before, clashes: 0 };
    case "moved":
    case "copied": {
      const entries = entriesOf(did.picked);
      const clashing = new Set(did.clashes);
      return {
        did: did.is,
        count: entries.length,
        entry: onlyOne(entries),
        to: did.to.map(({ name }) => name),
        clashes: entries.filter(({ id }) => clashing.has(id)).length,
      };
    }
    case "trashed":
    case "restored": {
      const entries = entriesOf(did.picked);
      return { did: did.is, count: entries.length, entry: onlyOne(entries), clashes: 0 };
    }
  }
}

/** The folder that was made, or that something was put into. */
function leadsTo({ did }: Change): FolderView["trail"] | undefined {
  switch (did.is) {
    case "made":
      return [...did.trail, { id: did.entry.id, name: did.entry.name }];
    case "moved":
    case "copied":
      return did.to;
    case "renamed":
    case "trashed":
    case "restored":
      return undefined;
  }
}

/** Where something was put, or what was made. */
export function openChanged(context: ButtonContext): Promise<Result> | Result {
  const { change } = context.session;
  const state = context.shown?.state;
  const trail = state?.at === "tidied" && state.change === change?.id ? change && leadsTo(change) : undefined;
  return change && trail ? goTo(context, folderView(context, change.mount, trail)) : forgotten(context);
}
