import { z } from "zod";
import type { CallOptions, DriverContext } from "../../../storage/driver.ts";
import { StorageError } from "../../../storage/error.ts";
import { joined } from "../../../storage/joined.ts";
import type { Auth } from "../auth.ts";
import type { Gate } from "../gate.ts";
import type { Transport } from "../transport.ts";
import { toolFailure } from "./mcp-failure.ts";
import { holdsAnswer } from "./mcp-message.ts";
import {
  answered,
  withSession,
  isSurprise,
  openSession,
  type Answered,
  type Eras,
  type Rpc,
  type Session,
} from "./mcp-session.ts";
import { argumentsFor, notOffered, readTools, type Tool, type Wanted } from "./mcp-tools.ts";
import { permissionMissing, type Purpose } from "./permission.ts";

/**
 * A client of the hosted MCP server. By hand: of the maintained SDK's seven dependencies (processes, event sources, signatures)
 * a POST and its answer need none, and what it repeats or follows by itself must not be repeated or followed here.
 */
export interface McpClient {
  /** What a tool answers. `unsupported` where the server has no such tool for this token. */
  call(tool: string, wanted: Wanted, options: ToolCall): Promise<Readonly<Record<string, unknown>>>;
}

export interface ToolCall extends CallOptions {
  readonly purpose: Purpose;
  /** It is about one thing, which may not be there. */
  readonly isOneThing?: boolean;
  /** It changes something: sent once whatever comes of it, and its answer need not be readable. */
  readonly isWrite?: boolean;
}

export interface McpParts {
  readonly url: string;
  readonly auth: Auth;
  readonly gate: Gate;
  readonly transport: Transport;
  readonly eras: Eras;
  /** Told of the tools whenever the server has listed them. */
  onTools(tools: ReadonlyMap<string, Tool>): Promise<void>;
  readonly context: Pick<DriverContext, "now" | "monotonic" | "owner" | "log">;
}

/** ms until the list of tools is read again. */
const listLife = 24 * 3_600_000;
const maxToolPages = 50;

export function createMcpClient(parts: McpParts): McpClient {
  const connection = createConnection(parts);
  let known: { readonly until: number; readonly tools: Promise<ReadonlyMap<string, Tool>> } | undefined;
  const tools = (options: ToolCall) => {
    if (!known || known.until <= parts.context.monotonic()) {
      const reading = readAllTools(parts, connection, { ...options, signal: undefined, isWrite: false });
      known = { until: parts.context.monotonic() + listLife, tools: reading };
      reading.catch(() => (known = undefined));
    }
    return joined(known.tools, options.signal);
  };
  return {
    async call(name, wanted, options) {
      const tool = (await tools(options)).get(name);
      if (!tool) throw notOffered(`the MCP server has no ${name} for this token`);
      const rpc = { method: "tools/call", name, params: { name, arguments: argumentsFor(tool, wanted) } };
      const message = await connection.ask(rpc, options);
      if (message.error?.code === -32_602) {
        known = undefined;
        throw notOffered(`the MCP server took no such call of ${name}`);
      }
      return contentOf(message.result, options);
    },
  };
}

async function readAllTools(
  { onTools }: McpParts,
  connection: Connection,
  options: ToolCall,
): Promise<ReadonlyMap<string, Tool>> {
  const all = new Map<string, Tool>();
  let cursor: string | undefined;
  for (let page = 0; page < maxToolPages; page += 1) {
    const rpc: Rpc = { method: "tools/list", params: cursor === undefined ? {} : { cursor } };
    const { tools, next } = readTools((await connection.ask(rpc, options)).result);
    for (const tool of tools) all.set(tool.name, tool);
    if (next === undefined || next === cursor) break;
    cursor = next;
  }
  await onTools(all);
  return all;
}

const toolResult = z.looseObject({
  content: z.array(z.looseObject({ type: z.string().catch(""), text: z.string().catch("") })).catch([]),
  structuredContent: z.record(z.string(), z.unknown()).optional().catch(undefined),
  isError: z.boolean().catch(false),
  resultType: z.string().catch("complete"),
});

function contentOf(result: unknown, { isWrite, ...call }: ToolCall): Readonly<Record<string, unknown>> {
  const read = toolResult.safeParse(result);
  if (!read.success || read.data.resultType !== "complete") throw unexpectedAnswer();
  const { content, structuredContent, isError } = read.data;
  const text = content.find((one) => one.type === "text")?.text ?? "";
  if (isError) throw toolFailure(text, { purpose: call.purpose, isOneThing: call.isOneThing === true });
  const told = structuredContent ?? objectIn(text);
  if (told === undefined && !isWrite) throw unexpectedAnswer();
  return told ?? {};
}

