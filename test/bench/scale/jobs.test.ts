import { describe, expect, test } from "vitest";
import { hasPostgres, hasRedis } from "../../store/own-server.ts";
import { connectionsOfBullOnPostgres } from "./job-connections.ts";
import { jobWays } from "./job-ways.ts";
import { measureJobs } from "./jobs.ts";
import { lockWays, measureLocks } from "./locks.ts";

const has = { redis: hasRedis, postgres: hasPostgres };
if (!hasRedis) process.stderr.write("jobs and locks over Redis are not measured: no redis-server\n");
if (!hasPostgres) process.stderr.write("jobs and locks over Postgres are not measured: no postgres\n");

describe("what the benchmark of jobs and locks measures", () => {
  for (const way of jobWays) {
    test.skipIf(way.server && !has[way.server])(
      `a job is done once by ${way.name}`,
      async () => {
        const { rate, p50, p99, faults } = await measureJobs(way, { jobs: 6, paced: 3, pause: 1 });
        expect(faults).toEqual([]);
        expect(rate).toBeGreaterThan(0);
        expect(p50).toBeGreaterThan(0);
        expect(p99).toBeGreaterThanOrEqual(p50);
      },
      60_000,
    );
  }

  test.skipIf(!hasPostgres)(
    "a kind of jobs over Postgres costs BullMQ connections of its own",
    async () => {
      const [one, three] = [await connectionsOfBullOnPostgres(1), await connectionsOfBullOnPostgres(3)];
      // A pool may have one more by the way.
      expect(three).toBeGreaterThan(2 * one);
    },
    60_000,
  );

  for (const way of lockWays) {
    test.skipIf(!has[way.server])(
      `a lock has one holder at a time with ${way.name}`,
      async () => {
        const { rate, p99, faults } = await measureLocks(way, { people: 6, times: 3, work: 1, keys: 2 });
        expect(faults).toEqual([]);
        expect(rate).toBeGreaterThan(0);
        expect(p99).toBeGreaterThan(0);
      },
      60_000,
    );
  }
});
