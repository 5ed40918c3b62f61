import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { heapFlags } from "../heap-flags.ts";
import type { Listening, Task } from "./contender.ts";
import { startNginx } from "./nginx.ts";

/** One that is measured. */
export interface Contender extends Listening {
  readonly name: string;
  readonly pid: number;
  /** Calls to the drive for links so far; undefined for those that know none. */
  linkCalls?(): Promise<number>;
  stop(): Promise<void>;
}

/** Kept from run to run, as `npm start` keeps it. */
const compiled = join(import.meta.dirname, "../../../node_modules/.cache/compiled");

/** A Node process of this folder, which believes the certificate in a file besides the usual ones. */
export async function startNode(
  name: string,
  file: string,
  { ca, ...task }: Task & { ca?: string },
): Promise<Contender> {
  const child = fork(join(import.meta.dirname, file), [JSON.stringify(task)], {
    // As `npm start` runs it.
    execArgv: heapFlags,
    env: { ...process.env, NODE_COMPILE_CACHE: compiled, ...(ca !== undefined && { NODE_EXTRA_CA_CERTS: ca }) },
  });
  // Sent by `announce`.
  const [{ port, paths }] = (await once(child, "message")) as [Listening];
  return {
    name,
    port,
    paths,
    pid: child.pid ?? 0,
    ...(["ours.ts", "gateway.ts"].includes(file) && {
      linkCalls: async () => {
        child.send("calls");
        const [{ calls }] = (await once(child, "message")) as [{ calls: number }];
        return calls;
      },
    }),
    stop: async () => {
      child.kill();
      await once(child, "exit");
    },
  };
}

interface ProxySettings {
  readonly port: number;
  /** Lines for its `http` block besides the usual ones. */
  readonly lines?: string;
}

/** nginx as people set it up in front of a file host, without buffering to disk. */
export async function startProxy(
  name: string,
  { urls }: Task,
  { port, lines = "" }: ProxySettings,
): Promise<Contender> {
  const hosts = [...new Set(Object.values(urls).map((url) => new URL(url).host))];
  const groups = hosts.map((host, index) => `upstream host${index} { server ${host}; keepalive 64; }`);
  const places = Object.entries(urls).map(([path, url]) => {
    const { protocol, host, pathname } = new URL(url);
    return `location = /${path} { proxy_pass ${protocol}//host${hosts.indexOf(host)}${pathname}; }`;
  });
  const nginx = await startNginx(
    `proxy_http_version 1.1; proxy_set_header Connection ""; ${lines}
${groups.join("\n")}
server { listen 127.0.0.1:${port}; ${places.join("\n")} }`,
    port,
  );
  return {
    name,
    port,
    pid: nginx.pid,
    paths: Object.fromEntries(Object.keys(urls).map((path) => [path, `/${path}`])),
    stop: () => nginx.stop(),
  };
}

/** Seconds of processor time a process has used. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  // utime and stime, in ticks of 10 ms.
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** MiB of memory a process holds. */
export function residentMiB(pid: number): number {
  const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kib) / 1024;
}
