import type { JobOutcome, JobState } from "./job.ts";

/** Encrypts and decrypts texts at rest, bound to the name they are kept under. */
export interface Sealing {
  seal(text: string, name: string): string;
  /** Undefined = no key opens it. */
  open(sealed: string, name: string): string | undefined;
}

/** What a job was added with. Written by who adds and postpones; the input goes once the job is over. */
export interface JobData {
  readonly input?: { readonly value: unknown } | undefined;
  readonly key?: string | undefined;
  /** Grows with every job of the kind. */
  readonly order?: number | undefined;
  readonly dueAt?: number | undefined;
  /** What became of it in the queue it was added to before this one; absent = there was none. */
  readonly before?: Pick<JobNotes, "checkpoint" | "failures" | "outcome"> | undefined;
}

/** Its number in the line: a job that waits for a time gets its turn with that, whenever it was added. */
export function turnOf({ key, order, dueAt }: JobData): { readonly key?: string | undefined; readonly order?: number } {
  return { key, ...(dueAt === undefined && order !== undefined ? { order } : {}) };
}

/** What became of a job so far. Written by the worker that has it and by nobody else, so that no write undoes another. */
export interface JobNotes {
  /** There while it runs, and after a kill. */
  readonly attempt?: number | undefined;
  readonly report?: unknown;
  readonly checkpoint?: unknown;
  readonly failures?: number | undefined;
  /** When the next attempt is due. */
  readonly retryAt?: number | undefined;
  readonly outcome?: JobOutcome | undefined;
}

/** A job's two records as BullMQ keeps them, each a sealed text. */
export interface JobCodec {
  data: Coder<JobData>;
  notes: Coder<JobNotes>;
}

/** What is noted of a job, or was before it came here. */
export function notesOf(id: string, job: KeptByBullMQ, { data, notes }: JobCodec): JobNotes {
  const { progress } = job;
  return typeof progress === "string" ? notes.read(id, progress) : (data.read(id, job.data).before ?? {});
}

interface KeptByBullMQ {
  readonly data: unknown;
  readonly progress: unknown;
}

interface Coder<T> {
  write(id: string, value: T): string;
  /** What was never written is empty. */
  read(id: string, kept: unknown): T;
}

export function createCodec(kind: string, { seal, open }: Sealing): JobCodec {
  const opened = (sealed: string, name: string): string => {
    const text = open(sealed, name);
    if (text === undefined) throw new Error(`no key opens what is kept as ${name}`);
    return text;
  };
  const coder = <T extends object>(part: string): Coder<T> => ({
    write: (id, value) => seal(JSON.stringify(value), `jobs:${kind}:${id}:${part}`),
    // Nobody else writes under this name, and the seal says so.
    read: (id, kept) => (typeof kept === "string" ? JSON.parse(opened(kept, `jobs:${kind}:${id}:${part}`)) : {}) as T,
  });
  return { data: coder("data"), notes: coder("notes") };
}

/** What is to be known to tell where a job is. */
export interface Facts {
  readonly data: JobData;
  readonly notes: JobNotes;
  readonly isCancelled: boolean;
  /** BullMQ is through with it. */
  readonly isFinished: boolean;
  readonly place: number;
  readonly now: number;
}

/** Where a job is. */
export function stateOf({ data, notes, isCancelled, isFinished, place, now }: Facts): JobState {
  const ended = notes.outcome ?? endedBeside(notes, { isCancelled, isFinished });
  if (ended) return ended;
  if (notes.attempt !== undefined) return runningState(notes.attempt, notes);
  const at = notes.retryAt ?? data.dueAt;
  return at !== undefined && at > now ? { is: "due", at } : { is: "waiting", place };
}

/** The state that a note of a running attempt tells. */
export function runningState(attempt: number, { report }: JobNotes): JobState {
  return { is: "running", attempt, ...(report === undefined ? {} : { report }) };
}

/** Ends that the worker has not noted: one that will never begin, and one whose records could not be written a thousand times. */
function endedBeside({ attempt }: JobNotes, { isCancelled, isFinished }: Pick<Facts, "isCancelled" | "isFinished">) {
  if (isCancelled && attempt === undefined) return { is: "cancelled" } as const;
  return isFinished ? ({ is: "failed", code: "job-failed" } as const) : undefined;
}
