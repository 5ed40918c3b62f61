import type { JobQueue } from "../../jobs/queue.ts";
import type { StorageErrorCode } from "../../storage/error.ts";
import { rowsOf } from "../../users/rows.ts";
import { drawPassing, sessionLife } from "../context/context.ts";
import type { FetchFeed, Follow, FollowDraft, Follows } from "../model/follow.ts";
import { readFeed } from "./feed.ts";
import { jobId, kindOf, lookKinds, type Look } from "./follow-kind.ts";
import { createKeeping, type FollowShelves, type Keeping, type Known } from "./kept.ts";
import { latestOf } from "./look-feed.ts";
import type { LookParts } from "./looking.ts";
import { look } from "./look.ts";
import { markOf, writeSeen } from "./seen.ts";
import { contextOf, targetIn } from "./telling.ts";

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
  const { jobs, now, newId, shelves, minEvery = 5 * minute, max = 30 } = parts;
  const keeping = createKeeping({ ...shelves, exclusive: parts.exclusive });
  for (const kind of lookKinds)
    jobs.handle(kind, {
      run: (input, job) => look({ ...parts, keeping, minEvery }, input, job),
      over: (input, outcome) => (outcome.is === "failed" ? lookLater(parts, keeping, input) : Promise.resolve()),
    });
  const open = async (follow: Follow) =>
    (await jobs.list(kindOf(follow), { key: follow.id })).map(({ id, state }) => ({ id, state }));
  const schedule = async (follow: Follow, dueAt: number) => {
    const next: Look = { follow: follow.id, turn: follow.turn };
    await jobs.add(kindOf(follow), next, { id: jobId(next), dueAt, key: follow.id });
  };
  const end = async (follow: Follow) => {
    for (const { id } of await open(follow)) await jobs.cancel(kindOf(follow), id);
  };
  const remove = async (id: string) => {
    const removed = await keeping.remove(id);
    if (removed) await end(removed);
  };
  return {
    of: keeping.of,
    inGroup: keeping.inGroup,
    find: keeping.find,
    entriesOf: async (id) => (await keeping.known.get(id))?.entries ?? [],
    async readFeed(url, { signal }) {
      const fetched = await parts.fetchFeed(url, { signal });
      // Without a mark nobody says that nothing has changed.
      const feed = await readFeed(fetched.is === "fresh" ? fetched.text : "");
      return { ...feed, mark: fetched.is === "fresh" ? fetched.mark : {} };
    },
    async begin(draft, feed) {
      const follow: Follow = {
        ...draft,
        ...firstOf(draft, { minEvery, now, newId }),
        ...(feed && { checkedAt: now(), known: feed.entries.length }),
      };
      const known: Known = feed
        ? { seen: writeSeen(feed.entries.map(({ key }) => markOf(key))), entries: latestOf(feed) }
        : {};
      if (!(await keeping.add(follow, known, max))) return "full";
      await schedule(follow, feed ? now() + follow.every : now());
      return follow;
    },
    change: keeping.change,
    async pause(id) {
      const paused = await keeping.change(id, (follow) =>
        follow.paused ? follow : { ...follow, paused: {}, failing: undefined, turn: follow.turn + 1 },
      );
      if (paused) await end(paused);
      return paused;
    },
    async resume(id) {
      const resumed = await keeping.change(id, ({ paused, ...follow }) =>
        paused ? { ...follow, failing: undefined, turn: follow.turn + 1 } : { ...follow },
      );
      if (resumed) await schedule(resumed, now());
      return resumed;
    },
    async checkNow(id) {
      const follow = await keeping.find(id);
      if (!follow || follow.paused) return false;
      const due = (await open(follow)).filter(({ state }) => state.is === "due");
      const moved = await Promise.all(due.map((job) => jobs.postpone(kindOf(follow), job.id, now())));
      return moved.includes(true);
    },
    async looked(id, options) {
      const follow = await keeping.find(id);
      if (!follow) return;
      const current = jobId({ follow: id, turn: follow.turn });
      for await (const state of jobs.follow(kindOf(follow), current, options)) if (state.is === "failed") return;
    },
    remove,
    async forget(person, mount) {
      for (const { id, about } of await keeping.of(person))
        if (mount === undefined || about.mount === mount) await remove(id);
    },
    held: (id, code) => sayHeld(parts, keeping, id, code),
    async resumeAll() {
      for await (const [, follow] of rowsOf(shelves.follows))
        if (!follow.paused)
          await schedule(follow, follow.checkedAt === undefined ? now() : follow.checkedAt + follow.every);
    },
    choices: [...new Set([...choices, minEvery].filter((every) => every >= minEvery))].toSorted((a, b) => a - b),
    max,
  };
}

function firstOf(
  { about }: FollowDraft,
  { minEvery, now, newId }: Required<Pick<FollowsParts, "minEvery">> & Pick<FollowsParts, "now" | "newId">,
): Pick<Follow, "id" | "every" | "since" | "turn"> {
  return { id: newId(), every: Math.max(minEvery ?? 0, usual[about.is]), since: now(), turn: 1 };
}

/** A look that came to nothing is followed by another all the same. */
async function lookLater({ jobs, now }: FollowsParts, keeping: Keeping, { follow: id, turn }: Look): Promise<void> {
  const next = await keeping.change(id, (follow) =>
    follow.turn === turn && !follow.paused ? { ...follow, turn: turn + 1 } : follow,
  );
  if (!next || next.paused || next.turn !== turn + 1) return;
  const after = { follow: id, turn: next.turn };
  await jobs.add(kindOf(next), after, { id: jobId(after), dueAt: now() + next.every, key: id });
}

/** ms in which it is said once that a drive takes no more. */
const sayAgain = 24 * 3_600_000;

async function sayHeld(parts: FollowsParts, keeping: Keeping, id: string, code: StorageErrorCode): Promise<void> {
  const services = parts.services();
  const follow = await keeping.find(id);
  if (!follow || !services.said) return;
  const note = `follow-held ${follow.person} ${follow.about.mount}`;
  const { said, now } = services;
  const isNews = await services.exclusive(note, async () => {
    if (now() - ((await said.get(note)) ?? -Infinity) < sayAgain) return false;
    await said.set(note, now(), sayAgain);
    return true;
  });
  if (!isNews) return;
  const context = await contextOf(services, follow, AbortSignal.timeout(30_000));
  const mount = await services.storage.find(follow.about.mount);
  const view = await drawPassing(context, { at: "notice", mount: follow.about.mount }, [], sessionLife);
  const target = targetIn(context, follow.to);
  await services.messengers?.of(target.place)?.send(target, {
    show: "notice",
    notice: code,
    level: "failed",
    subject: follow.title,
    driver: mount?.driver,
    view,
    offer: ["mounts"],
  });
}
