import type { Link } from "../storage/driver.ts";
import { UpstreamError } from "./upstream/error.ts";
import type { Exchange } from "./upstream/exchange.ts";
import type { Upstream } from "./upstream/port.ts";
import type { Slots } from "./slots.ts";
import { staleStatuses } from "./stale.ts";

/** A link with an address. */
export type Address = Extract<Link, { kind: "url" }>;

/** An answer that carries bytes, and the place at the file host it holds. */
export interface Opened {
  readonly exchange: Exchange;
  /** The signed address that gave it. */
  readonly url: string;
  /** Drops the exchange and gives its place to the next. */
  close(): void;
}

interface SourceOptions {
  readonly upstream: Upstream;
  /** At most so many connections a signed address. */
  readonly slots: Pick<Slots, "tryClaim" | "claim">;
  /** Told of each place at the host before it is used; what it throws gives the place back and ends the opening. */
  readonly onPlace: () => Promise<void>;
  readonly address: Address;
  /** A new link in place of a stale one, whose address is told. */
  readonly relink: (refused: string) => Promise<Address>;
  /** Resolves after that many milliseconds; rejects with the signal's reason. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
  readonly onRelink: () => void;
  /** Told of each address that gave bytes. */
  readonly onMet: (url: string) => void;
}

/** One file at its host, for as long as one client is served from it. */
export interface Source {
  /** An answer of status 200, 206 or 416 to a GET with that range. Throws `UpstreamError`. */
  open(range: string | undefined): Promise<Opened>;
  /** Bytes came: another stale link later on is a new one, not a loop. */
  progressed(): void;
}

const pauses = [100, 400, 1500];
const longestPause = 5000;

/** Opens a file again and again: another try after trouble, one new link after a stale one. */
export function createSource(options: SourceOptions): Source {
  return new LinkedSource(options);
}

class LinkedSource implements Source {
  readonly #options: SourceOptions;
  #address: Address;
  #mayRelink = true;

  constructor(options: SourceOptions) {
    this.#options = options;
    this.#address = options.address;
  }

  progressed(): void {
    this.#mayRelink = true;
  }

  async open(range: string | undefined): Promise<Opened> {
    let failures = 0;
    for (;;) {
      const outcome = await this.#try(range);
      if (!(outcome instanceof UpstreamError)) return outcome;
      if (outcome.status !== undefined && staleStatuses.has(outcome.status)) await this.#relink(outcome);
      else {
        const pause = pauses[failures];
        if (pause === undefined || !isPassing(outcome)) throw outcome;
        failures += 1;
        await this.#options.wait(Math.min(outcome.retryAfter ?? pause, longestPause), this.#options.signal);
      }
    }
  }

  async #relink(refusal: UpstreamError): Promise<void> {
    if (!this.#mayRelink) throw refusal;
    this.#mayRelink = false;
    this.#options.onRelink();
    this.#address = await this.#options.relink(this.#address.url);
  }

  async #try(range: string | undefined): Promise<Opened | UpstreamError> {
    const { upstream, slots, signal, onPlace, onMet } = this.#options;
    const { url, headers } = this.#address;
    const giveBack = slots.tryClaim(url) ?? (await slots.claim(url, signal));
    try {
      await onPlace();
      const exchange = await upstream.open(url, {
        headers: { ...headers, ...(range === undefined ? {} : { range }) },
        signal,
      });
      const refusal = refused(exchange);
      if (!refusal) {
        onMet(url);
        return { exchange, url, close: () => (exchange.drop(), giveBack()) };
      }
      exchange.drop();
      giveBack();
      return refusal;
    } catch (error) {
      giveBack();
      if (error instanceof UpstreamError) return error;
      throw error;
    }
  }
}

function refused({ head }: Exchange): UpstreamError | undefined {
  if (head.status === 200 || head.status === 206 || head.status === 416) return undefined;
  const seconds = Number(head.fields.get("retry-after"));
  return new UpstreamError("refused", `the file host answered ${head.status}`, {
    status: head.status,
    ...(seconds > 0 ? { retryAfter: seconds * 1000 } : {}),
  });
}

/** Whether trying again may help. */
function isPassing({ trouble, status }: UpstreamError): boolean {
  switch (trouble) {
    case "connect":
    case "cut":
    case "stalled":
      return true;
    case "refused":
      return status === 429 || (status !== undefined && status >= 500);
    case "forbidden":
    case "odd":
      return false;
  }
}
