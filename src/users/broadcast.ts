import type { Keyv } from "keyv";
import { JobCancelled, jobKind, type JobOutcome } from "../jobs/job.ts";
import type { JobQueue, RunningJob } from "../jobs/queue.ts";
import type { Chats } from "./chats.ts";

/**
 * Sends a text to a chat, once, without retrying by itself. `gone`: nothing can be sent there any more. `retryAfter`:
 * it was not sent, and nothing should be for that many milliseconds. Rejects where it is not known to have arrived.
 */
export type Announce = (place: string, text: string) => Promise<"sent" | "gone" | { readonly retryAfter: number }>;

/** A text to many chats, and how far it is. */
export interface Broadcast {
  readonly id: string;
  /** Person id of the operator. */
  readonly by: string;
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly state: "running" | "stopped" | "done";
  /** Chats it is meant for. */
  readonly total: number;
  readonly tally: Tally;
  /** Absent while it runs. */
  readonly endedAt?: number;
}

/** Chats by what became of the text there. */
export interface Tally {
  readonly sent: number;
  /** Blocked, left or deleted; remembered, so that the next broadcast leaves them out. */
  readonly gone: number;
  /** Not known to have arrived. They are not tried again: a word too few does less harm than one twice. */
  readonly failed: number;
}

/** One broadcast at a time. It survives restarts and kills, and no chat gets it twice. */
export interface Broadcasts {
  /**
   * Begins one; undefined while another runs. `id`: what begins it may be brought again after a kill, and by that name it is
   * begun once; absent = a new one.
   */
  begin(draft: {
    readonly id?: string | undefined;
    readonly by: string;
    readonly text: string;
    readonly to: readonly string[];
  }): Promise<Broadcast | undefined>;
  /** Ends the one that runs, whichever process sends it; what was sent stays sent. Undefined = none was. */
  halt(): Promise<Broadcast | undefined>;
  /** The one that runs, or the last. */
  latest(): Promise<Broadcast | undefined>;
  /** The latest one, now and as its numbers grow, until it has ended. */
  follow(options: { readonly signal: AbortSignal }): AsyncIterable<Broadcast>;
}

/** What the namespace holds: the last broadcast that ended, lists of chats, marks. */
export type Kept = Broadcast | readonly string[] | Mark;

/**
 * What is known of one chat. `intent` is written before sending and replaced after: where it is found later, the process
 * ended in between, nobody can say whether the text arrived, and it counts as failed. `waiting` is known not sent.
 */
type Mark = "intent" | "waiting" | keyof Tally;

/** The lists themselves are kept beside, as what a job is given is written often. */
interface Sendings extends Pick<Broadcast, "by" | "text" | "at" | "total"> {
  readonly lists: number;
}

type End = Pick<Broadcast, "state" | "tally">;

/** The tally is that of the lists before `list`. */
interface Progress {
  readonly list: number;
  readonly tally: Tally;
}

const keptFor = 30 * 24 * 3_600_000;

/** A store that is away, or a process that is killed, delays it and ends it never. */
const broadcastKind = jobKind<Sendings, Tally, End, Progress>("broadcast", {
  maxAttempts: 10_000,
  retryAfter: () => 10_000,
  keepFor: keptFor,
});

interface BroadcastsParts {
  readonly jobs: JobQueue;
  readonly kept: Keyv<Kept>;
  readonly announce: Announce;
  readonly chats: Pick<Chats, "gone">;
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  newId(): string;
  readonly log: { error(fields: object, event: string): void };
}

/** Milliseconds between two messages: 25 a second, of the 30 Telegram takes. */
const between = 1000 / 25;
/** Milliseconds a platform asks to wait at most. */
const longestGap = 15 * 60_000;
/** Messages under way at once, so that slow answers do not slow the pace. */
const lanes = 5;
const listLength = 200;
/** Refusals for being too fast after which a chat counts as failed. */
const maxHolds = 10;
/** Milliseconds between two looks at the numbers. */
const followEvery = 2000;
const latestKey = "latest";

