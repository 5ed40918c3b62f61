import { createHash } from "node:crypto";
import { loadavg } from "node:os";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { download, readSlowly } from "./bytes/client.ts";
import type { Task } from "./bytes/contender.ts";
import { nginxVersion } from "./bytes/nginx.ts";
import { bigBytes, startOrigin, type Origin } from "./bytes/origin.ts";
import { Viewer } from "./bytes/viewer.ts";
import { cpuSeconds, residentMiB, startNode, startProxy, type Contender } from "./bytes/start.ts";

// npm run bench:bytes: the gateway beside nginx and what one writes first, on one machine, in one run.
// `--rounds=1` takes one round instead of three; `--only=ours,nginx` takes those alone.

const only = option("only")?.split(",");
const rounds = Number(option("rounds") ?? 3);
const mib = 1024 * 1024;
/** Turns of fifty seeks until a process answers as one does that has run for some minutes: until then Node compiles. */
const warmTurns = 100;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const origin = await startOrigin();
const starters = contenders({ urls: origin.urls, ...(origin.ca === undefined ? {} : { ca: origin.ca }) });
say(
  `${new Date().toISOString()} · Node ${process.versions.node} · ${nginxVersion() ?? "nginx is not installed: left out"}`,
);
say(
  `load at the start ${loadavg()
    .map((load) => load.toFixed(2))
    .join(" ")}\n`,
);
try {
  for (const scheme of ["http", "https"]) {
    if (origin.urls[`${scheme}/big`] === undefined) say(`${scheme}: openssl is not installed: left out`);
    else await compare(scheme, origin);
  }
} finally {
  await origin.stop();
}

function option(name: string): string | undefined {
  return process.argv.find((text) => text.startsWith(`--${name}=`))?.slice(name.length + 3);
}

interface Row {
  readonly name: string;
  readonly figures: Map<string, number[]>;
}

/** All contenders over one kind of upstream, their rounds interleaved, so that noise meets all of them. */
async function compare(scheme: string, origin: Origin): Promise<void> {
  const rows: Row[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, start } of starters) {
      if (round === 0) rows.push({ name, figures: new Map() });
      const contender = await start();
      try {
        const add = (figure: string, value: number): void => note(rows, name, figure, value);
        await measure(contender, { scheme, origin, add, isFirst: round === 0 });
      } finally {
        await contender.stop();
      }
    }
  }
  await compareSeeks(scheme, rows);
  print(scheme, rows);
}

function note(rows: readonly Row[], name: string, figure: string, value: number): void {
  const figures = rows.find((row) => row.name === name)?.figures;
  figures?.set(figure, [...(figures.get(figure) ?? []), value]);
}

/** Seeks last less than the noise of a machine, so all contenders are up at once and take turns of fifty. */
async function compareSeeks(scheme: string, rows: readonly Row[]): Promise<void> {
  for (let round = 0; round < 3 * rounds; round += 1) {
    const viewers: Viewer[] = [];
    try {
      for (const { start } of starters) {
        const contender = await start();
        viewers.push(new Viewer(contender, pathOf(contender, scheme, "big")));
      }
      await takeTurns(viewers, rows);
    } finally {
      for (const viewer of viewers) await viewer.end();
    }
  }
}

async function takeTurns(viewers: readonly Viewer[], rows: readonly Row[]): Promise<void> {
  for (let turn = 0; turn < warmTurns; turn += 1) for (const viewer of viewers) await viewer.warmUp(50);
  for (const viewer of viewers) await viewer.begin();
  for (let turn = 0; turn < 6; turn += 1) for (const viewer of viewers) await viewer.watch(50);
  const undici = viewers.find(({ name }) => name === "undici")?.quantile(0.5);
  for (const viewer of viewers) {
    const linkCalls = await viewer.linkCalls();
    note(rows, viewer.name, "range p50 ms", viewer.quantile(0.5));
    note(rows, viewer.name, "range p99 ms", viewer.quantile(0.99));
    if (undici !== undefined) note(rows, viewer.name, "range p50 ÷ undici's", viewer.quantile(0.5) / undici);
    if (linkCalls !== undefined) note(rows, viewer.name, "link calls", linkCalls);
  }
}

interface Measuring {
  readonly scheme: string;
  readonly origin: Origin;
  readonly add: (figure: string, value: number) => void;
  readonly isFirst: boolean;
}

async function measure(contender: Contender, measuring: Measuring): Promise<void> {
  const { scheme, isFirst, origin } = measuring;
  if (isFirst) await provesItsBytes(contender, scheme, origin.digest);
  else await download({ port: contender.port, path: pathOf(contender, scheme, "big"), range: "bytes=0-268435455" });
  for (const streams of [1, 8, 64]) await throughput(contender, streams, measuring);
  if (!isFirst) return;
  await slowReaders(contender, measuring);
  await aborts(contender, measuring);
}

/** Also the warming up. */
async function provesItsBytes(contender: Contender, scheme: string, digest: string): Promise<void> {
  const hash = createHash("sha256");
  await download({
    port: contender.port,
    path: pathOf(contender, scheme, "big"),
    onBody: (piece) => hash.update(piece),
  });
  if (hash.digest("hex") !== digest) throw new Error(`${contender.name} changed the bytes over ${scheme}`);
}

