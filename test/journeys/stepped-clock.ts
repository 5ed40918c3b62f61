import { readFileSync, writeFileSync } from "node:fs";

// Loaded into a program before itself (`NODE_OPTIONS=--import=…`): its clock can be set, as that of a machine can. Timers
// and `performance.now` go on as they do there. The file that CLOCK_OFFSET names holds by how many ms; SIGUSR2 has it read.

const file = process.env["CLOCK_OFFSET"];
if (file === undefined) throw new Error("CLOCK_OFFSET has to name a file");
const MachineDate = Date;
let offset = 0;

class SteppedDate extends MachineDate {
  constructor(...given: readonly []) {
    super(...(given.length === 0 ? ([MachineDate.now() + offset] as unknown as readonly []) : given));
  }

  static override now(): number {
    return MachineDate.now() + offset;
  }
}

function readOffset(path: string): void {
  offset = Number(readFileSync(path, "utf8"));
  writeFileSync(`${path}.read`, String(offset));
}

readOffset(file);
process.on("SIGUSR2", () => readOffset(file));
// A date is made with the same arguments, and there is nothing else to it.
globalThis.Date = SteppedDate as unknown as DateConstructor;
