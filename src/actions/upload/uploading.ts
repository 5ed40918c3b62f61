import type { LastWordLog } from "../../messaging/last-word.ts";
import type { Keyv } from "keyv";
import { JobCancelled } from "../../jobs/job.ts";
import type { JobQueue, RunningJob } from "../../jobs/queue.ts";
import type { Messengers } from "../../messaging/messenger.ts";
import { createProgressMessage, type ProgressMessage } from "../../messaging/progress-message.ts";
import type { Entry } from "../../storage/entry.ts";
import { StorageError } from "../../storage/error.ts";
import type { Storage } from "../../storage/storage.ts";
import type { Uploaded } from "../../storage/upload.ts";
import type { Allowance } from "../../users/allowance.ts";
import { slim } from "../context/folder-view.ts";
import { createSpeedMeter, type SpeedMeter } from "../files/speed.ts";
import type { Session } from "../model/session.ts";
import type { WantedFile } from "../model/upload-batch.ts";
import type { UploadItem, UploadState } from "../model/upload-item.ts";
import { dropBegun } from "./dropping.ts";
import type { Joining } from "./joining.ts";
import { receivedFile } from "./received.ts";
import { itemOf, rememberRows, settledOf } from "./rows.ts";
import { itemsOf, uploadOutcomeKind, type Begun, type Current, type UploadBatch } from "./upload-kind.ts";

/** What a batch is uploaded with. */
export interface UploadedBy {
  readonly jobs: Pick<JobQueue, "add">;
  readonly storage: Storage;
  readonly sessions: Keyv<Session>;
  readonly messengers: Messengers;
  readonly joining: Joining;
  /** Bytes a day that go through us in a person's name. */
  readonly allowance: Pick<Allowance, "admit" | "spend">;
  /** Bytes of the largest file that is taken; absent = of any. */
  readonly maxSize?: number | undefined;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  /** One piece of work at a time for each key, over all processes. */
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
  readonly log: LastWordLog;
}

interface UploadingParts extends UploadedBy {
  readonly job: RunningJob<never, Begun>;
}

/** ms between two looks at whether the message is to say something else. */
const lookEvery = 2000;
/** ms before another try where the drive or the chat cannot be asked, and how many there are; ms that the drive's own work is waited for. */
const [troublePause, maxTries, longest] = [5000, 6, 3_600_000];
/** ms that what was cancelled may take to be taken away. */
const cancelWithin = 30_000;

/** One file of a batch. */
interface UploadedFile {
  readonly file: WantedFile;
  item: UploadItem;
}

/** One attempt at a batch: file after file, each once. */
export class Uploading {
  readonly #batch: UploadBatch;
  readonly #parts: UploadingParts;
  readonly #message: ProgressMessage;
  readonly #files: UploadedFile[];
  /** Files that came after the batch was begun. */
  #joined = 0;
  #current: Current | undefined;

  constructor(batch: UploadBatch, parts: UploadingParts) {
    this.#batch = batch;
    this.#parts = parts;
    this.#message = createProgressMessage(batch, parts);
    const { checkpoint } = parts.job;
    const items = itemsOf(batch.files);
    this.#files = batch.files.map((file, n) => ({ file, item: items[n] ?? { name: file.name, state: lost } }));
    this.#current = checkpoint?.current;
  }

