import { isSince } from "../../storage/clock-skew.ts";
import type { Entry } from "../../storage/entry.ts";
import type { Mount } from "../../storage/mount.ts";
import type { SharedOut } from "../../storage/task.ts";
import { fileOf, forgotten, type ButtonContext } from "../context/button-context.ts";
import { draw, goTo, sessionLife, withRemembered, type ActionContext, type Result } from "../context/context.ts";
import { attempt, refused } from "../context/failure.ts";
import { namesOf, tagIn, withMount } from "../context/with-mount.ts";
import type { FolderView, ShareDraftView } from "../model/session.ts";
import type { LifeDays } from "../model/share-life.ts";
import { folderOfTidy, onlyOne, pickedEntries, sumOf } from "../tidy/picked.ts";
import { allShared, drawShared } from "./shared.ts";

type From = ShareDraftView["from"];

/** How a link to the file, or to the folder that is open, is to be made: with a code and without an end, until told otherwise. */
export function draftShare(context: ButtonContext): Result {
  const state = context.shown?.state;
  const file = fileOf(context);
  if (file) return goTo(context, draftOf({ ...file, at: "file" }));
  if (state?.at === "tidy" && state.about === "selection") {
    return goTo(context, { ...draftOf(folderOfTidy(state)), chosen: true });
  }
  if (state?.at !== "folder" || state.trail.length === 0) return forgotten(context);
  const { filter: _left, ...folder } = state;
  return goTo(context, draftOf(folder));
}

function draftOf(from: From): ShareDraftView {
  return { at: "share-out", from, coded: true, days: 0 };
}

/** What a draft is about. */
function entriesOfDraft({ session }: Pick<ActionContext, "session">, draft: ShareDraftView): readonly Entry[] {
  const { from, chosen } = draft;
  if (chosen) return pickedEntries(session ?? {}, folderOf(from));
  if (from.at !== "folder") return [from.entry];
  const last = from.trail.at(-1);
  return last ? [{ ...last, kind: "folder" }] : [];
}

/** Most entries one link leads to. */
const maxShared = 100;

function folderOf(from: From): FolderView {
  return from.at === "folder" ? from : from.folder;
}

/** The card on which it is chosen. */
export function showDraft(context: ActionContext, view: ShareDraftView): Promise<Result> | Result {
  const { from, coded, days, chosen } = view;
  const folder = folderOf(from);
  const entries = entriesOfDraft(context, view);
  if (entries.length === 0) return goTo(context, folder);
  if (entries.length > maxShared) return refused("too-many-at-once");
  return withMount(context, folder.mount, async (mount) => ({
    screen: {
      show: "share-out",
      view: await draw(context, view),
      mount: tagIn(mount, folder),
      trail: namesOf(chosen ? folder : above(from)),
      entry: onlyOne(entries),
      chosen: sumOf(entries),
      coded,
      days,
    },
  }));
}

/** The folder it lies in. */
function above(from: From): FolderView {
  const folder = folderOf(from);
  return from.at === "folder" ? { ...folder, trail: folder.trail.slice(0, -1) } : folder;
}

function onDraft(context: ButtonContext, work: (view: ShareDraftView) => Promise<Result> | Result) {
  const state = context.shown?.state;
  return state?.at === "share-out" ? work(state) : forgotten(context);
}

/** Another link than the one that may have been asked for. */
function anew({ askedAt: _other, ...view }: ShareDraftView): ShareDraftView {
  return view;
}

/** With a code, or open to whoever has the link. */
export function setCoded(context: ButtonContext, coded: boolean): Promise<Result> | Result {
  return onDraft(context, (view) => goTo(context, { ...anew(view), coded }));
}

/** How long it lives. */
export function setDays(context: ButtonContext, days: LifeDays): Promise<Result> | Result {
  return onDraft(context, (view) => goTo(context, { ...anew(view), days }));
}

/** Makes the link. A second press while the first is answered shows what that one made. */
export function makeShared(context: ButtonContext): Promise<Result> | Result {
  const { session, view } = context;
  if (session.revision !== view.revision && session.state.at === "shared") return goTo(context, session.state);
  return onDraft(context, (draft) => {
    const { from } = draft;
    const entries = entriesOfDraft(context, draft);
    if (entries.length === 0) return forgotten(context);
    return withMount(context, folderOf(from).mount, (mount) =>
      attempt(context, { mount, back: from }, () => make(context, mount, { draft, entries })),
    );
  });
}

interface Making {
  readonly draft: ShareDraftView;
  readonly entries: readonly Entry[];
}

/** It is noted before it is asked for: pressed again after a kill, what was made is found, and nothing is made twice. */
async function make(context: ButtonContext, mount: Mount, { draft, entries }: Making): Promise<Result> {
  const { services, person, signal } = context;
  const { from, coded, days, askedAt } = draft;
  const [entry] = entries;
  if (!entry) return forgotten(context);
  const before = askedAt === undefined ? undefined : await madeSince(context, mount, { entry, askedAt });
  if (before) return drawShared(context, mount, { share: before, from });
  await noteDraft(context, { ...draft, askedAt: services.now() });
  const share = await services.storage.shareOut(
    mount.id,
    entries.map(({ id }) => id),
    {
      asker: person.id,
      signal,
      ...(coded && { passCode: true as const }),
      ...(days > 0 && { days }),
    },
  );
  services.log.info({ person: person.id, mount: mount.id }, "share made");
  const named = share.title === "" ? { ...share, title: entry.name } : share;
  return drawShared(context, mount, { share: named, from });
}

async function madeSince(
  context: ActionContext,
  mount: Mount,
  { entry, askedAt }: { readonly entry: Entry; readonly askedAt: number },
): Promise<SharedOut | undefined> {
  const { items } = await allShared(context, mount.id);
  return items.find((share) => share.entry === entry.id && isSince(share.createdAt, askedAt));
}

/** In the message as it stands: its buttons stay the same. */
async function noteDraft({ services, session, view }: ButtonContext, draft: ShareDraftView): Promise<void> {
  await services.sessions.set(session.id, withRemembered(session, view.revision, { state: draft }), sessionLife);
}
