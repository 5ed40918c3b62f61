import type { DriverKind } from "../../storage/driver.ts";
import type { Values } from "../../storage/field.ts";
import type { Mount } from "../../storage/mount.ts";
import type { ActionContext } from "./context.ts";
import { mountsOf } from "../../users/person.ts";

/** Name of the kind people sign in to. */
export const accountKind = "pikpak";
/** Name of the kind people open by a link. */
export const shareKind = "pikpak-share";

/** A kind out of the register, which holds every kind a mount or a form names. */
export function kindNamed({ services }: Pick<ActionContext, "services">, name: string): DriverKind {
  const kind = services.storage.kinds.find((candidate) => candidate.name === name);
  if (!kind) throw new Error(`no driver kind "${name}" in the register`);
  return kind;
}

/** One can sign in to such a mount again: it was asked for a secret it cannot do without. */
export function isRenewable(context: Pick<ActionContext, "services">, mount: Mount): boolean {
  return (kindFor(context, mount)?.fields ?? []).some((field) => field.kind === "secret" && field.required);
}

/** Whoever has its link can open such a mount. */
export function isOpenByLink(context: Pick<ActionContext, "services">, mount: Mount): boolean {
  return kindFor(context, mount)?.recognise !== undefined;
}

/** The mount that is meant when none is named: the chosen one, else an account, else the share opened last. */
export function currentOf(
  context: Pick<ActionContext, "services" | "person">,
  mounts: readonly Mount[],
): Mount | undefined {
  return (
    mounts.find(({ id }) => id === context.person.current) ??
    mounts.find((mount) => !isOpenByLink(context, mount)) ??
    mounts.at(-1)
  );
}

function kindFor({ services }: Pick<ActionContext, "services">, mount: Mount): DriverKind | undefined {
  return services.storage.kinds.find((candidate) => candidate.name === mount.driver);
}

/** The person's mount of the same share or account, so that it is not mounted twice. */
export async function mountedAlready(
  context: ActionContext,
  kind: DriverKind,
  values: Values,
): Promise<Mount | undefined> {
  const identity = kind.identity(values);
  if (identity === "") return undefined;
  const mounts = await mountsOf(context.services, context.person);
  return mounts.find((mount) => mount.driver === kind.name && kind.identity(mount.options) === identity);
}
