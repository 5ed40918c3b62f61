/** Hands out a few places per key, in the order they were asked for. */
export interface Slots {
  /** The way to give the place back, when one is free. */
  tryClaim(key: string): (() => void) | undefined;
  /** Resolves with the way to give the place back; rejects with the signal's reason. */
  claim(key: string, signal: AbortSignal): Promise<() => void>;
  /** How many wait for a place. */
  waiting(key: string): number;
}

interface Line {
  taken: number;
  readonly waiting: (() => void)[];
}

/** At most `places` at once per key. */
export function createSlots(places: number): Slots {
  const lines = new Map<string, Line>();
  const lineOf = (key: string): Line => {
    const line = lines.get(key) ?? { taken: 0, waiting: [] };
    lines.set(key, line);
    return line;
  };
  const leave = (key: string, line: Line): (() => void) => {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = line.waiting.shift();
      if (next) return next();
      line.taken -= 1;
      if (line.taken === 0) lines.delete(key);
    };
  };
  const tryClaim = (key: string): (() => void) | undefined => {
    const line = lineOf(key);
    if (line.taken >= places) return undefined;
    line.taken += 1;
    return leave(key, line);
  };
  return {
    tryClaim,
    waiting: (key) => lines.get(key)?.waiting.length ?? 0,
    async claim(key, signal) {
      signal.throwIfAborted();
      const free = tryClaim(key);
      if (free) return free;
      const line = lineOf(key);
      await turn(line, signal);
      return leave(key, line);
    },
  };
}

/** Resolves when a place is passed on; who gives up leaves the line. */
function turn(line: Line, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const leave = (): void => {
    const index = line.waiting.indexOf(enter);
    if (index !== -1) line.waiting.splice(index, 1);
    reject(signal.reason);
  };
  const enter = (): void => {
    signal.removeEventListener("abort", leave);
    resolve();
  };
  line.waiting.push(enter);
  signal.addEventListener("abort", leave, { once: true });
  return promise;
}
