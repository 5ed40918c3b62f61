import type { Keyv } from "keyv";
import { JobCancelled, JobFailure } from "../../jobs/job.ts";
import type { JobQueue, RunningJob } from "../../jobs/queue.ts";
import type { Messengers } from "../../messaging/messenger.ts";
import { createProgressMessage, type ProgressMessage } from "../../messaging/progress-message.ts";
import { StorageError } from "../../storage/error.ts";
import { destinationTroubles, type DestinationCheck } from "../../users/destinations.ts";
import type { Storage } from "../../storage/storage.ts";
import { queueOf, sessionLife, withRemembered } from "../context/context.ts";
import { Sending, type Freight, type FreightFile, type SendingParts } from "../files/sending.ts";
import type { Ended, Running } from "../files/transfer-kind.ts";
import type { BatchState } from "../model/batch-screen.ts";
import type { Session } from "../model/session.ts";
import { togetherFrom } from "./album.ts";
import { batchOutcomeKind, type Batch, type FileEnd, type Noted, type Trying } from "./batch-kind.ts";
import { batchScreen } from "./batch-screen.ts";

/** What batches are brought with. */
export interface BatchedBy extends SendingParts {
  readonly jobs: Pick<JobQueue, "add">;
  readonly storage: Pick<Storage, "stat">;
  readonly sessions: Keyv<Session>;
  readonly messengers: Messengers;
  /** Whether files can be delivered to a chat, asked of its platform now; rejects where that is out of reach. */
  checkDestination(destination: string, person: string): Promise<DestinationCheck>;
  /** One piece of work at a time for each key, over all processes. */
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
}

interface BatchingParts extends BatchedBy {
  readonly job: RunningJob<never, Noted>;
}

/** ms between files: what a platform takes of messages in a private chat, and in a group. */
const gaps = { private: 1000, group: 3000 } as const;
/** Milliseconds until a platform that is out of reach is asked again. */
const outOfReachFor = 10_000;
/** Processes that may end over the same file. */
const maxTimes = 3;

/** One attempt at a batch: what is not there yet is sent, in its order. */
export class Batching {
  readonly #batch: Batch;
  readonly #parts: BatchingParts;
  readonly #message: ProgressMessage;
  readonly #ends: (FileEnd | null)[];
  /** Pictures that are sent one by one: together they were not taken. */
  readonly #single = new Set<number>();
  #trying: Trying | undefined;
  #drawing: Promise<void> | undefined;
  /** When the last one went, and how long nothing goes after it, in ms. */
  #gap = { from: 0, for: 0 };

  constructor(batch: Batch, parts: BatchingParts) {
    this.#batch = batch;
    this.#parts = parts;
    this.#message = createProgressMessage(batch, parts);
    const { checkpoint } = parts.job;
    this.#ends = batch.files.map((file, n) => checkpoint?.ends[n] ?? hopeless(file.size, batch.limit) ?? null);
    this.#trying = checkpoint?.trying;
  }

