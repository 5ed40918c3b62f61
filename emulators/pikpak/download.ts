import { createHmac } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { bytesOf, patternOf } from "./content.ts";
import type { Film, Node } from "./node.ts";
import type { State } from "./state.ts";

/** The host the signed addresses lead to. */
export interface DownloadHost {
  /** A signed address below `base`, good for a while from now. */
  sign(node: Node, variant: Variant, to: Recipient): string;
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

type Variant = "original" | Film["transcodes"][number];

/** Whom an address is made for. */
interface Recipient {
  readonly base: string;
  /** The drive's owner, a reader of a share, or an app the owner connected. */
  readonly by: keyof typeof marks;
}

/** How an address tells whom it was made for: the first letter of its `pr`. */
const marks = { owner: "X", share: "S", app: "A" } as const;

export interface DownloadRules {
  /** ms a signed address lives. */
  linkLife: number;
  /** The part of a video's original that a share's address answers, beginning at its first byte; 1 = all of it. */
  shareAnswers: number;
  /** A share's address wants a Referer of the web app. */
  shareReferer: boolean;
  /** ms after which a share's address is refused, whatever expiry it states; 0 = as long as it states. */
  shareLinkLife: number;
  /** ms after which every address is refused, whatever expiry it states; 0 = never. */
  refusedAfter: number;
  /** The monthly allowance of connected apps is used up: their addresses are slow, and their uploads fail. */
  appAllowanceUsed: boolean;
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
    sign(node, variant, { base, by }) {
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
        pr: `${marks[by]}${state.now().toString(36).toUpperCase()}`,
      });
      parameters.set("sign", signatureOf(parameters, secret, variant));
      parameters.set("category", variant === "original" ? "original" : `transcode_${variant}`);
      return `${base}/download/?${parameters.toString()}`;
    },
    async handle(request, response) {
      if (request.headers.authorization ?? request.headers.cookie)
        note("credentials were forwarded to the download host");
      const parameters = new URLSearchParams((request.url ?? "").split("?")[1] ?? "");
      const status = refusalOf(parameters, request, { state, rules, secret });
      if (status !== undefined) return void response.writeHead(status).end();
      const key = parameters.get("sign") ?? "";
      const connections = open.get(key) ?? 0;
      if (connections >= maxConnections) return void response.writeHead(503).end();
      open.set(key, connections + 1);
      response.once("close", () => {
        const left = (open.get(key) ?? 1) - 1;
        if (left > 0) open.set(key, left);
        else open.delete(key);
      });
      const node = state.nodes.get(parameters.get("fileid") ?? "");
      if (!node) return void response.writeHead(404).end();
      const variant = variantIn(parameters);
      return serve({ node, variant, by: recipientIn(parameters), state, request, response, rules });
    },
  };
}

function sizeOf(node: Node, variant: Variant): number {
  return Math.floor(node.size * shrink[variant]);
}

function signatureOf(parameters: URLSearchParams, secret: string, variant: Variant): string {
  const signed = ["fid", "expire", "g", "f", "fileid", "userid", "pr"]
    .map((name) => parameters.get(name) ?? "")
    .join("|");
  return createHmac("md5", secret).update(`${signed}|${variant}`).digest("hex").toUpperCase();
}

function variantIn(parameters: URLSearchParams): Variant {
  const name = (parameters.get("category") ?? "original").replace("transcode_", "");
  return name === "1080P" || name === "720P" || name === "480P" ? name : "original";
}

function recipientIn(parameters: URLSearchParams): Recipient["by"] {
  const mark = (parameters.get("pr") ?? "").slice(0, 1);
  if (mark === marks.share) return "share";
  return mark === marks.app ? "app" : "owner";
}

/** When an address was signed, ms since the epoch. */
function signedAt(parameters: URLSearchParams): number {
  return Number.parseInt((parameters.get("pr") ?? "").slice(1), 36);
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
  if (rules.refuse || expired || altered || isRefusedEarly(parameters, rules, state.now())) return 403;
  const isForeign = recipientIn(parameters) === "share" && rules.shareReferer && !isFromWeb(request.headers.referer);
  return isForeign ? 403 : undefined;
}

/** Refused before the time it states. */
function isRefusedEarly(
  parameters: URLSearchParams,
  { shareLinkLife, refusedAfter }: DownloadRules,
  now: number,
): boolean {
  const age = now - signedAt(parameters);
  const isOver = (life: number) => life > 0 && age > life;
  return isOver(refusedAfter) || (recipientIn(parameters) === "share" && isOver(shareLinkLife));
}

