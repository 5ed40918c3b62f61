import { randomUUID } from "node:crypto";
import { RateLimiterMemory, RateLimiterRedis } from "rate-limiter-flexible";
import type { Cap, Claim, Counts } from "./counts.ts";
import type { Client as RedisClient } from "./redis-client.ts";
import type { Ask } from "./redis-fallback.ts";
import { timed } from "./timed.ts";

type Client = Pick<RedisClient, "eval">;

interface CountsOptions {
  /** Milliseconds after which the places of a process that was killed are free; they are renewed at a third of them. */
  readonly lifetime: number;
  /** What Redis does not answer is counted in this process alone. */
  readonly ask: Ask;
  /** Told of places that could not be renewed or given back. */
  readonly onError: (error: unknown) => void;
}

/** What is counted together by the processes over one Redis. */
export function createRedisCounts(
  client: Client,
  { lifetime, ask, onError }: CountsOptions,
): Counts & { close(): void } {
  const holding = createHolding(client, { lifetime, onError });
  return {
    limiter(options) {
      const own = new RateLimiterMemory(options);
      const keyPrefix = `chatdrive:rate:${options.keyPrefix}`;
      const shared = new RateLimiterRedis({ ...options, keyPrefix, storeClient: client, useRedisPackage: true });
      return {
        consume: (key, points) =>
          ask(
            () => shared.consume(key, points),
            () => own.consume(key, points),
          ),
        get: (key) =>
          ask(
            () => shared.get(key),
            () => own.get(key),
          ),
        reward: (key, points) =>
          ask(
            () => shared.reward(key, points),
            () => own.reward(key, points),
          ),
      };
    },
    reserve: (name, rate) =>
      ask<number | undefined>(
        async () => Number(await client.eval(reserveScript, { keys: [paceOf(name)], arguments: [String(rate)] })),
        async () => undefined,
      ),
    claim(caps) {
      let isLate = false;
      return ask<Claim | undefined>(
        async () => {
          const claim = await holding.claim(caps);
          if (isLate && claim.is === "held") claim.release();
          return claim;
        },
        async () => void (isLate = true),
      );
    },
    close: () => holding.close(),
  };
}

const paceOf = (name: string) => `chatdrive:pace:${name}`;
const placesOf = (name: string) => `chatdrive:places:${name}`;

/** By the clock of Redis: those of the processes may differ. */
const clock = `
local time = redis.call("time")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/**
 * The times of the latest turns, as many as there may be in a second: the next is a second after the oldest of them. Times
 * far ahead are of a clock that was set back since.
 */
const reserveScript = `${clock}
local rate = tonumber(ARGV[1])
local oldest = redis.call("lindex", KEYS[1], -rate)
local at = math.max(now, oldest and oldest + 1000 or now)
if at - now > 60000 then
  redis.call("del", KEYS[1])
  at = now
end
redis.call("rpush", KEYS[1], at)
redis.call("ltrim", KEYS[1], -rate, -1)
redis.call("pexpire", KEYS[1], at - now + 1000)
return at - now
`;

/** A place is a member of each set, scored with when it ends. Answers 0, or the number of the first set that is full. */
const claimScript = `${clock}
for i, key in ipairs(KEYS) do
  redis.call("zremrangebyscore", key, "-inf", now)
  if redis.call("zcard", key) >= tonumber(ARGV[i + 2]) then return i end
end
for _, key in ipairs(KEYS) do
  redis.call("zadd", key, now + ARGV[2], ARGV[1])
  redis.call("pexpire", key, ARGV[2])
end
return 0
`;

/** Also where it has ended meanwhile, as after an outage: what it stands for goes on. */
const renewScript = `${clock}
for _, key in ipairs(KEYS) do
  redis.call("zadd", key, now + ARGV[2], ARGV[1])
  redis.call("pexpire", key, ARGV[2])
end
return 1
`;

const releaseScript = `for _, key in ipairs(KEYS) do redis.call("zrem", key, ARGV[1]) end return 1`;

interface Holding {
  claim(caps: readonly Cap[]): Promise<Claim>;
  close(): void;
}

/** The places this process holds, renewed together. */
function createHolding(client: Client, { lifetime, onError }: Pick<CountsOptions, "lifetime" | "onError">): Holding {
  /** Keys of the sets each token stands in. */
  const held = new Map<string, readonly string[]>();
  let renewing: NodeJS.Timeout | undefined;
  const renew = async () => {
    const renewals = [...held].map(([token, keys]) =>
      client.eval(renewScript, { keys: [...keys], arguments: [token, String(lifetime)] }),
    );
    await timed(Promise.all(renewals), lifetime);
  };
  const stopRenewing = () => {
    clearInterval(renewing);
    renewing = undefined;
  };
  const release = (token: string, keys: readonly string[]) => {
    if (!held.delete(token)) return;
    if (held.size === 0) stopRenewing();
    client.eval(releaseScript, { keys: [...keys], arguments: [token] }).catch(onError);
  };
  return {
    async claim(caps) {
      const token = randomUUID();
      const keys = caps.map(({ name }) => placesOf(name));
      const words = [token, lifetime, ...caps.map(({ most }) => most)].map(String);
      const full = Number(await client.eval(claimScript, { keys, arguments: words }));
      const first = caps[full - 1];
      if (first) return { is: "full", name: first.name };
      held.set(token, keys);
      renewing ??= setInterval(() => void renew().catch(onError), lifetime / 3).unref();
      return { is: "held", release: () => release(token, keys) };
    },
    close: stopRenewing,
  };
}
