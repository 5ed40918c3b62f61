import { existsSync } from "node:fs";
import { startApp, StartError, type App } from "./app.ts";
import { ConfigError, readConfig, type Config } from "./config.ts";
import { createLog } from "./log.ts";

/** Exit code for what the operator has to mend: the message says what. */
const operatorsTurn = 2;
/** Milliseconds a clean end may take. */
const timeout = 9500;

if (Number.parseInt(process.versions.node, 10) < 24)
  leave("ChatDrive needs Node 24. It comes with the dependencies: use npm start.");
const leaving = new AbortController();
process.once("SIGTERM", () => void end(0));
process.once("SIGINT", () => void end(0));
const starting = startApp(configured(), {
  signal: leaving.signal,
  onFatal: (message) => void end(operatorsTurn, message),
});
const started = await starting.catch(refused);
if (started) sayReady(started);

function configured(): Config {
  try {
    if (existsSync(".env")) process.loadEnvFile(".env");
    return readConfig(process.env);
  } catch (error) {
    if (error instanceof ConfigError) leave(error.message);
    throw error;
  }
}

/** At any level: it is what an operator, a supervisor or a test waits for. */
function sayReady({ frontends, gatewayUrl: gateway, address }: App): void {
  createLog({ level: "info" }).info({ event: "ready", frontends, gateway, address }, "ready");
}

function refused(error: unknown): undefined {
  // Asked to end before it had begun: `end` sees to it.
  if (leaving.signal.aborted) return undefined;
  if (error instanceof StartError) leave(error.message);
  throw error;
}

async function end(code: number, message?: string): Promise<void> {
  if (message !== undefined) process.stderr.write(`${message}\n`);
  setTimeout(() => process.exit(code || 1), timeout).unref();
  leaving.abort();
  const app = await starting.catch(() => undefined);
  await app?.stop();
  process.exit(code);
}

function leave(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(operatorsTurn);
}