  async run(): Promise<void> {
    try {
      this.#judgeLast();
      await this.#checkDestination();
      await this.#bring();
      await this.#end({ is: "over" });
    } catch (error) {
      if (!(this.#signal.reason instanceof JobCancelled)) throw error;
      this.#endRest({ is: "cancelled" });
      await this.#end({ is: "cancelled" });
    } finally {
      await this.#drawing;
    }
  }

  get #signal(): AbortSignal {
    return this.#parts.job.signal;
  }

  /** What the process before this one had given whole nobody can judge, and what ended three of them is not tried again. */
  #judgeLast(): void {
    if (!this.#trying) return;
    const { from, count, times, isGiven } = this.#trying;
    if (isGiven || times >= maxTimes) this.#note({ from, count }, { is: "interrupted" });
  }

  /** Whoever asked may run the chat no more by now, and the bot may have been sent away. */
  async #checkDestination(): Promise<void> {
    const { destination, person } = this.#batch;
    if (!destination || !this.#ends.includes(null)) return;
    const check = await this.#parts.checkDestination(destination.id, person).catch((cause: unknown) => {
      throw new JobFailure("destination-out-of-reach", { retryAfter: outOfReachFor, cause });
    });
    if (check.is === "closed") this.#endRest({ is: "failed", code: check.why });
  }

  async #bring(): Promise<void> {
    for (let from = this.#ends.indexOf(null); from !== -1; from = this.#ends.indexOf(null)) {
      this.#signal.throwIfAborted();
      const { until = Infinity } = this.#batch;
      if (this.#parts.now() >= until) return this.#endRest({ is: "failed", code: "waited" });
      await this.#send(from, this.#countFrom(from));
      await this.#save();
    }
  }

  #countFrom(from: number): number {
    const { files, asFiles, limit } = this.#batch;
    if (asFiles) return 1;
    return togetherFrom(files, from, { limit, isOpen: (n) => this.#ends[n] === null && !this.#single.has(n) });
  }

  async #send(from: number, count: number): Promise<void> {
    const files = await this.#lookAt(from, count);
    // What is gone is noted; the rest may go together otherwise.
    if (!files) return;
    const messenger = this.#parts.messengers.of(this.#batch.to.place);
    if (!messenger) return this.#endRest({ is: "interrupted" });
    await this.#rest(count);
    await this.#begin(from, count);
    const job = {
      id: this.#parts.job.id,
      signal: this.#signal,
      save: () => this.#noteGiven(),
      progress: (running: Running) => this.#show(from, count, running),
    };
    const sending = new Sending(this.#freightOf(files), { ...this.#parts, job, messenger });
    const end = await sending.run();
    this.#signal.throwIfAborted();
    if (count > 1 && end.is === "failed" && sending.isRefused) this.#part(from, count);
    else this.#note({ from, count }, this.#endOf(end));
  }

  /** A chat elsewhere is not "here". */
  #endOf(end: Ended): FileEnd {
    if (end.is === "done") return { is: "done" };
    const isShut = this.#batch.destination && end.is === "failed" && end.code === "forbidden";
    return isShut ? { is: "failed", code: "not-allowed-there" } : end;
  }

  /** The files as they are now; undefined = one of them cannot be had. */
  async #lookAt(from: number, count: number): Promise<readonly FreightFile[] | undefined> {
    const { files, mount, person: asker, limit } = this.#batch;
    const found: FreightFile[] = [];
    for (const [n, { id }] of files.slice(from, from + count).entries()) {
      const end = await this.#parts.storage.stat(mount.id, id, { asker, signal: this.#signal }).then(
        ({ duration, variants: _others, original, ...entry }) => {
          found.push({ entry, total: entry.size, duration });
          return original === false ? ({ is: "failed", code: "no-link" } as const) : hopeless(entry.size, limit);
        },
        (error: unknown) => this.#failure(error),
      );
      if (end) this.#note({ from: from + n, count: 1 }, end);
    }
    return this.#ends.slice(from, from + count).every((end) => end === null) ? found : undefined;
  }

  #failure(error: unknown): FileEnd {
    this.#signal.throwIfAborted();
    if (!(error instanceof StorageError)) throw error;
    return { is: "failed", code: error.code, retryAfter: error.retryAfter };
  }

  #freightOf(files: readonly FreightFile[]): Freight {
    const { person, mount, to, limit, asFiles } = this.#batch;
    return { person, mount, to, limit, asFile: asFiles, files };
  }

  async #begin(from: number, count: number): Promise<void> {
    const before = this.#trying;
    const times = before?.from === from && before.count === count ? before.times + 1 : 1;
    this.#trying = { from, count, times, isGiven: false };
    await this.#save();
  }

  async #noteGiven(): Promise<void> {
    if (this.#trying) this.#trying = { ...this.#trying, isGiven: true };
    await this.#save();
  }

  async #rest(count: number): Promise<void> {
    const { now, wait } = this.#parts;
    // A clock that was set back meanwhile makes it none the longer.
    const pause = Math.min(this.#gap.from + this.#gap.for - now(), this.#gap.for);
    if (pause > 0) await wait(pause, this.#signal);
    this.#gap = { from: now(), for: gaps[this.#batch.to.kind] * count };
  }

  /** They go one by one. */
  #part(from: number, count: number): void {
    for (let n = from; n < from + count; n += 1) this.#single.add(n);
    this.#trying = undefined;
  }

  #note({ from, count }: Pick<Trying, "from" | "count">, end: FileEnd): void {
    this.#ends.fill(end, from, from + count);
    this.#trying = undefined;
    if (end.is === "failed" && failsAll.has(end.code)) this.#endRest(end);
  }

  #endRest(end: FileEnd): void {
    for (const [n, known] of this.#ends.entries()) if (known === null) this.#ends[n] = end;
  }

  async #save(): Promise<void> {
    await this.#parts.job.save({ ends: this.#ends, trying: this.#trying });
  }

  /** An edit that is under way is not waited for: the next report brings the next one. */
  #show(from: number, count: number, { done, speed, left }: Running): void {
    if (this.#drawing) return;
    const { files } = this.#batch;
    const some = files.slice(from, from + count);
    const state: BatchState = {
      is: "running",
      number: from + 1,
      upTo: from + count,
      name: some[0]?.name ?? "",
      done,
      total: some.reduce<number | undefined>(plus, 0),
      speed,
      left,
    };
    this.#drawing = this.#message.show(batchScreen(this.#batch, this.#ends, state)).finally(() => {
      this.#drawing = undefined;
    });
  }

  async #end(state: BatchState): Promise<void> {
    await this.#drawing;
    const { id, person, shown } = this.#batch;
    await this.#remember();
    const screen = batchScreen(this.#batch, this.#ends, state);
    await this.#parts.jobs.add(batchOutcomeKind, { person, shown, screen }, { id });
  }

  /** Its buttons open what did not come, and begin again with it. */
  async #remember(): Promise<void> {
    const { sessions, exclusive } = this.#parts;
    const { person, card, files } = this.#batch;
    const rows = files.filter((_, n) => this.#ends[n]?.is !== "done");
    await exclusive(queueOf({ person: { id: person } }), async () => {
      const session = await sessions.get(card.view.id);
      if (session) await sessions.set(session.id, withRemembered(session, card.view.revision, { rows }), sessionLife);
    });
  }
}

function plus(sum: number | undefined, { size }: { readonly size?: number | undefined }): number | undefined {
  return sum === undefined || size === undefined ? undefined : sum + size;
}

/** What needs no try. */
function hopeless(size: number | undefined, limit: number): FileEnd | undefined {
  if (size === 0) return { is: "failed", code: "empty" };
  if (size !== undefined && size > limit) return { is: "failed", code: "too-large", limit };
  return undefined;
}

/** What fails every other file too. */
const failsAll: ReadonlySet<string> = new Set([
  "forbidden",
  ...destinationTroubles,
  "waited",
  "signed-out",
  "wrong-credentials",
  "sign-in-refused",
  "verification-needed",
  "account-suspended",
]);
