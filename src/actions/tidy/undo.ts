import type { CallOptions, Capability } from "../../storage/driver.ts";
import { StorageError } from "../../storage/error.ts";
import type { Crumb } from "../../users/place.ts";
import type { ButtonContext } from "../context/button-context.ts";
import { goTo, noteInSession, type ActionContext, type Result } from "../context/context.ts";
import { attempt, failed, refused } from "../context/failure.ts";
import { withMount } from "../context/with-mount.ts";
import type { Change, Did } from "../model/change.ts";
import type { ViewState, TidiedView } from "../model/session.ts";
import { among, entriesOf, folderOfTidy, idsOf } from "./picked.ts";
import { copiesOf, readTrash, readWhole } from "./read-back.ts";

/** ms after which a change stays as it is. */
const undoableFor = 3_600_000;

/** Whether a change of that drive can still be undone. */
function isUndoable({ now }: { now(): number }, change: Change | undefined, mount: string): change is Change {
  return change?.mount === mount && now() - change.at < undoableFor;
}

/** What undoing takes. */
const undoneBy = {
  made: "trash",
  renamed: "rename",
  moved: "move",
  copied: "trash",
  trashed: "restore",
  restored: "trash",
} as const satisfies Record<Did["is"], Capability>;

/** Whether undoing is offered: not where the drive cannot by now, or never could. */
export async function offersUndo(
  { services }: Pick<ActionContext, "services">,
  change: Change | undefined,
  mount: string,
): Promise<boolean> {
  if (!isUndoable(services, change, mount)) return false;
  return (await services.storage.can(mount)).has(undoneBy[change.did.is]);
}

/** Undoes the last change of the message, once. Only what was done is undone, also where that was not all. */
export function undo(context: ButtonContext): Promise<Result> | Result {
  const { change } = context.session;
  const back = backOf(context.shown?.state, change);
  if (!change || !back || !isUndoable(context.services, change, change.mount)) return refused("undo-over");
  return withMount(context, change.mount, (mount) =>
    attempt(context, { mount, back }, async () => {
      const did = change.pending ? await notYetUndone(context, change) : change.did;
      const noted = await noteInSession(context, { change: { ...change, pending: true } });
      try {
        const { signal, person } = context;
        const isDone = await undone(noted, mount.id, did, { signal, asker: person.id });
        const over = await noteInSession(noted, { change: undefined });
        return isDone ? goTo(over, back, { notice: "undone" }) : refused("undo-unclear");
      } catch (error) {
        if (!(error instanceof StorageError)) throw error;
        // What is left of it can be undone yet.
        return failed(noted, error, { mount, back });
      }
    }),
  );
}

/** Where it goes on; undefined = the button was not about this change. */
function backOf(state: ViewState | undefined, change: Change | undefined): TidiedView["back"] | undefined {
  if (state?.at === "tidied") return state.change === change?.id ? state.back : undefined;
  return state?.at === "tidy" ? folderOfTidy(state) : undefined;
}

/** False = what is to be undone cannot be told from what else is there. */
async function undone(context: ActionContext, mount: string, did: Did, options: CallOptions): Promise<boolean> {
  const { storage } = context.services;
  switch (did.is) {
    case "made":
      await storage.trash(mount, [did.entry.id], options);
      return true;
    case "renamed":
      await storage.rename(mount, did.entry.id, did.before, options);
      return true;
    case "moved":
      await moveBack(context, mount, did, options);
      return true;
    case "copied": {
      const copies = await copiesOf(context, mount, did);
      if (copies.length > entriesOf(did.picked).length) return false;
      if (copies.length > 0)
        await storage.trash(
          mount,
          copies.map(({ id }) => id),
          options,
        );
      return true;
    }
    case "trashed":
      if (did.picked.length > 0) await storage.restore(mount, idsOf(did.picked), options);
      return true;
    case "restored":
      if (did.picked.length > 0) await storage.trash(mount, idsOf(did.picked), options);
      return true;
  }
}

/** Each to where it was, under the name it had there. */
async function moveBack(
  { services }: ActionContext,
  mount: string,
  { picked, clashes }: Extract<Did, { is: "moved" }>,
  options: CallOptions,
): Promise<void> {
  const { storage } = services;
  const renamed = new Set(clashes);
  for (const { trail, entries } of picked) {
    await storage.move(mount, idsOf([{ trail, entries }]), folderOf(trail), options);
    for (const { id, name } of entries.filter((entry) => renamed.has(entry.id))) {
      const now = await storage.stat(mount, id, options);
      if (now.name !== name) await storage.rename(mount, id, name, options);
    }
  }
}

function folderOf(trail: readonly Crumb[]): string | undefined {
  return trail.at(-1)?.id;
}

/** What an undoing that was broken off has left to do, as the drive shows it. */
async function notYetUndone(context: ActionContext, { mount, did }: Change): Promise<Did> {
  switch (did.is) {
    case "moved": {
      const there = await readWhole(context, mount, did.to, { refresh: true });
      return { ...did, picked: among(did.picked, new Set(there.entries.map(({ id }) => id))) };
    }
    case "trashed": {
      const { entries } = await readTrash(context, mount);
      return { ...did, picked: among(did.picked, new Set(entries.map(({ id }) => id))) };
    }
    case "restored": {
      const { entries } = await readTrash(context, mount);
      const there = new Set(entries.map(({ id }) => id));
      const left = idsOf(did.picked).filter((id) => !there.has(id));
      return { ...did, picked: among(did.picked, new Set(left)) };
    }
    case "made": {
      const { entries } = await readTrash(context, mount);
      return entries.some(({ id }) => id === did.entry.id) ? { is: "trashed", picked: [] } : did;
    }
    case "renamed":
    case "copied":
      return did;
  }
}
