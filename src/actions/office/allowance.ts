import type { Keyv } from "keyv";

/** What streaming through the gateway may cost each person a day. Fits the gateway's own port. */
export interface Allowance {
  /** Whether another stream may begin; if not, after how many milliseconds. */
  admit(person: string): Promise<{ readonly ok: true } | { readonly ok: false; readonly retryAfter: number }>;
  /** Bytes that went to the person. */
  spend(person: string, bytes: number): void;
  /** Bytes of today, which is a day of UTC. */
  used(person: string): Promise<number>;
  /** Resolves when everything spent is written. */
  settled(): Promise<void>;
}

interface AllowanceParts {
  readonly kept: Keyv<number>;
  /** Bytes a day; undefined = as many as they like. */
  limitOf(person: string): Promise<number | undefined>;
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
  now(): number;
  readonly onError: (error: unknown) => void;
}

const day = 24 * 3_600_000;

/** Bytes by person and day, over a namespace. */
export function createAllowance({ kept, limitOf, exclusive, now, onError }: AllowanceParts): Allowance {
  const writing = new Set<Promise<void>>();
  const today = () => Math.floor(now() / day);
  const keyOf = (person: string) => `${today()} ${person}`;
  const used = async (person: string) => (await kept.get(keyOf(person))) ?? 0;
  return {
    used,
    async admit(person) {
      const limit = await limitOf(person);
      if (limit === undefined || (await used(person)) < limit) return { ok: true };
      return { ok: false, retryAfter: (today() + 1) * day - now() };
    },
    spend(person, bytes) {
      if (bytes === 0) return;
      const key = keyOf(person);
      const work = exclusive(`allowance ${key}`, async () => {
        await kept.set(key, ((await kept.get(key)) ?? 0) + bytes, 2 * day);
      })
        .catch(onError)
        .finally(() => writing.delete(work));
      writing.add(work);
    },
    settled: async () => void (await Promise.all(writing)),
  };
}
