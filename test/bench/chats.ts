import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "../../src/store/store.ts";
import { app, Cloud, many, visitOf, type Shelves } from "../actions/test-app.ts";

/** What so many chats took, in bytes and milliseconds. */
export interface ChatsTaken {
  readonly rss: number;
  /** What is still held after a collection. */
  readonly heap: number;
  readonly took: number;
}

// Run by bench.ts with how many chats: each adds a drive of 600 entries and looks at it, over SQLite.
const count = Number(process.argv[2]);
const folder = mkdtempSync(join(tmpdir(), "chatdrive-bench-"));
const store = await openStore({ url: `sqlite://${folder}/bench.sqlite`, keys: [new Uint8Array(32)], onError: fail });
const shelves: Shelves = {
  mounts: store.open("mounts"),
  secrets: store.open("secrets", { sealed: true }),
  notes: store.open("notes"),
  names: store.open("names"),
  sessions: store.open("sessions"),
  people: store.open("people"),
  places: store.open("places"),
  pending: store.open("pending", { sealed: true }),
  said: store.open("said"),
  jobs: store.open("jobs"),
  admin: new Map(),
};
const at = app(new Cloud({ shares: { shelf: { tree: many(600) } } }), { shelves, now: Date.now });
const started = performance.now();
for (let n = 1; n <= count; n++) {
  const { updates } = await at.do(visitOf(n), { do: "open-share", text: "https://share.example/s/shelf" });
  await updates?.[Symbol.asyncIterator]().return?.();
}
const took = performance.now() - started;
const { rss } = process.memoryUsage();
globalThis.gc?.();
const taken: ChatsTaken = { rss, heap: process.memoryUsage().heapUsed, took };
process.stdout.write(JSON.stringify(taken));
await store.close();
rmSync(folder, { recursive: true });

function fail(error: unknown): never {
  throw error;
}
