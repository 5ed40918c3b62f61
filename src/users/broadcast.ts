import type { Keyv } from "keyv";
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
  /** Begins one; undefined while another runs. */
  begin(draft: {
    readonly by: string;
    readonly text: string;
    readonly to: readonly string[];
  }): Promise<Broadcast | undefined>;
  /** Ends the one that runs; what was sent stays sent. Undefined = none was. */
  halt(): Promise<Broadcast | undefined>;
  /** The one that runs, or the last. */
  latest(): Promise<Broadcast | undefined>;
  /** The latest one, now and every two seconds until it has ended. */
  follow(): AsyncIterable<Broadcast>;
  /** Goes on with what a restart broke off, in the background. */
  resume(): void;
  /** Waits for the messages under way, and leaves the rest to the next process. */
  stop(): Promise<void>;
}

/** What the namespace holds: headers, lists of chats, marks, requests to stop. */
export type Kept = Header | readonly string[] | Mark | "stop" | (string & {});

/** A broadcast as it is kept: the tally is that of the lists before `list`. */
interface Header extends Broadcast {
  /** The list being sent to. */
  readonly list: number;
  readonly lists: number;
}

/**
 * What is known of one chat. `intent` is written before sending and replaced after: where it is found later, the process
 * ended in between, nobody can say whether the text arrived, and it counts as failed. `waiting` is known not sent.
 */
type Mark = "intent" | "waiting" | keyof Tally;

interface BroadcastsParts {
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
/** Messages under way at once, so that slow answers do not slow the pace. */
const lanes = 5;
const listLength = 200;
/** Refusals for being too fast after which a chat counts as failed. */
const maxHolds = 10;
const keptFor = 30 * 24 * 3_600_000;
const followEvery = 2000;
/** Milliseconds until a run that failed (the store was away) goes on. */
const mendAfter = 10_000;

/** Broadcasts over a namespace. */
export function createBroadcasts(parts: BroadcastsParts): Broadcasts {
  return new Engine(parts);
}

class Engine implements Broadcasts {
  readonly #parts: BroadcastsParts;
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;
  /** There may be something to do that the run has not seen. */
  #wanted = false;
  /** Ends the run in this process early. */
  #halting = new AbortController();
  /** The current list's tally, while a run in this process counts it. */
  #live: { readonly id: string; tally: Tally } | undefined;
  #nextAt = 0;
  /** Somebody wants the run to end. */
  #signal: AbortSignal = this.#closing.signal;

  constructor(parts: BroadcastsParts) {
    this.#parts = parts;
  }

