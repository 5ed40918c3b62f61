/** Things that happen later, by the state's own clock: they are done when a request comes after their time. */
export interface Schedule {
  /** `ms` from now; 0 = at once. */
  after(ms: number, happen: () => void): void;
  /** Does what is due, in order. */
  run(): void;
}

export function createSchedule(now: () => number): Schedule {
  let waiting: { readonly at: number; readonly happen: () => void }[] = [];
  return {
    after(ms, happen) {
      if (ms <= 0) happen();
      else waiting.push({ at: now() + ms, happen });
    },
    run() {
      if (waiting.length === 0) return;
      const due = waiting.filter(({ at }) => at <= now()).toSorted((a, b) => a.at - b.at);
      waiting = waiting.filter(({ at }) => at > now());
      for (const { happen } of due) happen();
    },
  };
}
