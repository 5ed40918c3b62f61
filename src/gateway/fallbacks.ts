import { LRUCache } from "lru-cache";
import type { Resolved } from "./resolve.ts";

/** Told that a mount's redirects do not work, because its addresses refuse without headers no browser sends; its owner is to know. */
export type OnFallback = (resolved: Resolved) => void;

/** Redirects that were found not to work. */
export interface Fallbacks {
  /** The gateway itself saw that a mount's links want headers. */
  wantsHeaders(resolved: Resolved): void;
  /**
   * The reader of a ticket says that the file host turned them away. It is anybody's word who holds the link, so it goes
   * for that link alone: they could have asked for the bytes through us anyway.
   */
  refused(ticket: string): void;
  /** The file host turned the reader of this ticket away lately. */
  isRefused(ticket: string): boolean;
}

interface FallbacksOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly onFallback?: OnFallback | undefined;
}

/** After that redirects are tried again: not every link of an account is tied, nor for ever. */
const refusedFor = 6 * 3_600_000;
/** An owner is told again after that. */
const toldFor = 24 * 3_600_000;

/** What one process has learnt. */
export function createFallbacks({ now, onFallback }: FallbacksOptions): Fallbacks {
  const refused = new LRUCache<string, number>({ max: 10_000 });
  const told = new LRUCache<string, number>({ max: 10_000 });
  const isRecent = (time: number | undefined, within: number): boolean => time !== undefined && now() - time < within;
  return {
    wantsHeaders(resolved) {
      const { id } = resolved.mount;
      if (isRecent(told.get(id), toldFor)) return;
      told.set(id, now());
      onFallback?.(resolved);
    },
    refused: (ticket) => void refused.set(ticket, now()),
    isRefused: (ticket) => isRecent(refused.get(ticket), refusedFor),
  };
}
