import { expect, test } from "vitest";
import { surviveKills } from "./kills.ts";
import { over, sharedWays } from "./servers.ts";

const ways = sharedWays.filter(({ isHere }) => isHere);
if (ways.length < sharedWays.length)
  process.stderr.write("processes over one store are not killed everywhere: no redis-server, or no Postgres\n");

test.each(ways)(
  "of two processes over $name that take the webhook one is killed, and no chat loses, doubles or misorders anything",
  (way) =>
    over(way, async (servers) => {
      const survived = await surviveKills({ chats: 8, kills: 1, replicas: 2, servers, together: 4, pause: 300 });
      expect(survived.faults).toEqual([]);
      expect([survived.killed, survived.files]).toEqual([1, 8]);
    }),
  150_000,
);
