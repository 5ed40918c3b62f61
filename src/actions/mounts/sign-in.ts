import { StorageError } from "../../storage/error.ts";
import { readForm, type Problem } from "../../storage/form.ts";
import { type Values } from "../../storage/field.ts";
import type { Mount } from "../../storage/mount.ts";
import { afresh, goTo, withPerson, type ActionContext, type Result } from "../context/context.ts";
import { failed, reasonOf } from "../context/failure.ts";
import { verificationForm, withoutProof } from "../context/form-screen.ts";
import { newTitle } from "./new-title.ts";
import { signInForm } from "./sign-in-form.ts";
import { shareForm } from "../context/share-form.ts";
import { accountKind } from "../context/kinds.ts";
import { isRenewable, kindNamed, mountedAlready } from "../context/kinds.ts";
import { withMount as remembering } from "../../users/person.ts";
import { folderView } from "../context/folder-view.ts";
import { withMount } from "../context/with-mount.ts";

/** Asks for an account; with a mount, for new credentials of that one. */
export function signIn(context: ActionContext, mount?: string): Promise<Result> | Result {
  if (mount === undefined) return signInForm(context);
  return withMount(context, mount, (found) =>
    isRenewable(context, found)
      ? signInForm(context, { mount: found })
      : shareForm(context, { link: found.options["link"] ?? "" }),
  );
}

/** The answers to the sign-in form: to a new account, or again to the mount it was about. */
export async function submitSignIn(
  context: ActionContext,
  subject: string | undefined,
  answers: Values,
): Promise<Result> {
  if (subject === undefined) return checkedSignIn(context, undefined, answers);
  return withMount(context, subject, (mount) => checkedSignIn(context, mount, answers));
}

async function checkedSignIn(context: ActionContext, mount: Mount | undefined, answers: Values): Promise<Result> {
  const kind = kindNamed(context, accountKind);
  const values = { ...mount?.options, ...answers };
  const again = (problem: Problem) => signInForm(context, { values, problem, ...(mount && { mount }) });
  const reading = readForm(kind.fields, values);
  if (!reading.ok) return again(reading.problem);
  const checked = kind.check(reading.values);
  if (!checked.ok) return again(checked.problem);
  const known = mount ?? (await mountedAlready(context, kind, checked.values));
  return carryOut(context, { values: checked.values, ...(known && { mount: known }) });
}

/** A try whose answers are in order. */
export interface Try {
  readonly values: Values;
  /** Absent = a new one. */
  readonly mount?: Mount;
  /** The vault an earlier try ended with. */
  readonly kept?: Values;
  /** The answers join the mount's old ones. */
  readonly amend?: boolean;
}

/** Signs in with answers that are in order, and shows the drive. */
export async function carryOut(context: ActionContext, attempt: Try): Promise<Result> {
  try {
    const mount = await mounted(context, attempt);
    const { id, driver } = mount;
    context.services.log.info({ person: context.person.id, mount: id, driver }, "person signed in");
    const richer = await withPerson(afresh(context), remembering(context.person, mount.id));
    return goTo(richer, folderView(richer, mount.id));
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return signInFailed(context, error, attempt);
  }
}

async function mounted(context: ActionContext, { values, mount, kept, amend }: Try): Promise<Mount> {
  const { services, person, signal } = context;
  const asker = person.id;
  if (mount) return services.storage.renew(mount.id, values, { signal, asker, amend });
  const title = await newTitle(context);
  const draft = { driver: accountKind, owner: person.id, values, title, kept };
  const made = await services.storage.mount(draft, { signal, asker });
  return person.method ? services.storage.change(made.id, { method: person.method }) : made;
}

async function signInFailed(
  context: ActionContext,
  error: StorageError,
  { values, mount, amend }: Try,
): Promise<Result> {
  const about = mount && { mount };
  switch (error.code) {
    case "verification-needed":
      return verificationForm(context, error, {
        driver: accountKind,
        values: amend ? {} : withoutProof(values),
        ...(mount && { mount: mount.id }),
      });
    case "wrong-credentials":
    case "sign-in-refused":
    case "signed-out":
    case "captcha-rejected":
      return signInForm(context, { values, reason: reasonOf(error), ...about });
    case "not-found":
    case "not-a-folder":
    case "trashed":
      return signInForm(context, { values, problem: { field: "rootFolder", code: "not-a-folder-id" }, ...about });
    default:
      return failed(context, error, { ...about, offer: mount ? "renew-mount" : "add-account" });
  }
}
