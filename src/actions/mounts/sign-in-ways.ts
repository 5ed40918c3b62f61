import type { DriverKind, SignInWay } from "../../storage/driver.ts";
import type { Values } from "../../storage/field.ts";
import type { Mount } from "../../storage/mount.ts";
import type { ButtonContext } from "../context/button-context.ts";
import { draw, type ActionContext, type Result } from "../context/context.ts";
import { kindNamed } from "../context/kinds.ts";
import { tagOf, withMount } from "../context/with-mount.ts";
import type { FormRef } from "../model/form.ts";
import type { Reason } from "../model/screen.ts";
import type { SignInView, ViewState } from "../model/session.ts";
import { isBegun, showBegun, startApproval } from "./start-approval.ts";
import { accountForm, signInForm, waysOf, waysView } from "./sign-in-form.ts";

/** The ways there are to sign in to a kind. */
export function showWays(context: ActionContext, view: SignInView): Promise<Result> | Result {
  return signingIn(context, view, (kind, mount) => drawWays(context, { kind, mount }));
}

/** Goes on by the way that stood in this row. */
export function chooseWay(context: ButtonContext, index: number): Promise<Result> | Result {
  const { shown, session } = context;
  if (isBegun(context)) return showBegun(context);
  if (shown?.state.at !== "sign-in-ways") return showWaysOf(context, session.state);
  const { state, rows } = shown;
  return signingIn(context, state, (kind, mount) => goBy(context, { kind, mount }, rows[index]));
}

/** Goes on by another way than the one whose form was shown, as the one-time page offers. */
export async function submitWay(
  context: ActionContext,
  { kind = "", subject }: FormRef,
  answers: Values,
): Promise<Result> {
  const view: SignInView = { at: "sign-in-ways", kind, mount: subject };
  return signingIn(context, view, (found, mount) => goBy(context, { kind: found, mount }, answers[wayField]));
}

/** Name of the one answer of that form. */
const wayField = "way";

function goBy(context: ActionContext, { kind, mount }: Ways, name: unknown): Promise<Result> {
  const way = waysOf(context, kind).find((candidate) => candidate.name === name);
  if (!way) return drawWays(context, { kind, mount });
  return way.is === "form"
    ? signInForm(context, kind, { way: way.name, mount })
    : approve(context, { kind, mount, by: way.is });
}

/** Asks for another code, after one that came to nothing. */
export function approveAgain(context: ButtonContext): Promise<Result> | Result {
  const { state } = context.session;
  if (isBegun(context)) return showBegun(context);
  if (state.at !== "approval") return showWaysOf(context, state);
  return signingIn(context, state.again, (kind, mount) => approve(context, { kind, mount, by: state.by }));
}

/** The ways again, after one that came to nothing. */
export function otherWays(context: ButtonContext): Promise<Result> | Result {
  return showWaysOf(context, context.session.state);
}

function showWaysOf(context: ActionContext, state: ViewState): Promise<Result> | Result {
  if (state.at === "approval") return showWays(context, state.again);
  return state.at === "sign-in-ways" ? showWays(context, state) : accountForm(context);
}

/** Where the service begins no approval, that is said above the other ways. */
function approve(context: ActionContext, wanted: Parameters<typeof startApproval>[1]): Promise<Result> {
  return startApproval(context, wanted, (reason) => drawWays(context, { ...wanted, reason }));
}

function signingIn(
  context: ActionContext,
  { kind: name, mount }: SignInView,
  work: (kind: DriverKind, mount: Mount | undefined) => Promise<Result> | Result,
): Promise<Result> | Result {
  const kind = kindNamed(context, name);
  if (!kind) return accountForm(context);
  return mount === undefined ? work(kind, undefined) : withMount(context, mount, (found) => work(kind, found));
}

interface Ways {
  readonly kind: DriverKind;
  readonly mount: Mount | undefined;
  readonly reason?: Reason;
  /** The way that was tried. */
  readonly by?: SignInWay["is"];
}

/** The ways, with why the one that was tried came to nothing. */
export async function drawWays(context: ActionContext, { kind, mount, reason, by }: Ways): Promise<Result> {
  const isOut = (way: string) => reason?.code === "approval-refused" && way === by;
  const names = waysOf(context, kind).flatMap(({ is, name }) => (isOut(is) ? [] : [name]));
  const view = await draw(context, waysView(kind, mount), names);
  return {
    screen: {
      show: "sign-in-ways",
      view,
      kind: kind.name,
      ways: names,
      ...(mount && { mount: tagOf(mount) }),
      reason,
    },
  };
}
