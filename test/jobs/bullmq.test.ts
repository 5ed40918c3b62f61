import { randomUUID } from "node:crypto";
import { jobsContract } from "../contracts/jobs.ts";

const url = process.env["TEST_REDIS_URL"];
const place = () => ({ url: url ?? "", prefix: `jobs-test-${randomUUID()}` });

jobsContract("BullMQ on Redis", {
  place,
  isShared: true,
  skipped: url === undefined ? "TEST_REDIS_URL names no server (.ci/run starts one)" : undefined,
});
