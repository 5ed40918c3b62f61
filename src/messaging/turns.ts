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
  /**
   * It does not wait for what is in progress: not at all, or only for a moment, since that may be at its end; absent = it
   * does. Nothing waits for it once it has begun beside others.
   */
  readonly urgent?: "now" | "soon" | undefined;
  /** A name that it shares with what it makes needless: earlier ones of that name that have not begun are left out. */
  readonly supersedes?: string | undefined;
}

/** An update whose turn has come. */
export interface Turn {
  /** Ends with the time the work may take, or with the process. */
  readonly signal: AbortSignal;
  /** It is urgent, and others of its chains are in progress. */
  readonly beside: boolean;
  /**
   * What is urgent "soon" waits for the end of this one from now on, however long that takes: something is shown that
   * counts from that end on.
   */
  holdBack(): void;
}

interface TurnsParts {
  /** Milliseconds the work for one update may take, counted from its begin; 60,000 when absent. */
  readonly deadline?: number | undefined;
  /** Milliseconds that work in progress gets when the process is asked to end; 5000 when absent. */
  readonly grace?: number | undefined;
  /** Milliseconds that what is urgent "soon" waits for its turn; 300 when absent. */
  readonly moment?: number | undefined;
}

/** The turns of one platform. */
export function createTurns({ deadline = 60_000, grace = 5000, moment = 300 }: TurnsParts = {}): Turns {
  const tails = new Map<string, Promise<unknown>>();
  /** Chains whose update in progress holds back what is urgent "soon". */
  const held = new Set<string>();
  const inProgress = new Set<Promise<unknown>>();
  const clocks = new Set<AbortController>();
  /** The latest that waits, by what it supersedes. */
  const waiting: Waiting = new Map();
  let isClosing = false;

  /** Absent `chains` = it begins beside others. */
  const begin = async (work: (turn: Turn) => Promise<void>, chains?: readonly string[]): Promise<"done"> => {
    const clock = new AbortController();
    const timer = setTimeout(() => clock.abort(new Error("an update took too long")), deadline);
    clocks.add(clock);
    const holdBack = () => chains?.forEach((chain) => held.add(chain));
    const working = work({ signal: clock.signal, beside: chains === undefined, holdBack });
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

  const waited = ({ chains, urgent, supersedes }: Arrival, turn: Promise<"go">) =>
    urgent
      ? soon(turn, { moment, isHeld: () => chains.some((chain) => held.has(chain)) })
      : Promise.race([turn, superseded(waiting, supersedes, turn)]);

  /** Stands at the end of the chains; `leave` lets go on who came behind. */
  const enter = (chains: readonly string[]): (() => void) => {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    for (const chain of chains) tails.set(chain, ended);
    return () => {
      for (const chain of chains) {
        held.delete(chain);
        if (tails.get(chain) === ended) tails.delete(chain);
      }
      end();
    };
  };

  return {
    async take(arrival, work) {
      const { chains, urgent } = arrival;
      const before = chains.flatMap((chain) => tails.get(chain) ?? []);
      if (urgent === "now" && before.length > 0) return begin(work);
      const leave = enter(chains);
      const turn = Promise.all(before).then(() => "go" as const);
      const outcome = before.length > 0 && (await waited(arrival, turn));
      if (outcome === "superseded" || outcome === "beside") {
        // Who waits for it waits for those before it.
        void turn.then(leave);
        if (outcome === "superseded") return outcome;
        if (isClosing) throw new NotBegun();
        return begin(work);
      }
      try {
        if (isClosing) throw new NotBegun();
        return await begin(work, chains);
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

/** Its turn, where that comes within a moment or somebody before it holds it back then. */
async function soon(
  turn: Promise<"go">,
  { moment, isHeld }: { readonly moment: number; isHeld(): boolean },
): Promise<"go" | "beside"> {
  const { promise: passed, resolve } = Promise.withResolvers<"beside">();
  const timer = setTimeout(() => resolve("beside"), moment);
  const first = await Promise.race([turn, passed]);
  clearTimeout(timer);
  return first === "beside" && isHeld() ? turn : first;
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
