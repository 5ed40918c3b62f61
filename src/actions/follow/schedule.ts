import type { JobQueue } from "../../jobs/queue.ts";
import type { Follow } from "../model/follow.ts";
import { jobId, kindOf, type Look } from "./follow-kind.ts";
import type { Keeping } from "./kept.ts";

interface ScheduleParts {
  readonly jobs: JobQueue;
  readonly keeping: Keeping;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** The looks that are to come. */
export interface Schedule {
  /** Notes the next one; one that is noted already stays as it is. */
  note(follow: Follow, dueAt: number): Promise<void>;
  /** The one that waits for its time comes now, or as soon after the last as may be. False = none waits. */
  hasten(follow: Follow): Promise<boolean>;
  /** Ends what waits or runs. */
  end(follow: Follow): Promise<void>;
  /** Resolves when the next one has ended or failed, or with the signal. */
  ended(follow: Follow, options: { readonly signal: AbortSignal }): Promise<void>;
  /** One that came to nothing is followed by another all the same. */
  goOn(look: Look): Promise<void>;
}

/** ms between two looks at least, however often somebody presses. */
const breath = 10_000;

export function createSchedule({ jobs, keeping, now }: ScheduleParts): Schedule {
  const note: Schedule["note"] = async (follow, dueAt) => {
    const next: Look = { follow: follow.id, turn: follow.turn };
    await jobs.add(kindOf(follow), next, { id: jobId(next), dueAt, key: follow.id });
  };
  return {
    note,
    async hasten(follow) {
      const at = Math.max(now(), (follow.checkedAt ?? 0) + breath);
      const open = await jobs.list(kindOf(follow), { key: follow.id });
      const due = open.filter(({ state }) => state.is === "due");
      const moved = await Promise.all(due.map(({ id }) => jobs.postpone(kindOf(follow), id, at)));
      return moved.includes(true);
    },
    async end(follow) {
      for (const { id } of await jobs.list(kindOf(follow), { key: follow.id })) await jobs.cancel(kindOf(follow), id);
    },
    async ended(follow, options) {
      const next = jobId({ follow: follow.id, turn: follow.turn });
      for await (const state of jobs.follow(kindOf(follow), next, options)) if (state.is === "failed") return;
    },
    async goOn({ follow: id, turn }) {
      const next = await keeping.change(id, (follow) =>
        follow.turn === turn && !follow.paused ? { ...follow, turn: turn + 1 } : follow,
      );
      if (next && !next.paused && next.turn === turn + 1) await note(next, now() + next.every);
    },
  };
}
