/** A download, as aria2 tells of it. */
export interface Download {
  readonly gid: string;
  readonly url: string;
  readonly out: string;
  status: "active" | "waiting" | "paused" | "error" | "complete" | "removed";
  /** Bytes. */
  total: number;
  /** Bytes that are there. */
  done(): number;
  /** Absent = it has not failed. */
  error?: string | undefined;
}

interface RpcParts {
  readonly secret: string;
  readonly downloads: Map<string, Download>;
  readonly refusing: { readonly out: RegExp; readonly message: string } | undefined;
  begin(download: Download): void;
}

interface Call {
  readonly jsonrpc?: unknown;
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
}

/** A failure in aria2's terms; 1 is its code for all that is not JSON-RPC's own. */
class RpcError extends Error {
  readonly code: number;

  constructor(message: string, code = 1) {
    super(message);
    this.code = code;
  }
}

/** The answer to a body: of one call, 400 where it failed; of several, 200 and each its own. */
export function answerTo(body: string, parts: RpcParts): { readonly status: number; readonly answer: unknown } {
  const read = parsed(body);
  if (Array.isArray(read)) return { status: 200, answer: read.map((call: unknown) => answerOne(call, parts)) };
  const answer = answerOne(read, parts);
  return { status: "error" in answer ? 400 : 200, answer };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function answerOne(given: unknown, parts: RpcParts): object {
  const call: Call = typeof given === "object" && given !== null ? given : {};
  const { id = null, method, params = [] } = call;
  try {
    if (given === undefined) throw new RpcError("Parse error.", -32_700);
    if (typeof method !== "string" || !Array.isArray(params)) throw new RpcError("Invalid Request.", -32_600);
    return { id, jsonrpc: "2.0", result: resultOf(method, authorised(params, parts), parts) };
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return { id, jsonrpc: "2.0", error: { code: error.code, message: error.message } };
  }
}

/** The first parameter of every call is the secret. */
function authorised([token, ...rest]: readonly unknown[], { secret }: RpcParts): readonly unknown[] {
  if (token !== `token:${secret}`) throw new RpcError("Unauthorized");
  return rest;
}

function resultOf(method: string, params: readonly unknown[], parts: RpcParts): unknown {
  switch (method) {
    case "aria2.getVersion":
      return { version: "1.36.0", enabledFeatures: ["HTTPS", "Message Digest"] };
    case "aria2.addUri":
      return addUri(params, parts);
    case "aria2.tellStatus":
      return tellStatus(params, parts);
    default:
      throw new RpcError(`No such method: ${method}`);
  }
}

function addUri([uris, options]: readonly unknown[], { downloads, refusing, begin }: RpcParts): string {
  if (!Array.isArray(uris)) throw new RpcError("The parameter at 0 has wrong type.");
  const url = uris.find((one): one is string => typeof one === "string" && /^(https?|ftp):\/\/[^/]/.test(one));
  const { gid, out } = readOptions(options);
  // aria2 1.36 has the same words for an id that is taken.
  if (url === undefined || downloads.has(gid)) throw new RpcError("No URI to download.");
  if (refusing?.out.test(out)) throw new RpcError(refusing.message);
  const download: Download = { gid, url, out, status: "waiting", total: 0, done: () => 0 };
  downloads.set(gid, download);
  begin(download);
  return gid;
}

function readOptions(options: unknown): { readonly gid: string; readonly out: string } {
  const { gid, out } = (options ?? {}) as { readonly gid?: unknown; readonly out?: unknown };
  const isGid = typeof gid === "string" && /^[0-9a-f]{16}$/i.test(gid);
  if (!isGid) throw new RpcError("We encountered a problem while processing the option '--gid'.");
  return { gid, out: typeof out === "string" ? out : "" };
}

/** Numbers are texts there. */
function tellStatus([gid, keys]: readonly unknown[], { downloads }: RpcParts): object {
  const found = downloads.get(String(gid));
  if (!found) throw new RpcError(`GID ${String(gid)} is not found`);
  const [done, total] = [found.done(), found.total];
  const isOver = found.status === "active" && total > 0 && done >= total;
  const status = isOver ? "complete" : found.status;
  const all = {
    gid: found.gid,
    status,
    totalLength: String(total),
    completedLength: String(done),
    downloadSpeed: status === "active" ? String(20 * 1024 * 1024) : "0",
    ...(found.error !== undefined && { errorCode: "3", errorMessage: found.error }),
  };
  return Array.isArray(keys) ? Object.fromEntries(Object.entries(all).filter(([key]) => keys.includes(key))) : all;
}
