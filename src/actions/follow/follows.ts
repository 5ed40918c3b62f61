import type { JobQueue } from "../../jobs/queue.ts";
import { rowsOf } from "../../users/rows.ts";
import type { Feed, FetchFeed, Follow, FollowDraft, Follows } from "../model/follow.ts";
import { readFeed } from "./feed.ts";
import { lookKinds } from "./follow-kind.ts";
import { sayHeld } from "./held.ts";
import { createKeeping, type FollowShelves, type Keeping, type Known } from "./kept.ts";
import { latestOf } from "./look-feed.ts";
import type { LookParts } from "./looking.ts";
import { look } from "./look.ts";
import { createSchedule, type Schedule } from "./schedule.ts";
import { markOf, writeSeen } from "./seen.ts";

/** What following is made of. */
export interface FollowsParts extends Omit<LookParts, "jobs" | "keeping" | "minEvery"> {
  readonly jobs: JobQueue;
  readonly shelves: FollowShelves;
  readonly fetchFeed: FetchFeed;
  /** Milliseconds between two looks at least; absent = five minutes. */
  readonly minEvery?: number | undefined;
  /** How many a person may have; absent = 30. */
  readonly max?: number | undefined;
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
  /** 10 base62 characters, not to be guessed. */
  newId(): string;
}

const minute = 60_000;
/** ms between two looks, unless its owner chooses otherwise. */
const usual = { folder: 10 * minute, feed: 15 * minute } as const;
const choices = [5, 10, 15, 60, 6 * 60, 24 * 60].map((minutes) => minutes * minute);

/** Following over a job queue. Made before it is started: it is told here who looks. */
export function createFollows(parts: FollowsParts): Follows {
  const { jobs, now, shelves, minEvery = 5 * minute, max = 30 } = parts;
  const keeping = createKeeping({ ...shelves, exclusive: parts.exclusive });
  const schedule = createSchedule({ jobs, keeping, now });
  for (const kind of lookKinds)
    jobs.handle(kind, {
      run: (input, job) => look({ ...parts, keeping, minEvery }, input, job),
      over: async (input, outcome) => (outcome.is === "failed" ? schedule.goOn(input) : undefined),
    });
  const remove = async (id: string) => {
    const removed = await keeping.remove(id);
    if (removed) await schedule.end(removed);
  };
  return {
    of: keeping.of,
    inGroup: keeping.inGroup,
    find: keeping.find,
    change: keeping.change,
    noteDrawn: keeping.noteDrawn,
    ...resting({ ...parts, keeping, schedule }),
    remove,
    entriesOf: async (id) => (await keeping.known.get(id))?.entries ?? [],
    readFeed: (url, options) => readFrom(parts.fetchFeed, url, options),
    async begin(draft, feed) {
      const follow = {
        ...firstOf(draft, { ...parts, minEvery }),
        ...(feed && { checkedAt: now(), known: feed.entries.length }),
      };
      if (!(await keeping.add(follow, knownOf(feed), max))) return "full";
      await schedule.note(follow, feed ? now() + follow.every : now());
      return follow;
    },
    async forget(person, mount) {
      for (const { id, about } of await keeping.of(person))
        if (mount === undefined || about.mount === mount) await remove(id);
      if (mount !== undefined) return;
      const { sessions } = parts.services();
      for (const session of await keeping.takeDrawn(person)) await sessions.delete(session);
    },
    async moved(from, to) {
      for (const { id } of await keeping.inGroup(from)) await keeping.change(id, (follow) => movedTo(follow, from, to));
    },
    async held(id, code) {
      const follow = await keeping.find(id);
      if (follow) await sayHeld(parts.services(), follow, code);
    },
    async resumeAll() {
      for await (const [, follow] of rowsOf(shelves.follows))
        if (!follow.paused)
          await schedule.note(follow, follow.checkedAt === undefined ? now() : follow.checkedAt + follow.every);
    },
    choices: [...new Set([...choices, minEvery].filter((every) => every >= minEvery))].toSorted((a, b) => a - b),
    max,
  };
}

interface RestingParts extends Pick<FollowsParts, "now"> {
  readonly keeping: Keeping;
  readonly schedule: Schedule;
}

/** Pausing, going on, and looking when somebody wants it. */
function resting({ keeping, schedule, now }: RestingParts): Pick<Follows, "pause" | "resume" | "checkNow" | "looked"> {
  return {
    async pause(id) {
      const paused = await keeping.change(id, (follow) =>
        follow.paused ? follow : { ...follow, paused: {}, failing: undefined, turn: follow.turn + 1 },
      );
      if (paused) await schedule.end(paused);
      return paused;
    },
    async resume(id) {
      const resumed = await keeping.change(id, ({ paused, ...follow }) =>
        paused ? { ...follow, failing: undefined, turn: follow.turn + 1 } : { ...follow },
      );
      if (resumed) await schedule.note(resumed, now());
      return resumed;
    },
    async checkNow(id) {
      const follow = await keeping.find(id);
      return follow !== undefined && !follow.paused && schedule.hasten(follow);
    },
    async looked(id, options) {
      const follow = await keeping.find(id);
      if (follow) await schedule.ended(follow, options);
    },
  };
}

async function readFrom(
  fetchFeed: FetchFeed,
  url: string,
  { signal }: { readonly signal: AbortSignal },
): ReturnType<Follows["readFeed"]> {
  const fetched = await fetchFeed(url, { signal });
  // Without a mark nobody says that nothing has changed.
  const feed = await readFeed(fetched.is === "fresh" ? fetched.text : "");
  return { ...feed, mark: fetched.is === "fresh" ? fetched.mark : {} };
}

function firstOf(
  draft: FollowDraft,
  { minEvery, now, newId }: Pick<FollowsParts, "now" | "newId"> & { readonly minEvery: number },
): Follow {
  return { ...draft, id: newId(), every: Math.max(minEvery, usual[draft.about.is]), since: now(), turn: 1 };
}

/** What a feed has when it is begun is no news. */
function knownOf(feed: Feed | undefined): Known {
  return feed ? { seen: writeSeen(feed.entries.map(({ key }) => markOf(key))), entries: latestOf(feed) } : {};
}

function movedTo(follow: Follow, from: string, to: string): Follow {
  const place = follow.to.place === from ? to : follow.to.place;
  return { ...follow, to: { ...follow.to, place, group: to } };
}