/** Broadcasts over a job queue that has not been started yet: it is told here who sends them. */
export function createBroadcasts(parts: BroadcastsParts): Broadcasts {
  const { jobs, kept, exclusive, now, wait, newId } = parts;
  jobs.handle(broadcastKind, {
    run: (sendings, job) => new Run(parts, sendings, job).run(),
    over: (sendings, outcome, { id }) => noteEnd(parts, { id, sendings, outcome }),
  });
  const latest = () => latestOf(parts);
  return {
    latest,
    begin({ id = newId(), by, text, to }) {
      return exclusive("broadcast begin", async () => {
        const last = await latest();
        if (last?.id === id) return last;
        if (last?.state === "running") return undefined;
        const lists = Math.ceil(to.length / listLength);
        for (let n = 0; n < lists; n++) {
          await kept.set(listKey(id, n), to.slice(n * listLength, (n + 1) * listLength), keptFor);
        }
        const sendings: Sendings = { by, text, at: now(), total: to.length, lists };
        // Only now is it there: whatever is lost before has sent nothing.
        await jobs.add(broadcastKind, sendings, { id, key: "all" });
        return broadcastOf(id, sendings, { state: "running", tally: nothing });
      });
    },
    async halt() {
      const [running] = await jobs.list(broadcastKind);
      if (!running || !(await jobs.cancel(broadcastKind, running.id))) return undefined;
      await Array.fromAsync(jobs.follow(broadcastKind, running.id, { signal: AbortSignal.timeout(haltWithin) }));
      return latest();
    },
    async *follow({ signal }) {
      const first = await latest();
      if (!first) return;
      yield first;
      if (first.state !== "running") return;
      for await (const state of jobs.follow(broadcastKind, first.id, { signal })) {
        if (state.is === "running" && state.report) yield { ...first, tally: state.report };
        await wait(followEvery, signal).catch(() => undefined);
      }
      const last = await latest();
      if (last?.id === first.id && last.state !== "running") yield last;
    },
  };
}

/** Milliseconds until a halt is answered though messages may still be under way. */
const haltWithin = 10_000;

async function latestOf(parts: BroadcastsParts): Promise<Broadcast | undefined> {
  const [open] = await parts.jobs.list(broadcastKind);
  if (!open) {
    const last = await parts.kept.get(latestKey);
    return typeof last === "object" && "state" in last ? last : undefined;
  }
  const { id, input, state } = open;
  const tally = (state.is === "running" && state.report) || (await tallyOf(parts, id, input));
  return broadcastOf(id, input, { state: "running", tally });
}

function broadcastOf(id: string, { lists: _lists, ...sendings }: Sendings, end: End): Broadcast {
  return { id, ...sendings, ...end };
}

interface Over {
  readonly id: string;
  readonly sendings: Sendings;
  readonly outcome: JobOutcome<End>;
}

async function noteEnd(parts: BroadcastsParts, { id, sendings, outcome }: Over): Promise<void> {
  const end: End =
    outcome.is === "done" ? outcome.result : { state: "stopped", tally: await tallyOf(parts, id, sendings) };
  await parts.kept.set(latestKey, { ...broadcastOf(id, sendings, end), endedAt: parts.now() });
}

/** Counted from the marks: what nobody counted while it ran. */
async function tallyOf(parts: BroadcastsParts, id: string, { lists }: Sendings): Promise<Tally> {
  let tally = nothing;
  for (let list = 0; list < lists; list++) {
    const marks = await marksOf(parts, id, await placesIn(parts, id, list));
    tally = [...marks.values()].reduce(counted, tally);
  }
  return tally;
}

/** One attempt at a broadcast. */
class Run {
  readonly #parts: BroadcastsParts;
  readonly #sendings: Sendings;
  readonly #job: RunningJob<Tally, Progress>;
  #tally: Tally;
  #nextAt = 0;

  constructor(parts: BroadcastsParts, sendings: Sendings, job: RunningJob<Tally, Progress>) {
    this.#parts = parts;
    this.#sendings = sendings;
    this.#job = job;
    this.#tally = job.checkpoint?.tally ?? nothing;
  }