  async run(): Promise<void> {
    try {
      await this.#takeJoined();
      this.#restore();
      await this.#uploadAll();
    } catch (error) {
      if (!(this.#signal.reason instanceof JobCancelled)) throw error;
      await this.#cancelRest();
    }
    await this.#end();
  }

  get #signal(): AbortSignal {
    return this.#parts.job.signal;
  }

  /** What an attempt before this one has ended is over. */
  #restore(): void {
    for (const [n, item] of (this.#parts.job.checkpoint?.items ?? []).entries()) {
      const one = this.#files[n];
      if (one && item) one.item = item;
    }
  }

  async #takeJoined(): Promise<void> {
    const { files = [] } = (await this.#parts.joining.read(this.#batch.id)) ?? {};
    for (const file of files.slice(this.#joined))
      this.#files.push({ file, item: { name: file.name, state: { is: "waiting" } } });
    this.#joined = files.length;
  }

  /** All there are, and those that come meanwhile. */
  async #uploadAll(): Promise<void> {
    const over = new AbortController();
    const telling = this.#tell(AbortSignal.any([over.signal, this.#signal]));
    try {
      for (let n = 0; ; n++) {
        while (n >= this.#files.length) if (!(await this.#hasMore())) return;
        await this.#uploadOne(n);
        await this.#takeJoined();
      }
    } finally {
      over.abort();
      await telling;
    }
  }

  /** Whether files have come that belong to these; waits as long as some may. */
  async #hasMore(): Promise<boolean> {
    const { joining, wait } = this.#parts;
    for (;;) {
      const left = await joining.close(this.#batch.id, this.#joined);
      if (left === 0) return false;
      if (left !== undefined) await wait(left, this.#signal);
      await this.#takeJoined();
      if (left === undefined) return true;
    }
  }

  /** Says how far it is, while it goes on. */
  async #tell(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#parts.wait(lookEvery, signal).catch(() => undefined);
      if (!signal.aborted) await this.#message.show(this.#screen("running"));
    }
  }

  async #uploadOne(n: number): Promise<void> {
    const one = this.#files[n];
    if (one?.item.state.is !== "waiting") return;
    const { maxSize } = this.#parts;
    if (maxSize !== undefined && (one.file.size ?? 0) > maxSize)
      return this.#settle(one, { is: "failed", code: "too-large-here" });
    if (!(await this.#isAdmitted(one, n))) return;
    try {
      const entry = await this.#arrive(one, n);
      if (entry) await this.#replace(one, n, entry);
    } catch (error) {
      this.#signal.throwIfAborted();
      if (!(error instanceof StorageError)) throw error;
      await this.#fail(one, n, error);
    }
  }

  /** Whether bytes may still go through us in this person's name; where they may not, none of the files comes. */
  async #isAdmitted(one: UploadedFile, n: number): Promise<boolean> {
    if (this.#current?.n === n) return true;
    const admitted = await this.#parts.allowance.admit(this.#batch.person);
    if (admitted.ok) return true;
    const state = { is: "failed", code: "allowance-used", retryAfter: admitted.retryAfter } as const;
    this.#failWaiting(state);
    await this.#settle(one, state);
    return false;
  }

  #failWaiting(state: UploadState): void {
    for (const one of this.#files) if (one.item.state.is === "waiting") one.item = { ...one.item, state };
  }

  /** The file in the drive; undefined = it is settled otherwise. */
  async #arrive(one: UploadedFile, n: number): Promise<Entry | undefined> {
    if (this.#current?.n === n && "arrived" in this.#current) return this.#current.arrived;
    const uploaded = await this.#persist(one, n);
    const entry = slim(uploaded.entry);
    if (uploaded.is === "done") {
      this.#parts.allowance.spend(this.#batch.person, entry.size ?? 0);
      return entry;
    }
    await this.#settle(one, { is: uploaded.is, entry });
    return undefined;
  }

  /** Asks until there is an answer that says something of this file. */
  async #persist(one: UploadedFile, n: number): Promise<Uploaded> {
    const begun = this.#parts.now();
    for (let tries = 1; ; tries++) {
      try {
        return await this.#ask(one, n);
      } catch (error) {
        this.#signal.throwIfAborted();
        if (!(error instanceof StorageError) || !passing.has(error.code)) throw error;
        const isOver = error.code === "still-moving" ? this.#parts.now() > begun + longest : tries >= maxTries;
        if (isOver) throw error;
        await this.#parts.wait(Math.max(troublePause, error.retryAfter ?? 0), this.#signal);
      }
    }
  }

  async #ask(one: UploadedFile, n: number): Promise<Uploaded> {
    const { storage, now } = this.#parts;
    const { mount, to, person } = this.#batch;
    const source = await receivedFile(person, one.file, { ...this.#parts, signal: this.#signal });
    const { size } = source;
    const speed = createSpeedMeter({ now });
    const pending = this.#current?.n === n && "pending" in this.#current ? this.#current.pending : undefined;
    return storage.upload(mount, source, to, {
      asker: person,
      signal: this.#signal,
      // Which one is replaced is known: another that has come since is left alone.
      ifTaken: one.file.taken === undefined ? "tell" : "number",
      pending,
      onPending: (one) => this.#note({ n, pending: one }),
      onBytes(doing, done) {
        if (doing === "sending") speed.note(done);
        one.item = { ...one.item, state: { is: "running", doing, done, size, ...paceOf(speed, size - done) } };
      },
    });
  }

  /** It is there; what it replaces goes to the trash, and it takes that one's name. */
  async #replace(one: UploadedFile, n: number, entry: Entry): Promise<void> {
    const { replaces } = one.file;
    if (replaces === undefined) return this.#settle(one, { is: "done", entry });
    await this.#note({ n, arrived: entry });
    const { storage } = this.#parts;
    const { mount, person: asker } = this.#batch;
    const options = { asker, signal: this.#signal };
    try {
      await storage.trash(mount, [replaces], options).catch(ifGone);
      const named =
        entry.name === one.file.name ? entry : await storage.rename(mount, entry.id, one.file.name, options);
      await this.#settle(one, { is: "done", entry: slim(named) });
    } catch (error) {
      this.#signal.throwIfAborted();
      if (!(error instanceof StorageError)) throw error;
      await this.#settle(one, { is: "done", entry, kept: error.code });
    }
  }

  async #fail(one: UploadedFile, n: number, { code, retryAfter }: StorageError): Promise<void> {
    await this.#drop(n, this.#signal);
    const state: UploadState = { is: "failed", code, retryAfter };
    if (failsAll.has(code)) this.#failWaiting(state);
    await this.#settle(one, state);
  }

  /** Takes away what the drive has of a file that does not come. */
  async #drop(n: number, signal: AbortSignal): Promise<void> {
    if (this.#current?.n === n) await dropBegun(this.#batch, this.#current, { ...this.#parts, signal });
  }

  async #settle(one: UploadedFile, state: UploadState): Promise<void> {
    const name = "entry" in state && state.is === "done" ? state.entry.name : one.item.name;
    one.item = { name, state };
    await this.#note(undefined);
  }

  async #note(current: Current | undefined): Promise<void> {
    this.#current = current;
    const items = this.#files.map(({ item }) => (isOver(item) ? item : null));
    await this.#parts.job.save({ items, current });
  }

