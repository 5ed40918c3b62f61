import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../../emulators/free-port.ts";
import { cpuOf } from "../../store/own-server.ts";

const main = join(import.meta.dirname, "..", "..", "..", "src", "main.ts");
const secret = "s3cret";

/** Processes of the program over one store, and Telegram's deliveries to them. */
export interface Replicas {
  readonly count: number;
  /** Brings an update to one after another until one has taken it; how often it was brought. */
  bring(update: object): Promise<number>;
  /** kill -9, and another one in its place; resolves when that serves. */
  replace(n: number): Promise<void>;
  /** CPU seconds of all that live. */
  cpu(): number;
  /** Bytes of the largest. */
  rss(): number;
  close(): Promise<void>;
}

interface ReplicasOptions {
  readonly count: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** Starts them, one after the other, with updates by webhook. */
export async function startReplicas({ count, environment }: ReplicasOptions): Promise<Replicas> {
  const members: Replica[] = [];
  for (let n = 0; n < count; n += 1) members.push(await startReplica(environment));
  let turn = 0;
  const bring = async (update: object): Promise<number> => {
    const body = JSON.stringify(update);
    for (let times = 1; ; times += 1) {
      const member = members[turn++ % members.length];
      if (member && (await taken(member.port, body))) return times;
      // Telegram waits too before it brings an update again.
      await sleep(Math.min(50 * times, 1000));
    }
  };
  return {
    count,
    bring,
    async replace(n) {
      await members[n]?.kill();
      members[n] = await startReplica(environment, members[n]);
    },
    cpu: () => sum(members.map(({ child }) => cpuOf(child.pid ?? 0))),
    rss: () => Math.max(...members.map(({ child }) => rssOf(child))),
    async close() {
      await Promise.all(members.map((member) => member.kill()));
      for (const { folder } of members) rmSync(folder, { recursive: true, force: true });
      agent.destroy();
    },
  };
}

interface Replica {
  readonly port: number;
  readonly folder: string;
  readonly child: ChildProcess;
  kill(): Promise<void>;
}

async function startReplica(
  environment: Readonly<Record<string, string>>,
  before?: Pick<Replica, "port" | "folder">,
): Promise<Replica> {
  const folder = before?.folder ?? mkdtempSync(join(tmpdir(), "chatdrive-replica-"));
  const port = before?.port ?? (await freePort());
  const child = spawn(process.execPath, [main], {
    cwd: folder,
    env: {
      PATH: process.env["PATH"] ?? "",
      DATA_DIR: folder,
      GATEWAY_PORT: String(port),
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      TELEGRAM_WEBHOOK_URL: `http://127.0.0.1:${port}/hook`,
      TELEGRAM_WEBHOOK_SECRET: secret,
      LOG_LEVEL: "info",
      ...environment,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = once(child, "close");
  const { promise: ready, resolve, reject } = Promise.withResolvers<undefined>();
  let said = "";
  let isReady = false;
  child.stdout.on("data", (chunk: Buffer) => {
    if (isReady) return sayErrors(chunk.toString());
    said += chunk.toString();
    if (!said.includes('"event":"ready"')) return undefined;
    isReady = true;
    return resolve(undefined);
  });
  void closed.then(() => reject(new Error(`a replica ended: ${said}`)));
  await ready;
  const kill = async () => {
    child.kill("SIGKILL");
    await closed;
  };
  return { port, folder, child, kill };
}

/** What it logs of trouble is worth seeing. */
function sayErrors(lines: string): void {
  for (const line of lines.split("\n"))
    if (line.includes('"level":50')) process.stderr.write(`${line.slice(0, 800)}\n`);
}

const agent = new Agent({ keepAlive: true, maxSockets: 512 });

/** Whether a process took the update: answered it with 200. */
function taken(port: number, body: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const headers = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "x-telegram-bot-api-secret-token": secret,
  };
  const call = request({ host: "127.0.0.1", port, path: "/hook", method: "POST", headers, agent }, (response) => {
    response.resume().on("close", () => resolve(response.statusCode === 200 && response.complete));
  });
  call.on("error", () => resolve(false));
  call.end(body);
  return promise;
}

function rssOf({ pid }: ChildProcess): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
