import type { Counts } from "./counts.ts";
import type { Leases } from "./lock.ts";
import type { Notices } from "./notices.ts";

/** What the processes over one store share besides its records. Nothing of it is kept for long. */
export interface Coordination {
  readonly counts: Counts;
  readonly notices: Notices;
  readonly line: WaitingLine;
  close(): void;
}

/** Those who wait for a lock, in whichever process. */
export interface WaitingLine {
  /** Stands in the line from now on, unless it does; resolves with whether nobody who waits has a lower order, or it is not known. */
  isFirst(key: string, token: string, order: number): Promise<boolean>;
  /** Waits no more. */
  leave(key: string, token: string): void;
}

/** Locks of a database that keeps no order of its own. */
export function inOrder(leases: Leases, line: WaitingLine): Leases {
  return {
    ...leases,
    async takeInOrder(key, token, { ms, order }) {
      if (!(await line.isFirst(key, token, order)) || !(await leases.take(key, token, ms))) return false;
      line.leave(key, token);
      return true;
    },
  };
}
