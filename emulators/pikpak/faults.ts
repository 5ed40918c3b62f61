/** Something that goes wrong on demand, for the next few requests that fit. */
export interface Fault {
  /** How many requests it hits; 1 when absent. */
  readonly times?: number;
  readonly method?: string;
  /** A path begins like this: `/drive/v1/files`. */
  readonly path?: string;
  /** This text stands in the body: a tool's name, an id. */
  readonly containing?: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An envelope's words; the host's own form is put around them. */
  readonly error?: string;
  readonly code?: number;
  readonly description?: string;
  /** A literal body instead: HTML, half of a JSON, nothing. */
  readonly body?: string;
  /** Oddities envelopes have been seen with: `metadata: []`, no `error_code`, empty details. */
  readonly odd?: "metadata-list" | "no-code" | "no-details";
  /** Before answering, in ms. */
  readonly delay?: number;
  /** No answer: the connection ends. */
  readonly reset?: boolean;
  /** The real answer, cut off in the middle. */
  readonly half?: boolean;
  /** The first 64 KiB of an API host's real answer at once, and the rest so many ms later. */
  readonly restAfter?: number;
  /** What was asked for happens, and the connection ends before the answer. */
  readonly lost?: boolean;
}

/** What a fault is compared with. */
interface Met {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** Faults in the order they were asked for. */
export interface Faults {
  add(fault: Fault): void;
  /** The fault this request meets, used up by one. */
  meet(request: Met): Fault | undefined;
  clear(): void;
}

export function createFaults(): Faults {
  let waiting: { fault: Fault; left: number }[] = [];
  return {
    add: (fault) => void waiting.push({ fault, left: fault.times ?? 1 }),
    meet({ method, path, body }) {
      const met = waiting.find(
        ({ fault }) =>
          (fault.method ?? method) === method &&
          path.startsWith(fault.path ?? "/") &&
          body.includes(fault.containing ?? ""),
      );
      if (!met) return undefined;
      met.left -= 1;
      if (met.left <= 0) waiting = waiting.filter((other) => other !== met);
      return met.fault;
    },
    clear: () => (waiting = []),
  };
}
