import type { Capability, Driver, DriverContext } from "../../../storage/driver.ts";
import type { Auth } from "../auth.ts";
import type { Gate } from "../gate.ts";
import { digestOf } from "../sign-ins.ts";
import { createTransport, type TransportOptions } from "../transport.ts";
import { createMcpClient } from "./mcp-client.ts";
import { mcpChanges } from "./mcp-changes.ts";
import { openMcpDrive } from "./mcp-drive.ts";
import { createMcpServed } from "./mcp-served.ts";
import type { Eras } from "./mcp-session.ts";
import { routed } from "./route.ts";

/** How the tokens of connected apps are used. */
export interface Connection {
  readonly route: "auto" | "drive" | "mcp";
  readonly mcpUrl: string;
  readonly eras: Eras;
}

interface ConnectedParts {
  readonly connection: Connection;
  readonly openPool: TransportOptions["openPool"];
  readonly drive: Required<Pick<Driver, "quota" | "close">> & Driver;
  readonly root: string;
  readonly auth: Auth & { end?(): Promise<void> };
  readonly gate: Gate;
  /** What such a credential is never granted. */
  readonly withheld: ReadonlySet<Capability>;
  /** Names the account, or where nobody knows it the device. */
  account(): Promise<string>;
  readonly context: DriverContext;
}

/** ms until an answer of the MCP server has to begin, and to be whole. */
const timeout = { begin: 25_000, whole: 30_000 };
const maxSize = 4 * 1024 * 1024;

/** A drive of an app's token, by the drive API or by the MCP server. */
export function connectedDrive({
  connection,
  openPool,
  drive,
  root,
  auth,
  gate,
  withheld,
  account,
  context,
}: ConnectedParts): Driver {
  const { route, mcpUrl: url, eras } = connection;
  const transport = createTransport({ timeout, maxSize, openPool, onSend: () => context.count?.("calls") });
  const tokenName = async () => digestOf((await context.vault.read())["personalToken"] ?? (await account()));
  const served = createMcpServed({ tokenName, context });
  const client = createMcpClient({ url, eras, auth, gate, transport, onTools: served.note, context });
  return {
    ...routed({
      drive,
      mcp: { ...openMcpDrive({ client, root }), ...mcpChanges({ client, root, context }), can: served.read },
      withheld,
      route,
      tokenName,
      onEnd: async () => auth.end?.(),
      context,
    }),
    async close() {
      await Promise.all([drive.close(), transport.close()]);
    },
  };
}
