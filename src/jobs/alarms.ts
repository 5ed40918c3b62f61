import type { QueueParts } from "./queue.ts";

/** What is due when, with one timer for all of it. */
export interface Alarms {
  /** A later call for the same name takes the place of an earlier one. */
  set(name: string, at: number): void;
  clear(name: string): void;
  stop(): void;
}

interface AlarmParts extends Pick<QueueParts, "now" | "monotonic" | "wait"> {
  onDue(name: string): void;
}

/** Milliseconds until a clock that was set forwards is noticed. */
const longestWait = 60_000;
/** Milliseconds that two clocks may drift apart between two looks without one being set. */
const drift = 500;

/** `due` is on the clock that nobody sets: where the other one is set back, nothing waits the longer for it. */
interface Alarm {
  readonly name: string;
  readonly at: number;
  readonly due: number;
}

/** Alarms of this process; nothing is kept. */
export function createAlarms({ now, monotonic = now, wait, onDue }: AlarmParts): Alarms {
  const times = new Map<string, number>();
  /** By what is due first; what was cleared or set anew is left out when its turn comes. */
  let line: Alarm[] = [];
  let armed: { readonly due: number; readonly off: AbortController } | undefined;
  let apart: number | undefined;

  const dueOf = (at: number) => monotonic() + at - now();
  const lookAtClock = () => {
    const found = now() - monotonic();
    const isSetForwards = found - (apart ?? found) > drift;
    apart = found;
    if (!isSetForwards) return;
    line = line.map((alarm) => ({ ...alarm, due: Math.min(alarm.due, dueOf(alarm.at)) }));
    line.sort((one, other) => one.due - other.due);
  };
  const arm = () => {
    const due = line[0]?.due;
    if (due === undefined || armed?.due === due) return;
    armed?.off.abort();
    armed = { due, off: new AbortController() };
    wait(Math.min(Math.max(0, Math.ceil(due - monotonic())), longestWait), armed.off.signal).then(
      ring,
      () => undefined,
    );
  };
  const ring = () => {
    armed = undefined;
    lookAtClock();
    for (let first = line[0]; first && first.due <= monotonic(); first = line[0]) {
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
      apart ??= now() - monotonic();
      const due = dueOf(at);
      line.splice(indexAfter(line, due), 0, { name, at, due });
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

function indexAfter(line: readonly Alarm[], due: number): number {
  let [from, to] = [0, line.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((line[middle]?.due ?? due) <= due) from = middle + 1;
    else to = middle;
  }
  return from;
}
