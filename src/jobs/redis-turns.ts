import type { createClient } from "@keyv/redis";
import type { Turns } from "./turns.ts";

/** A connected client, as @keyv/redis makes them. */
export type RedisClient = Pick<ReturnType<typeof createClient>, "eval">;

/**
 * Turns in Redis. Jobs of a key stand in a sorted set, and the first that BullMQ still knows as unfinished has the turn:
 * what a killed process left there blocks nobody.
 */
export function createRedisTurns(client: RedisClient, base: string): Turns {
  const [line, orders, cancelled, events] = [`${base}:line`, `${base}:orders`, `${base}:cancelled`, `${base}:events`];
  const gate = (key: string | undefined) => (key === undefined ? "" : `${base}:turns:${key}`);
  const job = `${base}:`;
  const run = (script: string, keys: readonly string[], ...words: readonly (string | number)[]) =>
    client.eval(script, { keys: [...keys], arguments: words.map(String) });
  return {
    number: async () => Number(await run(`return redis.call("incr", KEYS[1])`, [orders])),
    take: async (id, key) => Number(await run(takeScript, [orders, line, gate(key)], id)),
    putBack: async (id, order) =>
      void (await run(`return redis.call("zadd", KEYS[1], ARGV[2], ARGV[1])`, [line], id, order)),
    place: async (id) => Number(await run(placeScript, [line], id, job)),
    isNext: async ({ id, key, order }) =>
      key === undefined || (await run(nextScript, [orders, gate(key)], id, job, order ?? "")) === 1,
    begin: async (id) => void (await run(`return redis.call("zrem", KEYS[1], ARGV[1])`, [line], id)),
    async leave({ id, key }) {
      const next = await run(leaveScript, [line, cancelled, gate(key)], id, job);
      return typeof next === "string" ? next : undefined;
    },
    cancel: async (id) => void (await run(cancelScript, [line, cancelled, events], id)),
    isCancelled: async (id) => (await run(`return redis.call("sismember", KEYS[1], ARGV[1])`, [cancelled], id)) === 1,
    async lastEvent() {
      const last = await run(lastEventScript, [events]);
      return typeof last === "string" ? last : "0-0";
    },
  };
}

/** Where BullMQ has no unfinished job of that id, `isGone` says so: it was never added, or it is over. */
const isGone = `
local function isGone(id)
  local name = ARGV[2] .. id
  return redis.call("exists", name) == 0 or redis.call("hexists", name, "finishedOn") == 1
end
local function first(gate)
  local head = redis.call("zrange", gate, 0, 0)[1]
  while head and head ~= ARGV[1] and isGone(head) do
    redis.call("zrem", gate, head)
    head = redis.call("zrange", gate, 0, 0)[1]
  end
  return head
end
`;

const takeScript = `
local order = redis.call("incr", KEYS[1])
redis.call("zadd", KEYS[2], "NX", order, ARGV[1])
if KEYS[3] ~= "" then redis.call("zadd", KEYS[3], "NX", order, ARGV[1]) end
return order
`;

const placeScript = `${isGone}
local rank = redis.call("zrank", KEYS[1], ARGV[1])
if not rank then return redis.call("zcard", KEYS[1]) + 1 end
if rank > 0 then
  for _, id in ipairs(redis.call("zrange", KEYS[1], 0, rank - 1)) do
    if isGone(id) then
      redis.call("zrem", KEYS[1], id)
      rank = rank - 1
    end
  end
end
return rank + 1
`;

const nextScript = `${isGone}
if not redis.call("zscore", KEYS[2], ARGV[1]) then
  local order = tonumber(ARGV[3]) or redis.call("incr", KEYS[1])
  redis.call("zadd", KEYS[2], order, ARGV[1])
end
return first(KEYS[2]) == ARGV[1] and 1 or 0
`;

/** Whoever leaves from behind gives nobody a turn; whoever is not there (any more) may have been killed before saying so. */
const leaveScript = `${isGone}
redis.call("zrem", KEYS[1], ARGV[1])
redis.call("srem", KEYS[2], ARGV[1])
if KEYS[3] == "" then return false end
local isBehind = redis.call("zscore", KEYS[3], ARGV[1]) and first(KEYS[3]) ~= ARGV[1]
redis.call("zrem", KEYS[3], ARGV[1])
if isBehind then return false end
return first(KEYS[3]) or false
`;

const cancelScript = `
redis.call("zrem", KEYS[1], ARGV[1])
redis.call("sadd", KEYS[2], ARGV[1])
redis.call("xadd", KEYS[3], "MAXLEN", "~", 10000, "*", "event", "cancelled", "jobId", ARGV[1])
return 1
`;

const lastEventScript = `
local last = redis.call("xrevrange", KEYS[1], "+", "-", "COUNT", 1)[1]
return last and last[1] or false
`;
