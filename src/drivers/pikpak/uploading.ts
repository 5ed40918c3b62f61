import { z } from "zod";
import type { CallOptions, CapabilityOf, DriverContext, UploadingOptions } from "../../storage/driver.ts";
import { StorageError } from "../../storage/error.ts";
import type { PendingUpload, Uploaded, UploadSource } from "../../storage/upload.ts";
import { BucketRefusal, ticketShape, type Bucket, type Part, type Ticket } from "./bucket.ts";
import { below, isFresh, isNamed, type Changes, type WritingParts } from "./changes.ts";
import { createGcid } from "./gcid.ts";
import { readTask } from "./task-wire.ts";
import type { Tasks } from "./tasks.ts";
import { entryOf, isFolder, read, readFile, type RemoteFile } from "./wire.ts";
import { finished, written } from "./written.ts";

export interface UploadingParts extends WritingParts {
  readonly bucket: Bucket;
  readonly changes: Pick<Changes, "remove" | "trash">;
  readonly tasks: Pick<Tasks, "cancelTasks">;
  readonly context: Pick<DriverContext, "now" | "wait" | "log">;
}

/** What is uploading in a signed-in account. */
export interface Uploading {
  upload: CapabilityOf<"upload">;
  dropUpload: CapabilityOf<"dropUpload">;
}

const MiB = 1024 * 1024;
/** Bytes of a part, which is held in memory, unless a file would have too many of them: 10,000 are taken. */
const [usualPart, maxParts] = [8 * MiB, 9000];
/** Ids of like-named files that are remembered. */
const maxBefore = 100;
/** ms between looks at a file that the service has all bytes of, then the last again and again; and how long it is looked at. */
const [looks, longest] = [[500, 1000, 2000, 3000], 180_000];
/** ms that an upload the bucket does not know is looked for as a file. */
const longestDoubt = 20_000;
/** Tickets one attempt asks for: one that ran out, or whose answer was lost, is replaced. */
const maxTickets = 3;

const pendingShape = z.object({
  /** What is uploaded: a name and a size, into a folder of this id. */
  name: z.string(),
  size: z.number(),
  target: z.string(),
  hash: z.string().optional(),
  /** A ticket was asked for then, ms since the epoch: what it made may be in the folder. */
  askedAt: z.number().optional(),
  /** Ids of what has such a name and was there before. */
  before: z.array(z.string()).default([]),
  /** Id of the file that the ticket is for. */
  file: z.string().optional(),
  task: z.string().optional(),
  ticket: ticketShape.optional(),
  /** The bucket's id of the upload. */
  uploadId: z.string().optional(),
  /** All of it is there. */
  isSent: z.boolean().optional(),
});
type Pending = z.infer<typeof pendingShape>;

/** Uploading into a signed-in account. */
export function createUploading(parts: UploadingParts): Uploading {
  return {
    upload: (source, to = parts.root, options) => new Upload(parts, source, { to, options }).run(),
    dropUpload: (pending, options = {}) => drop(parts, pendingShape.parse(pending), options),
  };
}

interface Order {
  readonly to: string;
  readonly options: UploadingOptions;
}

/** One attempt. */
class Upload {
  readonly #parts: UploadingParts;
  readonly #source: UploadSource;
  readonly #options: UploadingOptions;
  readonly #call: CallOptions;
  #pending: Pending;

  constructor(parts: UploadingParts, source: UploadSource, { to, options }: Order) {
    const { signal, asker, background } = options;
    this.#parts = parts;
    this.#source = source;
    this.#options = options;
    this.#call = { signal, asker, background };
    const { name, size } = source;
    this.#pending = options.pending ? pendingShape.parse(options.pending) : { name, size, target: to, before: [] };
  }

