import type { WaitingLine } from "./coordination.ts";
import type { Client } from "./redis-client.ts";
import type { Ask } from "./redis-fallback.ts";

/** Keys of who waits for a lock. */
export const lineOf = (key: string): [string, string] => [
  `chatdrive:lock:${key}:waiting`,
  `chatdrive:lock:${key}:looked`,
];

/**
 * Begins a script over the keys of a line, with a token and its order: the token stands in the line from then on, and the
 * script ends with 0 unless it is the first. Who waits stands in a sorted set by order, and beside it when they looked last:
 * whoever has not for a second is gone. They look every tenth of one (`lock.ts`).
 */
export const standInLine = `
local time = redis.call("time")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call("zadd", KEYS[1], ARGV[2], ARGV[1])
redis.call("zadd", KEYS[2], now, ARGV[1])
for _, gone in ipairs(redis.call("zrangebyscore", KEYS[2], "-inf", now - 1000)) do
  redis.call("zrem", KEYS[1], gone)
  redis.call("zrem", KEYS[2], gone)
end
redis.call("pexpire", KEYS[1], 2000)
redis.call("pexpire", KEYS[2], 2000)
if redis.call("zrange", KEYS[1], 0, 0)[1] ~= ARGV[1] then return 0 end
`;
const isFirstScript = `${standInLine} return 1`;
const leaveScript = `for _, key in ipairs(KEYS) do redis.call("zrem", key, ARGV[1]) end return 1`;

/** The lines before locks that are kept elsewhere. */
export function createRedisLine(client: Client, ask: Ask, onError: (error: unknown) => void): WaitingLine {
  return {
    isFirst: (key, token, order) =>
      ask(
        async () => (await client.eval(isFirstScript, { keys: lineOf(key), arguments: [token, String(order)] })) === 1,
        async () => true,
      ),
    leave: (key, token) => void client.eval(leaveScript, { keys: lineOf(key), arguments: [token] }).catch(onError),
  };
}
