import { JobCancelled } from "../../jobs/job.ts";
import type { JobQueue, RunningJob } from "../../jobs/queue.ts";
import { createProgressMessage, type ProgressMessage } from "../../messaging/progress-message.ts";
import type { Saved } from "../../storage/driver.ts";
import type { Entry } from "../../storage/entry.ts";
import { StorageError } from "../../storage/error.ts";
import type { Mount } from "../../storage/mount.ts";
import type { Storage } from "../../storage/storage.ts";
import type { Crumb } from "../../users/place.ts";
import { isWithin } from "../context/context.ts";
import { slim } from "../context/folder-view.ts";
import type { FileAddress } from "../model/file-address.ts";
import type { Ability, SaveState } from "../model/screen.ts";
import type { FolderView, SaveView } from "../model/session.ts";
import type { OutcomeParts } from "./outcome.ts";
import { saveScreen } from "./screen.ts";
import { saveOutcomeKind, type Save, type SaveOutcome, type Sent } from "./save-kind.ts";

/** What saving is done with. */
export interface SavedBy extends OutcomeParts {
  readonly jobs: Pick<JobQueue, "add">;
  readonly storage: Storage;
  /** An address for a file in somebody's name. Throws `StorageError`. */
  addressOf(mount: Mount, entry: Entry, options: AddressOptions): Promise<FileAddress>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  /** 10 base62 characters, not to be guessed. */
  newId(): string;
}

interface AddressOptions {
  readonly person: string;
  /** Id of the folder it is in; "" = the root. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

interface SavingParts extends SavedBy {
  readonly job: RunningJob<Sent, Sent>;
}

/** ms between two looks at whether the message is to say something else. */
const lookEvery = 2000;
/** ms before another try where the drive cannot be asked, and how many there are. */
const [troublePause, maxTries] = [5000, 6];
/** ms that the drive's own work is waited for. */
const savingTimeout = 6 * 3_600_000;

/** One attempt at saving something. */
export class Saving {
  readonly #save: Save;
  readonly #parts: SavingParts;
  readonly #message: ProgressMessage;
  #sentAt: number | undefined;
  /** Ends what is asked of the drive: with the process, and where nothing was sent yet when it is cancelled. */
  readonly #stopping = new AbortController();

  constructor(save: Save, parts: SavingParts) {
    this.#save = save;
    this.#parts = parts;
    const { signal, checkpoint } = parts.job;
    this.#message = createProgressMessage(save, parts);
    this.#sentAt = checkpoint?.sentAt;
    if (checkpoint) parts.job.progress(checkpoint);
    const stop = () => {
      if (this.#sentAt === undefined || !(signal.reason instanceof JobCancelled)) this.#stopping.abort(signal.reason);
    };
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  }

  async run(): Promise<void> {
    const over = new AbortController();
    const telling = this.#tell(AbortSignal.any([over.signal, this.#stopping.signal]));
    try {
      const saved = await this.#bring();
      over.abort();
      await telling;
      await this.#settle(saved);
    } catch (error) {
      over.abort();
      await telling;
      this.#stopping.signal.throwIfAborted();
      if (!(error instanceof StorageError)) throw error;
      await this.#fail(error);
    }
  }

  /** Says that the drive is at it, while it is. */
  async #tell(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#parts.wait(lookEvery, signal).catch(() => undefined);
      if (!signal.aborted && this.#sentAt !== undefined && !(await this.#isLeft()))
        await this.#message.show(saveScreen(this.#save.card, { is: "sent" }));
    }
  }

  /** Somebody went on in its message. */
  async #isLeft(): Promise<boolean> {
    const { id, revision } = this.#save.card.view;
    return (await this.#parts.sessions.get(id))?.revision !== revision;
  }

  async #say(state: SaveState, shows?: SaveOutcome["shows"]): Promise<void> {
    const { jobs, newId } = this.#parts;
    await jobs.add(saveOutcomeKind, { save: this.#save, state, shows, own: newId() }, { id: this.#save.id });
  }

  /** Asks until there is an answer that says something of this. */
  async #bring(): Promise<Saved> {
    const begun = this.#parts.now();
    for (let tries = 1; ; tries++) {
      try {
        return await this.#ask();
      } catch (error) {
        this.#stopping.signal.throwIfAborted();
        if (!(error instanceof StorageError) || !passing.has(error.code)) throw error;
        const isOver = error.code === "still-moving" ? this.#parts.now() > begun + savingTimeout : tries >= maxTries;
        if (isOver) throw error;
        await this.#parts.wait(Math.max(troublePause, error.retryAfter ?? 0), this.#stopping.signal);
      }
    }
  }

