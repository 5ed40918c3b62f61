import { freePort } from "../emulators/free-port.ts";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { mia, startDouble, token, type Double } from "./telegram/double.ts";

const main = join(import.meta.dirname, "..", "src", "main.ts");
let double: Double;
let running: ChildProcess[] = [];
let folders: string[] = [];

beforeEach(async () => {
  double = await startDouble();
});
afterEach(async () => {
  for (const child of running) child.kill("SIGKILL");
  const alive = running.filter((child) => child.exitCode === null && child.signalCode === null);
  await Promise.all(alive.map((child) => once(child, "close")));
  running = [];
  for (const made of folders) rmSync(made, { recursive: true, force: true });
  folders = [];
  await double.close();
});

function emptyFolder(): string {
  const made = mkdtempSync(join(tmpdir(), "chatdrive-main-"));
  folders.push(made);
  return made;
}

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface Running {
  readonly child: ChildProcess;
  /** Resolves with the log line of that event. */
  event(name: string): Promise<Record<string, unknown>>;
  readonly ended: Promise<Ended>;
  /** Resolves with what the first group of a pattern is in what was said to the operator. */
  printed(pattern: RegExp): Promise<string>;
}

/** The real program in a process of its own, as `npm start` runs it, in an empty folder. */
function start(environment: Record<string, string>, folder = emptyFolder()): Running {
  // A file that may not grow is a failed write to it, as with a full disk, and not the signal that ends a process.
  const child = spawn("bash", ["-c", 'trap \'\' XFSZ; exec "$0" "$1"', process.execPath, main], {
    cwd: folder,
    env: { PATH: process.env["PATH"], DATA_DIR: join(folder, "data"), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.push(child);
  let out = "";
  let err = "";
  const hearers = new Set<() => void>();
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
    for (const hear of hearers) hear();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk.toString();
    for (const hear of hearers) hear();
  });
  return {
    child,
    event(name) {
      const { promise, resolve } = Promise.withResolvers<Record<string, unknown>>();
      const look = () => {
        const lines = out.split("\n").filter((line) => line.includes(`"${name}"`));
        const [line] = lines;
        if (line !== undefined && out.includes(`${line}\n`)) resolve(JSON.parse(line) as Record<string, unknown>);
      };
      hearers.add(look);
      look();
      return promise;
    },
    printed(pattern) {
      const { promise, resolve } = Promise.withResolvers<string>();
      const look = () => {
        const found = pattern.exec(err)?.[1];
        if (found !== undefined && err.endsWith("\n")) resolve(found);
      };
      hearers.add(look);
      look();
      return promise;
    },
    ended: once(child, "close").then(([code]) => ({ code: code as number | null, out, err })),
  };
}

const working = async () => ({
  TELEGRAM_BOT_TOKEN: token,
  TELEGRAM_API_ROOT: double.apiRoot,
  GATEWAY_PORT: String(await freePort()),
});

test("the process says ready once, with its frontends and the gateway's address, and ends with 0 when asked to", async () => {
  const environment = await working();
  const program = start(environment);
  const ready = await program.event("ready");
  expect(ready).toMatchObject({
    event: "ready",
    msg: "ready",
    frontends: ["telegram"],
    gateway: `http://127.0.0.1:${environment.GATEWAY_PORT}`,
  });
  const health = await fetch(`${String(ready["gateway"])}/readyz`);
  expect([health.status, await health.json()]).toEqual([200, { ok: true }]);
  program.child.kill("SIGTERM");
  const { code, out } = await program.ended;
  expect(code).toBe(0);
  expect(out.match(/"event":"ready"/g)).toHaveLength(1);
  expect(out).not.toContain(token.split(":")[1]);
});

test("a first start without an operator prints a code that makes the first one, once; then none is printed any more", async () => {
  const environment = await working();
  const folder = emptyFolder();
  const program = start(environment, folder);
  const code = await program.printed(/\/start (op-\w+)/);
  double.sends(mia, mia.id, `/start ${code}`);
  await double.sees(({ text }) => text.includes("You are an operator now"));
  double.sends(mia, mia.id, "/admin");
  await double.sees(({ text }) => text.includes("🎛 Operators"));
  program.child.kill("SIGTERM");
  expect((await program.ended).out).not.toContain(code);
  const again = start(environment, folder);
  await again.event("ready");
  double.sends(mia, mia.id, `/start ${code}`);
  await double.sees(({ text }) => text.includes("has been used"));
  again.child.kill("SIGTERM");
  expect(await again.ended).toMatchObject({ code: 0, err: "" });
});

test("ready is said at any log level", async () => {
  const program = start({ ...(await working()), LOG_LEVEL: "error" });
  await program.event("ready");
  program.child.kill("SIGINT");
  const { code, out } = await program.ended;
  expect([code, out.trim().split("\n").length]).toEqual([0, 1]);
});

test("a process asked to end while Telegram does not answer yet ends", async () => {
  const silent = createServer().listen(0, "127.0.0.1");
  const asked = once(silent, "connection");
  await once(silent, "listening");
  const { port } = silent.address() as AddressInfo;
  const program = start({ ...(await working()), TELEGRAM_API_ROOT: `http://127.0.0.1:${port}` });
  await asked;
  program.child.kill("SIGTERM");
  expect((await program.ended).code).toBe(0);
  silent.close();
});

test("every wrong variable is named in one message, and no value of theirs", async () => {
  const { code, err } = await start({
    TELEGRAM_BOT_TOKEN: "not-a-token-hunter2",
    GATEWAY_PORT: "99999",
    LINK_TTL: "soon",
    PIKPAK_PLATFORM: "symbian",
  }).ended;
  expect(code).toBe(2);
  for (const name of ["TELEGRAM_BOT_TOKEN", "GATEWAY_PORT", "LINK_TTL", "PIKPAK_PLATFORM"]) expect(err).toContain(name);
  expect(err).not.toContain("hunter2");
  expect(err).not.toMatch(/\n\s+at /);
});

test("a start without any token says what to set, and that there is a demo", async () => {
  const { code, err } = await start({}).ended;
  expect(code).toBe(2);
  expect(err).toMatch(/TELEGRAM_BOT_TOKEN.*DISCORD_BOT_TOKEN.*npm run demo/);
});

test("a token Telegram refuses is one line and exit code 2", async () => {
  double.refuse("getMe", { code: 401, description: "Unauthorized" });
  const { code, err } = await start({ ...(await working()), TELEGRAM_BOT_TOKEN: "999:refused_refused_refused_refused" })
    .ended;
  expect(code).toBe(2);
  expect(err.trim().split("\n")).toEqual([expect.stringContaining("TELEGRAM_BOT_TOKEN")]);
});

test("a port in use is one line and exit code 2", async () => {
  const environment = await working();
  const squatter = createServer().listen(Number(environment.GATEWAY_PORT), "127.0.0.1");
  await once(squatter, "listening");
  const { code, err } = await start(environment).ended;
  squatter.close();
  expect(code).toBe(2);
  expect(err.trim().split("\n")).toEqual([
    expect.stringMatching(new RegExp(`port ${environment.GATEWAY_PORT}.*GATEWAY_PORT`)),
  ]);
});

test("a database that is none is refused and kept as it is", async () => {
  const folder = emptyFolder();
  const file = join(folder, "broken.sqlite");
  const rubbish = "this is no database, ".repeat(500);
  writeFileSync(file, rubbish);
  const { code, err } = await start({ ...(await working()), STORE_URL: `sqlite://${file}` }, folder).ended;
  expect(code).toBe(2);
  expect(err.trim().split("\n")).toEqual([expect.stringMatching(/broken\.sqlite.*left as it is/s)]);
  expect(readFileSync(file, "utf8")).toBe(rubbish);
});

test("a store that does not answer is a failure to start, not an empty memory", async () => {
  const port = await freePort();
  const { code, err } = await start({
    ...(await working()),
    STORE_URL: `redis://127.0.0.1:${port}`,
    SECRET_KEY: Buffer.alloc(32, 7).toString("base64"),
  }).ended;
  expect(code).toBe(2);
  expect(err).toMatch(/does not answer/);
});

test("a shared store without a key of its own is refused: replicas would seal with different ones", async () => {
  const { code, err } = await start({ ...(await working()), STORE_URL: "redis://127.0.0.1:1" }).ended;
  expect(code).toBe(2);
  expect(err).toMatch(/SECRET_KEY/);
});

test("a second process over the same SQLite file is one line and exit code 2", async () => {
  const folder = emptyFolder();
  const first = start(await working(), folder);
  await first.event("ready");
  const { code, err } = await start(await working(), folder).ended;
  expect(code).toBe(2);
  expect(err.trim().split("\n")).toEqual([expect.stringMatching(/in use by another ChatDrive process/)]);
});

test("a webhook over http is one line and exit code 2, without its secret", async () => {
  const { code, err } = await start({
    TELEGRAM_BOT_TOKEN: token,
    TELEGRAM_WEBHOOK_URL: "http://bot.example.com/telegram",
    TELEGRAM_WEBHOOK_SECRET: "hunter2-hunter2",
  }).ended;
  expect(code).toBe(2);
  expect(err).toMatch(/TELEGRAM_WEBHOOK_URL: takes an https:\/\/ address/);
  expect(err).not.toMatch(/hunter2|\n\s+at /);
});

test("an .env and a DATA_DIR that cannot be used say what to do", async () => {
  const folder = emptyFolder();
  mkdirSync(join(folder, ".env"));
  expect(await start(await working(), folder).ended).toMatchObject({
    code: 2,
    err: expect.stringMatching(
      /^\.env cannot be read \(.*\)\. Give it to the user the bot runs as, or move it away\.\n$/,
    ),
  });
  const other = emptyFolder();
  writeFileSync(join(other, "data"), "a file, where a folder should be");
  const { code, err } = await start(await working(), other).ended;
  expect(code).toBe(2);
  expect(err.trim().split("\n")).toEqual([
    expect.stringMatching(/^DATA_DIR: .*a folder that the user of the bot can write to/),
  ]);
});

test("a start that fails for any other reason is one line without a trace, and exit code 1", async () => {
  const printed = `123456789:${"A".repeat(35)}`;
  // Something in the process itself fails, with a secret in what it says.
  const broken = `import http from "node:http"; import { syncBuiltinESMExports } from "node:module"; http.createServer = () => { throw new Error("somebody prints ${printed}"); }; syncBuiltinESMExports();`;
  const preload = `--import=data:text/javascript,${encodeURIComponent(broken)}`;
  const { code, err, out } = await start({ ...(await working()), NODE_OPTIONS: preload }).ended;
  expect(code).toBe(1);
  expect(err.trim().split("\n")).toHaveLength(1);
  expect(err).toMatch(/^ChatDrive could not start: /);
  expect(err + out).not.toContain(printed);
});

test("a process that can write nothing is alive and not ready, and is ready again afterwards", async () => {
  const program = start({ ...(await working()) });
  const ready = await program.event("ready");
  const asked = async (path: string) => (await fetch(`${String(ready["gateway"])}${path}`)).status;
  // The kernel refuses every byte written to a file, as a full disk does.
  const limit = (bytes: string) =>
    execFileSync("prlimit", [`--pid=${program.child.pid}`, `--fsize=${bytes}:unlimited`]);
  limit("0");
  await expect.poll(() => asked("/readyz"), { timeout: 10_000 }).toBe(503);
  expect(await asked("/healthz")).toBe(200);
  limit("unlimited");
  await expect.poll(() => asked("/readyz"), { timeout: 10_000 }).toBe(200);
  program.child.kill("SIGTERM");
  expect((await program.ended).code).toBe(0);
});

test("a program whose log is read by nobody any more says so once on stderr, stops in order and exits with 1", async () => {
  const { child, event, ended } = start({ ...(await working()), LOG_LEVEL: "trace" });
  await event("ready");
  child.stdout?.destroy();
  double.sends(mia, mia.id, "/help");
  const { code, err } = await ended;
  expect(code).toBe(1);
  expect(err.match(/EPIPE/g)).toHaveLength(1);
});
