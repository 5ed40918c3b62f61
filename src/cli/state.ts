import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError, readConfig, type Config } from "../config.ts";
import { keyId } from "../store/sealed.ts";
import { readState, writeState, type Moved } from "../store/state.ts";
import { openRecords, StoreError, type Records } from "../store/store.ts";

// `npm run state -- export <file>` writes everything kept to a file; `import <file>` puts it into an empty store.
// The bot should be stopped meanwhile.

const usage = "npm run state -- export <file>, or npm run state -- import <file>";

const [what, file, ...more] = process.argv.slice(2);
if ((what !== "export" && what !== "import") || file === undefined || more.length > 0) leave(usage);
else await run(what, file);

async function run(direction: "export" | "import", path: string): Promise<void> {
  try {
    if (existsSync(".env")) process.loadEnvFile(".env");
    const config = readConfig(process.env);
    const records = await openRecords(config.storeUrl, (error) => process.stderr.write(`${String(error)}\n`));
    try {
      await moved(config, records, direction, path);
    } finally {
      await records.close();
    }
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof StoreError)) throw error;
    leave(error.message);
  }
}

async function moved(config: Config, records: Records, direction: "export" | "import", path: string): Promise<void> {
  if (direction === "export") return tell(`exported to ${path}`, await writeState(records, path));
  const done = await readState(records, path);
  tell(`imported from ${path}`, done);
  const missing = done.keys.filter((id) => !keyIdsOf(config).includes(id));
  if (missing.length === 0) return;
  process.stdout.write(
    `Its secrets are sealed with key ${missing.join(", ")}, which is not here: set SECRET_KEY to that of the old place, or people sign in again.\n`,
  );
}

function tell(how: string, { records, keys }: Moved): void {
  const sealed = keys.length === 0 ? "no secrets" : `secrets sealed with key ${keys.join(", ")}`;
  process.stdout.write(`${records} records ${how}, ${sealed}\n`);
}

function keyIdsOf({ secretKeys, dataDir }: Config): readonly string[] {
  if (secretKeys) return secretKeys.map(keyId);
  const own = join(dataDir, "secret.key");
  return existsSync(own) ? [keyId(Buffer.from(readFileSync(own, "utf8").trim(), "base64"))] : [];
}

function leave(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = 2;
}
