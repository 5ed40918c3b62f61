import { jobKind } from "../../src/jobs/job.ts";
import { openQueue } from "./open-queue.ts";

// Begins a job, keeps a checkpoint, says so, and never comes to an end.
const [url = "", prefix = "", maxAttempts = "3"] = process.argv.slice(2);
const kind = jobKind<{ text: string }, never, string, { at: number }>("killed", { maxAttempts: Number(maxAttempts) });
const { queue } = await openQueue({ url, prefix });
queue.handle(kind, {
  async run(_input, job) {
    await job.save({ at: 41 });
    process.stdout.write(`attempt ${job.attempt}\n`);
    return new Promise<string>(() => setInterval(() => undefined, 1000));
  },
});
await queue.start();
await queue.add(kind, { text: "carry on" }, { id: "one", key: "chat" });
