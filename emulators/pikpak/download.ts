import { createHmac } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { bytesOf, patternOf } from "./content.ts";
import type { Film, Node, State } from "./state.ts";

/** The host the signed addresses lead to. */
export interface DownloadHost {
  /** A signed address below `base`, good for a while from now. */
  sign(node: Node, variant: Variant, base: string): string;
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

type Variant = "original" | Film["transcodes"][number];

export interface DownloadRules {
  /** ms a signed address lives. */
  linkLife: number;
  /** Bytes a second for each connection; 0 = as fast as it goes. */
  bandwidth: number;
  /** Ends the connection after that many bytes, once for each count. */
  cuts: number[];
  /** Stops sending after that many bytes and keeps the line open, once for each count. */
  stalls: number[];
  /** Refuses everything, as for an address bound to another caller. */
  refuse: boolean;
  /** Sends a Content-Disposition. */
  disposition: boolean;
}

/** Connections one signed address may have. */
const maxConnections = 8;
/** A transcode is this part of its original. */
const shrink: Readonly<Record<Variant, number>> = { original: 1, "1080P": 0.6, "720P": 0.4, "480P": 0.2 };

/** A download host over a state. `note` is told of checks that a client should not have failed. */
export function createDownloadHost(
  state: State,
  rules: DownloadRules,
  { secret, note }: { secret: string; note(what: string): void },
): DownloadHost {
  const open = new Map<string, number>();
  return {
    sign(node, variant, base) {
      const parameters = new URLSearchParams({
        fid: `${node.gcid.slice(0, 16)}${variant === "original" ? "" : variant}`,
        from: "5",
        verno: "3",
        prod: "1101",
        expire: String(Math.floor((state.now() + rules.linkLife) / 1000)),
        g: node.gcid,
        ui: node.userId,
        t: "0",
        ms: "81600000",
        th: "81600000",
        f: String(sizeOf(node, variant)),
        alt: "0",
        fileid: node.id,
        userid: node.userId,
        pr: "XDEMO",
      });
      parameters.set("sign", signatureOf(parameters, secret, variant));
      parameters.set("category", variant === "original" ? "original" : `transcode_${variant}`);
      return `${base}/download/?${parameters.toString()}`;
    },
    async handle(request, response) {
      if (request.headers.authorization ?? request.headers.cookie)
        note("credentials were forwarded to the download host");
      const url = new URL(request.url ?? "/", "http://download");
      const status = refusalOf(url.searchParams, request, { state, rules, secret });
      if (status !== undefined) return void response.writeHead(status).end();
      const key = url.searchParams.get("sign") ?? "";
      const connections = open.get(key) ?? 0;
      if (connections >= maxConnections) return void response.writeHead(503).end();
      open.set(key, connections + 1);
      response.once("close", () => open.set(key, (open.get(key) ?? 1) - 1));
      const node = state.nodes.get(url.searchParams.get("fileid") ?? "");
      if (!node) return void response.writeHead(404).end();
      return serve({ node, variant: variantIn(url.searchParams), request, response, rules });
    },
  };
}

function sizeOf(node: Node, variant: Variant): number {
  return Math.floor(node.size * shrink[variant]);
}

function signatureOf(parameters: URLSearchParams, secret: string, variant: Variant): string {
  const signed = ["fid", "expire", "g", "f", "fileid", "userid"].map((name) => parameters.get(name) ?? "").join("|");
  return createHmac("md5", secret).update(`${signed}|${variant}`).digest("hex").toUpperCase();
}

function variantIn(parameters: URLSearchParams): Variant {
  const name = (parameters.get("category") ?? "original").replace("transcode_", "");
  return name === "1080P" || name === "720P" || name === "480P" ? name : "original";
}

interface Checks {
  readonly state: State;
  readonly rules: DownloadRules;
  readonly secret: string;
}

/** 403 and an empty body for everything that is over or altered; 406 for who wants JSON. */
function refusalOf(
  parameters: URLSearchParams,
  request: IncomingMessage,
  { state, rules, secret }: Checks,
): number | undefined {
  if (request.method !== "GET" && request.method !== "HEAD") return 405;
  if (request.headers.accept === "application/json") return 406;
  const expired = Number(parameters.get("expire") ?? "0") * 1000 < state.now();
  const altered = parameters.get("sign") !== signatureOf(parameters, secret, variantIn(parameters));
  return rules.refuse || expired || altered ? 403 : undefined;
}

interface Serving {
  readonly node: Node;
  readonly variant: Variant;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly rules: DownloadRules;
}

async function serve({ node, variant, request, response, rules }: Serving): Promise<void> {
  const size = sizeOf(node, variant);
  const range = rangeOf(request.headers.range, size);
  const always = {
    "content-type": "application/octet-stream",
    "accept-ranges": "bytes",
    ...(rules.disposition && {
      "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(node.name)}`,
    }),
  };
  if (range === "unsatisfiable")
    return void response.writeHead(416, { ...always, "content-range": `bytes */${size}` }).end();
  const [from, to] = range ?? [0, size];
  response.writeHead(range ? 206 : 200, {
    ...always,
    "content-length": to - from,
    ...(range && { "content-range": `bytes ${from}-${to - 1}/${size}` }),
  });
  if (request.method === "HEAD") return void response.end();
  const content = variant === "original" ? node.content : patternOf(`${node.id}${variant}`, size);
  return send(response, bytesOf(content, from, to), rules);
}

/** One range as [from, to); several or garbled ones are ignored like the service's CDN does. */
function rangeOf(header: string | undefined, size: number): [number, number] | "unsatisfiable" | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (!match || (match[1] === "" && match[2] === "")) return undefined;
  const [, first = "", last = ""] = match;
  const from = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === "" || last === "" ? size : Math.min(Number(last) + 1, size);
  return from >= size || from >= to ? "unsatisfiable" : [from, to];
}

async function send(response: ServerResponse, pieces: Iterable<Buffer>, rules: DownloadRules): Promise<void> {
  const cutAt = rules.cuts.shift();
  const stallAt = rules.stalls.shift();
  const end = cutAt ?? stallAt ?? Number.POSITIVE_INFINITY;
  const began = Date.now();
  let sent = 0;
  for (const piece of portions(pieces, rules)) {
    if (response.destroyed) return;
    const chunk = sent + piece.length > end ? piece.subarray(0, end - sent) : piece;
    sent += chunk.length;
    // Bytes are sent when their time has come, so that the last one is not early.
    if (rules.bandwidth > 0) await pause((sent / rules.bandwidth) * 1000 - (Date.now() - began));
    if (chunk.length > 0 && !response.write(chunk)) await drained(response);
    if (sent >= end) return cutAt === undefined ? undefined : void response.destroy();
  }
  response.end();
}

/** With a bandwidth, portions of a twentieth of a second. */
function* portions(pieces: Iterable<Buffer>, { bandwidth }: DownloadRules): Generator<Buffer> {
  for (const piece of pieces) {
    const size = bandwidth > 0 ? Math.max(1, Math.ceil(bandwidth / 20)) : piece.length;
    for (let at = 0; at < piece.length; at += size) yield piece.subarray(at, at + size);
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.on("drain", done).on("close", done);
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
