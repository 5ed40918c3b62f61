/** ms that a drive's clock may be behind ours. */
const clockSkew = 60_000;

/** Whether something that a drive dates `at` (ms since the epoch; absent = it does not say) can have come of what began at `begun` by our clock. */
export function isSince(at: number | undefined, begun: number): boolean {
  return at !== undefined && at >= begun - clockSkew;
}
