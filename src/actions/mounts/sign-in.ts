import type { DriverKind } from "../../storage/driver.ts";
import { StorageError, storageErrorKind, type StorageErrorCode } from "../../storage/error.ts";
import { fieldWith, readForm, type Problem } from "../../storage/form.ts";
import type { Values } from "../../storage/field.ts";
import type { Mount } from "../../storage/mount.ts";
import { afresh, goTo, withPerson, type ActionContext, type Result } from "../context/context.ts";
import { failed, noticeWithWays, reasonOf } from "../context/failure.ts";
import { takesProof, verificationForm, withoutProof } from "../context/form-screen.ts";
import { newTitle } from "./new-title.ts";
import type { FormRef } from "../model/form.ts";
import { accountForm, accountKindFields, beginSignIn, kindField, signInForm, waysOf } from "./sign-in-form.ts";
import { drawWays } from "./sign-in-ways.ts";
import { shareForm } from "../context/share-form.ts";
import { answerWith, kindNamed, mountedAlready } from "../context/kinds.ts";
import { withMount as remembering } from "../../users/person.ts";
import { folderView } from "../context/folder-view.ts";
import { withMount } from "../context/with-mount.ts";

/** What an account is asked for with. */
interface Wanted {
  /** The one to sign in to again; absent = a new one. */
  readonly mount?: string | undefined;
  /** The kind of a new one; absent = it is asked, where there are several. */
  readonly kind?: string | undefined;
}

/** Asks for an account; with a mount, for new credentials of that one. */
export function signIn(context: ActionContext, { mount, kind: wanted }: Wanted = {}): Promise<Result> | Result {
  if (mount !== undefined) return withMount(context, mount, (found) => signInAgain(context, found));
  const kind = kindNamed(context, wanted);
  return kind?.added === "sign-in" ? beginSignIn(context, kind) : accountForm(context);
}

function signInAgain(context: ActionContext, mount: Mount): Promise<Result> | Result {
  const kind = kindNamed(context, mount.driver);
  if (!kind) return failed(context, new StorageError("unsupported"), { mount });
  return kind.added === "sign-in"
    ? beginSignIn(context, kind, mount)
    : shareForm(context, { kind, link: answerWith("address", kind, mount.options) ?? "" });
}

/** Which kind of account it is to be. */
export async function submitAccountKind(context: ActionContext, answers: Values): Promise<Result> {
  const reading = readForm(accountKindFields(context), answers);
  const kind = reading.ok ? kindNamed(context, reading.values[kindField]) : undefined;
  return kind ? beginSignIn(context, kind) : accountForm(context, reading.ok ? {} : { problem: reading.problem });
}

/** The answers to the sign-in form: to a new account, or again to the mount it was about. */
export async function submitSignIn(
  context: ActionContext,
  { kind: name, subject, way }: FormRef,
  answers: Values,
): Promise<Result> {
  const kind = kindNamed(context, name);
  if (!kind) return accountForm(context);
  if (subject === undefined) return checkedSignIn(context, { kind, answers, way });
  return withMount(context, subject, (mount) => checkedSignIn(context, { kind, answers, mount, way }));
}

interface Answered {
  readonly kind: DriverKind;
  readonly answers: Values;
  readonly mount?: Mount;
  /** The way that was chosen; absent = the kind has but one. */
  readonly way?: string | undefined;
}

async function checkedSignIn(context: ActionContext, { kind, answers, mount, way }: Answered): Promise<Result> {
  const values = { ...mount?.options, ...answers };
  const again = (problem: Problem) => signInForm(context, kind, { values, problem, mount, way });
  const reading = readForm(kind.fields, values);
  if (!reading.ok) return again(reading.problem);
  const checked = kind.check(reading.values);
  if (!checked.ok) return again(checked.problem);
  const known = mount ?? (await mountedAlready(context, kind, checked.values));
  return carryOutAsMeant(context, { kind, values: checked.values, way, mount: known });
}

/** A try whose answers are in order. */
export interface Try {
  readonly kind: DriverKind;
  readonly values: Values;
  /** Absent = a new one. */
  readonly mount?: Mount | undefined;
  /** The vault an earlier try ended with. */
  readonly kept?: Values | undefined;
  /** The way that was chosen. */
  readonly way?: string | undefined;
  /** The answers join the mount's old ones. */
  readonly amend?: boolean;
}

