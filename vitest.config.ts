import { defineConfig } from "vitest/config";
import { Retried } from "./test/retried.ts";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    pool: "forks",
    maxWorkers: 2,
    reporters: ["default", new Retried()],
    // Only .ci/run sets it: a machine that others use too may be late once. Whatever needed its second try is named at the end.
    retry: Number(process.env["TEST_RETRIES"] ?? 0),
  },
});
