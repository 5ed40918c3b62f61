import type { Service } from "./call.ts";

/** Waits for something to be so, told of every change; rejects after a while. */
export type Until = <T>(find: () => T | undefined, options: Timeouts) => Promise<T>;

/** How long one waits, in ms, and what one says when it was in vain. */
export interface Timeouts {
  readonly what: string | (() => string);
  readonly timeout?: number;
}

/** What people need to act. */
export interface Dependencies extends Service {
  readonly until: Until;
}
