import type { Keyv } from "keyv";
import type { Vault } from "./driver.ts";
import type { Values } from "./field.ts";
import type { Mount } from "./mount.ts";

interface VaultParts {
  readonly mounts: Pick<Keyv<Mount>, "get">;
  readonly secrets: Pick<Keyv<Values>, "get" | "set">;
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
}

/** The vault of a mount that is there. What is written after the mount is gone goes nowhere. */
export function storedVault({ mounts, secrets, exclusive }: VaultParts, mount: string): Vault {
  const read = async () => (await secrets.get(mount)) ?? {};
  return {
    read,
    write: (changes) =>
      exclusive(keyOf(mount), async () => {
        if (await mounts.get(mount)) await secrets.set(mount, merged(await read(), changes));
      }),
  };
}

/** A vault in memory, for a mount that has yet to prove itself: a process that ends meanwhile leaves nothing behind. */
export interface DraftVault extends Vault {
  /** Hands what it holds to `store`; from then on it is the mount's stored vault. */
  settle(store: (held: Values) => Promise<void>): Promise<void>;
}

export function draftVault(parts: VaultParts, mount: string, given: Values): DraftVault {
  let held = given;
  let stored: Vault | undefined;
  return {
    read: async () => (stored ? stored.read() : held),
    write: async (changes) => {
      if (stored) return stored.write(changes);
      return parts
        .exclusive(keyOf(mount), async () => void (held = merged(held, changes)))
        .then(async () => {
          // It was settled while this waited for its turn.
          if (stored) await stored.write(changes);
        });
    },
    settle: (store) =>
      parts.exclusive(keyOf(mount), async () => {
        await store(held);
        stored = storedVault(parts, mount);
      }),
  };
}

function keyOf(mount: string): string {
  return `vault:${mount}`;
}

function merged(before: Values, changes: Values): Values {
  return Object.fromEntries(Object.entries({ ...before, ...changes }).filter(([, value]) => value !== ""));
}
