import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
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
  let child: ChildProcess | undefined;
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
      const given = { ...environmentOf(world, dataDir), ...always, ...more };
      const environment = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ""));
      const started = spawn(process.execPath, [main], {
        cwd: folder,
        env: environment,
        stdio: ["ignore", "pipe", "pipe"],
      });
      child = started;
      closed = once(started, "close");
      const { promise: ready, resolve, reject } = Promise.withResolvers<undefined>();
      let life = "";
      started.stdout.on("data", (chunk: Buffer) => {
        out += chunk.toString();
        life += chunk.toString();
        if (life.includes('"event":"ready"')) resolve(undefined);
      });
      started.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
      void closed.then(() => reject(new Error(`it ended before it was ready: ${err}`)));
      await ready;
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
      if (child && child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await closed;
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
