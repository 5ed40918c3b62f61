import type { Keyv } from "keyv";
import { createAlarms, type Alarms } from "./alarms.ts";
import { runAttempt, tellOver, type AnyWorker } from "./attempt.ts";
import { createFeed, type Feed } from "./feed.ts";
import { JobCancelled, JobStopped, plainJson, type AnyJobKind, type JobKind } from "./job.ts";
import type { JobOutcome, JobState } from "./job.ts";
import type { AddOptions, JobName, JobQueue, JobWorker, OpenJob, QueueParts } from "./queue.ts";

/** What is kept of a job. */
export interface KeptJob {
  readonly kind: string;
  readonly id: string;
  readonly key?: string | undefined;
  /** Absent once it is over and everybody was told. */
  readonly input?: { readonly value: unknown } | undefined;
  /** Grows with every job. */
  readonly order: number;
  readonly keepFor: number;
  /** ms since the epoch; absent = it waits for no time. */
  readonly dueAt?: number | undefined;
  /** ms until then when that was written: a process that starts on a clock that was set back waits no longer. */
  readonly dueIn?: number | undefined;
  /** There was an attempt that failed: the key is its own until the next. */
  readonly isAgain?: boolean | undefined;
  /** Found so at a start, its process was killed. */
  readonly isRunning?: boolean | undefined;
  /** Attempts that failed or were killed. */
  readonly failures: number;
  readonly checkpoint?: unknown;
  /** Somebody cancelled it while it ran. */
  readonly isCancelled?: boolean | undefined;
  readonly outcome?: JobOutcome | undefined;
}

interface EmbeddedParts extends QueueParts {
  /** A namespace that no other process has open as a queue; sealed, as inputs may hold what opens a chat. */
  readonly records: Keyv<KeptJob>;
}

/** A queue in one process over a namespace of the store: read once here, and from then on only written. */
export async function openEmbeddedJobs(parts: EmbeddedParts): Promise<JobQueue> {
  const queue = new EmbeddedQueue(parts);
  await queue.load();
  return queue;
}

/** Milliseconds until a write that failed is tried again. */
const mendAfter = 5000;

interface Entry {
  readonly name: string;
  kept: KeptJob;
  phase: "due" | "waiting" | "running" | "over";
  readonly feed: Feed<JobState>;
  /** Absent = nobody was told one yet. */
  state?: JobState;
  readonly control: AbortController;
  /** The last write. */
  writing: Promise<unknown>;
}

interface Line {
  /** By order. */
  readonly waiting: Entry[];
  running: number;
  doer?: { readonly kind: AnyJobKind; readonly worker: AnyWorker };
}

class EmbeddedQueue implements JobQueue {
  readonly #parts: EmbeddedParts;
  readonly #entries = new Map<string, Entry>();
  readonly #lines = new Map<string, Line>();
  readonly #adding = new Map<string, Promise<void>>();
  /** Names of the jobs that have a key now, by kind and key. */
  readonly #holders = new Map<string, string>();
  readonly #alarms: Alarms;
  readonly #working = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #isStarted = false;
  #order = 0;

  constructor(parts: EmbeddedParts) {
    this.#parts = parts;
    this.#alarms = createAlarms({ ...parts, onDue: (name) => this.#due(name) });
  }

