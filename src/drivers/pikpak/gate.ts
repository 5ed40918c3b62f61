import { z } from "zod";
import type { DriverContext } from "../../storage/driver.ts";
import { StorageError } from "../../storage/error.ts";
import { readNote } from "./note.ts";
import { createTurns, type Turn, type Turns } from "./turns.ts";

/** What every request of an account or a share passes: five a second, and nothing while it has to cool down. */
export interface Gate {
  /** Resolves when it is this request's turn; `too-frequent` while cooling down. */
  pass(turn: Turn): Promise<void>;
  /** The service said "too often": 30 s, doubled each time up to 15 min, then hours. `ms` is what the service itself asked for. Resolves with the ms to wait. */
  coolDown(ms: number | undefined): Promise<number>;
}

/** Requests within any second. */
const rate = 5;
const hour = 3_600_000;
const day = 24 * hour;
const steps = [30_000, 60_000, 120_000, 240_000, 480_000, 900_000, hour, 3 * hour, 6 * hour, 12 * hour, day];
/** A cool-down this long over is forgotten. */
const forgiven = 600_000;

/** `until`: ms since the epoch; `pause`: how long it was when it began, which is the most that can be left of it. */
const coolDownNote = z.object({ until: z.number(), level: z.number(), pause: z.number().default(day) });

/** `until`: by the monotonic clock. */
interface CoolDown {
  readonly until: number;
  readonly level: number;
}

type GateContext = Pick<DriverContext, "notes" | "now" | "monotonic" | "wait" | "reserve" | "count">;

/** The gate of `name`; its cool-down is kept in the notes, so that a restart does not forget it. `common`: turns shared with other gates. */
export function createGate(name: string, context: GateContext, common?: Turns): Gate {
  const { notes, now, monotonic, count } = context;
  const key = `cool-down:${name}`;
  let cooling: Promise<CoolDown | undefined> | undefined;
  const current = () =>
    (cooling ??= readCoolDown(key, context).catch((error: unknown) => {
      // What could not be read is read again by the next.
      cooling = undefined;
      throw error;
    }));
  const write = (pause: number, level: number) =>
    notes.write(key, JSON.stringify({ until: now() + pause, level, pause }), pause + forgiven);
  const refuseWhileCooling = async () => {
    const left = Math.ceil(((await current())?.until ?? 0) - monotonic());
    if (left > 0) throw new StorageError("too-frequent", { retryAfter: left, message: "cooling down" });
  };
  const turns = createTurns({ ...context, name, rate });
  return {
    async pass(turn) {
      turn.signal?.throwIfAborted();
      await refuseWhileCooling();
      await turns.next(turn);
      await common?.next(turn);
      // Somebody ahead may have been told "too often" meanwhile.
      await refuseWhileCooling();
    },
    async coolDown(ms) {
      count?.("cool-downs");
      const before = await current();
      const left = before ? Math.max(0, Math.ceil(before.until - monotonic())) : 0;
      // What was on its way when the cool-down began is told the same, and makes it no worse.
      const isForgiven = before === undefined || monotonic() > before.until + forgiven;
      const level = isForgiven ? 0 : before.level + (left > 0 ? 0 : 1);
      const step = left > 0 ? left : (steps[Math.min(level, steps.length - 1)] ?? hour);
      const pause = Math.min(Math.max(ms ?? step, left), day);
      cooling = Promise.resolve({ until: monotonic() + pause, level });
      await write(pause, level);
      return pause;
    },
  };
}

/** The cool-down before a restart. A clock set back since makes it no longer than it was. */
async function readCoolDown(
  key: string,
  { notes, now, monotonic }: Pick<GateContext, "notes" | "now" | "monotonic">,
): Promise<CoolDown | undefined> {
  const note = readNote(coolDownNote, await notes.read(key));
  if (!note) return undefined;
  const { until, level, pause } = note;
  const left = Math.min(until - now(), pause);
  if (until - now() > pause) {
    await notes.write(key, JSON.stringify({ until: now() + pause, level, pause }), pause + forgiven);
  }
  return { until: monotonic() + left, level };
}

/** A gate whose name is only known once it is asked for. */
export function lateGate(find: () => Promise<Gate>): Gate {
  return {
    pass: async (turn) => (await find()).pass(turn),
    coolDown: async (ms) => (await find()).coolDown(ms),
  };
}