function unexpectedAnswer(): StorageError {
  return new StorageError("upstream", { message: "an unexpected answer of PikPak's MCP server" });
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return z.record(z.string(), z.unknown()).safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The way to the server, with its session. */
interface Connection {
  /** The message answered; its error is one of the call itself. */
  ask(rpc: Rpc, options: ToolCall): Promise<NonNullable<Answered["message"]>>;
}

function createConnection(parts: McpParts): Connection {
  const { url, eras } = parts;
  let session: Session | undefined;
  const open = async (options: ToolCall): Promise<Session | { readonly refused: Answered }> => {
    if (session) return session;
    const found = await openSession(eras.get(url), (rpc, headers, id) => send(parts, { rpc, headers, id }, options));
    if ("refused" in found) return found;
    eras.set(url, found.era);
    session = found;
    return found;
  };
  const sendOn = async (rpc: Rpc, options: ToolCall): Promise<Answered> => {
    const opened = await open(options);
    if ("refused" in opened) return opened.refused;
    const { headers, params } = withSession(opened, rpc);
    return send(parts, { rpc: { ...rpc, params }, headers, id: 2 }, options);
  };
  const forget = () => {
    session = undefined;
    eras.delete(url);
  };
  return {
    async ask(rpc, options) {
      const budget = { renewals: 1, repeats: options.isWrite ? 0 : 1 };
      for (;;) {
        const token = (await parts.auth.session(options.signal)).accessToken;
        const answer = await sendOn(rpc, options).catch((error: unknown) => repeatable(error, budget));
        if (!answer) continue;
        if (answer.status === 401 && budget.renewals-- > 0) {
          await parts.auth.renew(token, options.signal);
          continue;
        }
        await throwRefusal(parts, answer, options);
        if (isSurprise(answer)) {
          forget();
          if (budget.repeats-- > 0) continue;
          throw new StorageError("unreachable", { message: "the session at the MCP server was over" });
        }
        if (answer.message) return answer.message;
        if (budget.repeats-- <= 0) throw new StorageError("unreachable", { message: "an answer of MCP was lost" });
      }
    },
  };
}

interface Budget {
  repeats: number;
}

/** Nothing = a read whose answer did not come, to be asked once more. */
function repeatable(error: unknown, budget: Budget): undefined {
  if (!(error instanceof StorageError) || error.code !== "unreachable" || budget.repeats-- <= 0) throw error;
  return undefined;
}

/** What is refused by HTTP itself. */
async function throwRefusal({ gate }: McpParts, answer: Answered, { purpose }: ToolCall): Promise<void> {
  const { status, retryAfter, message } = answer;
  const told = `the MCP server answered ${status}`;
  if (status === 401) throw new StorageError("signed-out", { message: told });
  if (status === 403) throw permissionMissing(purpose);
  if (status === 429)
    throw new StorageError("too-frequent", { retryAfter: await gate.coolDown(retryAfter), message: told });
  // A redirection would take the token to another host.
  if (status >= 500 || (status >= 300 && status < 400)) throw new StorageError("upstream", { message: told });
  const code = message?.error?.code;
  if (status < 400 && code !== undefined && code !== -32_602)
    throw new StorageError("upstream", { message: `${told} with error ${code}` });
}

interface Sending {
  readonly rpc: Rpc;
  readonly headers: Readonly<Record<string, string>>;
  readonly id: number | undefined;
}

async function send(parts: McpParts, { rpc, headers, id }: Sending, options: ToolCall): Promise<Answered> {
  const { url, auth, gate, transport, context } = parts;
  const { asker = context.owner, background, signal } = options;
  const { accessToken } = await auth.session(signal);
  await gate.pass({ asker, background, signal });
  const started = context.monotonic();
  const { method, params, name } = rpc;
  const received = await transport.send(
    {
      method: "POST",
      url,
      headers: {
        accept: "application/json, text/event-stream",
        authorization: `Bearer ${accessToken}`,
        ...headers,
      },
      body: { jsonrpc: "2.0", ...(id !== undefined && { id }), method, params },
      isWhole: (text) => id !== undefined && holdsAnswer(text, id),
      signal,
    },
    context.now(),
  );
  const ms = context.monotonic() - started;
  context.log.debug({ method, tool: name, status: received.status, ms }, "pikpak mcp call answered");
  return answered(received, id);
}
