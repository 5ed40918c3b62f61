import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { WebSocket } from "ws";

/** What the program holds at a moment. */
export interface Sample {
  readonly round: number;
  /** Bytes, after a collection. */
  readonly rss: number;
  readonly heap: number;
  /** Files, sockets and pipes that are open. */
  readonly open: number;
  readonly sockets: number;
  /** Timers, sockets and the like that Node counts as at work. */
  readonly resources: number;
}

/** By what part each may be larger in the last third than in the one before, and what is too little to be a part of: the first is warming up. */
const bounds = {
  rss: { part: 0.15, ground: 20 * 1_048_576 },
  heap: { part: 0.15, ground: 6 * 1_048_576 },
  open: { part: 0.25, ground: 12 },
  sockets: { part: 0.25, ground: 12 },
  resources: { part: 0.25, ground: 12 },
} as const;

type Measure = keyof typeof bounds;
export const measures = Object.keys(bounds) as readonly Measure[];

/** What grew beyond its bound. */
export function growing(samples: readonly Sample[]): readonly string[] {
  const third = Math.floor(samples.length / 3);
  if (third === 0) return [];
  return measures.flatMap((measure) => {
    const mean = (some: readonly Sample[]) => some.reduce((sum, one) => sum + one[measure], 0) / some.length;
    const before = mean(samples.slice(-2 * third, -third));
    const after = mean(samples.slice(-third));
    const { part, ground } = bounds[measure];
    const most = Math.max(before * (1 + part), before + ground);
    return after > most ? [`${measure} from ${Math.round(before)} to ${Math.round(after)}`] : [];
  });
}

interface SampleOptions {
  readonly pid: number;
  readonly gateway: string;
  /** Port of Node's inspector in the program. */
  readonly inspector: number;
  readonly round: number;
}

/** Looks at the process from outside: Linux' own figures, `/metrics`, and Node's inspector, which collects garbage first. */
export async function sampleOf({ pid, gateway, inspector, round }: SampleOptions): Promise<Sample> {
  await collect(inspector);
  const metrics = await (await fetch(`${gateway}/metrics`)).text();
  const read = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(metrics)?.[1]);
  const folder = `/proc/${pid}/fd`;
  const open = readdirSync(folder);
  const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return {
    round,
    rss: Number(rss) * 1024,
    heap: read("nodejs_heap_size_used_bytes"),
    open: open.length,
    sockets: open.filter((name) => isSocket(`${folder}/${name}`)).length,
    resources: read("nodejs_active_resources_total"),
  };
}

function isSocket(path: string): boolean {
  try {
    return readlinkSync(path).startsWith("socket:");
  } catch {
    // It was closed since the folder was read.
    return false;
  }
}

async function collect(port: number): Promise<void> {
  const [target] = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as { webSocketDebuggerUrl: string }[];
  const socket = new WebSocket(target?.webSocketDebuggerUrl ?? "");
  await once(socket, "open");
  socket.send(JSON.stringify({ id: 1, method: "HeapProfiler.collectGarbage" }));
  await once(socket, "message");
  socket.close();
  await once(socket, "close");
}
