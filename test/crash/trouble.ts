import { join } from "node:path";
import { openSmallDisk } from "../journeys/small-disk.ts";
import { setClockOf } from "../journeys/set-clock.ts";
import type { Program } from "../journeys/program.ts";
import type { CrashStore } from "./crash-store.ts";
import type { Random } from "./random.ts";

/** What befalls the machine besides kills. */
export interface Trouble {
  readonly environment: Readonly<Record<string, string>>;
  /** It comes over the program that runs; true = people may be told that what is kept cannot be reached. */
  strike(): Promise<boolean>;
  /** It is over; the program may run or not. */
  mend(): void;
  close(): void;
}

interface TroubleParts {
  readonly program: Program;
  readonly random: Random;
}

const nothing: Trouble = { environment: {}, strike: async () => false, mend: () => {}, close: () => {} };

/** A disk of its own, which in every other life is full (`full`), or fails and lets nothing be written (`read-only`). */
export function diskTrouble(wanted: string | undefined, { random }: TroubleParts): Trouble {
  if (wanted === undefined) return nothing;
  if (wanted !== "full" && wanted !== "read-only") throw new Error(`--disk=${wanted}: it takes full or read-only`);
  const disk = openSmallDisk(64);
  const [strike, mend] = wanted === "full" ? [disk.fill, disk.free] : [disk.fail, disk.repair];
  let isStruck = false;
  return {
    environment: { DATA_DIR: join(disk.folder, "data") },
    async strike() {
      isStruck = random() >= 0.5;
      if (isStruck) strike();
      return isStruck;
    },
    mend() {
      if (isStruck) mend();
      isStruck = false;
    },
    close: () => disk.close(),
  };
}

/** Milliseconds a store is away, at most. */
const longestAway = 1500;

/** The server of the store ends and comes back, in every other life. */
export function storeTrouble(isWanted: boolean, { store, random }: Pick<TroubleParts, "random"> & Stored): Trouble {
  if (!isWanted) return nothing;
  const { goesAway } = store;
  if (!goesAway) throw new Error("--away: it takes --store=redis or --store=postgres");
  return {
    ...nothing,
    async strike() {
      if (random() < 0.5) return false;
      await goesAway(random() * longestAway);
      return true;
    },
  };
}

interface Stored {
  readonly store: CrashStore;
}

const hour = 3_600_000;

/** The clock is set by an hour or a day, forwards and back, and stays so over the next start. */
export function clockTrouble(isWanted: boolean, { program, random }: TroubleParts): Trouble {
  if (!isWanted) return nothing;
  const clock = setClockOf(program);
  let apart = 0;
  return {
    environment: clock.environment,
    async strike() {
      const next = random.of([-24 * hour, -hour, 0, hour, 24 * hour]);
      await clock.step(next - apart);
      apart = next;
      return false;
    },
    mend: () => {},
    close: () => {},
  };
}
