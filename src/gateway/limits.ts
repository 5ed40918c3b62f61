/** What streaming through us may cost. Absent = no limit. */
export interface LimitOptions {
  /** Streams at once of one person; 16 when absent (download tools open several). What queues at a file host is none yet. */
  readonly streamsPerPerson?: number | undefined;
  /** Streams at once of everybody; 512 when absent. */
  readonly streams?: number | undefined;
  /** Bytes a second of everybody together. */
  readonly bytesPerSecond?: number | undefined;
  /** What each person may still have. */
  readonly quota?: Quota;
  /** Places that several processes have together; absent = this one counts for itself. */
  readonly places?: Places | undefined;
}

/** Places among the streams of all processes. */
export interface Places {
  /** Takes a place under each of the caps, or none; undefined = it is not known whether there is one. Never rejects. */
  claim(caps: readonly { readonly name: string; readonly most: number }[]): Promise<Claim | undefined>;
}

/** A place, or the name of the cap under which there is none. */
type Claim = { readonly is: "held"; release(): void } | { readonly is: "full"; readonly name: string };

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

/** Who streams what. */
export interface Streaming {
  readonly person: string;
  /** The same for all streams of one file. */
  readonly download: string;
}

/** Counts streams and paces bytes. */
export interface Limits {
  /**
   * Resolves with a place among the streams. Throws `LimitError`. The last place of a person is kept for another file
   * than the one that has all the others, so that no download shuts its own person out of everything else.
   */
  enter(streaming: Streaming): Promise<StreamSlot>;
  readonly streams: number;
}

const fewSeconds = 5000;
/** The name of the cap that all streams are under. */
const everybody = "streams";

/** Limits of one process, and of all where they share places. Bytes are paced by each process for itself. */
export function createLimits(options: LimitOptions, now: () => number = () => performance.now()): Limits {
  const { streamsPerPerson = 16, streams = 512, bytesPerSecond, quota, places } = options;
  const active = new Map<string, Map<string, number>>();
  let total = 0;
  let paidUntil = 0;
  const countOf = ({ person, download }: Streaming): { readonly all: number; readonly ofThis: number } => {
    const own = active.get(person) ?? new Map<string, number>();
    return { all: [...own.values()].reduce((sum, count) => sum + count, 0), ofThis: own.get(download) ?? 0 };
  };
  const add = ({ person, download }: Streaming, more: 1 | -1): void => {
    total += more;
    const own = active.get(person) ?? new Map<string, number>();
    const count = (own.get(download) ?? 0) + more;
    if (count > 0) own.set(download, count);
    else own.delete(download);
    if (own.size > 0) active.set(person, own);
    else active.delete(person);
  };
  const claim = ({ person, download }: Streaming) =>
    places?.claim([
      { name: everybody, most: streams },
      { name: `streams:${person}`, most: streamsPerPerson },
      { name: `streams:${person}:${download}`, most: Math.max(1, streamsPerPerson - 1) },
    ]);
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
    async enter(streaming) {
      if (total >= streams) throw new LimitError(503, fewSeconds);
      const { all, ofThis } = countOf(streaming);
      const isGreedy = streamsPerPerson > 1 && ofThis >= streamsPerPerson - 1;
      if (all >= streamsPerPerson || isGreedy) throw new LimitError(429, fewSeconds);
      // Counted before waiting for anything, so that a burst of requests cannot pass together.
      add(streaming, 1);
      const claimed = await claim(streaming);
      const leave = (): void => {
        add(streaming, -1);
        if (claimed?.is === "held") claimed.release();
      };
      if (claimed?.is === "full") {
        leave();
        throw new LimitError(claimed.name === everybody ? 503 : 429, fewSeconds);
      }
      const admission = await quota?.admit(streaming.person).catch((error: unknown) => {
        leave();
        throw error;
      });
      if (admission && !admission.ok) {
        leave();
        throw new LimitError(429, admission.retryAfter);
      }
      return {
        spend(bytes) {
          quota?.spend(streaming.person, bytes);
          return pace(bytes);
        },
        leave,
      };
    },
  };
}
