import { existsSync } from "node:fs";
import { startApp, StartError } from "./app.ts";
import { ConfigError, readConfig, type Config } from "./config.ts";

/** Exit code for what the operator has to mend: the message says what. */
const operatorsTurn = 2;
/** Milliseconds a clean end may take. */
const patience = 9500;

if (Number.parseInt(process.versions.node, 10) < 24)
  leave("ChatDrive needs Node 24. It comes with the dependencies: use npm start.");
const leaving = new AbortController();
process.once("SIGTERM", () => void end(0));
process.once("SIGINT", () => void end(0));
const starting = startApp(configured(), {
  signal: leaving.signal,
  onFatal: (message) => void end(operatorsTurn, message),
});
await starting.catch(refused);

function configured(): Config {
  try {
    if (existsSync(".env")) process.loadEnvFile(".env");
    return readConfig(process.env);
  } catch (error) {
    if (error instanceof ConfigError) leave(error.message);
    throw error;
  }
}

function refused(error: unknown): void {
  // Asked to end before it had begun: `end` sees to it.
  if (leaving.signal.aborted) return;
  if (error instanceof StartError) leave(error.message);
  throw error;
}

async function end(code: number, message?: string): Promise<void> {
  if (message !== undefined) process.stderr.write(`${message}\n`);
  setTimeout(() => process.exit(code || 1), patience).unref();
  leaving.abort();
  const app = await starting.catch(() => undefined);
  await app?.stop();
  process.exit(code);
}

function leave(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(operatorsTurn);
}
