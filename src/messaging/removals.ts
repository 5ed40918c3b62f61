import { createHash } from "node:crypto";
import { JobFailure, jobKind } from "../jobs/job.ts";
import type { JobQueue } from "../jobs/queue.ts";
import type { Platform, Removed } from "./messenger.ts";

/** Messages of groups that are to go again. They are jobs: a restart forgets none. */
export interface Removals {
  /** Notes when a message is to go, ms since the epoch; a later call for the same one takes the place of an earlier. */
  note(message: string, at: number): Promise<void>;
}

/** One message, by what its platform calls it. */
interface Removal {
  readonly platform: Platform;
  readonly message: string;
}

/** One at a time: no platform likes them all at once. The attempts last for more than a day of being out of reach. */
const removalKind = jobKind<Removal>("removal", { maxAttempts: 200, keepFor: 60_000 });
/** Milliseconds until another attempt: a little more after each, and never more than this. */
const [restStep, longestRest] = [20_000, 600_000];

/** The removals of one platform. */
export function createRemovals(jobs: Pick<JobQueue, "add" | "postpone">, platform: Platform): Removals {
  return {
    async note(message, at) {
      const id = idOf({ platform, message });
      if (!(await jobs.postpone(removalKind, id, at)))
        await jobs.add(removalKind, { platform, message }, { id, dueAt: at });
    },
  };
}

interface RemoverParts {
  readonly jobs: Pick<JobQueue, "handle">;
  remove(removal: Removal): Promise<Removed>;
  now(): number;
}

/** Says who takes messages away. Where a platform asks to wait, it is asked for nothing else until then. */
export function handleRemovals({ jobs, remove, now }: RemoverParts): void {
  const rests = new Map<Platform, { readonly from: number; readonly for: number }>();
  jobs.handle(removalKind, {
    async run(removal, { attempt }) {
      const { platform } = removal;
      const asked = rests.get(platform);
      // One that would be longer than was asked is of before the clock was set back.
      const rest = asked ? asked.from + asked.for - now() : 0;
      if (asked && rest > 0 && rest <= asked.for) throw notYet(rest, attempt);
      const removed = await remove(removal);
      if (removed.is !== "later") return;
      rests.set(platform, { from: now(), for: removed.after });
      throw notYet(removed.after, attempt);
    },
  });
}

function notYet(after: number, attempt: number): JobFailure {
  return new JobFailure("message-not-removed", {
    retryAfter: Math.max(after, Math.min(attempt * restStep, longestRest)),
  });
}

/** Of one length, whatever a platform's reference holds. */
function idOf({ platform, message }: Removal): string {
  return createHash("sha256").update(`${platform} ${message}`).digest("base64url");
}
