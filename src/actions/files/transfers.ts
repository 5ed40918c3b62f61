import type { TransferState } from "../model/screen.ts";
import type {
  Interrupted,
  Prepared,
  TransferOrder,
  TransferRecord,
  Transfers,
  TransfersParts,
} from "../model/transfer.ts";
import type { Carrier } from "../model/upload.ts";
import { Job } from "./job.ts";

/** The transfers of one process. */
export function createTransfers(parts: TransfersParts): Transfers {
  return new Queue(parts);
}

class Queue implements Transfers {
  readonly #parts: TransfersParts;
  readonly #overall: number;
  readonly #perPerson: number;
  readonly #waitingPerPerson: number;
  readonly #waiting: Job[] = [];
  readonly #running = new Map<string, { readonly job: Job; readonly ended: Promise<void> }>();
  /** Ids whose records are this process's business, from before they are written until they are gone. */
  readonly #ours = new Set<string>();
  readonly #stop = new AbortController();
  #beating = false;

  constructor(parts: TransfersParts) {
    const { overall = 4, perPerson = 1, waitingPerPerson = 10 } = parts;
    this.#parts = parts;
    this.#overall = overall;
    this.#perPerson = perPerson;
    this.#waitingPerPerson = waitingPerPerson;
  }

  prepare(order: TransferOrder): Prepared | "busy" | "full" {
    const { person } = order.visit;
    if (this.#jobs.some((job) => isSame(job.order, order))) return "busy";
    if (this.#waiting.filter((job) => job.person === person.id).length >= this.#waitingPerPerson) return "full";
    const job = new Job(order, this.#parts);
    if (!this.#hasRoomFor(job)) job.queuedAt(this.#waiting.length + 1);
    return {
      screen: job.screen,
      updates: job.updates,
      upload: { start: (carrier) => this.#start(job, carrier) },
    };
  }

  cancel(id: string): boolean {
    const job = this.#jobs.find((candidate) => candidate.order.id === id);
    if (!job) return false;
    this.#giveUp(job);
    return true;
  }

  async interrupted(platform: string): Promise<readonly Interrupted[]> {
    // What another process may still be at is not lost yet.
    const silent = this.#parts.now() - (this.#parts.isShared ? silence : 0);
    const left = (await this.#read()).filter(
      ({ id, place, aliveAt }) => place.startsWith(`${platform}:`) && !this.#ours.has(id) && aliveAt <= silent,
    );
    return left.map(({ id, person, place, language, message, card }) => ({
      person,
      place,
      language,
      message,
      screen: { ...card, state: { is: "interrupted" } },
      told: () => this.#forget((record) => record.id === id),
    }));
  }

  async forget(person: string): Promise<void> {
    for (const job of this.#jobs.filter((candidate) => candidate.person === person)) this.#giveUp(job);
    await this.#forget((record) => record.person === person);
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error("the process ends"));
    const running = [...this.#running.values()];
    for (const job of this.#jobs) job.letGo();
    for (const job of this.#waiting.splice(0)) job.end();
    await Promise.all(running.map(({ ended }) => ended));
  }

  get #jobs(): readonly Job[] {
    return [...[...this.#running.values()].map(({ job }) => job), ...this.#waiting];
  }

  /** The record is written before anything is sent: what is lost with the process can then be told. */
  async #start(job: Job, carrier: Carrier): Promise<void> {
    const { id, visit, language, card } = job.order;
    const { message, until } = carrier;
    this.#ours.add(id);
    try {
      await this.#change((records) => [
        ...records,
        { id, person: visit.person.id, place: visit.place.id, language, message, card, aliveAt: this.#parts.now() },
      ]);
    } catch (error) {
      this.#ours.delete(id);
      job.end();
      throw error;
    }
    if (this.#stop.signal.aborted) return job.end();
    job.carrier = carrier;
    this.#waiting.push(job);
    this.#goOn();
    if (until !== undefined && this.#waiting.includes(job)) void this.#waitFor(job, until);
    if (this.#parts.isShared && !this.#beating) void this.#beat();
  }

  /** Whose turn does not come in time is told so while there still is a way to tell. */
  async #waitFor(job: Job, until: number): Promise<void> {
    const { wait, now, log } = this.#parts;
    try {
      await wait(Math.max(0, until - now()), this.#stop.signal);
      this.#takeOut(job, { is: "failed", code: "waited" });
    } catch (err) {
      if (!this.#stop.signal.aborted) log.error({ err, transfer: job.order.id }, "end of a wait not noticed");
    }
  }

  /** Says to the other processes that these are still on their way. */
  async #beat(): Promise<void> {
    const { wait, now, log } = this.#parts;
    this.#beating = true;
    try {
      while (this.#jobs.length > 0) {
        await wait(beat, this.#stop.signal);
        await this.#change((records) =>
          records.map((record) => (this.#ours.has(record.id) ? { ...record, aliveAt: now() } : record)),
        );
      }
    } catch (err) {
      if (!this.#stop.signal.aborted) log.error({ err }, "transfers not known to go on");
    } finally {
      this.#beating = false;
    }
  }

  #hasRoomFor({ person }: Job): boolean {
    const own = [...this.#running.values()].filter(({ job }) => job.person === person).length;
    return this.#running.size < this.#overall && own < this.#perPerson;
  }

  /** Who can begin begins, in the order they came; everybody else is told their place. */
  #goOn(): void {
    if (this.#stop.signal.aborted) return;
    const next = () => this.#waiting.find((job) => this.#hasRoomFor(job));
    for (let job = next(); job; job = next()) {
      this.#waiting.splice(this.#waiting.indexOf(job), 1);
      this.#running.set(job.order.id, { job, ended: this.#run(job) });
    }
    for (const [index, job] of this.#waiting.entries()) job.queuedAt(index + 1);
  }

  async #run(job: Job): Promise<void> {
    const { log } = this.#parts;
    const { id } = job.order;
    // Not before it is among the running ones, whatever the carrier does first.
    await Promise.resolve();
    const state = await job.run();
    this.#running.delete(id);
    if (this.#stop.signal.aborted) return job.end();
    log.info({ transfer: id, person: job.person, bytes: job.done, outcome: state.is }, "transfer ended");
    await this.#close(job, state);
    this.#goOn();
  }

  #giveUp(job: Job): void {
    job.letGo();
    this.#takeOut(job, { is: "cancelled" });
  }

  /** Ends one whose turn has not come; one that is running ends by itself. */
  #takeOut(job: Job, state: TransferState): void {
    const at = this.#waiting.indexOf(job);
    if (at === -1) return;
    this.#waiting.splice(at, 1);
    void this.#close(job, state);
    this.#goOn();
  }

  /** The end is shown even where the record cannot be taken away: then it is told of once more. */
  async #close(job: Job, state: TransferState): Promise<void> {
    const { id } = job.order;
    try {
      await this.#forget((record) => record.id === id);
    } catch (err) {
      this.#parts.log.error({ err, transfer: id }, "record of a transfer not removed");
    }
    this.#ours.delete(id);
    job.end(state);
  }

  #forget(which: (record: TransferRecord) => boolean): Promise<void> {
    return this.#change((records) => records.filter((record) => !which(record)));
  }

  #change(change: (records: readonly TransferRecord[]) => readonly TransferRecord[]): Promise<void> {
    const { exclusive, records } = this.#parts;
    return exclusive("transfers", async () => {
      await records.set(key, change(await this.#read()));
    });
  }

  async #read(): Promise<readonly TransferRecord[]> {
    return (await this.#parts.records.get(key)) ?? [];
  }
}

const key = "open";
/** Milliseconds between signs of life, and without one until a transfer counts as lost. */
const beat = 20_000;
const silence = 60_000;

/** The same bytes to the same chat for the same person. */
function isSame(one: TransferOrder, other: TransferOrder): boolean {
  const nameOf = ({ visit, card: { mount, entry, variant } }: TransferOrder) =>
    [visit.person.id, visit.place.id, mount.id, entry.id, variant?.id ?? ""].join(" ");
  return nameOf(one) === nameOf(other);
}
