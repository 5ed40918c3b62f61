import { LRUCache } from "lru-cache";
import type { Resolved } from "./resolve.ts";

/** `headers`: the address refuses without headers no browser sends. `refused`: the file host turned the reader away. */
export type FallbackReason = "headers" | "refused";

/** Told that a mount's redirects do not work; its owner is to know. */
export type OnFallback = (resolved: Resolved, why: FallbackReason) => void;

/** Mounts whose redirects were found not to work. */
export interface Fallbacks {
  /** `person`: who met it. What the owner met goes for everybody, what another met for them alone: anybody can say so. */
  note(resolved: Resolved, why: FallbackReason, person: string): void;
  /** Links of this mount are tied to our address, as far as is known: redirects would be refused to this person. */
  isTied(mount: Resolved["mount"], person: string): boolean;
}

interface FallbacksOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly onFallback?: OnFallback;
}

/** After that redirects are tried again: not every link of an account is tied, nor for ever. */
const tiedFor = 6 * 3_600_000;
/** An owner is told again after that. */
const toldFor = 24 * 3_600_000;

/** What one process has learnt. */
export function createFallbacks({ now, onFallback }: FallbacksOptions): Fallbacks {
  const tied = new LRUCache<string, number>({ max: 10_000 });
  const told = new LRUCache<string, number>({ max: 10_000 });
  const isRecent = (time: number | undefined, within: number): boolean => time !== undefined && now() - time < within;
  return {
    note(resolved, why, person) {
      const { id, owner } = resolved.mount;
      if (why === "refused") tied.set(person === owner ? id : `${id} ${person}`, now());
      if (isRecent(told.get(`${id} ${why}`), toldFor)) return;
      told.set(`${id} ${why}`, now());
      onFallback?.(resolved, why);
    },
    isTied: ({ id }, person) => [id, `${id} ${person}`].some((key) => isRecent(tied.get(key), tiedFor)),
  };
}
