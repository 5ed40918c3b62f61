import type { Screen } from "./screen.ts";

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
  /** Rejects when the message can be drawn no more: that ends it. */
  draw(screen: Screen): Promise<void>;
}

interface FollowerParts {
  now(): number;
  /** Told why a message was given up. */
  onError(error: unknown): void;
}

/** Edits never become rarer than this, in ms. */
const slowest = 15_000;

/** Follows updates outside the update that started them, so that nobody waits for them. */
export function createFollower({ now, onError }: FollowerParts): Follower {
  const running = new Map<string, { readonly end: () => void; readonly ended: Promise<void> }>();
  const stop = async (message: string) => {
    const current = running.get(message);
    current?.end();
    await current?.ended;
  };
  return {
    follow(message, updates, how) {
      const iterator = updates[Symbol.asyncIterator]();
      const { promise: stopped, resolve: end } = Promise.withResolvers<undefined>();
      const ended = consume(iterator, { ...how, now, stopped })
        .catch(onError)
        // Not waited for: a generator that waits for its drive answers only when the drive has.
        .finally(() => void iterator.return?.().catch(onError));
      const entry = { end: () => end(undefined), ended };
      running.get(message)?.end();
      running.set(message, entry);
      void ended.then(() => running.get(message) === entry && running.delete(message));
    },
    stop,
    stopAll: async () => void (await Promise.all([...running.keys()].map(stop))),
  };
}

interface Consuming extends Following {
  now(): number;
  /** Settles when no further screen is wanted. */
  readonly stopped: Promise<undefined>;
}

async function consume(iterator: AsyncIterator<Screen>, { now, stopped, every, draw }: Consuming): Promise<void> {
  let pause = every;
  let drawnAt = now();
  let pending: Screen | undefined;
  for (;;) {
    const next = await Promise.race([stopped, iterator.next()]);
    if (!next) return;
    if (next.done) break;
    pending = next.value;
    if (now() - drawnAt < pause) continue;
    await draw(pending);
    pending = undefined;
    drawnAt = now();
    pause = Math.min(slowest, pause * 1.5);
  }
  if (pending) await draw(pending);
}
