import { timed } from "./timed.ts";

/** Milliseconds Redis may take for an answer, and for which it is not asked again where it did not give one. */
const [answerWithin, restAfter] = [1000, 2000];

/** Redis' word, or what a process does without it. */
export type Ask = <T>(shared: () => Promise<T>, own: () => Promise<T>) => Promise<T>;

/** Nobody waits long for Redis' word, and nothing fails for want of it; `onError` is told of what it did not answer. */
export function withFallback(onError: (error: unknown) => void): Ask {
  let restsUntil = 0;
  return async (shared, own) => {
    if (performance.now() < restsUntil) return own();
    try {
      return await timed(shared(), answerWithin);
    } catch (error) {
      // What a limiter refuses with is its answer, and no error.
      if (!(error instanceof Error)) throw error;
      restsUntil = performance.now() + restAfter;
      onError(error);
      return own();
    }
  };
}