  async run(): Promise<Uploaded> {
    for (let tickets = 1; ; tickets++) {
      const settled = this.#pending.file === undefined ? await this.#ask() : undefined;
      if (settled) return settled;
      try {
        if (this.#pending.isSent !== true) await this.#send();
        return { is: "done", entry: entryOf(await this.#arrived()), instant: false };
      } catch (error) {
        if (!(error instanceof BucketRefusal)) throw error;
        if (tickets >= maxTickets) throw new StorageError("upstream", { cause: error, message: error.message });
        await this.#forget();
      }
    }
  }

  /** Asks for a ticket; what it comes to where no bytes are to be sent. */
  async #ask(): Promise<Uploaded | undefined> {
    const files = await below(this.#parts, this.#pending.target, this.#call);
    const orphan = madeIn(files, this.#pending);
    if (orphan && isWhole(orphan)) return { is: "done", entry: entryOf(orphan), instant: true };
    if (orphan) await remove(this.#parts, [orphan.id], this.#call);
    const found = this.#options.ifTaken === "tell" ? await this.#there(files) : undefined;
    if (found) return found;
    const hash = await this.#hash();
    const alike = files.filter(({ id, name }) => id !== orphan?.id && isNamed(name, this.#source.name));
    const before = alike.map(({ id }) => id).slice(-maxBefore);
    await this.#keep({ ...this.#pending, hash, askedAt: this.#parts.context.now(), before });
    return this.#take(await this.#asked());
  }

  /** The file of that name that is there already: the very same, or another. */
  async #there(files: readonly RemoteFile[]): Promise<Uploaded | undefined> {
    const same = files.find((file) => file.name === this.#source.name && !isPending(file));
    if (!same) return undefined;
    const isSame =
      !isFolder(same) && same.size === this.#source.size && same.hash !== "" && same.hash === (await this.#hash());
    return { is: isSame ? "present" : "taken", entry: entryOf(same) };
  }

  async #hash(): Promise<string> {
    const { size } = this.#source;
    if (this.#pending.hash !== undefined) return this.#pending.hash;
    const gcid = createGcid(size);
    let done = 0;
    for await (const bytes of this.#source.open(0, this.#call)) {
      this.#options.signal?.throwIfAborted();
      gcid.update(bytes);
      done += bytes.length;
      if (done > size) break;
      this.#options.onBytes?.("reading", done);
    }
    assertSize(done, this.#source);
    const hash = gcid.digest();
    this.#pending = { ...this.#pending, hash };
    return hash;
  }

  async #asked(): Promise<Answer> {
    const { client, context } = this.#parts;
    const { target, hash, name, size } = this.#pending;
    const body = {
      kind: "drive#file",
      name,
      parent_id: target,
      folder_type: "NORMAL",
      // The service wants none of an empty file.
      ...(size > 0 && { size }),
      hash,
      upload_type: "UPLOAD_TYPE_RESUMABLE",
      resumable: { provider: "PROVIDER_ALIYUN" },
    };
    const send = async () =>
      readAnswer(await client.call({ method: "POST", path: "/drive/v1/files", body, ...this.#call }));
    const readBack = async () => {
      const made = madeIn(await below(this.#parts, target, this.#call), this.#pending);
      return made && { file: made, ticket: undefined, task: undefined };
    };
    return written(context, { send, readBack, signal: this.#options.signal });
  }

  async #take({ file, ticket, task }: Answer): Promise<Uploaded | undefined> {
    if (isWhole(file)) return { is: "done", entry: entryOf(file), instant: true };
    if (!ticket) {
      // It was asked for, and its answer with the ticket was lost: nobody can put bytes into what it made.
      await remove(this.#parts, [file.id], this.#call);
      throw new StorageError("upstream", { message: "the ticket of an upload was lost" });
    }
    await this.#keep({ ...this.#pending, file: file.id, ticket, task });
    return undefined;
  }

  /** Puts what is missing into the bucket, part after part. */
  async #send(): Promise<void> {
    const { ticket } = this.#pending;
    if (!ticket) throw new BucketRefusal("over", "an upload has no ticket");
    const known = await this.#knownParts(ticket);
    if (known === "landed") return this.#keep({ ...this.#pending, isSent: true });
    const { signal, onBytes } = this.#options;
    const uploadId = this.#pending.uploadId ?? (await this.#begin(ticket));
    const sent = [...known];
    let done = sent.reduce((sum, { size }) => sum + size, 0);
    onBytes?.("sending", done);
    for await (const bytes of inPieces(this.#source, { from: done, size: partSizeOf(this.#source.size), signal })) {
      const part = { number: sent.length + 1, bytes };
      sent.push(await this.#parts.bucket.put(ticket, uploadId, part, signal));
      done += bytes.length;
      onBytes?.("sending", done);
    }
    assertSize(done, this.#source);
    await this.#complete(ticket, uploadId, sent);
    await this.#keep({ ...this.#pending, isSent: true });
  }

  /** The first parts, as far as they are there without a gap; `landed` = the bucket has made the object. */
  async #knownParts(ticket: Ticket): Promise<readonly Part[] | "landed"> {
    const { uploadId } = this.#pending;
    if (uploadId === undefined) return [];
    try {
      const all = await this.#parts.bucket.parts(ticket, uploadId, this.#options.signal);
      return wholeParts(all, this.#source.size);
    } catch (error) {
      if (!(error instanceof BucketRefusal)) throw error;
      // Completed by an attempt before this one, or never to be heard of again.
      if (error.why === "unknown" && (await this.#look(longestDoubt))) return "landed";
      this.#pending = { ...this.#pending, uploadId: undefined };
      return [];
    }
  }

  async #begin(ticket: Ticket): Promise<string> {
    const uploadId = await this.#parts.bucket.begin(ticket, this.#options.signal);
    await this.#keep({ ...this.#pending, uploadId });
    return uploadId;
  }

  /** An answer that was lost may have been one: then the bucket knows the parts no more, and the file comes. */
  async #complete(ticket: Ticket, uploadId: string, sent: readonly Part[]): Promise<void> {
    try {
      await this.#parts.bucket.complete(ticket, uploadId, sent, this.#options.signal);
    } catch (error) {
      const isDone = error instanceof BucketRefusal && error.why === "unknown" && (await this.#look(longestDoubt));
      if (!isDone) throw error;
    }
  }

  /** The file, once the service is done with it: of the size and content that were sent. */
  async #arrived(): Promise<RemoteFile> {
    const { task, hash, target } = this.#pending;
    if (task !== undefined) await finished(this.#parts, task, this.#call);
    const file = await this.#look(longest);
    if (!file) throw new StorageError("still-moving", { message: "PikPak is not done with an upload" });
    const isSame = file.size === this.#source.size && (file.hash === "" || file.hash === hash);
    if (!isSame) throw new StorageError("upload-damaged", { message: "PikPak has other bytes than were sent" });
    // Its folder may be somewhere else by now, and take it along; the file alone is where it was put.
    if (file.parent_id !== target) throw new StorageError("upload-gone", { message: "an upload is in another folder" });
    return file;
  }

  /** Waits until the file is whole; undefined = it is not by then. */
  async #look(within: number): Promise<RemoteFile | undefined> {
    const { client, context } = this.#parts;
    const path = `/drive/v1/files/${encodeURIComponent(this.#pending.file ?? "")}`;
    let waited = 0;
    for (let n = 0; ; n++) {
      const file = await client.call({ method: "GET", path, ...this.#call }).then(readFile, ifGone);
      if (isWhole(file)) return file;
      if (file.phase === "PHASE_TYPE_ERROR")
        throw new StorageError("upload-damaged", { message: "PikPak could not use what was sent" });
      if (waited >= within) return undefined;
      const pause = looks[Math.min(n, looks.length - 1)] ?? 0;
      waited += pause;
      await context.wait(pause, this.#options.signal);
    }
  }

  /** Begins anew: what was begun is taken away first. */
  async #forget(): Promise<void> {
    await drop(this.#parts, this.#pending, this.#call);
    const { name, size, target, hash } = this.#pending;
    await this.#keep({ name, size, target, hash, before: [] });
  }

  async #keep(pending: Pending): Promise<void> {
    this.#pending = pending;
    await this.#options.onPending?.(pending satisfies PendingUpload);
  }
}

/** What an attempt has made in the folder since it asked for a ticket. */
function madeIn(files: readonly RemoteFile[], { askedAt, before, name, size, hash }: Pending): RemoteFile | undefined {
  if (askedAt === undefined) return undefined;
  return files.find(
    (file) =>
      !before.includes(file.id) &&
      !isFolder(file) &&
      isNamed(file.name, name) &&
      isFresh(file, askedAt) &&
      (file.hash === "" ? isPending(file) : file.hash === hash) &&
      (file.size === undefined || file.size === size),
  );
}

/** What a ticket's answer says. */
interface Answer {
  readonly file: RemoteFile;
  /** Absent = the service has the bytes, or the answer was lost. */
  readonly ticket: Ticket | undefined;
  readonly task: string | undefined;
}

const answerShape = z.looseObject({
  file: z.unknown(),
  resumable: z.looseObject({ params: ticketShape }).nullish(),
  task: z.unknown().optional(),
});

function readAnswer(body: unknown): Answer {
  const { file, resumable, task } = read(answerShape, body, "an upload's ticket");
  const made = readFile(file);
  const ticket = resumable?.params;
  // Nothing to send means that it is there, whatever its phase says.
  return {
    file: ticket ? made : { ...made, phase: "PHASE_TYPE_COMPLETE" },
    ticket,
    task: task === undefined || task === null ? undefined : readTask(task).id,
  };
}

function isWhole({ phase, trashed }: RemoteFile): boolean {
  return phase === "PHASE_TYPE_COMPLETE" && !trashed;
}

function isPending({ phase }: RemoteFile): boolean {
  return phase === "PHASE_TYPE_PENDING" || phase === "PHASE_TYPE_RUNNING" || phase === "PHASE_TYPE_ERROR";
}

/** Somebody has taken it away meanwhile. */
function ifGone(error: unknown): never {
  const isGone = error instanceof StorageError && (error.code === "not-found" || error.code === "trashed");
  throw isGone ? new StorageError("upload-gone", { cause: error }) : error;
}

function assertSize(done: number, { name, size }: UploadSource): void {
  if (done !== size)
    throw new StorageError("source-changed", { subject: name, message: `${done} bytes came instead of ${size}` });
}

function partSizeOf(size: number): number {
  return Math.max(usualPart, Math.ceil(size / maxParts / MiB) * MiB);
}

/** Those from the first on that are as long as they are to be. */
function wholeParts(all: readonly Part[], size: number): readonly Part[] {
  const partSize = partSizeOf(size);
  const byNumber = new Map(all.map((part) => [part.number, part]));
  const found: Part[] = [];
  for (let from = 0; from < size; from += partSize) {
    const part = byNumber.get(found.length + 1);
    if (part?.size !== Math.min(partSize, size - from)) break;
    found.push(part);
  }
  return found;
}

interface Pieces {
  readonly from: number;
  readonly size: number;
  readonly signal: AbortSignal | undefined;
}

/** The bytes from an offset on in pieces of one size, the last one shorter. */
async function* inPieces(source: UploadSource, { from, size, signal }: Pieces): AsyncIterable<Uint8Array> {
  if (from >= source.size) return;
  let held: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of source.open(from, { signal })) {
    for (let rest = chunk; rest.length > 0;) {
      const some = rest.subarray(0, size - length);
      held.push(some);
      length += some.length;
      rest = rest.subarray(some.length);
      if (length < size) continue;
      yield Buffer.concat(held);
      [held, length] = [[], 0];
    }
  }
  if (length > 0) yield Buffer.concat(held);
}

/** Takes away what is there of an upload: the parts in the bucket, the task, the file. */
async function drop(parts: UploadingParts, pending: Pending, options: CallOptions): Promise<void> {
  const { bucket, tasks, context } = parts;
  const { ticket, uploadId, task, file } = pending;
  const best = (what: string, work: Promise<unknown>) =>
    work.catch((err: unknown) => {
      options.signal?.throwIfAborted();
      context.log.info({ err }, `pikpak ${what} of an upload not taken away`);
    });
  if (ticket && uploadId !== undefined) await best("parts", bucket.abort(ticket, uploadId, options.signal));
  if (task !== undefined) await best("task", tasks.cancelTasks([task], options));
  const made = async () => {
    const id = file ?? madeIn(await below(parts, pending.target, options), pending)?.id;
    if (id !== undefined) await remove(parts, [id], options);
  };
  if (file !== undefined || pending.askedAt !== undefined) await best("file", made());
}

/** For ever; to the trash where the credential may do no more than that. */
async function remove({ changes }: UploadingParts, ids: readonly string[], options: CallOptions): Promise<void> {
  try {
    await changes.remove(ids, options);
  } catch (error) {
    if (!(error instanceof StorageError) || !mayNot.has(error.code)) throw error;
    await changes.trash(ids, options);
  }
}

const mayNot: ReadonlySet<StorageError["code"]> = new Set([
  "permission-denied",
  "token-cannot-delete",
] satisfies StorageError["code"][]);