/** Signs in with answers that are in order; where they are of another account than the mount's, that is asked first. */
export async function carryOutAsMeant(context: ActionContext, attempt: Try): Promise<Result> {
  const { kind, mount, values, kept } = attempt;
  const [before, after] = [mount && kind.account?.(mount.options), kind.account?.(values)];
  if (!mount || before === undefined || after === undefined || before === after) return carryOut(context, attempt);
  const pending = context.services.newId();
  const held = { id: pending, driver: kind.name, values, mount: mount.id, ...(kept && { kept }) };
  await context.services.pending.set(context.person.id, held, answerWithin);
  return goTo(context, { at: "question", question: "other-account", mount: mount.id, pending });
}

/** How long what was typed waits for an answer, ms. */
const answerWithin = 15 * 60_000;

/** Yes: the mount is of the other account from now on. */
export async function changeAccount(context: ActionContext, mount: string, id: string): Promise<Result> {
  const { services, person } = context;
  const held = await services.pending.get(person.id);
  const kind = kindNamed(context, held?.driver);
  if (!held || !kind || held.id !== id) return noticeWithWays(context, "view-expired", { level: "refused" });
  await services.pending.delete(person.id);
  const { values, kept } = held;
  return withMount(context, mount, (found) => carryOut(context, { kind, values, mount: found, kept }));
}

/** Signs in with answers that are in order, and shows the drive, or its card where that says how long it will last. */
export async function carryOut(context: ActionContext, attempt: Try): Promise<Result> {
  try {
    const mount = await mounted(context, attempt);
    const { id, driver } = mount;
    context.services.log.info({ person: context.person.id, mount: id, driver }, "person signed in");
    const { locale } = context.visit.person;
    const person = { ...remembering(context.person, mount.id), ...(locale !== undefined && { locale }) };
    const richer = await withPerson(afresh(context), person);
    await context.services.reminders?.note(mount);
    if (attempt.kind.endsAt?.(mount.options) !== undefined) return goTo(richer, { at: "mount", mount: id });
    return goTo(richer, folderView(richer, mount.id));
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return signInFailed(context, error, attempt);
  }
}

async function mounted(context: ActionContext, { kind, values, mount, kept, amend }: Try): Promise<Mount> {
  const { services, person, signal } = context;
  if (mount) return services.storage.renew(mount.id, values, { signal, amend, kept });
  const title = await newTitle(context, kind.title(values));
  const draft = { driver: kind.name, owner: person.id, values, title, kept };
  const made = await services.storage.mount(draft, { signal });
  return person.method ? services.storage.change(made.id, { method: person.method }) : made;
}

async function signInFailed(context: ActionContext, error: StorageError, attempt: Try): Promise<Result> {
  const { kind, values, mount, amend, way } = attempt;
  const { about, mends } = storageErrorKind(error.code);
  if (mends.includes("proof") && takesProof(kind)) {
    return verificationForm(context, error, {
      kind,
      values: amend ? {} : withoutProof(kind, values),
      ...(mount && { mount: mount.id }),
    });
  }
  if (about === "person" && mends.includes("sign-in")) {
    // What was approved, or proved, is no form that could come back.
    if (way === undefined && waysOf(context, kind).length > 1)
      return drawWays(context, { kind, mount, reason: reasonOf(error) });
    return signInForm(context, kind, { values, reason: reasonOf(error), mount, way });
  }
  const root = fieldWith("root", kind.fields);
  if (root && rootGone.has(error.code)) {
    return signInForm(context, kind, { values, problem: { field: root.name, code: "not-a-folder-id" }, mount, way });
  }
  return failed(context, error, { mount, offer: mount ? "renew-mount" : "add-account" });
}

/** Failures of a new mount's first listing, which are those of the folder it was to begin in. */
const rootGone: ReadonlySet<StorageErrorCode> = new Set([
  "not-found",
  "not-a-folder",
  "trashed",
] satisfies StorageErrorCode[]);
