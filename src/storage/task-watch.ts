import type { CallOptions, Driver } from "./driver.ts";
import { StorageError } from "./error.ts";
import { joined } from "./joined.ts";
import type { Task } from "./task.ts";

/** A task as it is now. */
export interface TaskNow {
  readonly task: Task;
  /** ms until asking again tells anything new. */
  readonly again: number;
  /** It is over: done or failed. */
  readonly ended: boolean;
}

/** Looks at tasks for all who follow one: one look at those that run serves everybody until the drive says to look again. */
export interface TaskWatch {
  find(mount: string, id: string, options?: CallOptions): Promise<TaskNow>;
}

interface TaskWatchParts {
  call<T>(mount: string, work: (driver: Driver) => Promise<T>): Promise<T>;
  monotonic(): number;
}

interface Look {
  readonly running: ReadonlyMap<string, Task>;
  readonly again: number;
  readonly at: number;
}

/** ms between looks where the drive does not say. */
const usualPause = 3000;
/** ms between looks at least and at most, whatever a drive says. */
const [minPause, maxPause] = [1000, 60_000];
/** Pages of running tasks that are read in one look. */
const maxPages = 20;

export function createTaskWatch({ call, monotonic }: TaskWatchParts): TaskWatch {
  const looks = new Map<string, Look>();
  const looking = new Map<string, Promise<Look>>();
  const look = (mount: string): Promise<Look> => {
    const begun = looking.get(mount);
    if (begun) return begun;
    const now = call(mount, (driver) => lookAt(driver, monotonic))
      .then((seen) => {
        if (seen.running.size > 0) looks.set(mount, seen);
        else looks.delete(mount);
        return seen;
      })
      .finally(() => looking.delete(mount));
    looking.set(mount, now);
    return now;
  };
  const fresh = (mount: string): Look | undefined => {
    const known = looks.get(mount);
    return known && monotonic() - known.at < known.again ? known : undefined;
  };
  return {
    async find(mount, id, options = {}) {
      const seen = fresh(mount) ?? (await joined(look(mount), options.signal));
      const running = seen.running.get(id);
      const left = Math.max(0, seen.at + seen.again - monotonic());
      if (running) return { task: running, again: left, ended: false };
      const task = await call(mount, (driver) => {
        if (!driver.task) throw new StorageError("unsupported");
        return driver.task(id, options);
      });
      return { task, again: Math.max(left, minPause), ended: task.phase === "done" || task.phase === "failed" };
    },
  };
}

async function lookAt(driver: Driver, monotonic: () => number): Promise<Look> {
  if (!driver.tasks) throw new StorageError("unsupported");
  const running = new Map<string, Task>();
  const at = monotonic();
  let again = usualPause;
  let cursor: string | undefined;
  for (let page = 0; page < maxPages; page++) {
    const read = await driver.tasks({ phases: ["waiting", "running"], cursor, background: true });
    for (const task of read.items) running.set(task.id, task);
    again = Math.min(maxPause, Math.max(minPause, read.again ?? usualPause));
    cursor = read.next;
    if (cursor === undefined) break;
  }
  return { running, again, at };
}
