import { RateLimiterMemory, RateLimiterRes, type RateLimiterAbstract } from "rate-limiter-flexible";

/** `go`: do it. `say`: too fast, and they are to be told. `silent`: too fast, and they were told already. */
export type Tempo = "go" | "say" | "silent";

/** How fast somebody may ask for things: the one rule of both chats. */
export interface RateLimit {
  /** Counts one thing asked for in each of the names (a person, a group); the strictest answer holds. */
  take(...names: readonly string[]): Promise<Tempo>;
}

interface RateLimitOptions {
  /** Things a name may ask for in `seconds`; 100 in 10 when absent. */
  readonly most?: number;
  readonly seconds?: number;
  /** Counts for several processes; absent = this one counts for itself. */
  limiter?(options: {
    readonly keyPrefix: string;
    readonly points: number;
    readonly duration: number;
  }): Pick<RateLimiterAbstract, "consume">;
}

export function createRateLimit({
  most = 100,
  seconds = 10,
  limiter: open = inMemory,
}: RateLimitOptions = {}): RateLimit {
  const limiter = open({ keyPrefix: "actions", points: most, duration: seconds });
  const one = async (name: string): Promise<Tempo> => {
    try {
      await limiter.consume(name);
      return "go";
    } catch (spent) {
      if (!(spent instanceof RateLimiterRes)) throw spent;
      return spent.consumedPoints === most + 1 ? "say" : "silent";
    }
  };
  const strictest = async (names: readonly string[]): Promise<Tempo> => {
    const tempos = await Promise.all(names.map(one));
    return tempos.find((tempo) => tempo === "silent") ?? tempos.find((tempo) => tempo === "say") ?? "go";
  };
  return {
    take: (...names) => {
      const [name, ...others] = names;
      return name !== undefined && others.length === 0 ? one(name) : strictest(names);
    },
  };
}

const inMemory: NonNullable<RateLimitOptions["limiter"]> = (options) => new RateLimiterMemory(options);
