import type { DriverContext } from "../../storage/driver.ts";
import { StorageError } from "../../storage/error.ts";

/** What every request of an account passes: five a second, and nothing while the account has to cool down. */
export interface Gate {
  /** Resolves when it is this request's turn; `too-frequent` while cooling down. */
  pass(signal?: AbortSignal): Promise<void>;
  /** The service said "too often": 30 s, doubled each time up to 15 min, then hours. `ms` is the service's own wish. Resolves with the ms to wait. */
  coolDown(ms: number | undefined): Promise<number>;
  /** Takes note of a sign-in; `too-frequent` when there were too many within the hour. */
  noteSignIn(most: number): Promise<void>;
}

/** Requests a second, and as many at once. */
const rate = 5;
const hour = 3_600_000;
const steps = [30_000, 60_000, 120_000, 240_000, 480_000, 900_000, hour, 3 * hour, 6 * hour, 12 * hour, 24 * hour];
/** A cool-down this long over is forgotten. */
const forgiven = 600_000;

interface CoolDown {
  readonly until: number;
  readonly level: number;
}

/** The gate of one account; its cool-down is kept in the notes, so that a restart does not forget it. */
export function createGate(
  account: string,
  { notes, now, wait, count }: Pick<DriverContext, "notes" | "now" | "wait" | "count">,
): Gate {
  const key = `cool-down:${account}`;
  let cooling: Promise<CoolDown | undefined> | undefined;
  let nextFree = 0;
  const current = () =>
    (cooling ??= notes.read(key).then((text) => (text ? (JSON.parse(text) as CoolDown) : undefined)));
  return {
    async pass(signal) {
      signal?.throwIfAborted();
      const { until = 0 } = (await current()) ?? {};
      if (until > now()) throw new StorageError("too-frequent", { retryAfter: until - now(), message: "cooling down" });
      // A virtual clock of turns: up to `rate` may be taken at once, later ones wait their 1/rate s.
      const turn = Math.max(nextFree, now() - 1000);
      nextFree = turn + 1000 / rate;
      const early = turn - now();
      if (early > 0) await wait(early, signal);
    },
    async coolDown(ms) {
      count?.("cool-downs");
      const before = await current();
      const level = before && before.until + forgiven > now() ? before.level + 1 : 0;
      const pause = Math.max(ms ?? 0, ms === undefined ? (steps[Math.min(level, steps.length - 1)] ?? hour) : 0);
      const next: CoolDown = { until: now() + pause, level };
      cooling = Promise.resolve(next);
      await notes.write(key, JSON.stringify(next), pause + forgiven);
      return pause;
    },
    async noteSignIn(most) {
      const signIns = `sign-ins:${account}`;
      const recent = times(await notes.read(signIns)).filter((at) => at > now() - hour);
      const first = recent[0];
      if (recent.length >= most && first !== undefined) {
        throw new StorageError("too-frequent", {
          retryAfter: first + hour - now(),
          message: "too many sign-ins within the hour",
        });
      }
      await notes.write(signIns, [...recent, now()].join(" "), hour);
    },
  };
}

function times(text: string | undefined): number[] {
  return text ? text.split(" ").map(Number) : [];
}
