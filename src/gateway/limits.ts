/** What streaming through us may cost. Absent = no limit. */
export interface LimitOptions {
  /** Streams at once of one person; 16 when absent (download tools open several). */
  readonly streamsPerPerson?: number | undefined;
  /** Streams at once of everybody; 512 when absent. */
  readonly streams?: number | undefined;
  /** Bytes a second of everybody together. */
  readonly bytesPerSecond?: number | undefined;
  /** What each person may still have. */
  readonly quota?: Quota;
}

/** A person's allowance; kept by whoever provides it. */
export interface Quota {
  /** Whether the person may start a stream; if not, after how many milliseconds. */
  admit(person: string): Promise<{ readonly ok: true } | { readonly ok: false; readonly retryAfter: number }>;
  /** Told of bytes that go to the person, as they go. */
  spend(person: string, bytes: number): void;
}

/** A stream that must wait: for the person (429) or because everybody is served at once (503). */
export class LimitError extends Error {
  override readonly name = "LimitError";
  readonly status: 429 | 503;
  /** Milliseconds. */
  readonly retryAfter: number;

  constructor(status: 429 | 503, retryAfter: number) {
    super(status === 429 ? "this person has enough streams" : "there are enough streams");
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** One stream's place. */
export interface StreamSlot {
  /** Counts bytes that go out; gives the milliseconds to hold back after them. */
  spend(bytes: number): number;
  /** Gives the place to the next; once. */
  leave(): void;
}

/** Counts streams and paces bytes. */
export interface Limits {
  /** Resolves with a place among the streams. Throws `LimitError`. */
  enter(person: string): Promise<StreamSlot>;
  readonly streams: number;
}

const fewSeconds = 5000;

/** Limits of one process. */
export function createLimits(options: LimitOptions, now: () => number = () => performance.now()): Limits {
  const { streamsPerPerson = 16, streams = 512, bytesPerSecond, quota } = options;
  const active = new Map<string, number>();
  let total = 0;
  let paidUntil = 0;
  const leave = (person: string): void => {
    total -= 1;
    const left = (active.get(person) ?? 1) - 1;
    if (left === 0) active.delete(person);
    else active.set(person, left);
  };
  const pace = (bytes: number): number => {
    if (bytesPerSecond === undefined) return 0;
    const time = now();
    paidUntil = Math.max(paidUntil, time) + (bytes / bytesPerSecond) * 1000;
    return paidUntil - time;
  };
  return {
    get streams() {
      return total;
    },
    async enter(person) {
      if (total >= streams) throw new LimitError(503, fewSeconds);
      const own = active.get(person) ?? 0;
      if (own >= streamsPerPerson) throw new LimitError(429, fewSeconds);
      // Counted before waiting for anything, so that a burst of requests cannot pass together.
      total += 1;
      active.set(person, own + 1);
      const admission = await quota?.admit(person).catch((error: unknown) => {
        leave(person);
        throw error;
      });
      if (admission && !admission.ok) {
        leave(person);
        throw new LimitError(429, admission.retryAfter);
      }
      return {
        spend(bytes) {
          quota?.spend(person, bytes);
          return pace(bytes);
        },
        leave: () => leave(person),
      };
    },
  };
}
