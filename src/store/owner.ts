import { DatabaseSync } from "node:sqlite";
import { StoreError } from "./error.ts";
import { makePrivate } from "./private-file.ts";

/**
 * Takes a SQLite file for this process alone, until the returned function is called or the process ends, however it
 * ends: the system itself lets go of the lock that is held on a file beside it. Throws `StoreError` when another has it.
 */
export function ownFile(file: string): () => void {
  const beside = `${file}.lock`;
  makePrivate(beside);
  const lock = new DatabaseSync(beside, { timeout: 0 });
  try {
    lock.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    throw new StoreError(`the database ${file} is in use by another ChatDrive process: stop that one first.`, {
      cause: error,
    });
  }
  return () => lock.close();
}
