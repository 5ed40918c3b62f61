import type { RateLimiterAbstract } from "rate-limiter-flexible";

/**
 * What several processes count together. Where what they share does not answer, each goes by its own count: no call
 * rejects because of it.
 */
export interface Counts {
  /** A rate limit; its prefix tells it from others. Rejects with a `RateLimiterRes` as those in memory do. */
  limiter(options: { readonly keyPrefix: string; readonly points: number; readonly duration: number }): Limiter;
  /**
   * Takes the next turn of those that share a name, at most `rate` of them within any second. Resolves with the
   * milliseconds until then; undefined = it is not known.
   */
  reserve(name: string, rate: number): Promise<number | undefined>;
  /** Takes a place under each of the caps, or none; undefined = it is not known whether there is one. */
  claim(caps: readonly Cap[]): Promise<Claim | undefined>;
}

/** A rate limit of rate-limiter-flexible. */
type Limiter = Pick<RateLimiterAbstract, "consume" | "get" | "reward">;

/** How many places there are under a name. */
export interface Cap {
  readonly name: string;
  readonly most: number;
}

/** A place, which is free again a few seconds after its process was killed; or the name under which there is none. */
export type Claim = { readonly is: "held"; release(): void } | { readonly is: "full"; readonly name: string };
