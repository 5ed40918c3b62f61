import { z } from "zod";
import type { Capability, DriverContext } from "../../../storage/driver.ts";
import { readNote } from "../note.ts";
import { takes, type Tool, type Wanted } from "./mcp-tools.ts";

/** What an MCP server serves a token with, as far as it has said so. */
export interface McpServed {
  /** Notes what the tools that the server listed are good for. */
  note(tools: ReadonlyMap<string, Tool>): Promise<void>;
  /** What was noted last; before the server was asked, all that its known tools are good for. */
  read(): Promise<ReadonlySet<Capability>>;
}

interface McpServedParts {
  /** Names the token among the notes, in a form that tells nobody. */
  tokenName(): Promise<string>;
  readonly context: Pick<DriverContext, "notes">;
}

type Call = readonly [tool: string, ...wanted: (keyof Wanted)[]];

const look: Call = ["get", "id"];

/** The calls behind each capability: what is changed is also looked at. */
const calls = {
  quota: [["account_info"]],
  makeFolder: [["mkdir", "folder", "name"], ["ls", "folder", "page"], look],
  rename: [["rename", "id", "name"], look],
  move: [["mv", "id", "target"], look],
  trash: [["rm", "ids"], look],
} as const satisfies Partial<Record<Capability, readonly Call[]>>;

// Object.keys forgets the type of the keys it was given.
const known = Object.keys(calls) as (keyof typeof calls)[];
const noted = z.array(z.string());
/** ms that what a server serves is known while nobody asks it. */
const keptFor = 30 * 24 * 3_600_000;

export function createMcpServed({ tokenName, context: { notes } }: McpServedParts): McpServed {
  const key = async () => `tools:${await tokenName()}`;
  return {
    async note(tools) {
      const served = known.filter((name) => calls[name].every((call) => isServed(call, tools)));
      await notes.write(await key(), JSON.stringify(served), keptFor);
    },
    async read() {
      const told = readNote(noted, await notes.read(await key()));
      return new Set(known.filter((name) => told?.includes(name) ?? true));
    },
  };
}

function isServed([name, ...wanted]: Call, tools: ReadonlyMap<string, Tool>): boolean {
  const tool = tools.get(name);
  return tool !== undefined && takes(tool, wanted);
}
