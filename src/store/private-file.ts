import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";

/** Makes a file, and the folders it stands in, for its owner alone; one that is there is closed to others. */
export function makePrivate(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, "a", 0o600));
  closeToOthers(file);
}

/** Takes every right of others from a file; where it is not there, or not ours, nothing happens. */
export function closeToOthers(file: string): void {
  try {
    if (existsSync(file)) chmodSync(file, 0o600);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) throw error;
  }
}
