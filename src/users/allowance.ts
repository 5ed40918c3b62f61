import type { Keyv } from "keyv";
import { createSums } from "./sums.ts";

/** What streaming through the gateway may cost each person a day. Fits the gateway's own port. */
export interface Allowance {
  /** Whether another stream may begin; if not, after how many milliseconds. */
  admit(person: string): Promise<{ readonly ok: true } | { readonly ok: false; readonly retryAfter: number }>;
  /** Bytes that went to the person. */
  spend(person: string, bytes: number): void;
  /** Bytes of today, which is a day of UTC, what is not written yet included. */
  used(person: string): Promise<number>;
  /** Writes what was spent since; called by itself every ten seconds. */
  flush(): Promise<void>;
  /** Writes the rest and lets go of the timer. */
  stop(): Promise<void>;
}

interface AllowanceParts {
  readonly kept: Keyv<number>;
  /** Bytes a day; undefined = as many as they like. */
  limitOf(person: string): Promise<number | undefined>;
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
  now(): number;
  /** Told of spending that could not be written; it is tried again. */
  readonly onError: (error: unknown) => void;
}

const day = 24 * 3_600_000;

/** Bytes by person and day. A player that seeks ends a stream with every seek: they are added up in memory. */
export function createAllowance({ limitOf, now, ...parts }: AllowanceParts): Allowance {
  const sums = createSums({ ...parts, name: "allowance", keepFor: 2 * day });
  const today = () => Math.floor(now() / day);
  const keyOf = (person: string) => `${today()} ${person}`;
  return {
    used: (person) => sums.read(keyOf(person)),
    async admit(person) {
      const limit = await limitOf(person);
      if (limit === undefined || (await sums.read(keyOf(person))) < limit) return { ok: true };
      return { ok: false, retryAfter: (today() + 1) * day - now() };
    },
    spend: (person, bytes) => sums.add(keyOf(person), bytes),
    flush: sums.flush,
    stop: sums.stop,
  };
}
