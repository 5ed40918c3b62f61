/**
 * What stands around the updates of one chat platform: their order, the time each may take, and what is not worth doing
 * any more. The same for Telegram and Discord.
 */
export interface Turns {
  /**
   * Does the work for an update when its turn has come; resolves when it is done, or as soon as it is superseded. Rejects
   * as the work does, and with `NotBegun` when the process ends first.
   */
  take(arrival: Arrival, work: (turn: Turn) => Promise<void>): Promise<"done" | "superseded">;
  /** Lets what is in progress end, for a little while, then ends it. Nothing that waits is begun any more. */
  finish(): Promise<void>;
}

/** The process ends before an update's turn came: whoever brought it should bring it again. */
export class NotBegun extends Error {
  override readonly name = "NotBegun";
}

/** An update as it arrives. */
export interface Arrival {
  /** Names of what it waits for and what waits for it: a person in a chat, a message that is pressed on. */
  readonly chains: readonly string[];
  /** It does not wait for what is in progress; nothing waits for it then. */
  readonly urgent?: boolean | undefined;
  /** A name that it shares with what it makes needless: earlier ones of that name that have not begun are left out. */
  readonly supersedes?: string | undefined;
}

/** An update whose turn has come. */
export interface Turn {
  /** Ends with the time the work may take, or with the process. */
  readonly signal: AbortSignal;
  /** It is urgent, and others of its chains are in progress. */
  readonly beside: boolean;
}

interface TurnsParts {
  /** Milliseconds the work for one update may take, counted from its begin; 60,000 when absent. */
  readonly deadline?: number | undefined;
  /** Milliseconds that work in progress gets when the process is asked to end; 5000 when absent. */
  readonly grace?: number | undefined;
}

/** The turns of one platform. */
export function createTurns({ deadline = 60_000, grace = 5000 }: TurnsParts = {}): Turns {
  const tails = new Map<string, Promise<unknown>>();
  const inProgress = new Set<Promise<unknown>>();
  const clocks = new Set<AbortController>();
  /** The latest that waits, by what it supersedes. */
  const waiting: Waiting = new Map();
  let isClosing = false;

  const begin = async (work: (turn: Turn) => Promise<void>, beside: boolean): Promise<"done"> => {
    const clock = new AbortController();
    const timer = setTimeout(() => clock.abort(new Error("an update took too long")), deadline);
    clocks.add(clock);
    const working = work({ signal: clock.signal, beside });
    inProgress.add(working);
    try {
      await working;
      return "done";
    } finally {
      clearTimeout(timer);
      clocks.delete(clock);
      inProgress.delete(working);
    }
  };

  return {
    async take({ chains, urgent = false, supersedes }, work) {
      const before = chains.flatMap((chain) => tails.get(chain) ?? []);
      if (urgent && before.length > 0) return begin(work, true);
      const { promise: ended, resolve: end } = Promise.withResolvers<void>();
      for (const chain of chains) tails.set(chain, ended);
      const leave = () => {
        for (const chain of chains) if (tails.get(chain) === ended) tails.delete(chain);
        end();
      };
      const turn = Promise.all(before).then(() => "go" as const);
      const outcome = before.length > 0 && (await Promise.race([turn, superseded(waiting, supersedes, turn)]));
      if (outcome === "superseded") {
        // Who waits for it waits for those before it.
        void turn.then(leave);
        return "superseded";
      }
      try {
        if (isClosing) throw new NotBegun();
        return await begin(work, false);
      } finally {
        leave();
      }
    },

    async finish() {
      isClosing = true;
      const timer = setTimeout(() => clocks.forEach((clock) => clock.abort(new Error("the process ends"))), grace);
      await Promise.allSettled(inProgress);
      clearTimeout(timer);
    },
  };
}

/** How to leave out the latest that waits, by what it supersedes. */
type Waiting = Map<string, () => void>;

/** Leaves out the one that waited under this name, and resolves when the next one does the same; never where its turn comes first. */
function superseded(waiting: Waiting, name: string | undefined, turn: Promise<unknown>): Promise<"superseded"> {
  const { promise, resolve } = Promise.withResolvers<"superseded">();
  if (name === undefined) return promise;
  const leaveOut = () => resolve("superseded");
  waiting.get(name)?.();
  waiting.set(name, leaveOut);
  void turn.then(() => waiting.get(name) === leaveOut && waiting.delete(name));
  return promise;
}
