/** How fast bytes go, as people want to know it: over the last seconds, not since the beginning. */
export interface SpeedMeter {
  /** That many bytes have gone until now. */
  note(done: number): void;
  /** Bytes a second; undefined until a second has passed. */
  speed(): number | undefined;
}

interface SpeedMeterOptions {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds that are looked back on. */
  readonly window?: number;
}

export function createSpeedMeter({ now, window = 15_000 }: SpeedMeterOptions): SpeedMeter {
  let samples: { readonly at: number; readonly done: number }[] = [{ at: now(), done: 0 }];
  return {
    note(done) {
      const at = now();
      const last = samples.at(-1);
      if (last && at - last.at < 500) return;
      samples.push({ at, done });
      const from = samples.findLastIndex((sample) => sample.at <= at - window);
      if (from > 0) samples = samples.slice(from);
    },
    speed() {
      const [first, last] = [samples[0], samples.at(-1)];
      if (!first || !last || last.at - first.at < 1000) return undefined;
      return ((last.done - first.done) / (last.at - first.at)) * 1000;
    },
  };
}