  async load(): Promise<void> {
    const found: KeptJob[] = [];
    for await (const [, kept] of this.#parts.records.iterator?.({}) ?? []) found.push(kept as KeptJob);
    for (const kept of found.toSorted((a, b) => a.order - b.order)) {
      this.#order = Math.max(this.#order, kept.order);
      if (kept.input) this.#take(this.#inTime(kept.isRunning ? { ...kept, failures: kept.failures + 1 } : kept));
    }
  }

  #inTime(kept: KeptJob): KeptJob {
    const { dueAt, dueIn } = kept;
    if (dueAt === undefined || dueIn === undefined) return kept;
    return { ...kept, dueAt: Math.min(dueAt, this.#parts.now() + dueIn) };
  }

  #times(dueAt: number | undefined): Pick<KeptJob, "dueAt" | "dueIn"> {
    return { dueAt, dueIn: dueAt === undefined ? undefined : Math.max(0, dueAt - this.#parts.now()) };
  }

  async add<Input>(kind: JobKind<Input, unknown, unknown, unknown>, input: Input, options: AddOptions = {}) {
    const { id = this.#parts.newId(), key, dueAt } = options;
    const name = nameOf(kind, id);
    if (this.#entries.has(name)) return id;
    const kept: KeptJob = {
      kind: kind.name,
      id,
      key,
      input: { value: plainJson(input) },
      order: ++this.#order,
      keepFor: kind.keepFor,
      ...this.#times(dueAt),
      failures: 0,
    };
    const adding = this.#adding.get(name) ?? this.#keep(kept).finally(() => this.#adding.delete(name));
    this.#adding.set(name, adding);
    await adding;
    return id;
  }

  async postpone(kind: JobName, id: string, dueAt: number): Promise<boolean> {
    const entry = this.#entries.get(nameOf(kind, id));
    if (entry?.phase !== "due" || entry.kept.isAgain) return false;
    await this.#write(entry, this.#times(dueAt));
    if (entry.phase === "due") this.#schedule(entry);
    return true;
  }

  async cancel(kind: JobName, id: string): Promise<boolean> {
    const entry = this.#entries.get(nameOf(kind, id));
    if (!entry || isOver(entry)) return false;
    await this.#write(entry, { isCancelled: true });
    return this.#end(entry);
  }

  async #end(entry: Entry): Promise<boolean> {
    switch (entry.phase) {
      case "running":
        entry.control.abort(new JobCancelled());
        return true;
      case "waiting":
      case "due":
        this.#takeOut(entry);
        await this.#close(entry, { is: "cancelled" });
        return true;
      case "over":
        return false;
    }
  }

  async *follow<Report, Result>(
    kind: JobKind<unknown, Report, Result, unknown>,
    id: string,
    { signal }: { readonly signal: AbortSignal },
  ): AsyncGenerator<JobState<Report, Result>> {
    const name = nameOf(kind, id);
    const entry = this.#entries.get(name);
    // Reports and results of a kind are what its worker gave.
    if (entry) yield* entry.feed.follow(signal) as AsyncGenerator<JobState<Report, Result>, void, undefined>;
    else {
      const outcome = (await this.#parts.records.get(name))?.outcome;
      if (outcome) yield outcome as JobOutcome<Result>;
    }
  }

  async list<Input, Report, Result>(
    kind: JobKind<Input, Report, Result, unknown>,
    { key }: { readonly key?: string | undefined } = {},
  ): Promise<readonly OpenJob<Input, Report, Result>[]> {
    const ofKind = [...this.#entries.values()].filter(
      ({ kept, phase }) => kept.kind === kind.name && phase !== "over" && (key === undefined || kept.key === key),
    );
    return ofKind
      .toSorted((a, b) => a.kept.order - b.kept.order)
      .map(({ kept, state }) => {
        const job = { id: kept.id, key: kept.key, input: kept.input?.value, state };
        // What was added under a kind is of its types.
        return job as OpenJob<Input, Report, Result>;
      });
  }

  handle<Input, Report, Result, Checkpoint>(
    kind: JobKind<Input, Report, Result, Checkpoint>,
    worker: JobWorker<Input, Report, Result, Checkpoint>,
  ): void {
    const line = this.#line(kind.name);
    if (line.doer || this.#isStarted) throw new Error(`jobs of kind ${kind.name} are handled already, or too late`);
    line.doer = { kind, worker };
  }

  async start(): Promise<void> {
    this.#isStarted = true;
    for (const name of this.#lines.keys()) this.#goOn(name);
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new JobStopped());
    this.#alarms.stop();
    for (const { phase, control } of this.#entries.values()) if (phase === "running") control.abort(new JobStopped());
    await Promise.all(this.#working);
    for (const { feed } of this.#entries.values()) feed.end();
  }

  async #keep(kept: KeptJob): Promise<void> {
    const { records } = this.#parts;
    const name = nameOf({ name: kept.kind }, kept.id);
    if ((await records.get(name)) !== undefined) return;
    await records.set(name, kept);
    this.#take(kept);
  }

  /** A job that is durable gets its entry. */
  #take(kept: KeptJob): void {
    const name = nameOf({ name: kept.kind }, kept.id);
    const control = new AbortController();
    const entry: Entry = { name, kept, phase: "due", feed: createFeed(), control, writing: Promise.resolve() };
    this.#entries.set(name, entry);
    if (kept.isAgain || kept.isRunning || kept.outcome) this.#hold(entry);
    this.#schedule(entry);
  }

  #schedule(entry: Entry): void {
    const { dueAt } = entry.kept;
    entry.phase = "due";
    if (dueAt === undefined || dueAt <= this.#parts.now()) return this.#due(entry.name);
    this.#show(entry, { is: "due", at: dueAt });
    this.#alarms.set(entry.name, dueAt);
  }

  #due(name: string): void {
    const entry = this.#entries.get(name);
    if (entry?.phase !== "due") return;
    this.#alarms.clear(name);
    const { waiting } = this.#line(entry.kept.kind);
    // From its time on it is one of those that wait, and behind them; between attempts it keeps its place.
    if (entry.kept.dueAt !== undefined && !entry.kept.isAgain) entry.kept = { ...entry.kept, order: ++this.#order };
    entry.phase = "waiting";
    waiting.splice(waiting.findLastIndex(({ kept }) => kept.order < entry.kept.order) + 1, 0, entry);
    this.#goOn(entry.kept.kind);
  }

  /** Begins what can begin; everybody else is told their place. */
  #goOn(kind: string): void {
    const line = this.#line(kind);
    const { waiting, doer } = line;
    const next = () => waiting.find((entry) => this.#isFree(entry));
    if (doer && this.#isStarted && !this.#stopping.signal.aborted)
      for (let entry = next(); entry && line.running < doer.kind.concurrency; entry = next()) this.#begin(entry, line);
    for (const [index, entry] of waiting.entries()) this.#show(entry, { is: "waiting", place: index + 1 });
  }

  #begin(entry: Entry, line: Line): void {
    line.waiting.splice(line.waiting.indexOf(entry), 1);
    line.running += 1;
    entry.phase = "running";
    this.#hold(entry);
    const work = this.#run(entry, line).then(() => {
      line.running -= 1;
      this.#working.delete(work);
      this.#goOn(entry.kept.kind);
    });
    this.#working.add(work);
  }

  async #run(entry: Entry, { doer }: Line): Promise<void> {
    const { kept } = entry;
    if (!doer) throw new Error(`nobody handles jobs of kind ${kept.kind}`);
    if (kept.outcome) return this.#close(entry, kept.outcome);
    if (kept.isCancelled) return this.#close(entry, { is: "cancelled" });
    const attempt = kept.failures + 1;
    this.#show(entry, { is: "running", attempt });
    if (!(await this.#writeSurely(entry, { isRunning: true }))) return;
    const end = await runAttempt(
      kept.input?.value,
      {
        id: kept.id,
        key: kept.key,
        signal: entry.control.signal,
        attempt,
        checkpoint: kept.checkpoint,
        progress: (report) => {
          if (entry.phase === "running") this.#show(entry, { is: "running", attempt, report: plainJson(report) });
        },
        save: (checkpoint) => this.#write(entry, { checkpoint: plainJson(checkpoint) }),
      },
      { ...doer, onError: this.#parts.onError },
    );
    switch (end.is) {
      case "over":
        return this.#close(entry, end.outcome);
      case "again":
        return this.#again(entry, end.after);
      case "stopped":
        return void (await this.#writeSurely(entry, { isRunning: false }));
    }
  }

  async #again(entry: Entry, after: number): Promise<void> {
    const dueAt = this.#parts.now() + after;
    const failures = entry.kept.failures + 1;
    if (!(await this.#writeSurely(entry, { isRunning: false, isAgain: true, failures, ...this.#times(dueAt) }))) return;
    // Cancelled between its end and now.
    if (entry.control.signal.aborted) return this.#close(entry, { is: "cancelled" });
    this.#schedule(entry);
  }

  /** The outcome is durable first; then the worker is told, and then the input is let go of. */
  async #close(entry: Entry, outcome: JobOutcome): Promise<void> {
    const { doer } = this.#line(entry.kept.kind);
    const { kind, id, key, order, keepFor, failures, input, checkpoint } = entry.kept;
    entry.phase = "over";
    if (doer?.worker.over) {
      if (!(await this.#writeSurely(entry, { outcome, isRunning: false }))) return;
      await tellOver({ id, input: input?.value, checkpoint }, outcome, { ...doer, onError: this.#parts.onError });
    }
    entry.kept = { kind, id, key, order, keepFor, failures, outcome };
    if (!(await this.#writeSurely(entry, {}, keepFor))) return;
    this.#entries.delete(entry.name);
    this.#show(entry, outcome);
    entry.feed.end();
    this.#letGo(entry);
    this.#goOn(kind);
  }

  #takeOut(entry: Entry): void {
    const { waiting } = this.#line(entry.kept.kind);
    const at = waiting.indexOf(entry);
    if (at !== -1) waiting.splice(at, 1);
    this.#alarms.clear(entry.name);
  }

  #show(entry: Entry, state: JobState): void {
    const { state: before } = entry;
    if (state.is === "waiting" && before?.is === "waiting" && before.place === state.place) return;
    entry.state = state;
    entry.feed.set(state);
  }

  #write(entry: Entry, changes: Partial<KeptJob>, ttl?: number): Promise<void> {
    entry.kept = { ...entry.kept, ...changes };
    const write = async () => void (await this.#parts.records.set(entry.name, entry.kept, ttl));
    const written = entry.writing.then(write, write);
    entry.writing = written;
    return written;
  }

  /** Again until the store takes it; false = the process ends before. */
  async #writeSurely(entry: Entry, changes: Partial<KeptJob>, ttl?: number): Promise<boolean> {
    const { wait, onError } = this.#parts;
    for (;;) {
      try {
        await this.#write(entry, changes, ttl);
        return true;
      } catch (error) {
        onError(error, { kind: entry.kept.kind, id: entry.kept.id });
      }
      if (this.#stopping.signal.aborted) return false;
      await wait(mendAfter, this.#stopping.signal).catch(() => undefined);
    }
  }

  #isFree({ name, kept }: Entry): boolean {
    const holder = kept.key === undefined ? undefined : this.#holders.get(keyOf(kept));
    return holder === undefined || holder === name;
  }

  #hold({ name, kept }: Entry): void {
    if (kept.key !== undefined) this.#holders.set(keyOf(kept), name);
  }

  #letGo({ name, kept }: Entry): void {
    if (this.#holders.get(keyOf(kept)) === name) this.#holders.delete(keyOf(kept));
  }

  #line(kind: string): Line {
    const line = this.#lines.get(kind) ?? { waiting: [], running: 0 };
    this.#lines.set(kind, line);
    return line;
  }
}

function isOver({ phase }: Entry): boolean {
  return phase === "over";
}

function nameOf({ name }: JobName, id: string): string {
  return `${name}/${id}`;
}

function keyOf({ kind, key }: KeptJob): string {
  return `${kind}/${key ?? ""}`;
}
