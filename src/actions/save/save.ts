import type { Entry } from "../../storage/entry.ts";
import type { Mount } from "../../storage/mount.ts";
import { mountsOf, withTarget } from "../../users/person.ts";
import { currentFolder } from "../browse/current.ts";
import { ableMount } from "../context/able-mount.ts";
import { canTidy } from "../context/abilities.ts";
import { fileOf, forgotten, type ButtonContext } from "../context/button-context.ts";
import { afresh, draw, goTo, withPerson, type ActionContext, type Outcome, type Result } from "../context/context.ts";
import { notice, noticeWithWays, refused } from "../context/failure.ts";
import { folderView, slim } from "../context/folder-view.ts";
import { namesOf, tagIn, withMount } from "../context/with-mount.ts";
import type { Picked } from "../model/change.ts";
import type { SaveOrder } from "../model/save.ts";
import type { FileView, FolderView, SaveView } from "../model/session.ts";
import { entriesOf, folderOfTidy, pickedBy } from "../tidy/picked.ts";

/** Saves what the button stands on – a share's folder or file – into a drive of the presser's own. */
export function save(context: ButtonContext): Promise<Result> | Result {
  const state = context.shown?.state;
  const file = fileOf(context);
  if (file) return begin(context, { ...file, at: "file" });
  if (state?.at === "tidy" && state.about === "selection") return saveChosen(context, folderOfTidy(state));
  if (state?.at !== "folder") return forgotten(context);
  const { filter: _left, ...folder } = state;
  return begin(context, folder);
}

type Source = FolderView | FileView;

/** Most entries that are saved at once. */
const maxSaved = 100;

/** What is chosen, in whatever folders of the share. */
function saveChosen(context: ButtonContext, folder: FolderView): Promise<Result> | Result {
  const picked = pickedBy({ at: "tidy", about: "selection", from: folder }, context.session);
  const [group, ...others] = picked;
  if (!group) return refused("nothing-chosen");
  if (entriesOf(picked).length > maxSaved) return refused("too-many-at-once");
  const { filter: _left, ...from } = folder;
  return begin(context, { ...from, trail: group.trail }, { chosen: group.entries, others });
}

interface Again {
  /** Only these of the folder. */
  readonly chosen?: readonly Entry[] | undefined;
  /** And these of further folders. */
  readonly others?: readonly Picked[] | undefined;
  /** Where it was to go. */
  readonly to?: FolderView | undefined;
}

/** What was not saved, once more. */
export function retrySave(context: ButtonContext): Promise<Result> | Result {
  const state = context.shown?.state;
  return state?.at === "save" ? begin(context, state.from, state) : forgotten(context);
}

async function begin(asked: ButtonContext, from: Source, { chosen, others, to: again }: Again = {}): Promise<Result> {
  const { services } = asked;
  const { saves } = services;
  const folder = from.at === "folder" ? from : from.folder;
  const isGroup = asked.visit.place.kind === "group";
  // What is saved is a matter of its own: a group's message stays as it is.
  const context: ActionContext = isGroup ? { ...afresh(asked), forAsker: true } : asked;
  return withMount(
    context,
    folder.mount,
    async (share) => {
      const before = again && (await mountsOf(services, context.person)).find(({ id }) => id === again.mount);
      const target = saves && (before ?? (await ableMount(context, "save")));
      if (!target) return noDrive(context);
      return beginIn(context, { from, chosen, others, share, target, to: before && again });
    },
    { for: "link", trail: folder.trail },
  );
}

/** In a group nobody signs in: there it is said where. */
function noDrive(context: ActionContext): Promise<Outcome> | Outcome {
  if (context.visit.place.kind === "group") return refused("no-drive-to-save");
  return noticeWithWays(context, "no-drive-to-save", { level: "refused", offer: ["add-account"] });
}

interface Beginning {
  readonly from: Source;
  readonly chosen?: readonly Entry[] | undefined;
  readonly others?: readonly Picked[] | undefined;
  readonly share: Mount;
  readonly target: Mount;
  /** Absent = to where the person is, or was lately. */
  readonly to?: FolderView | undefined;
}

