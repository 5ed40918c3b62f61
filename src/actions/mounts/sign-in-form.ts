import type { DriverKind, SignInWay } from "../../storage/driver.ts";
import type { Problem } from "../../storage/form.ts";
import type { Field } from "../../storage/field.ts";
import type { Mount } from "../../storage/mount.ts";
import { goTo, type ActionContext, type Outcome, type Result } from "../context/context.ts";
import { formScreen, type Again } from "../context/form-screen.ts";
import { kindsAddedBy } from "../context/kinds.ts";
import type { FormRef } from "../model/form.ts";
import type { SignInView } from "../model/session.ts";

interface SigningIn extends Again {
  /** Again to this one, whose user name is then known; absent = to a new one. */
  readonly mount?: Mount | undefined;
  /** Name of the way that was chosen; absent = all the kind asks. */
  readonly way?: string | undefined;
}

/** Asks for a way to sign in where a kind has several, else for what the kind wants to know. */
export function beginSignIn(context: ActionContext, kind: DriverKind, mount?: Mount): Promise<Result> | Result {
  return waysOf(context, kind).length > 1 ? goTo(context, waysView(kind, mount)) : signInForm(context, kind, { mount });
}

/** The ways a kind has here, in their order. */
export function waysOf({ services }: Pick<ActionContext, "services">, kind: DriverKind): readonly SignInWay[] {
  const has = {
    form: true,
    approval: kind.approval !== undefined && services.approvals !== undefined,
    browser: kind.browser !== undefined && services.browserSignIns !== undefined,
  };
  return (kind.ways ?? []).filter(({ is }) => has[is]);
}

export function waysView({ name }: DriverKind, mount: Mount | undefined): SignInView {
  return { at: "sign-in-ways", kind: name, ...(mount && { mount: mount.id }) };
}

/** The questions of a way to sign in. */
export function signInForm(
  context: ActionContext,
  kind: DriverKind,
  { mount, way: wanted, ...again }: SigningIn = {},
): Promise<Outcome> {
  const way = wayTo(kind, wanted, again.problem);
  const asked = way ? fieldsOf(kind, way) : kind.fields;
  const fields = asked.map((field) => (mount ? asideIfSettled(field) : field));
  const form: FormRef = {
    id: "sign-in",
    kind: kind.name,
    ...(way && { way: way.name }),
    ...(mount && { subject: mount.id }),
  };
  const others = way && waysOf(context, kind).flatMap(({ name }) => (name === way.name ? [] : [name]));
  const values = { ...mount?.options, ...again.values };
  return formScreen(context, { form, fields, again: { ...again, values }, ways: others });
}

type FormWay = Extract<SignInWay, { is: "form" }>;

/** The way of that name, or the one that asks what was answered wrong: a token pasted for a password is asked for as a token. */
function wayTo({ ways = [] }: DriverKind, name: string | undefined, problem: Problem | undefined): FormWay | undefined {
  const forms = ways.filter((way) => way.is === "form");
  const chosen = forms.find((way) => way.name === name);
  const isAsked = ({ asks, aside = [] }: FormWay) => !problem || [...asks, ...aside].includes(problem.field);
  return !chosen || isAsked(chosen) ? chosen : (forms.find(isAsked) ?? chosen);
}

/** A way's own fields and no others: what another way asks cannot stand in for them. */
function fieldsOf({ fields }: DriverKind, { asks, aside = [] }: FormWay): readonly Field[] {
  return fields.flatMap(({ instead: _instead, unless: _unless, aside: _aside, ...field }): readonly Field[] => {
    if (asks.includes(field.name)) return [{ ...field, required: true }];
    return aside.includes(field.name) ? [{ ...field, required: false, aside: true }] : [];
  });
}

/** Who signs in again is not asked anew for what may be left out: it stays as it is. */
function asideIfSettled(field: Field): Field {
  return field.kind === "secret" || field.required ? field : { ...field, aside: true };
}

/** Signing in to a new account: of which kind, where there are several. */
export function accountForm(context: ActionContext, again: Again = {}): Promise<Result> | Result {
  const [only, ...others] = kindsAddedBy(context, "sign-in");
  if (only && others.length === 0) return beginSignIn(context, only);
  return formScreen(context, { form: { id: "account-kind" }, fields: accountKindFields(context), again });
}

/** Name of the one question of which kind an account is. */
export const kindField = "driver";

/** Which of the kinds there are to sign in to. */
export function accountKindFields(context: Pick<ActionContext, "services">): readonly Field[] {
  const choices = kindsAddedBy(context, "sign-in").map(({ name }) => name);
  return [{ name: kindField, kind: "choice", labels: "driver", required: true, choices, maxLength: 50 }];
}
