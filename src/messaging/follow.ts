import { setTimeout as sleep } from "node:timers/promises";
import type { Screen } from "../actions/model/screen.ts";

/** Messages that go on changing by themselves, while a folder fills in. */
export interface Follower {
  /** Draws what comes, at most every `every` ms and ever slower; the last screen always. A message has one at a time. */
  follow(message: string, updates: AsyncIterable<Screen>, how: Following): void;
  /** Ends what a message follows; resolves when nothing of it is on its way any more. */
  stop(message: string): Promise<void>;
  stopAll(): Promise<void>;
}

interface Following {
  /** Milliseconds. */
  readonly every: number;
  /** False = the message can be changed no more: that ends it. A rejection is passed over until the last screen. */
  draw(screen: Screen): Promise<boolean>;
  /** Milliseconds to wait at least before what failed like this may succeed; undefined = it would fail again. */
  again(error: unknown): number | undefined;
}

interface FollowerParts {
  now(): number;
  /** Told why a message was given up. */
  onError(error: unknown): void;
  /** Told of an edit that failed and is passed over, or tried again; absent = nobody wants to know. */
  onMissed?(error: unknown): void;
  /** Resolves after `ms`, or early with the signal; absent = the clock's own. */
  wait?(ms: number, signal: AbortSignal): Promise<void>;
}

/** Edits never become rarer than this, in ms. */
const slowest = 15_000;
/** Milliseconds before each further try of the last screen, which nothing comes after to mend it. */
const lastTries = [1000, 4000, 15_000, 60_000] as const;
/** The longest wait a platform may ask for before the last screen, in ms. */
const longestWait = 60_000;

/** Follows updates outside the update that started them, so that nobody waits for them. */
export function createFollower(parts: FollowerParts): Follower {
  const { onError } = parts;
  const running = new Map<string, { readonly end: () => void; readonly ended: Promise<void> }>();
  const stop = async (message: string) => {
    const current = running.get(message);
    current?.end();
    await current?.ended;
  };
  return {
    follow(message, updates, how) {
      const iterator = updates[Symbol.asyncIterator]();
      const wanted = new AbortController();
      const ended = consume(iterator, { wait: restFor, ...parts, ...how, signal: wanted.signal })
        .catch(onError)
        // Not waited for: a generator that waits for its drive answers only when the drive has.
        .finally(() => void iterator.return?.().catch(onError));
      const entry = { end: () => wanted.abort(), ended };
      running.get(message)?.end();
      running.set(message, entry);
      void ended.then(() => running.get(message) === entry && running.delete(message));
    },
    stop,
    stopAll: async () => void (await Promise.all([...running.keys()].map(stop))),
  };
}

interface Consuming extends Following, FollowerParts {
  /** Aborted when no further screen is wanted. */
  readonly signal: AbortSignal;
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

async function consume(iterator: AsyncIterator<Screen>, consuming: Consuming): Promise<void> {
  const { now, every, signal, again } = consuming;
  const stopped = whenAborted(signal);
  let pause = every;
  let drawnAt = now();
  let pending: Pending | undefined;
  for (;;) {
    const next = await Promise.race([stopped, iterator.next()]);
    if (!next) return;
    if (next.done) break;
    pending = { screen: next.value };
    if (Math.abs(now() - drawnAt) < pause) continue;
    pending = await tryToDraw(pending, consuming);
    drawnAt = now();
    pause = Math.max(Math.min(slowest, pause * 1.5), (pending && again(pending.failure)) ?? 0);
  }
  if (pending) await insist(pending, consuming);
}

/** A screen that is not to be seen yet. */
interface Pending {
  readonly screen: Screen;
  /** Why it could not be drawn; absent = it was not tried. */
  readonly failure?: unknown;
}

/** Undefined = it is drawn. */
async function tryToDraw({ screen }: Pending, { draw, onMissed }: Consuming): Promise<Pending | undefined> {
  let isThere;
  try {
    isThere = await draw(screen);
  } catch (failure) {
    onMissed?.(failure);
    return { screen, failure };
  }
  if (!isThere) throw new Error("the message is gone");
  return undefined;
}

/** The last screen is tried a few times more, later each time, before it is given up. */
async function insist(last: Pending, consuming: Consuming): Promise<void> {
  const { again, wait, signal } = consuming;
  let pending = "failure" in last ? last : await tryToDraw(last, consuming);
  for (const pause of lastTries) {
    if (!pending) return;
    const ms = again(pending.failure);
    if (ms === undefined || ms > longestWait) break;
    await wait(Math.max(pause, ms), signal);
    if (signal.aborted) return;
    pending = await tryToDraw(pending, consuming);
  }
  if (pending) throw pending.failure;
}

function whenAborted(signal: AbortSignal): Promise<undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  signal.addEventListener("abort", () => resolve(undefined), { once: true });
  return promise;
}

/** Keeps no process alive that has nothing else to do. */
async function restFor(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
}
