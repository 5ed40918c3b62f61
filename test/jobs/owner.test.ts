import { pino } from "pino";
import { afterEach, expect, test } from "vitest";
import { openQueue } from "../../src/app/jobs.ts";
import { openStore } from "../../src/store/store.ts";
import { ownDatabase } from "../store/own-database.ts";

// One Postgres and several processes: the queue over it is one process's.

const server = process.env["TEST_POSTGRES_URL"];
if (server === undefined)
  process.stderr.write("the owner of the jobs on Postgres is not tried: no server (.ci/run starts one)\n");

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const keys = [new Uint8Array(32).fill(9)];
const log = pino({ level: "silent" });

async function openStoreOf(url: string) {
  const store = await openStore({ url, keys, onError: () => undefined });
  closing.push(() => store.close());
  return store;
}

test.skipIf(server === undefined)(
  "a second process over one Postgres is refused with a sentence, and the next one is let in when the first has left",
  async () => {
    const url = await ownDatabase(server ?? "", "jobs");
    const [one, other] = [await openStoreOf(url), await openStoreOf(url)];
    const queue = await openQueue({ url, store: one, keys, log });
    await expect(openQueue({ url, store: other, keys, log })).rejects.toThrow(
      "STORE_URL: another ChatDrive process works over this Postgres: stop that one first, or use redis://… for several processes.",
    );
    await queue.close();
    const next = await openQueue({ url, store: other, keys, log });
    await next.close();
  },
  30_000,
);
