import type { PendingApproval } from "./driver.ts";
import type { StorageError } from "./error.ts";

/** Most ms between two questions to a service that does not answer. */
const longestInterval = 60_000;

/**
 * When an approval is asked about again: a service out of reach has decided nothing, and is asked later each time.
 * Undefined = the failure is an answer. `now` in milliseconds since the epoch.
 */
export function askedAgain(
  { code, retryAfter = 0 }: StorageError,
  pending: PendingApproval,
  now: number,
): PendingApproval | undefined {
  if (code !== "unreachable" && code !== "upstream" && code !== "too-frequent") return undefined;
  const interval = Math.min(pending.interval * 2, longestInterval);
  return { ...pending, interval, nextPoll: now + Math.max(interval, retryAfter) };
}
