import { expect, test } from "vitest";
import { hasRedis, startRedis } from "../../store/own-server.ts";
import { surviveKills } from "./kills.ts";

if (!hasRedis) process.stderr.write("processes over one Redis are not killed: no redis-server\n");

test.skipIf(!hasRedis)(
  "of two processes that take the webhook one is killed, and no chat loses, doubles or misorders anything",
  async () => {
    const server = await startRedis();
    try {
      const survived = await surviveKills({ chats: 8, kills: 1, replicas: 2, server, together: 4, pause: 300 });
      expect(survived.faults).toEqual([]);
      expect([survived.killed, survived.files]).toEqual([1, 8]);
    } finally {
      await server.close();
    }
  },
  150_000,
);
