import { randomBytes, randomUUID } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/**
 * The process's own key: read from `<directory>/secret.key`, or made there (mode 0600) on first start. The message of
 * what it throws says what to do.
 */
export function ownKey(directory: string): Uint8Array {
  const file = join(directory, "secret.key");
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (!existsSync(file)) makeKey(file);
  const text = readFileSync(file, "utf8").trim();
  const key = Buffer.from(text, "base64");
  if (key.length === 32) return key;
  throw new Error(
    text === ""
      ? `${file} is empty, as after a start that was cut off. Delete it if nothing was kept yet; else restore it from a backup, or set SECRET_KEY`
      : `${file} does not hold 32 bytes in base64: restore it from a backup, or set SECRET_KEY`,
  );
}

/** The file is there with all that is in it, or not at all: whatever cuts this off, the next start begins anew. */
function makeKey(file: string): void {
  const aside = `${file}.${randomUUID()}`;
  try {
    writeSynced(aside, `${randomBytes(32).toString("base64")}\n`);
    putInPlace(aside, file);
    syncFolder(join(file, ".."));
  } finally {
    rmSync(aside, { force: true });
  }
}

/** A link never replaces what another process has put there meanwhile, as a rename would. */
function putInPlace(aside: string, file: string): void {
  try {
    linkSync(aside, file);
  } catch (error) {
    if (codeOf(error) === "EEXIST") return;
    // FAT and some network folders know no links.
    if (!["EPERM", "ENOTSUP", "ENOSYS", "EOPNOTSUPP"].includes(codeOf(error))) throw error;
    renameSync(aside, file);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function writeSynced(file: string, text: string): void {
  const handle = openSync(file, "wx", 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function syncFolder(folder: string): void {
  // Windows opens no folders.
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
