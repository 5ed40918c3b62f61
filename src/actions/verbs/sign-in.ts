import { StorageError } from "../../storage/error.ts";
import { readForm, type Problem, type Values } from "../../storage/form.ts";
import type { Mount } from "../../storage/mount.ts";
import { afresh, withPerson, type Errand, type Outcome } from "../errand.ts";
import { failed, reasonOf } from "../failure.ts";
import { accountKind, shareForm, signInForm, verificationForm, withoutProof } from "../forms.ts";
import { isRenewable, kindNamed, mountedAlready } from "../kinds.ts";
import { withMount as remembering } from "../person.ts";
import { showFolder } from "../scenes/folder.ts";
import { folderScene } from "../scenes/listing.ts";
import { withMount } from "../scenes/mounted.ts";

/** Asks for an account; with a mount, for new credentials of that one. */
export function signIn(errand: Errand, mount?: string): Promise<Outcome> {
  if (mount === undefined) return signInForm(errand);
  return withMount(errand, mount, (found) =>
    isRenewable(errand, found)
      ? signInForm(errand, { mount: found })
      : shareForm(errand, { link: found.options["link"] ?? "" }),
  );
}

/** The answers to the sign-in form: to a new account, or again to the mount it was about. */
export async function submitSignIn(errand: Errand, subject: string | undefined, answers: Values): Promise<Outcome> {
  if (subject === undefined) return checkedSignIn(errand, undefined, answers);
  return withMount(errand, subject, (mount) => checkedSignIn(errand, mount, answers));
}

async function checkedSignIn(errand: Errand, mount: Mount | undefined, answers: Values): Promise<Outcome> {
  const kind = kindNamed(errand, accountKind);
  const values = { ...mount?.options, ...answers };
  const again = (problem: Problem) => signInForm(errand, { values, problem, ...(mount && { mount }) });
  const reading = readForm(kind.fields, values);
  if (!reading.ok) return again(reading.problem);
  const checked = kind.check(reading.values);
  if (!checked.ok) return again(checked.problem);
  const known = mount ?? (await mountedAlready(errand, kind, checked.values));
  return carryOut(errand, { values: checked.values, ...(known && { mount: known }) });
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
export async function carryOut(errand: Errand, attempt: Try): Promise<Outcome> {
  try {
    const mount = await mounted(errand, attempt);
    const richer = await withPerson(afresh(errand), remembering(errand.person, mount.id));
    return await showFolder(richer, folderScene(richer, mount.id));
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return signInFailed(errand, error, attempt);
  }
}

function mounted({ services, person, signal }: Errand, { values, mount, kept, amend }: Try): Promise<Mount> {
  if (mount) return services.storage.renew(mount.id, values, { signal, ...(amend && { amend }) });
  const draft = { driver: accountKind, owner: person.id, values, ...(kept && { kept }) };
  return services.storage.putUp(draft, { signal });
}

async function signInFailed(errand: Errand, error: StorageError, { values, mount, amend }: Try): Promise<Outcome> {
  const about = mount && { mount };
  switch (error.code) {
    case "verification-needed":
      return verificationForm(errand, error, {
        driver: accountKind,
        values: amend ? {} : withoutProof(values),
        ...(mount && { mount: mount.id }),
      });
    case "wrong-credentials":
    case "sign-in-refused":
    case "signed-out":
    case "captcha-rejected":
      return signInForm(errand, { values, reason: reasonOf(error), ...about });
    case "not-found":
    case "not-a-folder":
    case "trashed":
      return signInForm(errand, { values, problem: { field: "rootFolder", code: "not-a-folder-id" }, ...about });
    default:
      return failed(errand, error, { ...about, offer: mount ? "renew-mount" : "add-account" });
  }
}
