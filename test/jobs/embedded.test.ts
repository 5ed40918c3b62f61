import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { jobsContract } from "../contracts/jobs.ts";

const folder = mkdtempSync(join(tmpdir(), "chatdrive-jobs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const place = () => ({ url: `sqlite://${join(mkdtempSync(join(folder, "one-")), "store.sqlite")}`, prefix: "jobs" });

jobsContract("the embedded queue", { place, isShared: false });
