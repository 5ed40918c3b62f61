import { StorageError } from "../../storage/error.ts";
import { readForm, type Problem, type Values } from "../../storage/form.ts";
import type { Mount } from "../../storage/mount.ts";
import { afresh, goTo, withPerson, type ActionContext, type Result } from "../context/context.ts";
import { failed, noticeWithWays, reasonOf } from "../context/failure.ts";
import { hasProof, verificationForm, withoutProof } from "../context/form-screen.ts";
import { shareForm } from "../context/share-form.ts";
import { shareKind } from "../context/kinds.ts";
import { kindNamed, mountedAlready } from "../context/kinds.ts";
import { withMount } from "../../users/person.ts";
import { entryPoint } from "./entry-point.ts";
import type { Try } from "../mounts/sign-in.ts";

/** What came with `/share`, or a pasted link. */
export interface ShareText {
  readonly text?: string;
  readonly passCode?: string;
}

/** Opens a share out of a link, an id, or an id and its code; asks for what is missing. */
export async function openShare(context: ActionContext, { text = "", passCode }: ShareText): Promise<Result> {
  if (text.trim() === "") return shareForm(context);
  const values = recognise(context, text);
  if (!values) return noticeWithWays(context, "not-a-share-link", { level: "refused", offer: ["add-share"] });
  return submitShare(context, undefined, { ...values, ...(passCode !== undefined && { passCode }) });
}

/** The options of a share out of free text, or out of an address and its code; undefined = there is none in it. */
export function recognise(context: ActionContext, text: string): Values | undefined {
  const kind = kindNamed(context, shareKind);
  const [address = "", passCode = "", ...more] = text.trim().split(/\s+/);
  const found = more.length === 0 && /^[A-Za-z0-9]{4,12}$/.test(passCode) ? kind.recognise?.(address) : undefined;
  return found ? { passCode, ...found } : kind.recognise?.(text);
}

/** The answers to the share form; `link` is what the form was about. */
export async function submitShare(context: ActionContext, link: string | undefined, answers: Values): Promise<Result> {
  const kind = kindNamed(context, shareKind);
  const values = { ...(link !== undefined && { link }), ...answers };
  const again = (problem: Problem) => shareForm(context, { values, problem });
  const reading = readForm(kind.fields, values);
  if (!reading.ok) return again(reading.problem);
  const checked = kind.check(reading.values);
  if (!checked.ok) return again(checked.problem);
  const known = await mountedAlready(context, kind, checked.values);
  return carryOutShare(context, { values: checked.values, ...(known && { mount: known }) });
}

/** Opens a share with answers that are in order. */
export async function carryOutShare(context: ActionContext, attempt: Try): Promise<Result> {
  try {
    return await opened(context, await mounted(context, attempt));
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return shareFailed(context, error, attempt);
  }
}

async function mounted({ services, person, signal }: ActionContext, attempt: Try): Promise<Mount> {
  const { values, mount, kept, amend } = attempt;
  if (!mount) {
    const made = await services.storage.mount({ driver: shareKind, owner: person.id, values, kept }, { signal });
    return person.method ? services.storage.change(made.id, { method: person.method }) : made;
  }
  if (amend) return services.storage.renew(mount.id, values, { amend, signal });
  return hasProof(values) || (isLocked(mount) && values["passCode"] !== undefined)
    ? services.storage.renew(mount.id, values, { signal })
    : withCodeWhereWanted({ services, signal }, mount, values);
}

/** The code it was put up with is known not to fit any more. */
function isLocked({ health }: Mount): boolean {
  return health.state === "failing" && (health.code === "pass-code-needed" || health.code === "pass-code-wrong");
}

/** The mount there is already, with the code just given if its own is refused. */
async function withCodeWhereWanted(
  { services, signal }: Pick<ActionContext, "services" | "signal">,
  mount: Mount,
  values: Values,
): Promise<Mount> {
  try {
    await services.storage.folder(mount.id, undefined, { signal });
    return mount;
  } catch (error) {
    const isRefused = error instanceof StorageError && error.code.startsWith("pass-code-");
    if (!isRefused || values["passCode"] === undefined) throw error;
    return services.storage.renew(mount.id, values, { signal });
  }
}

async function opened(context: ActionContext, mount: Mount): Promise<Result> {
  const richer = await withPerson(afresh(context), withMount(context.person, mount.id));
  return goTo(richer, await entryPoint(richer, mount));
}

function shareFailed(
  context: ActionContext,
  error: StorageError,
  { values, mount, amend }: Try,
): Promise<Result> | Result {
  const { passCode, ...rest } = withoutProof(values);
  const { link } = rest;
  if (link !== undefined && error.code.startsWith("pass-code-")) {
    return shareForm(context, { link, values: rest, reason: reasonOf(error) });
  }
  if (error.code === "verification-needed" && context.visit.place.kind === "private") {
    // A mount that has its code already, or needs none, goes on with the secrets it has.
    const isSettled = amend || (mount !== undefined && passCode === undefined);
    return verificationForm(context, error, {
      driver: shareKind,
      values: isSettled ? {} : withoutProof(values),
      ...(mount && { mount: mount.id }),
    });
  }
  return failed(context, error, { offer: "add-share" });
}
