import type { Recognised } from "../../storage/driver.ts";
import { StorageError } from "../../storage/error.ts";
import { readForm, type Problem } from "../../storage/form.ts";
import { type Values } from "../../storage/field.ts";
import { afresh, goTo, type ActionContext, type Result } from "../context/context.ts";
import { failed, noticeWithWays, reasonOf } from "../context/failure.ts";
import { verificationForm, withoutProof } from "../context/form-screen.ts";
import { kindNamed, mountedAlready, shareKind } from "../context/kinds.ts";
import { shareForm } from "../context/share-form.ts";
import { entryPoint } from "./entry-point.ts";
import { mountShare, type Mounted, type ShareTry } from "./mount-share.ts";
import { openShares } from "./open-shares.ts";
import { withShares } from "./recent-shares.ts";

/** What came with `/share`, or a pasted link. */
export interface ShareText {
  readonly text?: string | undefined;
  readonly passCode?: string | undefined;
}

/** Opens what a text names; of several shares, all to choose from. Asks for what is missing. */
export async function openShare(context: ActionContext, { text = "", passCode }: ShareText): Promise<Result> {
  if (text.trim() === "") return shareForm(context);
  const [first, ...more] = sharesIn(context, text);
  if (!first) return noticeWithWays(context, "not-a-share-link", { level: "refused", offer: ["add-share"] });
  if (more.length > 0) return openShares(context, [first, ...more]);
  return openRecognised(context, withCode(first, passCode));
}

/** The shares that a text names. */
export function sharesIn(context: ActionContext, text: string): readonly Recognised[] {
  return kindNamed(context, shareKind).recognise?.(text) ?? [];
}

/** A code that was given by itself is the one that is meant, whatever else the text says. */
function withCode({ maybe, ...share }: Recognised, passCode: string | undefined): Recognised {
  if (passCode === undefined || passCode.trim() === "") return { ...share, ...(maybe && { maybe }) };
  return { ...share, values: { ...share.values, passCode } };
}

/** The answers to the share form; `link` is what the form was about. */
export async function submitShare(context: ActionContext, link: string | undefined, answers: Values): Promise<Result> {
  const kind = kindNamed(context, shareKind);
  const values = { ...(link !== undefined && { link }), ...answers };
  const reading = readForm(kind.fields, values);
  if (!reading.ok) return shareForm(context, { values, problem: reading.problem });
  const { link: typed = "", passCode, ...rest } = reading.values;
  const [first, ...more] = kind.recognise?.(typed, { asked: true }) ?? [];
  if (first && more.length > 0) return openShares(context, [first, ...more]);
  const share = withCode(first ?? { values: { link: typed } }, passCode);
  return openRecognised(context, { ...share, values: { ...rest, ...share.values } });
}

async function openRecognised(context: ActionContext, { values, maybe, whole }: Recognised): Promise<Result> {
  const kind = kindNamed(context, shareKind);
  const again = (problem: Problem) => shareForm(context, { values, problem });
  const checked = kind.check(values);
  if (!checked.ok) return again(checked.problem);
  const known = await mountedAlready(context, kind, checked.values);
  return carryOutShare(context, {
    values: checked.values,
    ...(known && { mount: known }),
    ...(maybe && { maybe }),
    ...(whole && { whole }),
  });
}

/** Opens a share with answers that are in order. */
export async function carryOutShare(context: ActionContext, attempt: ShareTry): Promise<Result> {
  try {
    return await opened(context, await mountShare(context, attempt));
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return shareFailed(context, error, attempt);
  }
}

/** What the share holds; a folder or file that is alone in it is entered at once. */
async function opened(context: ActionContext, { mount, partGone }: Mounted): Promise<Result> {
  const richer = await withShares(afresh(context), [mount]);
  return goTo(richer, await entryPoint(richer, mount), partGone ? { notice: "part-gone" } : {});
}

function shareFailed(context: ActionContext, error: StorageError, attempt: ShareTry): Promise<Result> | Result {
  const { values, mount, amend, maybe, whole } = attempt;
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
      // Its outcome is good for one try: what may be the code goes with it.
      values: isSettled ? {} : { ...maybe, ...withoutProof(values) },
      ...(mount && { mount: mount.id }),
      ...(((maybe && passCode === undefined) || attempt.guessed) && { guessed: true }),
      ...(whole && { whole }),
    });
  }
  return failed(context, error, { offer: "add-share" });
}
