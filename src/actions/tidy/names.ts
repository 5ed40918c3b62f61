import { StorageError } from "../../storage/error.ts";
import type { Field, Values } from "../../storage/field.ts";
import { readForm, type Problem } from "../../storage/form.ts";
import type { Entry } from "../../storage/entry.ts";
import type { Mount } from "../../storage/mount.ts";
import { buttonContext, forgotten, type ButtonContext } from "../context/button-context.ts";
import { findSession, goTo, noteInSession, type ActionContext, type Result } from "../context/context.ts";
import { failed, reasonOf, refused } from "../context/failure.ts";
import { formScreen, type Again } from "../context/form-screen.ts";
import { slim } from "../context/folder-view.ts";
import { withMount } from "../context/with-mount.ts";
import type { Did } from "../model/change.ts";
import type { FolderView, TargetView, TidyView } from "../model/session.ts";
import { folderOfTidy, pickedBy } from "./picked.ts";
import { readWhole } from "./read-back.ts";

/** The one question of giving something a name: drives take up to 255 characters. */
const nameFields: readonly Field[] = [{ name: "name", kind: "text", required: true, maxLength: 255 }];

type NameForm = "folder-name" | "entry-name";

function nameForm(context: ActionContext, id: NameForm, session: string, again: Again = {}): Promise<Result> {
  return formScreen(context, { form: { id, subject: session }, fields: nameFields, again });
}

/** Asks what a new folder is to be called. */
export async function askFolderName(context: ButtonContext): Promise<Result> {
  const state = context.shown?.state;
  if (state?.at !== "tidy" && state?.at !== "target") return forgotten(context);
  await noteInSession(context, { naming: namingIn(folderOfView(state)) });
  return nameForm(context, "folder-name", context.session.id);
}

function folderOfView(view: TidyView | TargetView): FolderView {
  return view.at === "tidy" ? folderOfTidy(view) : view.folder;
}

/** A folder to make one in, as the session notes it. */
function namingIn({ trail }: FolderView): string {
  return `in ${trail.at(-1)?.id ?? ""}`;
}

/** Asks what the one thing is to be called. */
export async function askEntryName(context: ButtonContext): Promise<Result> {
  const state = context.shown?.state;
  const meant = state?.at === "tidy" ? oneOf(state, context) : undefined;
  if (!meant) return forgotten(context);
  await noteInSession(context, { naming: meant.entry.id });
  return nameForm(context, "entry-name", context.session.id, { values: { name: meant.entry.name } });
}

interface Meant {
  readonly entry: Entry;
  readonly trail: FolderView["trail"];
}

/** The one thing a view is about, and where it is; undefined = nothing, or several. */
function oneOf(view: TidyView, { session }: Pick<ButtonContext, "session">): Meant | undefined {
  const [group, ...others] = pickedBy(view, session);
  const [entry, ...more] = group?.entries ?? [];
  return group && entry && others.length + more.length === 0 ? { entry, trail: group.trail } : undefined;
}

interface Named {
  readonly context: ButtonContext;
  readonly view: TidyView | TargetView;
  readonly mount: Mount;
  readonly name: string;
  again(again: Again): Promise<Result>;
}

