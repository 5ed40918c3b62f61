import type { Values } from "../../storage/field.ts";
import { readForm, type Problem } from "../../storage/form.ts";
import { StorageError } from "../../storage/error.ts";
import type { Mount } from "../../storage/mount.ts";
import { mountOf, type ButtonContext } from "../context/button-context.ts";
import { afresh, goTo, type ActionContext, type Result } from "../context/context.ts";
import { failed, mountGone, refused } from "../context/failure.ts";
import { folderView } from "../context/folder-view.ts";
import { formScreen } from "../context/form-screen.ts";
import { kindNamed, rootFieldOf } from "../context/kinds.ts";
import { withMount } from "../context/with-mount.ts";

/** Asks for the folder that browsing a drive begins in. */
export function askRoot(context: ButtonContext): Promise<Result> | Result {
  const mount = mountOf(context);
  return mount === undefined ? mountGone(context) : withMount(context, mount, (found) => rootForm(context, found));
}

/** A drive begins in another folder from now on; left empty, at its top. Nothing but that is signed in to anew. */
export async function submitRoot(
  context: ActionContext,
  subject: string | undefined,
  answers: Values,
): Promise<Result> {
  if (subject === undefined) return mountGone(context);
  return withMount(context, subject, async (mount) => {
    const kind = kindNamed(context, mount.driver);
    const field = rootFieldOf(context, mount);
    if (!kind || !field) return refused("view-expired");
    const typed = { [field.name]: answers[field.name] ?? "" };
    const reading = readForm([field], typed);
    if (!reading.ok) return rootForm(context, mount, reading.problem);
    const checked = kind.check({ ...mount.options, ...typed });
    if (!checked.ok) return rootForm(context, mount, checked.problem);
    return beginIn(context, mount, { [field.name]: checked.values[field.name] ?? "" });
  });
}

async function beginIn(context: ActionContext, mount: Mount, root: Values): Promise<Result> {
  const { services, signal } = context;
  try {
    await services.storage.renew(mount.id, root, { signal, amend: true });
    return goTo(afresh(context), folderView(context, mount.id));
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    const [field = ""] = Object.keys(root);
    if (noFolder.has(error.code)) return rootForm(context, mount, { field, code: "not-a-folder-id" });
    return failed(context, error, { mount });
  }
}

const noFolder: ReadonlySet<StorageError["code"]> = new Set([
  "not-found",
  "not-a-folder",
  "trashed",
] satisfies StorageError["code"][]);

function rootForm(context: ActionContext, mount: Mount, problem?: Problem): Promise<Result> | Result {
  const field = rootFieldOf(context, mount);
  if (!field) return refused("view-expired");
  const { aside: _asked, ...asked } = field;
  const form = { id: "root-folder", kind: mount.driver, subject: mount.id } as const;
  return formScreen(context, { form, fields: [{ ...asked, required: false }], again: { problem } });
}
