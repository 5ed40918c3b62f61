import type { DriverKind } from "./driver.ts";
import type { Values } from "./field.ts";
import { fieldWith } from "./form.ts";
import type { Mount } from "./mount.ts";

/** Which of somebody's mounts is of the same share or account as these answers, so that it is not mounted twice. */
export function sameMount(kind: DriverKind, values: Values, all: readonly Mount[]): Mount | undefined {
  const identity = kind.identity(values);
  if (identity === "") return undefined;
  const mounts = all.filter(({ driver }) => driver === kind.name);
  const same = mounts.find((mount) => kind.identity(mount.options) === identity);
  // A credential for an account that is here already is for what is here, wherever that begins.
  const root = fieldWith("root", kind.fields);
  const account = root && values[root.name] !== undefined ? undefined : kind.account?.(values);
  return same ?? mounts.find(({ options }) => account !== undefined && kind.account?.(options) === account);
}
