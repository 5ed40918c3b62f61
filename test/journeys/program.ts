import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { expect } from "vitest";
import { freePort } from "../../emulators/free-port.ts";
import { startWorld, type World } from "../../emulators/world.ts";
import { withoutRandom } from "../store/without-random.ts";

const main = join(import.meta.dirname, "..", "..", "src", "main.ts");

/** The whole program in a process of its own, as operators run it, in the emulated world and with a disk. */
export interface Program {
  readonly world: World;
  /** Where it keeps its data. */
  readonly dataDir: string;
  /** Where its gateway listens. */
  readonly gateway: string;
  /** Of the process that runs; 0 = none does. */
  pid(): number;
  /** Starts it and waits until it is ready. Variables given here are added, or with "" taken away. */
  start(more?: Readonly<Record<string, string>>): Promise<void>;
  /** Starts another process beside it, with what this one was started with and a gateway of its own: where that listens. */
  startAnother(): Promise<string>;
  /** Waits until Discord was told the commands. */
  discordReady(): Promise<void>;
  /** kill -9: it has no chance to do anything. */
  kill(): Promise<void>;
  /** kill -9, and the next process, started as this one was, once it is ready. */
  isReplaced(): Promise<void>;
  /** Ends by itself: its exit code and what it wrote to stderr. */
  ended(): Promise<{ readonly code: number | null; readonly err: string }>;
  /** Everything it logged, over all its lives. */
  log(): string;
  /** Every byte it keeps on disk, the key it made aside. */
  stored(): string;
  /** The same without sealed values and hashes, in which any short text may stand by chance. */
  readable(): string;
  /** Ends it and the world; throws what the world had to complain about. */
  close(): Promise<void>;
}

/** Prepares a world; the program is not started. */
export async function prepareProgram(always: Readonly<Record<string, string>> = {}): Promise<Program> {
  const folder = mkdtempSync(join(tmpdir(), "chatdrive-program-"));
  const dataDir = join(folder, "data");
  const world = await startWorld({ dataDir });
  let child: Started["child"] | undefined;
  let out = "";
  let err = "";
  let closed: Promise<unknown> = Promise.resolve();
  let kills = 0;
  let last: Readonly<Record<string, string>> = {};
  const kill = async () => {
    kills += 1;
    if (child && child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    await closed;
  };
  const others: Started[] = [];
  const bytesOf = () =>
    readdirSync(dataDir)
      .filter((file) => file !== "secret.key")
      .map((file) => readFileSync(join(dataDir, file)));
  const program: Program = {
    world,
    dataDir,
    gateway: `http://127.0.0.1:${world.config.gateway.port}`,
    pid: () => child?.pid ?? 0,
    async start(more = {}) {
      err = "";
      last = more;
      const started = startProcess({ folder, given: { ...environmentOf(world, dataDir), ...always, ...more } });
      ({ child, closed } = started);
      child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
      child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
      await started.ready;
    },
    async startAnother() {
      const port = String(await freePort());
      const given = { ...environmentOf(world, dataDir), ...always, ...last, GATEWAY_PORT: port };
      const other = startProcess({ folder, given });
      others.push(other);
      await other.ready;
      return `http://127.0.0.1:${port}`;
    },
    async discordReady() {
      await expect.poll(() => out, { timeout: 15_000 }).toContain("discord knows the commands");
    },
    kill,
    async isReplaced() {
      await kill();
      await program.start(last);
    },
    async ended() {
      await closed;
      return { code: child?.exitCode ?? null, err };
    },
    log: () => out + err,
    stored: () =>
      bytesOf()
        .map((bytes) => bytes.toString("latin1"))
        .join("\n"),
    readable: () => bytesOf().map(withoutRandom).join("\n"),
    async close() {
      for (const one of [...(child ? [{ child, closed }] : []), ...others]) {
        if (one.child.exitCode === null && one.child.signalCode === null) one.child.kill("SIGKILL");
        await one.closed;
      }
      // What was killed between answering a press and saying so to Telegram answers it again in its next life.
      const isOurs = (complaint: string) => !(kills > 0 && /^press \S+ was answered twice$/.test(complaint));
      const complaints = [...world.telegram.complaints.filter(isOurs), ...world.discord.complaints];
      const open = world.telegram.openPresses.map(({ id }) => `press ${id} is not answered`);
      await world.close();
      rmSync(folder, { recursive: true, force: true });
      if (complaints.length + open.length > 0) throw new Error([...complaints, ...open].join("\n"));
    },
  };
  return program;
}

interface Started {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** Rejects when it ends before. */
  readonly ready: Promise<undefined>;
  readonly closed: Promise<unknown>;
}

/** A variable that is "" is left out. */
function startProcess({
  folder,
  given,
}: {
  readonly folder: string;
  readonly given: Readonly<Record<string, string>>;
}): Started {
  const env = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ""));
  const child = spawn(process.execPath, [main], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  const closed = once(child, "close");
  const { promise: ready, resolve, reject } = Promise.withResolvers<undefined>();
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
    if (out.includes('"event":"ready"')) resolve(undefined);
  });
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  void closed.then(() => reject(new Error(`it ended before it was ready: ${err}`)));
  return { child, ready, closed };
}

function environmentOf({ config }: World, dataDir: string): Readonly<Record<string, string>> {
  const { telegram, discord, pikpak, gateway, admins } = config;
  return {
    PATH: process.env["PATH"] ?? "",
    DATA_DIR: dataDir,
    TELEGRAM_BOT_TOKEN: telegram?.token ?? "",
    TELEGRAM_API_ROOT: telegram?.apiRoot ?? "",
    DISCORD_BOT_TOKEN: discord?.token ?? "",
    DISCORD_API_ROOT: discord?.apiRoot ?? "",
    PIKPAK_DRIVE_URL: pikpak.driveUrl ?? "",
    PIKPAK_USER_URL: pikpak.userUrl ?? "",
    PIKPAK_MCP_URL: pikpak.mcpUrl,
    GATEWAY_PORT: String(gateway.port),
    ADMINS: admins.join(","),
    LOG_LEVEL: "trace",
  };
}
