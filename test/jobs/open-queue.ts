import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { openJobs } from "../../src/jobs/open.ts";
import type { JobQueue } from "../../src/jobs/queue.ts";
import { createSeal } from "../../src/store/sealed.ts";
import { openStore, type Store } from "../../src/store/store.ts";

/** Where jobs are kept in a test. */
export interface Place {
  readonly url: string;
  readonly prefix: string;
  /** A killed process is noticed after this many ms, and half of it more; absent = 1000. */
  readonly lockFor?: number;
}

export interface OpenedQueue {
  readonly queue: JobQueue;
  readonly errors: readonly unknown[];
  close(): Promise<void>;
}

const keys = [new Uint8Array(32).fill(7)];
/** A queue as the app opens one. */
export async function openQueue({ url, prefix, lockFor = 1000 }: Place): Promise<OpenedQueue> {
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const stores: Store[] = [];
  if (!url.startsWith("redis")) stores.push(await openStore({ url, keys, onError }));
  const queue = await openJobs({
    url,
    prefix,
    lockFor,
    seal: createSeal(keys),
    records: () => {
      const [store] = stores;
      if (!store) throw new Error("the jobs on Redis need no namespace");
      return store.open(prefix, { sealed: true });
    },
    now: Date.now,
    wait: (ms, signal) => sleep(ms, undefined, { signal }),
    newId: randomUUID,
    onError,
  });
  let closing: Promise<void> | undefined;
  const close = async () => {
    await queue.stop();
    for (const store of stores) await store.close();
  };
  return { queue, errors, close: () => (closing ??= close()) };
}