/** Reads a name for what a message is about; what is wrong with it is asked again. */
async function withName(
  asked: ActionContext,
  { id, subject, answers }: { readonly id: NameForm; readonly subject: string | undefined; readonly answers: Values },
  work: (named: Named) => Promise<Result>,
): Promise<Result> {
  const session = subject === undefined ? undefined : await findSession(asked.services, { id: subject, revision: 0 });
  const state = session?.state;
  if (!session || session.owner !== asked.person.id || (state?.at !== "tidy" && state?.at !== "target"))
    return refused("view-expired");
  const { revision } = session;
  const context = buttonContext({ ...asked, session }, session, { id: session.id, revision });
  const again = (more: Again) => nameForm(asked, id, session.id, more);
  const wrong = (problem: Problem) => again({ problem });
  const reading = readForm(nameFields, answers);
  if (!reading.ok) return wrong(reading.problem);
  const name = (reading.values["name"] ?? "").replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
  if (name === "") return wrong({ field: "name", code: "empty-name" });
  const folder = folderOfView(state);
  const meant = id === "folder-name" ? namingIn(folder) : state.at === "tidy" && oneOf(state, context)?.entry.id;
  // The message has gone on to something else since it was asked.
  if (session.naming !== meant) return refused("view-expired");
  return withMount(context, folder.mount, async (mount) => {
    try {
      return await work({ context, view: state, mount, name, again });
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      if (ofName.has(error.code)) return again({ values: { name }, reason: reasonOf(error) });
      return failed(context, error, { mount, back: folder });
    }
  });
}

/** Failures that another name mends. */
const ofName: ReadonlySet<StorageError["code"]> = new Set([
  "name-taken",
  "name-refused",
] satisfies StorageError["code"][]);

/** A new folder in the one that is open; where a target is looked for, it is entered. */
export function submitFolderName(asked: ActionContext, subject: string | undefined, answers: Values): Promise<Result> {
  return withName(asked, { id: "folder-name", subject, answers }, async ({ context, view, mount, name }) => {
    const { services, signal, person } = context;
    const folder = folderOfView(view);
    const { entries } = await readWhole(context, mount.id, folder.trail);
    // A drive would give it another name, and after a kill this may be the folder that was asked for.
    if (entries.some((entry) => entry.kind === "folder" && entry.name === name)) throw new StorageError("name-taken");
    const parent = folder.trail.at(-1)?.id;
    const made = await services.storage.makeFolder(mount.id, parent, name, { signal, asker: person.id });
    if (view.at === "tidy")
      return tidied(context, mount, { did: { is: "made", trail: folder.trail, entry: slim(made) }, back: folder });
    const trail = [...folder.trail, { id: made.id, name: made.name }];
    const noted = await noteInSession(context, { naming: undefined });
    return goTo(noted, { ...view, first: false, folder: { ...folder, trail, page: 1 } });
  });
}

/** The one thing is called something else. */
export function submitEntryName(asked: ActionContext, subject: string | undefined, answers: Values): Promise<Result> {
  return withName(asked, { id: "entry-name", subject, answers }, async ({ context, view, mount, name }) => {
    const { services, signal, person } = context;
    const meant = view.at === "tidy" ? oneOf(view, context) : undefined;
    if (view.at !== "tidy" || !meant) return refused("view-expired");
    const { entry, trail } = meant;
    const folder = renamedIn(folderOfTidy(view), entry.id, name);
    if (entry.name === name) return goTo(context, folder);
    const now = await services.storage.rename(mount.id, entry.id, name, { signal, asker: person.id });
    const renamed = { ...entry, name: now.name };
    return tidied(context, mount, {
      did: { is: "renamed", trail, entry: renamed, before: entry.name },
      back: renamedIn(folderOfTidy(view), entry.id, now.name),
    });
  });
}

/** The folder where one comes back to, as it is called now. */
function renamedIn(folder: FolderView, id: string, name: string): FolderView {
  return { ...folder, trail: folder.trail.map((crumb) => (crumb.id === id ? { id, name } : crumb)) };
}

async function tidied(
  context: ButtonContext,
  mount: Mount,
  { did, back }: { readonly did: Did; readonly back: FolderView },
): Promise<Result> {
  const { services } = context;
  const change = { id: services.newId(), mount: mount.id, at: services.now(), did };
  const { selection } = context.session;
  const isChosen = did.is === "renamed" && selection !== undefined;
  const noted = await noteInSession(context, {
    change,
    naming: undefined,
    ...(isChosen && { selection: undefined }),
  });
  return goTo(noted, { at: "tidied", change: change.id, back, left: 0 });
}
