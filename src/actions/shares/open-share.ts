import type { DriverKind } from "../../storage/driver.ts";
import { StorageError, storageErrorKind } from "../../storage/error.ts";
import { readForm, type Problem } from "../../storage/form.ts";
import type { Values } from "../../storage/field.ts";
import { afresh, goTo, type ActionContext, type Result } from "../context/context.ts";
import { failed, notAShareLink, reasonOf, refused } from "../context/failure.ts";
import { takesProof, verificationForm, withoutProof } from "../context/form-screen.ts";
import { answerWith, asAnswer, isAddedHere, kindNamed, mountedAlready, withoutAnswer } from "../context/kinds.ts";
import { anyLinkFields, linkField, shareForm } from "../context/share-form.ts";
import type { FormRef } from "../model/form.ts";
import { mountShare, wantsCode, type Mounted, type ShareTry } from "./mount-share.ts";
import { openShares } from "./open-shares.ts";
import { sharesIn, type RecognisedShare } from "./recognise.ts";
import { withShares } from "./recent-shares.ts";
import { entryPoint } from "./entry-point.ts";

/** What came with `/share`, or a pasted link. */
export interface ShareText {
  readonly text?: string | undefined;
  readonly passCode?: string | undefined;
}

/** Opens what a text names; of several shares, all to choose from. Asks for what is missing. */
export async function openShare(context: ActionContext, { text = "", passCode }: ShareText): Promise<Result> {
  if (text.trim() === "") return shareForm(context);
  const [first, ...more] = sharesIn(context, text);
  if (!first) return notAShareLink(context);
  return openAll(context, more.length > 0 ? [first, ...more] : [withCode(first, passCode)]);
}

/** A code that was given by itself is the one that is meant, whatever else the text says. */
function withCode({ maybe, ...share }: RecognisedShare, passCode: string | undefined): RecognisedShare {
  if (passCode === undefined || passCode.trim() === "") return { ...share, maybe };
  return { ...share, values: { ...share.values, ...asAnswer("code", share.kind, passCode) } };
}

function openAll(context: ActionContext, shares: readonly RecognisedShare[]): Promise<Result> | Result {
  if (shares.some(({ kind }) => !isAddedHere(context, kind))) return refused("private-only");
  const [only, ...more] = shares;
  return only && more.length === 0 ? openRecognised(context, only) : openShares(context, shares);
}

/** The answers to the share form, whose subject is the link it was about. */
export async function submitShare(context: ActionContext, form: FormRef, answers: Values): Promise<Result> {
  const kind = kindNamed(context, form.kind);
  if (kind?.added !== "link") return submitLink(context, answers);
  const values = { ...asAnswer("address", kind, form.subject), ...answers };
  const reading = readForm(kind.fields, values);
  if (!reading.ok) return shareForm(context, { kind, values, problem: reading.problem });
  const typed = answerWith("address", kind, reading.values) ?? "";
  const passCode = answerWith("code", kind, reading.values);
  // A link in place of the code, with or without one: that share is meant.
  const instead = passCode === undefined ? [] : sharesIn(context, passCode);
  if (instead.length > 0) return openAll(context, instead);
  const rest = withoutAnswer("code", kind, withoutAnswer("address", kind, reading.values));
  const shares = (kind.recognise?.(typed, { asked: true }) ?? []).map((share) => ({ ...share, kind }));
  if (shares.length > 1) return openAll(context, shares);
  const share = withCode(shares[0] ?? { kind, values: asAnswer("address", kind, typed) }, passCode);
  return openAll(context, [{ ...share, values: { ...rest, ...share.values } }]);
}

/** The answer to the question that is asked while it is open what kind of share it will be. */
async function submitLink(context: ActionContext, answers: Values): Promise<Result> {
  const reading = readForm(anyLinkFields(context), answers);
  if (!reading.ok) return shareForm(context, { problem: reading.problem });
  const shares = sharesIn(context, reading.values[linkField] ?? "", { asked: true });
  if (shares.length > 0) return openAll(context, shares);
  return shareForm(context, { problem: { field: linkField, code: "not-a-share" } });
}

async function openRecognised(context: ActionContext, share: RecognisedShare): Promise<Result> {
  const { kind, values, maybe, whole } = share;
  const again = (problem: Problem) => shareForm(context, { kind, values, problem });
  const checked = kind.check(values);
  if (!checked.ok) return again(checked.problem);
  const known = await mountedAlready(context, kind, checked.values);
  return carryOutShare(context, {
    kind,
    values: checked.values,
    mount: known,
    maybe,
    whole,
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

async function opened(context: ActionContext, { mount, partGone }: Mounted): Promise<Result> {
  const richer = await withShares(afresh(context), [mount]);
  return goTo(richer, await entryPoint(richer, mount), partGone ? { notice: "part-gone" } : {});
}

function shareFailed(context: ActionContext, error: StorageError, attempt: ShareTry): Promise<Result> | Result {
  const { kind, values, mount } = attempt;
  const link = answerWith("address", kind, values);
  if (link !== undefined && wantsCode(error.code)) {
    const rest = withoutAnswer("code", kind, withoutProof(kind, values));
    return shareForm(context, { kind, link, values: rest, reason: reasonOf(error) });
  }
  const isHere = context.visit.place.kind === "private";
  if (isHere && storageErrorKind(error.code).mends.includes("proof") && takesProof(kind)) {
    return verificationForm(context, error, { kind, ...(mount && { mount: mount.id }), ...pendingOf(kind, attempt) });
  }
  return failed(context, error, { offer: "add-share" });
}

/** What waits for a human to prove to be one. */
function pendingOf(kind: DriverKind, { values, mount, amend, maybe, whole, guessed }: ShareTry) {
  const hasCode = answerWith("code", kind, values) !== undefined;
  // A mount that has its code already, or needs none, goes on with the secrets it has.
  const isSettled = amend || (mount !== undefined && !hasCode);
  return {
    // Its outcome is good for one try: what may be the code goes with it.
    values: isSettled ? {} : { ...maybe, ...withoutProof(kind, values) },
    ...(((maybe && !hasCode) || guessed) && { guessed: true }),
    ...(whole && { whole }),
  };
}
