import { isPushable } from "../context/abilities.ts";
import { fileOf, forgotten, type ButtonContext } from "../context/button-context.ts";
import { draw, goTo, type ActionContext, type Outcome, type Result } from "../context/context.ts";
import { notice, refused } from "../context/failure.ts";
import { folderId, slim } from "../context/folder-view.ts";
import { tagIn, withMount } from "../context/with-mount.ts";
import type { PushRoot } from "../model/push.ts";
import type { PushAnswer, PushScreen } from "../model/push-screen.ts";
import type { PushView, Session } from "../model/session.ts";
import { folderOfTidy, pickedBy } from "../tidy/picked.ts";

type Source = PushView["from"];

/** Sends the file of a link's card, or what can be tidied up, to the person's own aria2. */
export function push(context: ButtonContext): Promise<Result> | Result {
  const { shown } = context;
  const file = fileOf(context);
  if (file) return begin(context, { ...file, at: "link" });
  return shown?.state.at === "tidy" ? begin(context, shown.state) : forgotten(context);
}

/** The same once more, as it is now. */
export function retryPush(context: ButtonContext): Promise<Result> | Result {
  const state = context.shown?.state;
  return state?.at === "push" ? begin(context, state.from) : forgotten(context);
}

function begin(context: ButtonContext, from: Source): Promise<Result> | Result {
  const { services, person } = context;
  const { pushes } = services;
  if (!pushes) return forgotten(context);
  const folder = from.at === "tidy" ? folderOfTidy(from) : from.folder;
  return withMount(context, folder.mount, async (mount) => {
    if (!isPushable(context, mount)) return goTo(context, { at: "settings" });
    const roots = rootsOf(from, context.session);
    const [only, ...others] = roots;
    if (!only) return refused("nothing-chosen");
    // Of the very press: one that is brought again after a kill goes on with the same push, and sends nothing twice.
    const view: PushView = { at: "push", push: `${context.view.id}-${context.view.revision}`, from };
    return pushes.prepare({
      id: view.push,
      person: person.id,
      mount: mount.id,
      roots,
      view,
      card: {
        show: "push",
        view: await draw(context, view),
        mount: tagIn(mount, folder),
        ...(others.length === 0 && { name: only.entry.name }),
      },
    });
  });
}

function rootsOf(from: Source, session: Pick<Session, "selection">): readonly PushRoot[] {
  if (from.at !== "tidy") {
    const { entry, variant, folder } = from;
    return [{ entry: slim(entry), folder: folderId(folder) ?? "", ...(variant && { variant }) }];
  }
  return pickedBy(from, session).flatMap(({ trail, entries }) =>
    entries.map((entry) => ({ entry: slim(entry), folder: trail.at(-1)?.id ?? "" })),
  );
}

/** A push that nobody follows any more is shown as what it was about. */
export function showPush(context: ActionContext, { from }: PushView): Result {
  return goTo(context, from);
}

/** Ends one that is under way. Its own message says so. */
export async function cancelPush({ services, shown }: ButtonContext): Promise<Outcome> {
  const state = shown?.state;
  const isCancelled = state?.at === "push" && (await services.pushes?.cancel(state.push)) === true;
  return isCancelled ? notice("push-stopped", { level: "done", for: "asker" }) : refused("push-over");
}

/** How what was pushed is doing. */
export function pushStatus(context: ButtonContext): Promise<Result> | Result {
  const { shown, services, person, signal } = context;
  const state = shown?.state;
  const { pushes } = services;
  if (state?.at !== "push" || !pushes) return forgotten(context);
  const gids = shown?.rows.filter((row) => typeof row === "string") ?? [];
  const folder = state.from.at === "tidy" ? folderOfTidy(state.from) : state.from.folder;
  return withMount(context, folder.mount, async (mount) => {
    const status = await pushes.status(person.id, gids, { signal });
    const roots = rootsOf(state.from, context.session);
    const screen = async (now: PushScreen["state"]): Promise<Outcome> => ({
      screen: {
        show: "push",
        view: await draw(context, state, gids),
        mount: tagIn(mount, folder),
        ...(roots.length === 1 && { name: roots[0]?.entry.name }),
        state: now,
      },
    });
    if (typeof status === "string") return screen({ is: "failed", failure: status });
    const answer: PushAnswer = { is: "sent", taken: gids.length, refused: 0, leftOut: 0, isCut: false, status };
    return screen(answer);
  });
}
