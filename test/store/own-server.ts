import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../emulators/free-port.ts";

/** A database server of one's own, which may be stopped, killed and started again on the data it has. */
export interface OwnServer {
  readonly url: string;
  /** It takes connections and answers nothing (SIGSTOP) until it is told to go on. */
  pause(): void;
  goOn(): void;
  /** It ends without a chance to save anything. */
  kill(): Promise<void>;
  /** Starts it again on the same data and port. */
  start(): Promise<void>;
  /** CPU seconds it and its other processes took. */
  cpu(): number;
  /** Ends it, and deletes what it has. */
  close(): Promise<void>;
}

/** Whether there is a Redis to start on this machine. */
export const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;

/** Redis with every write on disk before it is answered, as `compose.scale.yaml` has it. */
export async function startRedis(): Promise<OwnServer> {
  const port = await freePort();
  const dir = mkdtempSync(join(tmpdir(), "chatdrive-redis-"));
  const options = ["--port", String(port), "--bind", "127.0.0.1", "--dir", dir, "--save", ""];
  const durable = ["--appendonly", "yes", "--appendfsync", "always"];
  return serverOf({
    url: `redis://127.0.0.1:${port}/0`,
    launch: () => spawn("redis-server", [...options, ...durable], { stdio: ["ignore", "pipe", "inherit"] }),
    ready: "Ready to accept connections",
    ending: "SIGKILL",
    folders: [dir],
  });
}

const postgresFolder = "/usr/lib/postgresql";
const postgresBin = existsSync(postgresFolder)
  ? join(postgresFolder, readdirSync(postgresFolder).sort().at(-1) ?? "", "bin")
  : undefined;
/** Whether there is a Postgres to start on this machine. */
export const hasPostgres = postgresBin !== undefined;

/** Postgres as it comes, with a cluster of its own. */
export async function startPostgres(): Promise<OwnServer> {
  const port = await freePort();
  const dir = mkdtempSync(join(tmpdir(), "chatdrive-postgres-"));
  const owner = ownerOfPostgres();
  if (owner) chownSync(dir, owner.uid, owner.gid);
  const as = { cwd: dir, ...owner };
  const bin = (name: string) => join(postgresBin ?? "", name);
  const made = spawnSync(bin("initdb"), ["-D", join(dir, "data"), "-U", "postgres", "-A", "trust", "--no-sync"], as);
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr.toString()}`);
  const args = ["-D", join(dir, "data"), "-p", String(port), "-k", dir, "-c", "listen_addresses=127.0.0.1"];
  return serverOf({
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    launch: () => spawn(bin("postgres"), args, { ...as, stdio: ["ignore", "ignore", "pipe"] }),
    ready: "database system is ready to accept connections",
    // Its immediate shutdown: nothing is saved, and its other processes end too.
    ending: "SIGQUIT",
    folders: [dir],
  });
}

/** Postgres does not run as root. */
function ownerOfPostgres(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (flag: string) => Number(spawnSync("id", [flag, "postgres"]).stdout.toString());
  return { uid: idOf("-u"), gid: idOf("-g") };
}

interface ServerParts {
  readonly url: string;
  launch(): ChildProcess;
  /** Stands in what it writes once it serves. */
  readonly ready: string;
  readonly ending: NodeJS.Signals;
  readonly folders: readonly string[];
}

async function serverOf({ url, launch, ready, ending, folders }: ServerParts): Promise<OwnServer> {
  let child: ChildProcess | undefined;
  let closed: Promise<unknown> = Promise.resolve();
  const start = async () => {
    const started = launch();
    child = started;
    closed = once(started, "close");
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    let said = "";
    for (const stream of [started.stdout, started.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        if (said.includes(ready)) return;
        said += chunk.toString();
        if (said.includes(ready)) resolve(undefined);
      });
    }
    void closed.then(() => reject(new Error(`the server ended: ${said}`)));
    await promise;
  };
  const end = async () => {
    child?.kill("SIGCONT");
    child?.kill(ending);
    await closed;
  };
  await start();
  return {
    url,
    pause: () => void child?.kill("SIGSTOP"),
    goOn: () => void child?.kill("SIGCONT"),
    kill: end,
    start,
    cpu: () => [child?.pid ?? 0, ...childrenOf(child?.pid ?? 0)].reduce((total, pid) => total + cpuOf(pid), 0),
    async close() {
      await end();
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);
}

/** Linux counts in hundredths of a second. */
const ticks = 100;

/** CPU seconds a process took, those of its children that ended included. */
export function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return fields.slice(11, 15).reduce((total, field) => total + Number(field), 0) / ticks;
}