  begin({ by, text, to }: { readonly by: string; readonly text: string; readonly to: readonly string[] }) {
    const { kept, exclusive, now, newId } = this.#parts;
    return exclusive("broadcast begin", async () => {
      if ((await this.#header())?.state === "running") return undefined;
      const id = newId();
      const lists = Math.ceil(to.length / listLength);
      for (let n = 0; n < lists; n++) {
        await kept.set(`${id} list ${n}`, to.slice(n * listLength, (n + 1) * listLength), keptFor);
      }
      const header: Header = {
        id,
        by,
        text,
        at: now(),
        state: "running",
        total: to.length,
        tally: nothing,
        list: 0,
        lists,
      };
      await kept.set(id, header);
      // Only now is it there: whatever is lost before has sent nothing.
      await kept.set("current", id);
      this.resume();
      return header;
    });
  }

  async halt(): Promise<Broadcast | undefined> {
    const header = await this.#header();
    if (header?.state !== "running") return undefined;
    await this.#parts.kept.set(stopKey(header.id), "stop", keptFor);
    this.#halting.abort();
    this.resume();
    await this.#running;
    return this.latest();
  }

  async latest(): Promise<Broadcast | undefined> {
    const header = await this.#header();
    if (!header) return undefined;
    const { list: _list, lists: _lists, ...broadcast } = header;
    if (this.#live?.id === header.id) return { ...broadcast, tally: this.#live.tally };
    if (header.state !== "running") return broadcast;
    const marks = await this.#marks(header.id, await this.#list(header));
    return { ...broadcast, tally: [...marks.values()].reduce(counted, header.tally) };
  }

  async *follow(): AsyncGenerator<Broadcast> {
    for (;;) {
      const broadcast = await this.latest();
      if (broadcast) yield broadcast;
      if (broadcast?.state !== "running" || this.#closing.signal.aborted) return;
      await this.#parts.wait(followEvery, this.#closing.signal).catch(() => undefined);
    }
  }

  resume(): void {
    this.#wanted = true;
    if (!this.#closing.signal.aborted) this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  /** Among replicas one runs; the others wait here and find it done, or go on where a dead one was. */
  async #run(): Promise<void> {
    const { exclusive, log, wait } = this.#parts;
    while (this.#wanted && !this.#closing.signal.aborted) {
      this.#wanted = false;
      try {
        await exclusive("broadcast", () => this.#carryOn());
      } catch (err) {
        this.#wanted = true;
        log.error({ err }, "broadcast broken off, goes on later");
        await wait(mendAfter, this.#closing.signal).catch(() => undefined);
      }
    }
    this.#running = undefined;
  }

  async #carryOn(): Promise<void> {
    const { kept, now } = this.#parts;
    this.#halting = new AbortController();
    this.#signal = AbortSignal.any([this.#closing.signal, this.#halting.signal]);
    let header = await this.#header();
    try {
      while (header?.state === "running") {
        const isDone = header.list >= header.lists;
        const isHalted = await kept.has(stopKey(header.id));
        if (isDone || isHalted) {
          header = { ...header, state: isDone ? "done" : "stopped", endedAt: now() };
          await kept.set(header.id, header);
          return;
        }
        this.#live = { id: header.id, tally: header.tally };
        const isThrough = await this.#sendList(header);
        if (this.#closing.signal.aborted) return;
        header = { ...header, tally: this.#live.tally, list: header.list + (isThrough ? 1 : 0) };
        // Of a list that was broken off, what is counted now is not counted again: the broadcast has ended.
        await kept.set(header.id, header);
      }
    } finally {
      this.#live = undefined;
    }
  }

  /** Whether every chat of the list has its outcome. */
  async #sendList(header: Header): Promise<boolean> {
    const places = await this.#list(header);
    const marks = await this.#marks(header.id, places);
    const left: string[] = [];
    for (const place of places) {
      const mark = marks.get(place);
      if (mark === undefined || mark === "waiting") left.push(place);
      else if (mark === "intent") await this.#settle(header.id, place, "failed");
      else this.#count(header.id, mark);
    }
    const lane = async (): Promise<void> => {
      for (let place = left.shift(); place !== undefined; place = left.shift()) {
        if (!(await this.#send(header, place))) left.unshift(place);
        if (this.#signal.aborted) return;
      }
    };
    // All of them are waited for before a failure is told: none may still be sending when it is gone on.
    const ended = await Promise.allSettled(Array.from({ length: lanes }, lane));
    const failure = ended.find((end) => end.status === "rejected");
    if (failure) throw failure.reason;
    return left.length === 0;
  }

  /** False = it was not sent, and somebody wants to end. */
  async #send({ id, text }: Header, place: string): Promise<boolean> {
    const { kept, announce, now, log } = this.#parts;
    const key = markKey(id, place);
    for (let holds = 0; holds < maxHolds; holds++) {
      if (!(await this.#turn()) || (await this.#isHalted(id))) return false;
      await kept.set(key, "intent" satisfies Mark, keptFor);
      const outcome = await announce(place, text).catch((err: unknown) => {
        log.error({ err, place }, "not known whether it was sent");
        return "failed" as const;
      });
      if (typeof outcome === "string") {
        await this.#settle(id, place, outcome);
        return true;
      }
      await kept.set(key, "waiting" satisfies Mark, keptFor);
      this.#nextAt = Math.max(this.#nextAt, now() + outcome.retryAfter);
    }
    await this.#settle(id, place, "failed");
    return true;
  }

  async #settle(id: string, place: string, outcome: keyof Tally): Promise<void> {
    if (outcome === "gone") await this.#parts.chats.gone(place);
    await this.#parts.kept.set(markKey(id, place), outcome satisfies Mark, keptFor);
    this.#count(id, outcome);
  }

  #count(id: string, outcome: keyof Tally): void {
    if (this.#live?.id === id) this.#live.tally = counted(this.#live.tally, outcome);
  }

  /** Waits for one's turn; false = somebody wants to end. */
  async #turn(): Promise<boolean> {
    const { now, wait } = this.#parts;
    while (!this.#signal.aborted) {
      const early = this.#nextAt - now();
      if (early <= 0) {
        this.#nextAt = now() + between + Math.max(early, -between);
        return true;
      }
      await wait(early, this.#signal).catch(() => undefined);
    }
    return false;
  }

  /** Another process may have been asked to stop it. */
  async #isHalted(id: string): Promise<boolean> {
    if (!(await this.#parts.kept.has(stopKey(id)))) return false;
    this.#halting.abort();
    return true;
  }

  async #header(): Promise<Header | undefined> {
    const { kept } = this.#parts;
    const id = await kept.get("current");
    const header = typeof id === "string" ? await kept.get(id) : undefined;
    return typeof header === "object" && "state" in header ? header : undefined;
  }

  async #list({ id, list }: Header): Promise<readonly string[]> {
    const places = await this.#parts.kept.get(`${id} list ${list}`);
    return Array.isArray(places) ? places : [];
  }

  async #marks(id: string, places: readonly string[]): Promise<ReadonlyMap<string, Mark>> {
    const found = await Promise.all(
      places.map(async (place) => [place, await this.#parts.kept.get(markKey(id, place))] as const),
    );
    return new Map(found.flatMap(([place, mark]) => (isMark(mark) ? [[place, mark]] : [])));
  }
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

function stopKey(id: string): string {
  return `${id} stop`;
}

function markKey(id: string, place: string): string {
  return `${id} chat ${place}`;
}
