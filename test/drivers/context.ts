import { randomBytes } from "node:crypto";
import type { DriverContext } from "../../src/storage/driver.ts";
import type { Values } from "../../src/storage/field.ts";
import { createLocks } from "../../src/store/lock.ts";

/** What the app lends a driver, in memory; `vault` and `notes` can be handed to the next driver as after a restart. */
export interface LentContext extends DriverContext {
  readonly secrets: Record<string, string>;
  readonly noted: Map<string, string>;
  /** ms the driver has waited; waiting takes no time. */
  readonly waited: number[];
  /** Time goes by. */
  advance(ms: number): void;
  /** Somebody sets the clock back; no time goes by. */
  setBack(ms: number): void;
}

/** A context with a clock of its own that starts at the real time. */
export function lend(secrets: Values = {}, before?: LentContext): LentContext {
  let skipped = before ? before.now() - Date.now() : 0;
  let setBack = 0;
  const held: Record<string, string> = before ? before.secrets : { ...secrets };
  const noted = before?.noted ?? new Map<string, string>();
  const waited: number[] = [];
  return {
    secrets: held,
    noted,
    waited,
    advance: (ms) => (skipped += ms),
    setBack: (ms) => (setBack += ms),
    owner: "telegram:1",
    monotonic: () => performance.now() + skipped,
    vault: {
      read: async () => ({ ...held }),
      write: async (changes) => {
        for (const [name, value] of Object.entries(changes)) {
          if (value === "") delete held[name];
          else held[name] = value;
        }
      },
    },
    notes: { read: async (key) => noted.get(key), write: async (key, value) => void noted.set(key, value) },
    ...createLocks(),
    now: () => Date.now() + skipped - setBack,
    wait: async (ms, signal) => {
      signal?.throwIfAborted();
      waited.push(ms);
      skipped += ms;
    },
    randomHex: (bytes) => randomBytes(bytes).toString("hex"),
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
  };
}
