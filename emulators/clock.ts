/** The time a service lives in, and things that happen at a later time of it. */
export interface Clock {
  /** ms since the epoch */
  now(): number;
  /** Does it once `ms` have passed; the answer calls it off. */
  after(ms: number, callback: () => void): () => void;
}

/** The time of this machine. Nothing that still waits keeps the process alive. */
export function realClock(now: () => number = Date.now): Clock {
  return {
    now,
    after(ms, callback) {
      const timer = setTimeout(callback, ms);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}

/** A clock that stands until it is told to go on. */
export interface VirtualClock extends Clock {
  /** Lets time pass, in ms; what falls due meanwhile happens, in its order. */
  pass(ms: number): void;
}

/** A clock for windows of seconds, minutes and days without waiting for them. */
export function virtualClock(start: number = Date.parse("2026-11-24T12:00:00Z")): VirtualClock {
  let time = start;
  let due: { at: number; callback: () => void }[] = [];
  const next = (end: number) => due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  return {
    now: () => time,
    after(ms, callback) {
      const item = { at: time + ms, callback };
      due.push(item);
      return () => (due = due.filter((other) => other !== item));
    },
    pass(ms) {
      const end = time + ms;
      for (let item = next(end); item; item = next(end)) {
        due = due.filter((other) => other !== item);
        time = Math.max(time, item.at);
        item.callback();
      }
      time = end;
    },
  };
}