  #ask(): Promise<Saved> {
    const { share, entries, above, others, mount, to, person } = this.#save;
    const from = { mount: share, above, others, ...(entries && { entries }) };
    return this.#parts.storage.save(mount, from, to.at(-1)?.id, {
      asker: person,
      signal: this.#stopping.signal,
      askedAt: this.#sentAt,
      onSend: () => this.#note(),
    });
  }

  /** From now on it is looked for, and not asked for again. */
  async #note(): Promise<void> {
    if (this.#sentAt !== undefined) return;
    const sent: Sent = { sentAt: this.#parts.now() };
    await this.#parts.job.save(sent);
    this.#stopping.signal.throwIfAborted();
    this.#sentAt = sent.sentAt;
    this.#parts.job.progress(sent);
  }

  /** What there is now, and its buttons: of one file those of its card, else one for each to open it. */
  async #settle({ entries, present, folder }: Saved): Promise<void> {
    // It was done, and is not where it was to be.
    if (entries.length === 0) return this.#say({ is: "lost" });
    const target = this.#targetIn(folder);
    const slimmed = entries.map(slim);
    const [only, ...others] = slimmed;
    const isFile = only?.kind === "file" && others.length === 0;
    const address = isFile ? await this.#addressOf(only, target) : undefined;
    const state: SaveState = {
      is: "done",
      entries: slimmed,
      isPresent: present >= entries.length,
      trail: target.trail.map(({ name }) => name),
      can: isFile ? this.#abilitiesOf(only) : [],
      address,
    };
    const view = isFile
      ? { at: "file" as const, folder: target, entry: only, variants: [] }
      : ({ ...this.#save.view, to: target, back: target } satisfies SaveView);
    await this.#say(state, { state: view, rows: slimmed });
  }

  #targetIn(folder: Entry | undefined): FolderView {
    const { to } = this.#save.view;
    const own: readonly Crumb[] = folder ? [{ id: folder.id, name: folder.name }] : [];
    return { ...to, trail: [...to.trail, ...own] };
  }

  #abilitiesOf({ size }: Entry): readonly Ability[] {
    const { sendable, canTidy } = this.#save;
    return [...(isWithin(sendable, size) ? (["send"] as const) : []), ...(canTidy ? (["tidy"] as const) : [])];
  }

  /** Its own button asks for one where there is none now. */
  async #addressOf(entry: Entry, { trail }: FolderView): Promise<FileAddress | undefined> {
    const { storage, addressOf } = this.#parts;
    const mount = await storage.find(this.#save.mount);
    const folder = trail.at(-1)?.id ?? "";
    const options = { person: this.#save.person, folder, signal: this.#stopping.signal };
    return mount && addressOf(mount, entry, options).catch(ifRefused);
  }

  /** Where the folder it was to go to is gone, another try goes to the top of the drive. */
  async #fail({ code, retryAfter }: StorageError): Promise<void> {
    const isTarget = ofFolder.has(code) && (await this.#isTargetGone());
    if (!isTarget) return this.#say({ is: "failed", code, retryAfter });
    const { view } = this.#save;
    const top: SaveView = { ...view, to: { ...view.to, trail: [] } };
    return this.#say({ is: "failed", code: "target-gone" }, { state: top, rows: [] });
  }

  async #isTargetGone(): Promise<boolean> {
    const { mount, to, person } = this.#save;
    const id = to.at(-1)?.id;
    if (id === undefined) return false;
    try {
      await this.#parts.storage.stat(mount, id, { asker: person, signal: this.#stopping.signal });
      return false;
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      return ofFolder.has(error.code);
    }
  }
}

/** It says nothing of what is saved, and will be over. */
const passing: ReadonlySet<StorageError["code"]> = new Set([
  "unreachable",
  "upstream",
  "too-frequent",
  "still-moving",
] satisfies StorageError["code"][]);

/** Failures that may be the target's. */
const ofFolder: ReadonlySet<StorageError["code"]> = new Set([
  "not-found",
  "trashed",
  "not-a-folder",
] satisfies StorageError["code"][]);

function ifRefused(error: unknown): undefined {
  if (!(error instanceof StorageError)) throw error;
}
