import { RateLimiterMemory, RateLimiterRes, type RateLimiterAbstract } from "rate-limiter-flexible";
import { LimitError } from "./limits.ts";

/** Counts what is done under a key. */
export type Limiter = Pick<RateLimiterAbstract, "consume" | "get" | "reward">;

/** Makes a limit that is told from others by its prefix: `points` within `duration` seconds. */
export type OpenLimiter = (options: {
  readonly keyPrefix: string;
  readonly points: number;
  readonly duration: number;
}) => Limiter;

/** Counts in this process. */
export const inMemory: OpenLimiter = (options) => new RateLimiterMemory(options);

/** Counts one more under a key. Throws `LimitError` (429) when there were too many. */
export async function consume(limiter: Limiter, key: string): Promise<void> {
  await limiter.consume(key).catch((reason: unknown) => {
    throw reason instanceof RateLimiterRes ? new LimitError(429, reason.msBeforeNext) : reason;
  });
}
