import { z } from "zod";
import { StorageError } from "../../../storage/error.ts";
import type { Received } from "../transport.ts";
import { answerIn, type RpcMessage } from "./mcp-message.ts";

/** How the server is spoken to: without a handshake since 2026-07-28, with one before. */
export type Session =
  | { readonly era: "modern" }
  | {
      readonly era: "legacy";
      readonly version: string;
      /** Absent = the server keeps none. */
      readonly id?: string | undefined;
    };

/** Eras by the server's address, as they were found out: the same for everybody. */
export type Eras = Map<string, Session["era"]>;

/** A request of JSON-RPC; one without an id wants no answer. */
export interface Rpc {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Name of the tool, for `tools/call`. */
  readonly name?: string;
}

/** An HTTP answer, and the message in it where it holds one. */
export interface Answered extends Received {
  readonly message: RpcMessage | undefined;
}

type Send = (rpc: Rpc, headers: Readonly<Record<string, string>>, id?: number) => Promise<Answered>;

const modernVersion = "2026-07-28";
/** What is asked for in a handshake. */
const newestLegacy = "2025-11-25";
const legacyVersions: ReadonlySet<string> = new Set(["2024-11-05", "2025-03-26", "2025-06-18", newestLegacy]);
const clientInfo = { name: "chatdrive", version: "1" };

/** What a request carries in a session besides itself. */
export function withSession(
  session: Session,
  { method, params, name }: Rpc,
): { readonly headers: Readonly<Record<string, string>>; readonly params: Rpc["params"] } {
  if (session.era === "legacy") {
    const id = session.id === undefined ? {} : { "mcp-session-id": session.id };
    return { headers: { "mcp-protocol-version": session.version, ...id }, params };
  }
  const key = "io.modelcontextprotocol/";
  const meta = {
    [`${key}protocolVersion`]: modernVersion,
    [`${key}clientInfo`]: clientInfo,
    [`${key}clientCapabilities`]: {},
  };
  return {
    headers: {
      "mcp-protocol-version": modernVersion,
      "mcp-method": method,
      ...(name !== undefined && { "mcp-name": name }),
    },
    params: { ...params, _meta: meta },
  };
}

/** Finds out the era where it is not known, and makes the handshake where that is wanted. `refused`: an answer that says nothing of the era. */
export async function openSession(
  known: Session["era"] | undefined,
  send: Send,
): Promise<Session | { readonly refused: Answered }> {
  if (known === "modern") return { era: "modern" };
  if (known === undefined) {
    const rpc: Rpc = { method: "server/discover", params: {} };
    const { headers, params } = withSession({ era: "modern" }, rpc);
    const answer = await send({ ...rpc, params }, headers, 1);
    if (saysNothing(answer)) return { refused: answer };
    if (versionsIn(answer).includes(modernVersion)) return { era: "modern" };
  }
  return initialize(send);
}

/** Statuses that say something of the era; 401 and the like are for whoever called. */
const telling: ReadonlySet<number> = new Set([200, 400, 404, 405]);

function saysNothing({ status }: Answered): boolean {
  return !telling.has(status);
}

function versionsIn({ message }: Answered): readonly string[] {
  const versions = z.array(z.string()).catch([]);
  return versions.parse(message?.result?.["supportedVersions"]);
}

const agreed = z.looseObject({ protocolVersion: z.string() });

async function initialize(send: Send): Promise<Session | { readonly refused: Answered }> {
  const params = { protocolVersion: newestLegacy, capabilities: {}, clientInfo };
  const answer = await send({ method: "initialize", params }, {}, 1);
  if (saysNothing(answer)) return { refused: answer };
  const read = agreed.safeParse(answer.message?.result);
  if (!read.success || !legacyVersions.has(read.data.protocolVersion))
    throw new StorageError("upstream", { message: `the MCP server refused the handshake (${answer.status})` });
  const id = answer.headers["mcp-session-id"];
  const session: Session = { era: "legacy", version: read.data.protocolVersion, id };
  await send(initialized, withSession(session, initialized).headers);
  return session;
}

const initialized: Rpc = { method: "notifications/initialized", params: {} };

/** Whether the answer says that the session, or the era, is another: it was not carried out, and the session is to be opened anew. */
export function isSurprise({ status, message }: Answered): boolean {
  if (message?.result !== undefined) return false;
  // A method nobody knows is told with 404 in the newer era.
  if (message?.error?.code === -32_601) return false;
  return status === 400 || status === 404 || status === 405;
}

/** An answer with its message found. */
export function answered(received: Received, id: number | undefined): Answered {
  const message = id === undefined ? undefined : answerIn(received.text, received.headers["content-type"], id);
  return { ...received, message };
}
