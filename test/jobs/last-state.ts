import type { JobState } from "../../src/jobs/job.ts";

/** What a job is at last; undefined = it was never anything. */
export async function ended(states: AsyncIterable<JobState>): Promise<JobState | undefined> {
  let last: JobState | undefined;
  for await (const state of states) last = state;
  return last;
}
