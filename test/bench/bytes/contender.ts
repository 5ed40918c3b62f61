/** What a process that is measured is told, in its one argument, as JSON. */
export interface Task {
  /** Addresses of the upstream's files by name: `https/big`. */
  readonly urls: Readonly<Record<string, string>>;
}

/** What it says when it listens: where, and under which path each name is served. */
export interface Listening {
  readonly port: number;
  readonly paths: Readonly<Record<string, string>>;
}

/** The task this process was started with. */
export function readTask(): Task {
  // Written by the benchmark itself.
  return JSON.parse(process.argv[2] ?? "{}") as Task;
}

/** Tells the benchmark; ends with it. */
export function announce(listening: Listening): void {
  process.on("disconnect", () => process.exit());
  process.send?.(listening);
}

/** For those whose paths are the names themselves. */
export function plainPaths({ urls }: Task): Record<string, string> {
  return Object.fromEntries(Object.keys(urls).map((name) => [name, `/${name}`]));
}
