import { createFeed, type Feed } from "./feed.ts";
import type { JobState } from "./job.ts";
import type { QueueParts } from "./queue.ts";

/** The jobs of a kind that somebody in this process follows. */
export interface Watch {
  follow(id: string, signal: AbortSignal): AsyncGenerator<JobState, void, undefined>;
  /** An event told the state itself. */
  saw(id: string, state: JobState): void;
  /** Something happened to a job; without an id, to the line, so that places may have changed. */
  lookAgain(id?: string): void;
  /** Ends everybody's following. */
  stop(): void;
}

interface WatchParts extends Pick<QueueParts, "wait" | "onError"> {
  /** Where a job is; undefined = nobody knows it. */
  look(id: string): Promise<JobState | undefined>;
}

interface Watched {
  readonly feed: Feed<JobState>;
  state?: JobState;
  followers: number;
  /** Grows with whatever happened: what was looked up before is old then. */
  news: number;
  isLooking: boolean;
}

/** Milliseconds after which a look that failed is taken again. */
const mendAfter = 1000;

/** A watch over nothing yet. */
export function createWatch({ look, wait, onError }: WatchParts): Watch {
  const watched = new Map<string, Watched>();
  const stopping = new AbortController();

  const end = (id: string, one: Watched) => {
    one.feed.end();
    if (watched.get(id) === one) watched.delete(id);
  };
  const show = (id: string, one: Watched, state: JobState) => {
    if (isSame(one.state, state)) return;
    one.state = state;
    one.feed.set(state);
    if (state.is === "done" || state.is === "failed" || state.is === "cancelled") end(id, one);
  };
  const lookFor = async (id: string, one: Watched) => {
    one.news += 1;
    if (one.isLooking) return;
    one.isLooking = true;
    for (let seen = 0; seen !== one.news && watched.get(id) === one;) {
      seen = one.news;
      try {
        const state = await look(id);
        if (seen !== one.news) continue;
        if (state) show(id, one, state);
        else end(id, one);
      } catch (error) {
        onError(error);
        one.news += 1;
        await wait(mendAfter, stopping.signal).catch(() => undefined);
      }
    }
    one.isLooking = false;
  };
  const enter = (id: string) => {
    const one = watched.get(id) ?? { feed: createFeed<JobState>(), followers: 0, news: 0, isLooking: false };
    watched.set(id, one);
    one.followers += 1;
    return one;
  };
  return {
    async *follow(id, signal) {
      const one = enter(id);
      if (!one.state) void lookFor(id, one);
      try {
        yield* one.feed.follow(signal);
      } finally {
        one.followers -= 1;
        if (one.followers === 0 && watched.get(id) === one) watched.delete(id);
      }
    },
    saw(id, state) {
      const one = watched.get(id);
      if (!one) return;
      one.news += 1;
      show(id, one, state);
    },
    lookAgain(id) {
      for (const [name, one] of watched)
        if (id === undefined ? one.state?.is === "waiting" : name === id) void lookFor(name, one);
    },
    stop() {
      stopping.abort(new Error("the queue stops"));
      for (const [id, one] of watched) end(id, one);
    },
  };
}

function isSame(one: JobState | undefined, other: JobState): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