async function throughput(contender: Contender, streams: number, { scheme, add }: Measuring): Promise<void> {
  const each = bigBytes / streams;
  const path = pathOf(contender, scheme, "big");
  const before = cpuSeconds(contender.pid);
  const began = performance.now();
  await Promise.all(
    Array.from({ length: streams }, (_, index) =>
      download({ port: contender.port, path, range: `bytes=${index * each}-${(index + 1) * each - 1}` }),
    ),
  );
  const seconds = (performance.now() - began) / 1000;
  add(`MiB/s ×${streams}`, bigBytes / mib / seconds);
  add(`CPU s/GiB ×${streams}`, ((cpuSeconds(contender.pid) - before) * 1024 ** 3) / bigBytes);
}

async function slowReaders(contender: Contender, { scheme, add }: Measuring): Promise<void> {
  const before = residentMiB(contender.pid);
  const stops = Array.from({ length: 64 }, () => readSlowly(contender.port, pathOf(contender, scheme, "huge"), 100));
  let most = before;
  for (let turn = 0; turn < 24; turn += 1) {
    await sleep(250);
    most = Math.max(most, residentMiB(contender.pid));
  }
  for (const stop of stops) stop();
  add("RSS MiB before", before);
  add("RSS MiB 64 slow", most);
  await sleep(300);
}

async function aborts(contender: Contender, { scheme, origin, add }: Measuring): Promise<void> {
  let longest = 0;
  for (let turn = 0; turn < 10; turn += 1) {
    const closed = origin.closed();
    const socket = connect(contender.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write(`GET ${pathOf(contender, scheme, "endless")} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
    let got = 0;
    await new Promise<void>((resolve) =>
      socket.on("data", (bytes) => {
        got += bytes.length;
        if (got > mib) resolve();
      }),
    );
    const left = performance.now();
    socket.destroy();
    await Promise.race([closed, sleep(5000)]);
    longest = Math.max(longest, performance.now() - left);
  }
  add("abort ms", longest);
}

function pathOf({ paths }: Contender, scheme: string, file: string): string {
  return paths[`${scheme}/${file}`] ?? "/";
}

function contenders(
  task: Task & { ca?: string },
): readonly { readonly name: string; readonly start: () => Promise<Contender> }[] {
  const nginx = (name: string, port: number, lines: string) => ({
    name,
    start: () => startProxy(name, task, { port, lines }),
  });
  const all = [
    { name: "ours", start: () => startNode("ours", "ours.ts", task) },
    { name: "gateway alone", start: () => startNode("gateway alone", "gateway.ts", task) },
    { name: "pipe", start: () => startNode("pipe", "pipe.ts", task) },
    { name: "undici", start: () => startNode("undici", "undici.ts", task) },
    ...(nginxVersion() === undefined
      ? []
      : [
          nginx("nginx", 18_481, "proxy_buffering off;"),
          nginx(
            "nginx 128k",
            18_482,
            "proxy_buffering off; proxy_buffer_size 128k; proxy_buffers 4 128k; proxy_busy_buffers_size 256k;",
          ),
          // As it is tuned for big files: up to eight MiB a stream, and nothing goes to the disk.
          nginx(
            "nginx 1m",
            18_483,
            "proxy_buffering on; proxy_buffer_size 1m; proxy_buffers 8 1m; proxy_busy_buffers_size 2m; proxy_max_temp_file_size 0;",
          ),
        ]),
  ];
  return all.filter(({ name }) => only?.includes(name) ?? true);
}

function print(scheme: string, rows: readonly Row[]): void {
  const names = [...new Set(rows.flatMap(({ figures }) => [...figures.keys()]))];
  const cell = (values: readonly number[] | undefined): string => {
    if (!values) return "–";
    const middle = values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
    return middle >= 100 || middle === 0 ? middle.toFixed(0) : middle.toFixed(2);
  };
  say(
    `### ${scheme} upstream (load now ${loadavg()[0]?.toFixed(2)}; medians of ${rounds} rounds, every byte hashed once)\n`,
  );
  say(`| | ${rows.map(({ name }) => name).join(" | ")} |`);
  say(`| --- |${rows.map(() => " ---: |").join("")}`);
  for (const name of names) say(`| ${name} | ${rows.map(({ figures }) => cell(figures.get(name))).join(" | ")} |`);
  const nginx = rows.find(({ name }) => name === "nginx");
  const ours = rows.find(({ name }) => name === "ours");
  if (nginx && ours) say(`\n${ratios(ours, nginx)}\n`);
}

function ratios(ours: Row, nginx: Row): string {
  const middle = (row: Row, figure: string): number => {
    const values = (row.figures.get(figure) ?? []).toSorted((one, other) => one - other);
    return values[Math.floor(values.length / 2)] ?? Number.NaN;
  };
  const parts = [1, 8, 64].map((streams) => {
    const figure = `MiB/s ×${streams}`;
    return `×${streams}: ${(middle(ours, figure) / middle(nginx, figure)).toFixed(2)}`;
  });
  return `ours / nginx, throughput: ${parts.join(", ")}`;
}
