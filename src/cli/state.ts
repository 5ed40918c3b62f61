import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { keysOf } from "../app/drives.ts";
import { ConfigError, readEnvironment, type Config } from "../config.ts";
import { createLog, maskSecrets } from "../log.ts";
import { StoreError } from "../store/error.ts";
import { openRecords } from "../store/records.ts";
import { keyId } from "../store/sealed.ts";
import { readState, writeState, type Moved } from "../store/state.ts";
import { openStore } from "../store/store.ts";

// What is kept, from the shell: moved to another place, or sealed with the newest key.

const usage = `What is kept, from the shell. Stop the bot first.

  npm run state export <file>   write everything kept to a new file; secrets stay sealed
  npm run state import <file>   put such a file into an empty store
  npm run state reseal          seal every secret with the newest of SECRET_KEY=old,new

It reads the same variables (and .env) as npm start.`;

async function run([command, file, ...more]: readonly string[]): Promise<void> {
  if (more.length > 0) leave(usage);
  else if (command === "reseal" && file === undefined) await resealed(readEnvironment());
  else if (command === "export" && file !== undefined) await exported(readEnvironment(), file);
  else if (command === "import" && file !== undefined) await imported(readEnvironment(), file);
  else leave(usage);
}

/** Opening the store does it, and tells its progress in the log. */
async function resealed(config: Config): Promise<void> {
  const log = createLog({ level: "info" });
  const store = await openStore({ url: config.storeUrl, keys: keysOf(config), onError, log });
  await store.close();
  const { resealed: count, unopenable } = store.resealed;
  process.stdout.write(`${count} records resealed with the newest key.\n`);
  const lost = Object.entries(unopenable);
  if (lost.length === 0) return;
  const where = lost.map(([namespace, rows]) => `${rows} in ${namespace}`).join(", ");
  process.stdout.write(
    `No key opens ${where}: put the key that sealed them before the newest, or people sign in again.\n`,
  );
}

async function exported({ storeUrl }: Config, file: string): Promise<void> {
  const records = await openRecords(storeUrl, onError);
  try {
    print(`exported to ${file}`, await writeState(records, file));
  } finally {
    await records.close();
  }
}

async function imported(config: Config, file: string): Promise<void> {
  const records = await openRecords(config.storeUrl, onError);
  try {
    const done = await readState(records, file);
    print(`imported from ${file}`, done);
    const missing = done.keys.filter((id) => !keyIdsOf(config).includes(id));
    if (missing.length === 0) return;
    process.stdout.write(
      `Its secrets are sealed with key ${missing.join(", ")}, which is not here: set SECRET_KEY to that of the old place, or people sign in again.\n`,
    );
  } finally {
    await records.close();
  }
}

function print(how: string, { records, keys }: Moved): void {
  const sealed = keys.length === 0 ? "no secrets" : `secrets sealed with key ${keys.join(", ")}`;
  process.stdout.write(`${records} records ${how}, ${sealed}\n`);
}

function keyIdsOf({ secretKeys, dataDir }: Config): readonly string[] {
  if (secretKeys) return secretKeys.map(keyId);
  const own = join(dataDir, "secret.key");
  return existsSync(own) ? [keyId(Buffer.from(readFileSync(own, "utf8").trim(), "base64"))] : [];
}

function onError(error: unknown): void {
  complain(String(error));
}

function complain(line: string): void {
  process.stderr.write(`${maskSecrets(line)}\n`);
}

function leave(message: string): void {
  complain(message);
  process.exitCode = 2;
}

await run(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof ConfigError || error instanceof StoreError)) throw error;
  leave(error.message);
});
