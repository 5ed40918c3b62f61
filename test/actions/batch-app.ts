import { createBatches } from "../../src/actions/several/batches.ts";
import type { Action } from "../../src/actions/action.ts";
import type { BatchScreen } from "../../src/actions/model/batch-screen.ts";
import type { FileMeta, FileSource, Message, Messenger } from "../../src/messaging/messenger.ts";
import type { DestinationCheck } from "../../src/users/destinations.ts";
import type { Visit } from "../../src/users/visit.ts";
import { keptInputs, testJobs, waitBy } from "../test-jobs.ts";
import { app, emptyShelves, signInAs, usualCloud, type Cloud, type Shelves, type TestApp } from "./test-app.ts";
import { createTransferApp } from "./transfer-app.ts";

/** Files of a drive that go into a chat together, and a platform that does as a test tells it. */
export interface BatchApp {
  readonly at: TestApp;
  /** What the platform has, message by message: the names of its files. */
  readonly arrived: (readonly string[])[];
  /** Names of files that were wanted as they are. */
  readonly plain: string[];
  /** What the platform does with a message's files before it has them; throws where it does not take them. */
  take: (names: readonly string[]) => Promise<void>;
  /** What the platform does once it was given every byte. */
  answer: (names: readonly string[]) => Promise<void>;
  /** What the platform says of a chat elsewhere. */
  check: (destination: string, person: string) => Promise<DestinationCheck>;
  /** Where each message of files was put. */
  readonly targets: string[];
  /** What the batch's message has shown. */
  readonly shown: BatchScreen[];
  /** Milliseconds of the clock: waiting moves it on. */
  time: number;
  /** Presses a button that sends several files; the screen it answers with. */
  send(visit: Visit, press: Action): Promise<BatchScreen>;
  /** Resolves with the last screen. */
  last(): Promise<BatchScreen>;
  /** Batches that are not over. */
  open(): Promise<number>;
  /** The process ends without a word, and another begins over the same shelves. */
  restarts(): Promise<BatchApp>;
}

/** Bytes the chat takes. */
export const limit = 1000;

export async function createBatchApp({ cloud = usualCloud(), shelves = emptyShelves() }: Over = {}): Promise<BatchApp> {
  const jobs = testJobs(shelves.jobs, { now: () => batchApp.time, wait: waitBy(() => batchApp.time) });
  const shown: BatchScreen[] = [];
  const messenger = messengerOf(() => batchApp);
  const at = app(cloud, { shelves, jobs, now: () => batchApp.time });
  const { storage, sessions } = at.services;
  const batches = createBatches({
    jobs,
    storage,
    sessions,
    messengers: { of: (place) => (place.startsWith("telegram:") ? messenger : undefined) },
    exclusive: (_key, work) => work(),
    checkDestination: (destination, person) => batchApp.check(destination, person),
    openBytes: async (_mount, { name, size = 0 }) => ({ stream: bytesOf(name, size) }),
    now: () => batchApp.time,
    wait: (ms, signal) => waiting(batchApp, ms, signal),
    newReference: () => "ref",
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  const { transfers } = createTransferApp();
  Object.assign(at.services, { batches, transfers });
  const batchApp: BatchApp = {
    at,
    arrived: [],
    plain: [],
    take: async () => undefined,
    answer: async () => undefined,
    check: async () => ({ is: "closed", why: "gone-there" }),
    targets: [],
    shown,
    time: 1_000_000,
    async send(visit, press) {
      const { screen, upload, language } = await batchApp.at.do(visit, press);
      if (screen.show !== "batch" || !upload) throw new Error(`no batch: ${JSON.stringify(screen)}`);
      const to = { place: visit.place.id, kind: visit.place.kind, language };
      await upload.start({ to, shown: { ...to, message: screen.view.id } });
      return screen;
    },
    async last() {
      for (;;) {
        const last = shown.findLast(({ state: { is } }) => is !== "waiting" && is !== "running");
        if (last) return last;
        await new Promise(setImmediate);
      }
    },
    open: async () => (await keptInputs(shelves.jobs, "transfer-batch")).length,
    async restarts() {
      await jobs.stop();
      return createBatchApp({ cloud, shelves });
    },
  };
  return batchApp;
}

interface Over {
  readonly cloud?: Cloud;
  readonly shelves?: Shelves;
}

/** A pause moves the clock on; what watches over a try waits for its end. */
function waiting(batchApp: BatchApp, ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  if (signal.aborted) reject(signal.reason as Error);
  signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  if (ms < 60_000) {
    batchApp.time += ms;
    setImmediate(resolve);
  }
  return promise;
}

async function* bytesOf(name: string, size: number): AsyncGenerator<Uint8Array> {
  yield Buffer.from(name.padEnd(size, " ").slice(0, size));
}

function messengerOf(now: () => BatchApp): Messenger {
  const put = async (files: readonly { readonly source: FileSource; readonly meta: FileMeta }[]) => {
    const names = files.map(({ meta }) => meta.entry.name);
    await now().take(names);
    for (const { source } of files) await Array.fromAsync(source.open());
    await now().answer(names);
    now().arrived.push(names);
    now().plain.push(...files.filter(({ meta }) => meta.asFile).map(({ meta }) => meta.entry.name));
  };
  return {
    platform: "telegram",
    async edit(_ref, screen: Message) {
      if (screen.show === "batch") now().shown.push(screen);
      return { is: "edited" };
    },
    async sendFile(target, source, meta) {
      await put([{ source, meta }]);
      now().targets.push(target.place);
      return { ...target, message: "file" };
    },
    async sendAlbum(target, files) {
      await put(files);
      now().targets.push(target.place);
      return { ...target, message: "album" };
    },
    send: async () => ({ is: "closed" }),
    remove: async () => ({ is: "gone" }),
    receive: () => Promise.reject(new Error("nothing is received")),
    notify: async () => ({ is: "closed" }),
  };
}

/** Mia with a drive of her own, open at its top. */
export async function opened(batchApp: BatchApp, visit: Visit) {
  await batchApp.at.see(visit, signInAs("mia", "correct-horse"), "listing");
  return batchApp.at.see(visit, { do: "browse" }, "listing");
}