async function beginIn(asked: ActionContext, beginning: Beginning): Promise<Result> {
  const { from, chosen, others = [], share, target, to: given } = beginning;
  const { services, visit, person } = asked;
  const { saves } = services;
  if (!saves) throw new Error("something was to be saved without saving");
  const to = given ?? (await targetIn(asked, target));
  const context = await withPerson(asked, withTarget(person, { mount: target.id, trail: to.trail }));
  const view: SaveView = { at: "save", save: services.newId(), from, chosen, others, to, back: from };
  const { entries, above } = wantedOf(from, chosen);
  // Its message stays the other's: a press that is brought again after a kill finds what it began itself.
  if (await saves.isUnderWay({ share: share.id, entries, mount: target.id, to: to.trail })) return refused("save-busy");
  const isGroup = visit.place.kind === "group";
  return saves.prepare({
    id: view.save,
    person: person.id,
    share: share.id,
    entries,
    above,
    others: others.map((group) => ({ entries: group.entries, above: group.trail.map(({ id }) => id) })),
    mount: target.id,
    to: to.trail,
    canTidy: await canTidy(context, target),
    view,
    ...(services.transfers && visit.uploadLimit !== undefined && !isGroup && { sendable: visit.uploadLimit }),
    card: {
      show: "save",
      ...(isGroup && { for: "asker" }),
      view: await draw(context, view),
      name: nameOf(entries && [...entries, ...entriesOf(others)]) ?? share.title,
      mount: tagIn(target, to),
      trail: namesOf(to),
    },
  });
}

/** The folder of that drive the person is in, else the one they put something into lately, else its root. */
async function targetIn(context: ActionContext, mount: Mount): Promise<FolderView> {
  const isPrivate = context.visit.place.kind === "private";
  const { filter: _left, ...current } = isPrivate ? await currentFolder(context, mount) : folderView(context, mount.id);
  if (current.trail.length > 0) return { ...current, page: 1 };
  const lately = context.person.targets?.find((target) => target.mount === mount.id);
  return folderView(context, mount.id, lately?.trail);
}

/** A file, or the folder that is open; all of the share where that is its top. */
function wantedOf(from: Source, chosen?: readonly Entry[]): Pick<SaveOrder, "entries" | "above"> {
  const trail = from.at === "folder" ? from.trail : from.folder.trail;
  const ids = trail.map(({ id }) => id);
  if (chosen) return { entries: chosen, above: ids };
  if (from.at !== "folder") return { entries: [slim(from.entry)], above: ids };
  const last = trail.at(-1);
  if (!last) return { entries: undefined, above: [] };
  return { entries: [{ ...last, kind: "folder" }], above: ids.slice(0, -1) };
}

/** Of several the first one's. */
function nameOf(entries: readonly Entry[] | undefined): string | undefined {
  const [first, ...others] = entries ?? [];
  return first && (others.length > 0 ? `${first.name} (+${others.length})` : first.name);
}

/** Lets go of what was not asked of the drive yet. Its own screen tells what came of it. */
export async function cancelSave({ services, shown }: ButtonContext): Promise<Outcome> {
  const state = shown?.state;
  const came = state?.at === "save" ? await services.saves?.cancel(state.save) : undefined;
  switch (came) {
    case "cancelled":
      return notice("save-stopped", { level: "done", for: "asker" });
    case "too-late":
      return refused("save-too-late");
    case "over":
    case undefined:
      return refused("save-over");
  }
}

/** What was saved: a folder is entered, a file shown. */
export function openSaved(context: ButtonContext, index: number): Result {
  const { shown } = context;
  const entry = shown?.rows[index];
  if (shown?.state.at !== "save" || entry === undefined || typeof entry === "string") return forgotten(context);
  const { to } = shown.state;
  if (entry.kind === "file") return goTo(context, { at: "file", folder: to, entry, variants: [] });
  return goTo(context, { ...to, trail: [...to.trail, { id: entry.id, name: entry.name }], page: 1 });
}
