/** Something that goes wrong on demand, for the next few requests that fit. */
export interface Fault {
  /** How many requests it hits; 1 when absent. */
  readonly times?: number;
  readonly method?: string;
  /** A path after the version begins like this: `/channels/`. */
  readonly path?: string;
  /** Only requests that bring files. */
  readonly withFile?: boolean;
  readonly status?: number;
  /** Discord's own, in its usual form of body; 0 when absent. */
  readonly code?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A literal body instead of Discord's own for the status. */
  readonly body?: string;
  /** Before answering, in ms of the emulator's clock. */
  readonly delay?: number;
  /** No answer: the connection ends. */
  readonly reset?: boolean;
  /** The request is carried out before its answer goes wrong. */
  readonly after?: boolean;
}

/** Faults in the order they were asked for. */
export interface Faults {
  add(fault: Fault): void;
  /** The fault this request meets, used up by one. */
  meet(method: string, path: string, withFile: boolean): Fault | undefined;
  clear(): void;
}

export function createFaults(): Faults {
  let waiting: { fault: Fault; left: number }[] = [];
  return {
    add: (fault) => void waiting.push({ fault, left: fault.times ?? 1 }),
    meet(method, path, withFile) {
      const met = waiting.find(
        ({ fault }) =>
          (fault.method ?? method) === method &&
          path.startsWith(fault.path ?? "/") &&
          (fault.withFile ?? withFile) === withFile,
      );
      if (!met) return undefined;
      met.left -= 1;
      if (met.left <= 0) waiting = waiting.filter((other) => other !== met);
      return met.fault;
    },
    clear: () => (waiting = []),
  };
}