  /** What is there stays. */
  async #cancelRest(): Promise<void> {
    const signal = AbortSignal.timeout(cancelWithin);
    for (const [n, one] of this.#files.entries()) {
      if (isOver(one.item)) continue;
      await this.#drop(n, signal);
      one.item = { ...one.item, state: { is: "cancelled" } };
    }
  }

  async #end(): Promise<void> {
    const { id, before = [], card, person, shown } = this.#batch;
    const settled = [...before, ...this.#files.map(({ file, item }) => settledOf(file, item))];
    await rememberRows(this.#parts, { person, view: card.view }, settled);
    await this.#parts.jobs.add(uploadOutcomeKind, { person, shown, screen: this.#screen("over") }, { id });
  }

  #screen(is: "running" | "over") {
    const { before = [], card } = this.#batch;
    return { ...card, is, items: [...before.map(itemOf), ...this.#files.map(({ item }) => item)] };
  }
}

const lost: UploadState = { is: "lost" };

function isOver({ state: { is } }: UploadItem): boolean {
  return is !== "waiting" && is !== "running";
}

function paceOf(meter: SpeedMeter, rest: number): { readonly speed?: number; readonly left?: number } {
  const speed = meter.speed();
  return speed === undefined || speed <= 0 ? {} : { speed, left: (rest / speed) * 1000 };
}

/** It says nothing of the file, and will be over. */
const passing: ReadonlySet<StorageError["code"]> = new Set([
  "unreachable",
  "upstream",
  "too-frequent",
  "still-moving",
  "source-out-of-reach",
] satisfies StorageError["code"][]);

/** What fails every other one of a drive, too. */
const failsAll: ReadonlySet<StorageError["code"]> = new Set([
  "daily-limit",
  "no-space",
  "app-traffic-used",
  "signed-out",
  "token-ended",
  "token-cannot-write",
  "wrong-credentials",
  "sign-in-refused",
  "verification-needed",
  "account-suspended",
  "unsupported",
] satisfies StorageError["code"][]);

/** What was to go is gone already. */
function ifGone(error: unknown): void {
  const isGone = error instanceof StorageError && (error.code === "not-found" || error.code === "trashed");
  if (!isGone) throw error;
}
