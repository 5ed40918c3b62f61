import type { CallOptions, DriverContext } from "../../storage/driver.ts";

/** Whose turn is asked for. */
export interface Turn extends Pick<CallOptions, "signal" | "background"> {
  /** Person id: turns go round among those who wait. */
  readonly asker: string;
}

/** Hands out turns, at most so many within any second: round and round among askers, what somebody waits for before what runs in the background. */
export interface Turns {
  /** Resolves when it is this one's turn. */
  next(turn: Turn): Promise<void>;
}

interface TurnsParts extends Pick<DriverContext, "monotonic" | "wait" | "reserve"> {
  /** What turns of the same name in other processes are paced together with. */
  readonly name: string;
  /** Turns within any second. */
  readonly rate: number;
}

const second = 1000;
/** Of so many turns one goes to the background, so that people who keep on asking do not stop it for ever. */
const share = 5;

interface Waiting {
  readonly asker: string;
  begin(): void;
}

export function createTurns({ name, rate, monotonic, wait, reserve }: TurnsParts): Turns {
  const foreground = createRounds();
  const background = createRounds();
  /** When the last turns were given, by the monotonic clock. */
  const taken: number[] = [];
  let given = 0;
  let isGiving = false;
  const pick = (): Waiting | undefined => {
    const isBackgrounds = given % share === share - 1;
    return (isBackgrounds ? background.take() : undefined) ?? foreground.take() ?? background.take();
  };
  /** When the next turn may be given, by those that were given here. */
  const own = () => Math.max(monotonic(), taken.length < rate ? 0 : (taken[0] ?? 0) + second);
  /** The same, and not before the other processes let it. */
  const shared = async (ask: NonNullable<typeof reserve>) => {
    const left = (await ask(name, rate)) ?? 0;
    return Math.max(own(), monotonic() + left);
  };
  const give = async () => {
    if (isGiving) return;
    isGiving = true;
    while (foreground.hasAny || background.hasAny) {
      const at = reserve ? await shared(reserve) : own();
      if (at > monotonic()) await wait(Math.ceil(at - monotonic()));
      const waiting = pick();
      // Whoever waited has left meanwhile.
      if (!waiting) break;
      if (taken.length === rate) taken.shift();
      taken.push(at);
      given += 1;
      waiting.begin();
    }
    isGiving = false;
  };
  return {
    next({ asker, background: isBackground = false, signal }) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const rounds = isBackground ? background : foreground;
      const waiting: Waiting = {
        asker,
        begin() {
          signal?.removeEventListener("abort", leave);
          resolve();
        },
      };
      const leave = () => {
        rounds.remove(waiting);
        reject(signal?.reason as Error);
      };
      if (signal?.aborted) return Promise.reject(signal.reason as Error);
      signal?.addEventListener("abort", leave, { once: true });
      rounds.add(waiting);
      void give();
      return promise;
    },
  };
}

interface Rounds {
  readonly hasAny: boolean;
  add(waiting: Waiting): void;
  /** The first of whoever's turn it is; who has more goes to the end. */
  take(): Waiting | undefined;
  remove(waiting: Waiting): void;
}

function createRounds(): Rounds {
  const byAsker = new Map<string, Waiting[]>();
  return {
    get hasAny() {
      return byAsker.size > 0;
    },
    add(waiting) {
      byAsker.set(waiting.asker, [...(byAsker.get(waiting.asker) ?? []), waiting]);
    },
    take() {
      const [next] = byAsker;
      if (!next) return undefined;
      const [asker, [first, ...rest]] = next;
      byAsker.delete(asker);
      if (rest.length > 0) byAsker.set(asker, rest);
      return first;
    },
    remove(waiting) {
      const rest = (byAsker.get(waiting.asker) ?? []).filter((other) => other !== waiting);
      if (rest.length > 0) byAsker.set(waiting.asker, rest);
      else byAsker.delete(waiting.asker);
    },
  };
}
