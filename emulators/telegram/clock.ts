/** Time as the emulator sees it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once, after so many ms; the answer calls it off. */
  after(ms: number, then: () => void): () => void;
}

/** A clock that moves only when it is told to. */
export interface VirtualClock extends Clock {
  /** Moves on; whatever falls due on the way is called in its order, at its time. */
  advance(ms: number): void;
}

/** The clock on the wall. Timers do not keep the process alive. */
export const wallClock: Clock = {
  now: Date.now,
  after(ms, then) {
    const timer = setTimeout(then, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** A clock for tests of windows of 15 seconds and 48 hours. */
export function virtualClock(start: number = Date.UTC(2026, 0, 1)): VirtualClock {
  const due = new Set<{ readonly at: number; call(): void }>();
  let time = start;
  return {
    now: () => time,
    after(ms, then) {
      const entry = { at: time + ms, call: then };
      due.add(entry);
      return () => due.delete(entry);
    },
    advance(ms) {
      const end = time + ms;
      for (let next = first(due, end); next; next = first(due, end)) {
        due.delete(next);
        time = Math.max(time, next.at);
        next.call();
      }
      time = end;
    },
  };
}

function first<T extends { readonly at: number }>(due: ReadonlySet<T>, end: number): T | undefined {
  return [...due].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
}
