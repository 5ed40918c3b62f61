import { createSeeker, type Seeker } from "./client.ts";
import { bigBytes } from "./origin.ts";
import type { Contender } from "./start.ts";

const partBytes = 64 * 1024;

/** Somebody who watches a film over one connection and jumps about in it. */
export class Viewer {
  readonly name: string;
  readonly #contender: Contender;
  readonly #seeker: Seeker;
  readonly #path: string;
  /** Milliseconds. */
  readonly #times: number[] = [];
  #seeks = 0;
  #callsBefore: number | undefined;

  constructor(contender: Contender, path: string) {
    this.name = contender.name;
    this.#contender = contender;
    this.#seeker = createSeeker(contender.port);
    this.#path = path;
  }

  /** Seeks that are not counted, until the process is one that somebody has watched a while from. */
  async warmUp(seeks: number): Promise<void> {
    for (let index = 0; index < seeks; index += 1) await this.#seek();
  }

  /** From now on calls for links are counted. */
  async begin(): Promise<void> {
    this.#callsBefore = await this.#contender.linkCalls?.();
  }

  async watch(seeks: number): Promise<void> {
    for (let index = 0; index < seeks; index += 1) this.#times.push(await this.#seek());
  }

  /** Milliseconds within which that share of the seeks had their part. */
  quantile(share: number): number {
    const sorted = this.#times.toSorted((one, other) => one - other);
    return sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  }

  /** Calls of its process for links since `begin`; undefined where it makes none ever. */
  async linkCalls(): Promise<number | undefined> {
    const calls = await this.#contender.linkCalls?.();
    return calls === undefined || this.#callsBefore === undefined ? undefined : calls - this.#callsBefore;
  }

  /** Ends the process. */
  async end(): Promise<void> {
    this.#seeker.close();
    await this.#contender.stop();
  }

  async #seek(): Promise<number> {
    this.#seeks += 1;
    // Three hundred places of the film, none near the one before.
    const start = Math.floor(((this.#seeks * 7919) % 300) * ((bigBytes - partBytes) / 300));
    return this.#seeker.seek(this.#path, start, start + partBytes - 1);
  }
}
