import { keysOf, openStorage } from "../app/drives.ts";
import { ConfigError, readEnvironment } from "../config.ts";
import { figuresIn } from "../i18n/figures.ts";
import { loadWords } from "../i18n/words.ts";
import { createLog, maskSecrets } from "../log.ts";
import type { Mount } from "../storage/mount.ts";
import { StoreError } from "../store/error.ts";
import { openStore } from "../store/store.ts";
import type { Person } from "../users/person.ts";
import type { Place } from "../users/place.ts";
import { accountCommand, type Shell } from "./account-commands.ts";
import { createAsker } from "./asker.ts";
import { Mistake } from "./mistake.ts";

// The operator's way to give people accounts without a chat seeing a password: `npm run account -- add`.

/** Exit code for what the operator has to mend. */
const operatorsTurn = 2;

function explain(error: unknown): number {
  const isOperators = error instanceof Mistake || error instanceof ConfigError || error instanceof StoreError;
  if (!isOperators) throw error;
  complain(error.message);
  return operatorsTurn;
}

function complain(line: string): void {
  process.stderr.write(`${maskSecrets(line)}\n`);
}

async function run(words: readonly string[]): Promise<number> {
  const work = accountCommand(words);
  const shell = await openShell();
  try {
    return await work(shell);
  } finally {
    await shell.close();
  }
}

async function openShell(): Promise<Shell & { close(): Promise<void> }> {
  const config = readEnvironment();
  const log = createLog({ level: "silent" });
  const store = await openStore({ url: config.storeUrl, keys: keysOf(config), onError: () => undefined });
  const storage = openStorage({ config, store, log });
  const words = loadWords();
  const language = words.pick(Intl.DateTimeFormat().resolvedOptions().locale);
  const asker = createAsker({
    input: process.stdin,
    output: process.stderr,
    terminal: process.stdin.isTTY,
    onInterrupt: () => process.exit(operatorsTurn),
  });
  return {
    storage,
    mounts: store.open<Mount>("mounts"),
    people: store.open<Person>("people"),
    places: store.open<Place>("places"),
    exclusive: (key, work) => store.exclusive(key, work),
    say: words.in(language),
    figures: figuresIn(language),
    has: (key) => words.has(key),
    asker,
    print: (line) => void process.stdout.write(`${line}\n`),
    complain,
    async close() {
      asker.close();
      await storage.close();
      await store.close();
    },
  };
}

process.exitCode = await run(process.argv.slice(2)).catch(explain);
