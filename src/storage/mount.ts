import type { Keyv } from "keyv";
import { StorageError, type StorageErrorCode } from "./error.ts";
import type { Values } from "./field.ts";

/** How people get the bytes: 302, through us, or through an external download proxy. */
export const downloadMethods = ["redirect", "proxy", "proxy-url"] as const;
export type DownloadMethod = (typeof downloadMethods)[number];

/** A driver with its options, mounted by somebody. Plain data, in Keyv; its secrets are elsewhere, encrypted. */
export interface Mount {
  /** 10 base62 characters. */
  readonly id: string;
  /** Name of the driver kind. */
  readonly driver: string;
  /** The driver's options without the secret ones. */
  readonly options: Values;
  readonly title: string;
  /** Person id of who mounted it, `telegram:1001`. */
  readonly owner: string;
  /** Places it is lent to, `telegram:-1002`; empty = its owner alone. */
  readonly audience: readonly string[];
  /** Its link alone does not open it: a code was given with it. */
  readonly coded?: true;
  /** Absent = the operator's default. */
  readonly method?: DownloadMethod;
  readonly createdAt: number;
  readonly health: Health;
}

/** How the mount did when last used. */
export type Health =
  | { readonly state: "working"; readonly at: number }
  | { readonly state: "failing"; readonly at: number; readonly code: StorageErrorCode };

/** Where mounts are kept. */
interface KeptMounts {
  readonly mounts: Pick<Keyv<Mount>, "get">;
  now(): number;
}

/** The mount as it is kept, or undefined when there is none of that id. */
export async function findMount({ mounts, now }: KeptMounts, id: string): Promise<Mount | undefined> {
  return withoutFuture(await mounts.get(id), now());
}

/** The mount as it is kept; `not-found` when there is none of that id. */
export async function presentMount(kept: KeptMounts, id: string): Promise<Mount> {
  const mount = await findMount(kept, id);
  if (!mount) throw new StorageError("not-found", { message: "no such mount" });
  return mount;
}

/** A time yet to come was noted before the clock was set back. */
function withoutFuture(mount: Mount | undefined, now: number): Mount | undefined {
  if (!mount || mount.health.at <= now) return mount;
  return { ...mount, health: { ...mount.health, at: now } };
}
