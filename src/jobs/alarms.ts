import type { QueueParts } from "./queue.ts";

/** What is due when, with one timer for all of it. */
export interface Alarms {
  /** A later call for the same name takes the place of an earlier one. */
  set(name: string, at: number): void;
  clear(name: string): void;
  stop(): void;
}

interface AlarmParts extends Pick<QueueParts, "now" | "wait"> {
  onDue(name: string): void;
}

/** Node fires timers at once that are further off than 2^31 ms. */
const longestWait = 24 * 3_600_000;

/** Alarms of this process; nothing is kept. */
export function createAlarms({ now, wait, onDue }: AlarmParts): Alarms {
  const times = new Map<string, number>();
  /** By time; what was cleared or set anew is left out when its turn comes. */
  const line: { readonly name: string; readonly at: number }[] = [];
  let armed: { readonly at: number; readonly off: AbortController } | undefined;

  const arm = () => {
    const at = line[0]?.at;
    if (at === undefined || armed?.at === at) return;
    armed?.off.abort();
    armed = { at, off: new AbortController() };
    const { signal } = armed.off;
    wait(Math.min(Math.max(0, at - now()), longestWait), signal).then(ring, () => undefined);
  };
  const ring = () => {
    armed = undefined;
    for (let first = line[0]; first && first.at <= now(); first = line[0]) {
      line.shift();
      if (times.get(first.name) !== first.at) continue;
      times.delete(first.name);
      onDue(first.name);
    }
    arm();
  };
  return {
    set(name, at) {
      if (times.get(name) === at) return;
      times.set(name, at);
      line.splice(indexAfter(line, at), 0, { name, at });
      arm();
    },
    clear: (name) => void times.delete(name),
    stop() {
      armed?.off.abort();
      times.clear();
      line.length = 0;
    },
  };
}

function indexAfter(line: readonly { readonly at: number }[], at: number): number {
  let [from, to] = [0, line.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((line[middle]?.at ?? at) <= at) from = middle + 1;
    else to = middle;
  }
  return from;
}