  async run(): Promise<End> {
    const { signal, checkpoint, save, progress } = this.#job;
    progress(this.#tally);
    for (let list = checkpoint?.list ?? 0; list < this.#sendings.lists; list++) {
      await this.#sendList(list);
      if (signal.aborted) {
        // What was sent by now is known, so it is told; where only the process ends, the next one goes on.
        if (signal.reason instanceof JobCancelled) return { state: "stopped", tally: this.#tally };
        throw signal.reason;
      }
      await save({ list: list + 1, tally: this.#tally });
    }
    return { state: "done", tally: this.#tally };
  }

  /** Gives every chat of the list its outcome, unless it is to end before. */
  async #sendList(list: number): Promise<void> {
    const { id, signal } = this.#job;
    const places = await placesIn(this.#parts, id, list);
    const marks = await marksOf(this.#parts, id, places);
    const left: string[] = [];
    for (const place of places) {
      const mark = marks.get(place);
      if (mark === undefined || mark === "waiting") left.push(place);
      else if (mark === "intent") await this.#settle(place, "failed");
      else this.#count(mark);
    }
    const lane = async (): Promise<void> => {
      for (let place = left.shift(); place !== undefined; place = left.shift()) {
        await this.#send(place);
        if (signal.aborted) return;
      }
    };
    // All of them are waited for before a failure is told: none may still be sending when it is gone on.
    const ended = await Promise.allSettled(Array.from({ length: lanes }, lane));
    const failure = ended.find((end) => end.status === "rejected");
    if (failure) throw failure.reason;
  }

  async #send(place: string): Promise<void> {
    const { kept, announce, now, log } = this.#parts;
    const key = markKey(this.#job.id, place);
    for (let holds = 0; holds < maxHolds; holds++) {
      if (!(await this.#turn())) return;
      await kept.set(key, "intent" satisfies Mark, keptFor);
      const outcome = await announce(place, this.#sendings.text).catch((err: unknown) => {
        log.error({ err, place }, "not known whether it was sent");
        return "failed" as const;
      });
      if (typeof outcome === "string") return this.#settle(place, outcome);
      await kept.set(key, "waiting" satisfies Mark, keptFor);
      this.#nextAt = Math.max(this.#nextAt, now() + outcome.retryAfter);
    }
    await this.#settle(place, "failed");
  }

  async #settle(place: string, outcome: keyof Tally): Promise<void> {
    const { kept, chats } = this.#parts;
    if (outcome === "gone") await chats.gone(place);
    await kept.set(markKey(this.#job.id, place), outcome satisfies Mark, keptFor);
    this.#count(outcome);
  }

  #count(outcome: keyof Tally): void {
    this.#tally = counted(this.#tally, outcome);
    this.#job.progress(this.#tally);
  }

  /** Waits for one's turn; false = it is to end. */
  async #turn(): Promise<boolean> {
    const { now, wait } = this.#parts;
    const { signal } = this.#job;
    while (!signal.aborted) {
      // Further off than anybody asks to wait it is by a clock that was set back.
      if (this.#nextAt - now() > longestGap) this.#nextAt = now();
      const early = this.#nextAt - now();
      if (early <= 0) {
        this.#nextAt = now() + between + Math.max(early, -between);
        return true;
      }
      await wait(early, signal).catch(() => undefined);
    }
    return false;
  }
}

async function placesIn({ kept }: BroadcastsParts, id: string, list: number): Promise<readonly string[]> {
  const places = await kept.get(listKey(id, list));
  return Array.isArray(places) ? places : [];
}

async function marksOf(
  { kept }: BroadcastsParts,
  id: string,
  places: readonly string[],
): Promise<ReadonlyMap<string, Mark>> {
  const found = await Promise.all(places.map(async (place) => [place, await kept.get(markKey(id, place))] as const));
  return new Map(found.flatMap(([place, mark]) => (isMark(mark) ? [[place, mark]] : [])));
}

const nothing: Tally = { sent: 0, gone: 0, failed: 0 };

function counted(tally: Tally, mark: Mark): Tally {
  if (mark === "waiting") return tally;
  const outcome = mark === "intent" ? "failed" : mark;
  return { ...tally, [outcome]: tally[outcome] + 1 };
}

function isMark(mark: Kept | undefined): mark is Mark {
  return mark === "intent" || mark === "waiting" || mark === "sent" || mark === "gone" || mark === "failed";
}

function listKey(id: string, list: number): string {
  return `${id} list ${list}`;
}

function markKey(id: string, place: string): string {
  return `${id} chat ${place}`;
}
