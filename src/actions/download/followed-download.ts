import { JobCancelled } from "../../jobs/job.ts";
import type { RunningJob } from "../../jobs/queue.ts";
import type { Storage } from "../../storage/storage.ts";
import type { DownloadItem } from "../model/download-item.ts";
import type { Begun, Download } from "./download-kind.ts";
import { DownloadMessage, type DownloadMessageParts } from "./download-message.ts";
import { begunOf, followedOf, isOpen, type FollowedSource } from "./followed-source.ts";

export interface FollowedDownloadParts extends DownloadMessageParts {
  readonly storage: Storage;
  readonly job: RunningJob<never, Begun>;
}

/** In whose name a drive is asked for a batch, and what ends that. */
interface Asked {
  readonly asker: string;
  readonly signal: AbortSignal;
}

/** ms between looks where nothing says otherwise. */
export const usualPause = 3000;
/** ms between looks where the drive cannot be asked. */
export const troublePause = 30_000;

/** A batch in one attempt at following it: its addresses, its message, and what it leaves to the next attempt. */
export class FollowedDownload {
  readonly download: Download;
  readonly storage: Storage;
  readonly message: DownloadMessage;
  readonly sources: readonly FollowedSource[];
  /** The one an attempt before this one may have begun without noting it. */
  unsure: number | undefined;
  /** What was not begun was given back. */
  isReturned: boolean;
  /** Looking ends with the job. */
  readonly reading: Asked;
  /** What is written ends with the process alone: who cancels wants to know what was begun. */
  readonly writing: Asked;
  readonly #job: RunningJob<never, Begun>;

  constructor(download: Download, parts: FollowedDownloadParts) {
    const { job, storage } = parts;
    const { checkpoint, signal } = job;
    this.#job = job;
    this.download = download;
    this.storage = storage;
    this.message = new DownloadMessage(download, checkpoint?.redirected, parts);
    this.sources = download.sources.map((source, n) => followedOf(source, checkpoint?.items[n], this.#ordered));
    this.unsure = checkpoint?.trying;
    this.isReturned = checkpoint?.returned === true;
    this.reading = { asker: download.person, signal };
    this.writing = { asker: download.person, signal: stoppingOf(signal) };
  }

  get mount(): string {
    return this.download.mount;
  }

  get open(): readonly FollowedSource[] {
    return this.sources.filter(isOpen);
  }

  get items(): readonly DownloadItem[] {
    return this.sources.map(({ item }) => item);
  }

  /** Keeps it for the next attempt. `trying`: the one that is about to be begun. */
  async save(trying = this.unsure): Promise<void> {
    const { redirected } = this.message;
    await this.#job.save({
      items: this.sources.map((one) => begunOf(one, this.#ordered)),
      trying,
      ...(redirected && { redirected }),
      ...(this.isReturned && { returned: true }),
    });
  }

  get #ordered(): string | null {
    return this.download.to ?? null;
  }
}

/** Aborted where a job is for another reason than that somebody cancelled it. */
function stoppingOf(signal: AbortSignal): AbortSignal {
  const stopping = new AbortController();
  const stop = () => {
    if (!(signal.reason instanceof JobCancelled)) stopping.abort(signal.reason);
  };
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  return stopping.signal;
}
