import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import type { Program } from "./program.ts";

/** The clock of the machine a program runs on, as the program sees it. */
export interface SetClock {
  /** For the program's start. */
  readonly environment: Readonly<Record<string, string>>;
  /** Sets it by as many milliseconds, forwards or back; resolves when the program lives by it. */
  step(ms: number): Promise<void>;
}

/** A clock that stands where the machine's stands. The services' own clocks are never set. */
export function setClockOf(program: Pick<Program, "pid" | "dataDir">): SetClock {
  const file = join(program.dataDir, "..", "clock");
  let offset = 0;
  writeFileSync(file, "0");
  return {
    environment: {
      CLOCK_OFFSET: file,
      NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, "stepped-clock.ts")).href}`,
    },
    async step(ms) {
      offset += ms;
      writeFileSync(file, String(offset));
      process.kill(program.pid(), "SIGUSR2");
      for (let tries = 0; tries < 500; tries += 1) {
        if (existsSync(`${file}.read`) && readFileSync(`${file}.read`, "utf8") === String(offset)) return;
        await sleep(10);
      }
      throw new Error("the program's clock was not set");
    },
  };
}
