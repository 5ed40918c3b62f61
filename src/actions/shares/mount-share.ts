import { StorageError, storageErrorKind, type StorageErrorCode } from "../../storage/error.ts";
import type { Values } from "../../storage/field.ts";
import type { Mount } from "../../storage/mount.ts";
import type { ActionContext } from "../context/context.ts";
import { hasProof, withoutProof } from "../context/form-screen.ts";
import { answerWith, mountedAlready } from "../context/kinds.ts";
import type { Try } from "../mounts/sign-in.ts";

/** A try at a share whose answers are in order. */
export interface ShareTry extends Try {
  /** What may be the code, tried where one is wanted. */
  readonly maybe?: Values | undefined;
  /** The code among the values is one that may be meant: when it is wrong, nobody gave a wrong one. */
  readonly guessed?: boolean;
  /** The whole of the share, where the values name a part of it. */
  readonly whole?: Values | undefined;
}

/** A share that is open. */
export interface Mounted {
  readonly mount: Mount;
  /** The part that was named is not there: this is the whole. */
  readonly partGone: boolean;
}

/** Opens a share, with what may be its code where it wants one, and all of it where the part that was named is gone. */
export async function mountShare(context: ActionContext, attempt: ShareTry): Promise<Mounted> {
  try {
    return { mount: await mounted(context, attempt), partGone: false };
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    const { maybe, whole, guessed, ...rest } = attempt;
    if (error.code === "pass-code-needed" && maybe) {
      const values = { ...withoutProof(rest.kind, rest.values), ...maybe };
      return mountShare(context, { ...rest, values, guessed: true, whole });
    }
    if (error.code === "pass-code-wrong" && guessed) throw new StorageError("pass-code-needed", { cause: error });
    if (whole && partGone.has(error.code)) return { mount: await mountWhole(context, attempt, whole), partGone: true };
    throw error;
  }
}

/** Failures of a folder or file that a link names inside a share which itself is there. */
const partGone: ReadonlySet<StorageErrorCode> = new Set([
  "not-found",
  "trashed",
  "not-a-folder",
  "bad-argument",
] satisfies StorageErrorCode[]);

async function mountWhole(context: ActionContext, { kind, values, kept }: ShareTry, whole: Values): Promise<Mount> {
  const all = { ...withoutProof(kind, values), ...whole };
  const known = await mountedAlready(context, kind, all);
  return mounted(context, { kind, values: all, mount: known, kept });
}

async function mounted({ services, person, signal }: ActionContext, attempt: Try): Promise<Mount> {
  const { kind, values, mount, kept, amend } = attempt;
  if (!mount) {
    const made = await services.storage.mount({ driver: kind.name, owner: person.id, values, kept }, { signal });
    return person.method ? services.storage.change(made.id, { method: person.method }) : made;
  }
  if (amend) return services.storage.renew(mount.id, values, { amend, signal });
  const hasCode = answerWith("code", kind, values) !== undefined;
  if (hasProof(kind, values) || (isLocked(mount) && hasCode)) {
    return services.storage.renew(mount.id, values, { signal });
  }
  try {
    await services.storage.folder(mount.id, undefined, { signal, asker: person.id });
    return mount;
  } catch (error) {
    // The code just given is tried where the mount's own is refused.
    if (!(error instanceof StorageError) || !wantsCode(error.code) || !hasCode) throw error;
    return services.storage.renew(mount.id, values, { signal });
  }
}

/** The code it was mounted with is known not to fit any more. */
function isLocked({ health }: Mount): boolean {
  return health.state === "failing" && wantsCode(health.code);
}

/** A share's code mends it. */
export function wantsCode(code: StorageErrorCode): boolean {
  return storageErrorKind(code).mends.includes("pass-code");
}
