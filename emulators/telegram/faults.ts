/** How calls go wrong on demand. The first that is given counts: a reset, a body, a refusal; a delay comes before any. */
export interface Fault {
  /** The method; absent = any. */
  readonly method?: string;
  /** How many calls; default 1. */
  readonly times?: number;
  /** ms the answer is late. */
  readonly delay?: number;
  /** The connection is cut without an answer. */
  readonly reset?: boolean;
  /** HTTP status; `error_code` too unless there is a body. */
  readonly status?: number;
  readonly description?: string;
  readonly parameters?: object;
  /** Instead of JSON, as gateways in front of the service answer. */
  readonly html?: string;
  /** The refusal comes before the body was read, and the connection ends with it. */
  readonly unread?: boolean;
  /** The call is carried out first, and only its answer goes wrong. */
  readonly afterwards?: boolean;
}

/** The faults that are still to happen. */
export class Faults {
  #waiting: { readonly fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.#waiting.push({ fault, left: fault.times ?? 1 });
  }

  /** None are to happen any more. */
  clear(): void {
    this.#waiting = [];
  }

  /** The fault for a call, used up by it. */
  meet(method: string): Fault | undefined {
    const met = this.#waiting.find(
      ({ fault }) => fault.method === undefined || fault.method.toLowerCase() === method.toLowerCase(),
    );
    if (!met) return undefined;
    met.left--;
    this.#waiting = this.#waiting.filter(({ left }) => left > 0);
    return met.fault;
  }
}
