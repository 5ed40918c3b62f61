import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { createTransfers } from "../../src/actions/files/transfers.ts";
import type { Transfers } from "../../src/actions/model/transfer.ts";
import { openJobs } from "../../src/jobs/open.ts";
import type { JobQueue } from "../../src/jobs/queue.ts";
import type { Message, Messenger } from "../../src/messaging/messenger.ts";
import { createSeal } from "../../src/store/sealed.ts";

// Two processes over one Redis: one brings the file, the other is asked to let go of it.

const url = process.env["TEST_REDIS_URL"];
if (url === undefined)
  process.stderr.write("transfers of several processes are not tried: no Redis (.ci/run starts one)\n");

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Process {
  readonly transfers: Transfers;
  readonly jobs: JobQueue;
  readonly drawn: Message[];
  /** Files that are open at the drive. */
  open: number;
}

async function begin(prefix: string): Promise<Process> {
  const wait = async (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal });
  const jobs = await openJobs({
    url: url ?? "",
    prefix,
    seal: createSeal([new Uint8Array(32).fill(3)]),
    records: () => {
      throw new Error("no namespace is needed");
    },
    now: Date.now,
    wait,
    newId: randomUUID,
    onError(error) {
      throw error;
    },
  });
  const drawn: Message[] = [];
  const messenger: Messenger = {
    platform: "telegram",
    async edit(_ref, message) {
      drawn.push(message);
      return { is: "edited" };
    },
    async sendFile(target, source) {
      await Array.fromAsync(source.open());
      return { ...target, message: "file" };
    },
    sendAlbum: async (target) => ({ ...target, message: "album" }),
    send: async () => ({ is: "closed" }),
    remove: async () => ({ is: "gone" }),
    receive: () => Promise.reject(new Error("nobody sends files here")),
    notify: async () => ({ is: "closed" }),
  };
  const transfers = createTransfers({
    jobs,
    messengers: { of: () => messenger },
    openBytes: async (_mount, _entry, { signal }) => ({ stream: halted(here, signal) }),
    now: Date.now,
    wait,
    newReference: () => "ref",
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  const here: Process = { transfers, jobs, drawn, open: 0 };
  closing.push(async () => {
    await jobs.stop();
    await transfers.stop();
  });
  return here;
}

async function* halted(here: Process, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  here.open += 1;
  try {
    yield Buffer.from("half");
    await sleep(60_000, undefined, { signal });
  } finally {
    here.open -= 1;
  }
}

test.skipIf(url === undefined)(
  "a file is let go of by whichever process is asked, and its message says so",
  async () => {
    const prefix = `transfers-${randomUUID()}`;
    const [bringer, other] = [await begin(prefix), await begin(prefix)];
    await bringer.jobs.start();
    const view = { id: "view", revision: 1 };
    const mount = { id: "m", title: "Mine", driver: "memory", owner: "telegram:1" };
    const entry = { id: "e", name: "film.bin", kind: "file", size: 100 } as const;
    const prepared = await other.transfers.prepare({
      id: "one",
      person: "telegram:1",
      place: "telegram:1",
      // Nothing else of a mount is looked at here.
      mount: mount as never,
      card: { show: "transfer", view, mount, entry, total: 100 },
      limit: 1000,
    });
    if (typeof prepared === "string") throw new Error(prepared);
    const to = { place: "telegram:1", kind: "private", language: "en" } as const;
    await prepared.upload.start({ to, shown: { ...to, message: "7" } });
    await expect.poll(() => bringer.open, { timeout: 10_000 }).toBe(1);
    expect(
      await other.transfers.prepare({
        id: "two",
        person: "telegram:1",
        place: "telegram:1",
        mount: mount as never,
        card: { show: "transfer", view, mount, entry, total: 100 },
        limit: 1000,
      }),
    ).toBe("busy");
    expect(await other.transfers.cancel("one")).toBe("cancelled");
    await expect.poll(() => bringer.open, { timeout: 10_000 }).toBe(0);
    await expect
      .poll(() => bringer.drawn.at(-1), { timeout: 10_000 })
      .toMatchObject({ show: "transfer", state: { is: "cancelled" } });
    expect(await other.transfers.cancel("one")).toBe("over");
  },
  30_000,
);
