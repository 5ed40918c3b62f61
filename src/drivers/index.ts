import type { DriverKind } from "../storage/driver.ts";
import { memoryKind, type MemoryEntry } from "./memory.ts";
import { pikPakKinds, type PikPakSettings } from "./pikpak/kinds.ts";

export type { MemoryEntry } from "./memory.ts";

interface Drives {
  readonly pikpak: PikPakSettings;
  /** Trees of the memory driver by name; absent = the driver is not offered. */
  readonly memory?: Readonly<Record<string, MemoryEntry>>;
}

/** The register: every kind of drive there is, in the order people are offered them. A driver is a file and a line here. */
export function driverKinds({ pikpak, memory }: Drives): readonly DriverKind[] {
  return [...pikPakKinds(pikpak), ...(memory ? [memoryKind(memory)] : [])];
}
