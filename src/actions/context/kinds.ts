import type { DriverKind } from "../../storage/driver.ts";
import { fieldWith } from "../../storage/form.ts";
import type { Field, FieldRole, Values } from "../../storage/field.ts";
import type { Mount } from "../../storage/mount.ts";
import { sameMount } from "../../storage/same-mount.ts";
import type { ActionContext } from "./context.ts";
import { mountsOf } from "../../users/person.ts";

type Register = Pick<ActionContext, "services">;

/** A kind out of the register. Undefined = an older version had it. */
export function kindNamed({ services }: Register, name: string | undefined): DriverKind | undefined {
  return services.storage.kinds.find((candidate) => candidate.name === name);
}

/** The kinds that are added that way, in the order people are offered them. */
export function kindsAddedBy({ services }: Register, added: DriverKind["added"]): readonly DriverKind[] {
  return services.storage.kinds.filter((kind) => kind.added === added);
}

/** Whether such a mount can be added where this is asked. */
export function isAddedHere({ visit }: Pick<ActionContext, "visit">, { where }: DriverKind): boolean {
  return where === "anywhere" || visit.place.kind === "private";
}

/** One can sign in to such a mount again. */
export function isRenewable(register: Register, mount: Mount): boolean {
  const kind = kindNamed(register, mount.driver);
  return kind?.added === "sign-in" && fieldWith("credential", kind.fields) !== undefined;
}

/** What was answered to the field of that role; undefined = nothing, or the kind has none such. */
export function answerWith(role: FieldRole, { fields }: DriverKind, values: Values): string | undefined {
  return values[fieldWith(role, fields)?.name ?? ""];
}

/** That answer under its field's name; nothing where the kind has no such field, or there is no answer. */
export function asAnswer(role: FieldRole, { fields }: DriverKind, answer: string | undefined): Values {
  const field = fieldWith(role, fields);
  return field && answer !== undefined ? { [field.name]: answer } : {};
}

/** The answers but for that of the role. */
export function withoutAnswer(role: FieldRole, { fields }: DriverKind, values: Values): Values {
  const name = fieldWith(role, fields)?.name;
  return Object.fromEntries(Object.entries(values).filter(([key]) => key !== name));
}

/** Such a mount was opened by a link that somebody gave, and is nobody's own. */
export function isShare(register: Register, mount: Mount): boolean {
  return kindNamed(register, mount.driver)?.added === "link";
}

/** Whoever has its link can open such a mount, and wants no code besides. */
export function isOpenByLink(register: Register, mount: Mount): boolean {
  return isShare(register, mount) && mount.coded !== true;
}

/** The name such a mount is signed in to with; undefined = there is none, or it is not known. */
export function loginOf(register: Register, mount: Mount): string | undefined {
  const field = fieldWith("login", kindNamed(register, mount.driver)?.fields ?? []);
  return field && mount.options[field.name];
}

/** The question for the folder browsing such a mount begins in; undefined = its kind knows none. */
export function rootFieldOf(register: Register, mount: Mount): Field | undefined {
  return fieldWith("root", kindNamed(register, mount.driver)?.fields ?? []);
}

/** The mount that is meant when none is named: the chosen one, else an account, else the share opened last. */
export function currentOf(
  context: Pick<ActionContext, "services" | "person">,
  mounts: readonly Mount[],
): Mount | undefined {
  return (
    mounts.find(({ id }) => id === context.person.current) ??
    mounts.find((mount) => !isShare(context, mount)) ??
    mounts.at(-1)
  );
}

/** The person's mount of the same share or account, so that it is not mounted twice. */
export async function mountedAlready(
  context: ActionContext,
  kind: DriverKind,
  values: Values,
): Promise<Mount | undefined> {
  return sameMount(kind, values, await mountsOf(context.services, context.person));
}
