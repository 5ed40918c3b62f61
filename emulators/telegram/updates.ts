import type { Clock } from "../clock.ts";
import { Refusal } from "./refusal.ts";
import { optInUpdates } from "./table.ts";

/** An update as it is sent. */
export interface Update {
  readonly update_id: number;
  readonly [kind: string]: unknown;
}

interface Waiting {
  readonly update: Update;
  readonly at: number;
}

/** What a poll asks for. */
export interface PollRequest {
  readonly offset: number;
  readonly limit: number;
  /** Seconds. */
  readonly timeout: number;
  /** Aborted when the client hangs up. */
  readonly signal: AbortSignal;
}

/** ms an update is kept. */
const longestKept = 24 * 3_600_000;

/** The updates one bot has not taken yet. */
export class Inbox {
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  #waiting: Waiting[] = [];
  #lastId: number;
  #endPoll: ((error: Refusal) => void) | undefined;
  /** How many polls had to wait so far. */
  polls = 0;
  /** Kinds that are put in; empty = all but those a bot must name. */
  allowed: readonly string[] = [];

  constructor(clock: Clock, firstId: number) {
    this.#clock = clock;
    this.#lastId = firstId;
  }

  /** What waits, oldest first. */
  get pending(): readonly Update[] {
    this.#forgetOld();
    return this.#waiting.map(({ update }) => update);
  }

  /** Whether a poll waits now. */
  get isPolled(): boolean {
    return this.#endPoll !== undefined;
  }

  /** Puts an update in, if its kind is wanted. */
  put(kind: string, body: unknown): void {
    if (!this.#wants(kind)) return;
    this.#waiting.push({ update: { update_id: ++this.#lastId, [kind]: body }, at: this.#clock.now() });
    this.#tell();
  }

  /** Takes an update out. */
  drop(update: Update): void {
    this.#waiting = this.#waiting.filter((waiting) => waiting.update !== update);
    this.#tell();
  }

  dropAll(): void {
    this.#waiting = [];
    this.#tell();
  }

  /** Called when something was put in or taken out, or a poll began. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** `getUpdates`: what came, at once or as soon as something does. A poll that is under way already ends with a conflict. */
  async poll({ offset, limit, timeout, signal }: PollRequest): Promise<Update[]> {
    this.endPoll(
      new Refusal(
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
      ),
    );
    this.#confirm(offset);
    if (this.pending.length === 0 && timeout > 0) await this.#wait(timeout * 1000, signal);
    return this.pending.slice(0, limit);
  }

  /** Ends the poll under way, if there is one. */
  endPoll(error: Refusal): void {
    this.#endPoll?.(error);
  }

  #wants(kind: string): boolean {
    return this.allowed.length === 0 ? !optInUpdates.includes(kind) : this.allowed.includes(kind);
  }

  /** Everything below the offset was taken; a negative one keeps so many from the end. */
  #confirm(offset: number): void {
    const before = this.#waiting.length;
    if (offset < 0) this.#waiting = this.#waiting.slice(offset);
    if (offset > 0) this.#waiting = this.#waiting.filter(({ update }) => update.update_id >= offset);
    if (this.#waiting.length !== before) this.#tell();
  }

  #wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = () => {
        stopTimer();
        stopListening();
        signal.removeEventListener("abort", done);
        this.#endPoll = undefined;
      };
      const done = () => {
        end();
        resolve();
      };
      const stopTimer = this.#clock.after(ms, done);
      const stopListening = this.onChange(() => {
        if (this.#waiting.length > 0) done();
      });
      signal.addEventListener("abort", done, { once: true });
      this.#endPoll = (error) => {
        end();
        reject(error);
      };
      this.polls++;
      this.#tell();
    });
  }

  #forgetOld(): void {
    const oldest = this.#clock.now() - longestKept;
    this.#waiting = this.#waiting.filter(({ at }) => at > oldest);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
