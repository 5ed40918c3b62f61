import { StoreUnavailable } from "./error.ts";

/** Resolves as the work does, or rejects when it takes longer than `ms`; absent = however long it takes. */
export function timed<T>(work: Promise<T>, ms: number | undefined): Promise<T> {
  if (ms === undefined) return work;
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(
    () => reject(new StoreUnavailable("away", { message: `the store did not answer within ${ms} ms` })),
    ms,
  );
  work.then(resolve, reject).finally(() => clearTimeout(timer));
  return promise;
}