function isFromWeb(referer: string | undefined): boolean {
  return /^https:\/\/([\w-]+\.)*(mypikpak\.(com|net)|pikpak\.me|pikpakdrive\.com)(\/|$)/.test(referer ?? "");
}

interface Serving {
  readonly node: Node;
  readonly variant: Variant;
  readonly by: Recipient["by"];
  readonly state: State;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly rules: DownloadRules;
}

async function serve(serving: Serving): Promise<void> {
  const { node, variant, by, request, response, rules } = serving;
  const size = sizeOf(node, variant);
  const answered = answeredBytes(serving, size);
  const range = rangeOf(request.headers.range, size);
  const always = {
    "content-type": "application/octet-stream",
    "accept-ranges": "bytes",
    ...(rules.disposition && {
      "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(node.name)}`,
    }),
  };
  if (range === "unsatisfiable" || (range && range[0] >= answered))
    return void response.writeHead(416, { ...always, "content-range": `bytes */${size}` }).end();
  const [from, to] = range ?? [0, size];
  response.writeHead(range ? 206 : 200, {
    ...always,
    "content-length": to - from,
    ...(range && { "content-range": `bytes ${from}-${to - 1}/${size}` }),
  });
  if (request.method === "HEAD") return void response.end();
  const content = variant === "original" ? node.content : patternOf(`${node.id}${variant}`, size);
  const bandwidth = by === "app" && rules.appAllowanceUsed ? slowBandwidth : rules.bandwidth;
  const last = Math.min(to, answered);
  const sent = await send(response, bytesOf(content, from, last), { ...rules, bandwidth });
  count(serving, sent);
  // What the header promised and the host does not give: the line ends early.
  if (last < to) response.destroy();
  else if (!response.destroyed) response.end();
}

/** Bytes a second when the allowance of connected apps is used up. */
const slowBandwidth = 100_000;

/** From which byte on a share's address answers nothing: measured for the originals of videos alone. */
function answeredBytes({ node, variant, by, rules }: Serving, size: number): number {
  const isVideo = node.film !== undefined || node.mimeType.startsWith("video/");
  return by === "share" && isVideo && variant === "original" ? Math.ceil(size * rules.shareAnswers) : size;
}

function count({ node, state }: Serving, bytes: number): void {
  const owner = state.accounts.get(node.userId);
  if (owner) owner.transferred.download += bytes;
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

/** How many bytes went out. A cut ends the connection, a stall keeps it open and silent. */
async function send(
  response: ServerResponse,
  pieces: Iterable<Buffer>,
  { bandwidth, cuts, stalls }: Pick<DownloadRules, "bandwidth" | "cuts" | "stalls">,
): Promise<number> {
  const cutAt = cuts.shift();
  const stallAt = stalls.shift();
  const end = cutAt ?? stallAt ?? Number.POSITIVE_INFINITY;
  const began = Date.now();
  let sent = 0;
  for (const piece of portions(pieces, bandwidth)) {
    if (response.destroyed) return sent;
    const chunk = sent + piece.length > end ? piece.subarray(0, end - sent) : piece;
    sent += chunk.length;
    // Bytes are sent when their time has come, so that the last one is not early.
    if (bandwidth > 0) await pause((sent / bandwidth) * 1000 - (Date.now() - began));
    if (chunk.length > 0 && !response.write(chunk)) await drained(response);
    if (sent < end) continue;
    if (cutAt === undefined) await closed(response);
    else response.destroy();
    return sent;
  }
  return sent;
}

function closed(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) resolve();
    else response.once("close", () => resolve());
  });
}

/** With a bandwidth, portions of a twentieth of a second. */
function* portions(pieces: Iterable<Buffer>, bandwidth: number): Generator<Buffer> {
  for (const piece of pieces) {
    const size = bandwidth > 0 ? Math.max(1, Math.ceil(bandwidth / 20)) : piece.length;
    for (let at = 0; at < piece.length; at += size) yield piece.subarray(at, at + size);
  }
}

/** Resolves when there is room again, or nobody to send to. Leaves no listener behind. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      response.off("drain", settle).off("close", settle);
      resolve();
    };
    response.on("drain", settle).on("close", settle);
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
