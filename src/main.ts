import { flushCompileCache } from "node:module";
import { startApp, StartError, type App } from "./app.ts";
import { ConfigError, readEnvironment, type Config } from "./config.ts";
import { createLog, maskSecrets } from "./log.ts";

/** Exit codes: what the operator has to mend, and what somebody has to report. */
const [operatorsTurn, unforeseen] = [2, 1];
/** Milliseconds a clean end may take. */
const timeout = 9500;

if (Number.parseInt(process.versions.node, 10) < 24)
  leave(operatorsTurn, "ChatDrive needs Node 24. It comes with the dependencies: use npm start.");
const leaving = new AbortController();
process.once("SIGTERM", () => void end(0));
process.once("SIGINT", () => void end(0));
// To tell of the first is the end: where nobody reads the log any more, telling fails as well, and so does all that is told on the way out.
let hasFailed = false;
process.on("uncaughtException", (error) => {
  if (hasFailed) return;
  hasFailed = true;
  void end(unforeseen, lineOf(error, "ChatDrive ended"));
});
const starting = startApp(configured(), {
  signal: leaving.signal,
  onFatal: (message) => void end(operatorsTurn, message),
});
const started = await starting.catch(refused);
if (started) {
  // What Node compiled is kept now, not at a clean end alone: a process that is killed starts no slower than one that ended.
  flushCompileCache();
  sayReady(started);
}

function configured(): Config {
  try {
    return readEnvironment();
  } catch (error) {
    if (error instanceof ConfigError) leave(operatorsTurn, error.message);
    leave(unforeseen, lineOf(error, "ChatDrive could not start"));
  }
}

/** At any level: it is what an operator, a supervisor or a test waits for. */
function sayReady({ frontends, gatewayUrl: gateway, address }: App): void {
  createLog({ level: "info" }).info({ event: "ready", frontends, gateway, address }, "ready");
}

function refused(error: unknown): undefined {
  // Asked to end before it had begun: `end` sees to it.
  if (leaving.signal.aborted) return undefined;
  if (error instanceof StartError) leave(operatorsTurn, error.message);
  leave(unforeseen, lineOf(error, "ChatDrive could not start"));
}

/** The log has where it came from, without the secrets; a trace of Node's own would print them. */
function lineOf(error: unknown, what: string): string {
  createLog({ level: "fatal" }).fatal({ err: error }, what);
  return `${what}: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
}

async function end(code: number, message?: string): Promise<void> {
  if (message !== undefined) print(message);
  setTimeout(() => process.exit(code || unforeseen), timeout).unref();
  leaving.abort();
  const app = await starting.catch(() => undefined);
  await app?.stop();
  process.exit(code);
}

function leave(code: number, message: string): never {
  print(message);
  process.exit(code);
}

function print(message: string): void {
  process.stderr.write(`${maskSecrets(message)}\n`);
}
