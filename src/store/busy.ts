import { setTimeout as pause } from "node:timers/promises";
import { StoreUnavailable } from "./error.ts";

/** Runs a statement now; where another process holds the file, as soon as it lets go, in the order asked for. */
export type Run = <T>(statement: () => T) => Promise<T>;

/** SQLite could not do it now because of another process. */
export class BusyError extends Error {
  override readonly name = "BusyError";
}

interface Waiting {
  /** Returns false when the file is still held. */
  attempt(): boolean;
  giveUp(): void;
  /** On the clock of `performance.now`. */
  readonly until: number;
}

/** Milliseconds between two attempts. */
const [firstPause, lastPause] = [5, 100];

/**
 * Waits for other processes without standing still: SQLite's own waiting would stop the whole process, and everything it
 * serves with it. After `timeout` milliseconds a statement fails as `locked`.
 */
export function createRun(timeout: number): Run {
  const waiting: Waiting[] = [];
  const drain = async () => {
    for (let wait = firstPause; ; wait = Math.min(wait * 2, lastPause)) {
      await pause(wait);
      for (let first = waiting[0]; first?.attempt(); first = waiting[0]) {
        waiting.shift();
        wait = firstPause;
      }
      while (waiting[0] && waiting[0].until < performance.now()) waiting.shift()?.giveUp();
      if (waiting.length === 0) return;
    }
  };
  return <T>(statement: () => T) => {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const attempt = (): boolean => {
      try {
        resolve(statement());
      } catch (error) {
        if (isBusy(error)) return false;
        reject(error);
      }
      return true;
    };
    const giveUp = () => reject(new StoreUnavailable("locked", { message: heldFor(timeout) }));
    if (waiting.length === 0 && attempt()) return promise;
    waiting.push({ attempt, giveUp, until: performance.now() + timeout });
    if (waiting.length === 1) void drain();
    return promise;
  };
}

function heldFor(ms: number): string {
  return `the store failed (locked): another process has held the database for ${ms} ms`;
}

/** SQLITE_BUSY and SQLITE_LOCKED, with whatever the bits above say of them. */
function isBusy(error: unknown): boolean {
  if (error instanceof BusyError) return true;
  if (!(error instanceof Error && "errcode" in error && typeof error.errcode === "number")) return false;
  const primary = error.errcode & 0xff;
  return primary === 5 || primary === 6;
}
