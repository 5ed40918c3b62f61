import { expect, test } from "vitest";
import { soak, tableOf } from "./soaking.ts";

test("a few rounds of a day with faults leave nothing behind, and nearly everything is answered", async () => {
  const soaked = await soak({ rounds: 3, seed: 1 });
  expect(soaked.grows, tableOf(soaked)).toEqual([]);
  expect(soaked.samples).toHaveLength(3);
  expect(soaked.asked).toBeGreaterThan(25);
  expect(soaked.unanswered).toBeLessThanOrEqual(soaked.asked / 5);
}, 90_000);
