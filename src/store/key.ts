import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The process's own key: read from `<directory>/secret.key`, or made there (mode 0600) on first start. */
export function ownKey(directory: string): Uint8Array {
  const file = join(directory, "secret.key");
  mkdirSync(directory, { recursive: true });
  try {
    writeFileSync(file, `${randomBytes(32).toString("base64")}\n`, { mode: 0o600, flag: "wx" });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  const key = Buffer.from(readFileSync(file, "utf8").trim(), "base64");
  if (key.length !== 32)
    throw new Error(`${file} does not hold 32 bytes in base64: restore it from a backup, or set SECRET_KEY`);
  return key;
}
