import { JobFailure } from "../../jobs/job.ts";
import type { JobQueue } from "../../jobs/queue.ts";
import { isSince } from "../../storage/clock-skew.ts";
import { StorageError } from "../../storage/error.ts";
import { sourceOf } from "../../storage/source.ts";
import type { Storage } from "../../storage/storage.ts";
import type { Downloads } from "../model/download.ts";
import { downloadKind, downloadRestartKind } from "./download-kind.ts";

interface RestartsParts {
  readonly jobs: JobQueue;
  readonly storage: Pick<Storage, "find" | "tasks">;
  /** Milliseconds since the epoch. */
  now(): number;
}

type Restarts = Pick<Downloads, "keepRestart" | "dropRestart" | "forget">;

/** ms that who ends a task has to begin it anew, and between two looks where the drive cannot be asked. */
const [graceTime, troublePause] = [60_000, 30_000];

/** Addresses whose task is being ended, kept until they are begun anew. */
export function createRestarts({ jobs, storage, now }: RestartsParts): Restarts {
  jobs.handle(downloadRestartKind, {
    async run({ order, task, told, askedAt }, { signal }) {
      const { id, person: asker, mount, sources } = order;
      if (!(await storage.find(mount))) return;
      const wanted = sources.map(({ url }) => sourceOf(url)?.identity);
      const { items } = await storage.tasks(mount, { asker, signal }).catch(later);
      const isThere = items.some(
        (one) =>
          one.id === task || (isSince(one.createdAt, askedAt) && wanted.includes(sourceOf(one.source ?? "")?.identity)),
      );
      if (!isThere) await jobs.add(downloadKind, { ...order, told, askedAt }, { id });
    },
  });
  return {
    async keepRestart(order, restarted) {
      const askedAt = now();
      const options = { id: order.id, dueAt: askedAt + graceTime };
      await jobs.add(downloadRestartKind, { order, ...restarted, askedAt }, options);
    },
    dropRestart: async (id) => void (await jobs.cancel(downloadRestartKind, id)),
    async forget(person) {
      for (const { id, input } of await jobs.list(downloadRestartKind))
        if (input.order.person === person) await jobs.cancel(downloadRestartKind, id);
    },
  };
}

function later(cause: unknown): never {
  if (!(cause instanceof StorageError)) throw cause;
  throw new JobFailure(cause.code, { retryAfter: Math.max(troublePause, cause.retryAfter ?? 0), cause });
}
