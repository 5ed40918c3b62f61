import { z } from "zod";
import { StorageError } from "../../../storage/error.ts";

/** A tool as the server lists it. */
export interface Tool {
  readonly name: string;
  readonly properties: ReadonlySet<string>;
  readonly required: readonly string[];
}

/** Values under our names for them; each is sent under the name the tool has for it. */
export type Wanted = Readonly<Partial<Record<keyof typeof argumentNames, unknown>>>;

/** What an argument may be called, the first the tool has is taken. */
const argumentNames = {
  folder: ["parent_id", "parent", "folder_id"],
  page: ["token", "page_token"],
  limit: ["limit", "page_size"],
  raw: ["raw"],
  id: ["id", "file_id"],
  ids: ["ids"],
  target: ["target", "to", "parent_id", "parent"],
  name: ["name"],
} as const;

/** Arguments a call can do without. */
const optionalArguments: ReadonlySet<string> = new Set(["raw", "limit"]);

/** Arguments for a tool, by its schema; `unsupported` where they do not fit: the server then offers something else under the name. */
export function argumentsFor(tool: Tool, wanted: Wanted): Readonly<Record<string, unknown>> {
  const args: Record<string, unknown> = {};
  for (const [ours, value] of Object.entries(wanted)) {
    if (value === undefined) continue;
    // The keys of what is wanted are ours by its type.
    const theirs = argumentNames[ours as keyof typeof argumentNames].find((name) => tool.properties.has(name));
    if (theirs !== undefined) args[theirs] = value;
    else if (!optionalArguments.has(ours)) throw notOffered(`${tool.name} has no argument for ${ours}`);
  }
  const missing = tool.required.find((name) => !(name in args));
  if (missing !== undefined) throw notOffered(`${tool.name} requires ${missing}`);
  return args;
}

/** Whether a tool can be called with these, by its schema. */
export function takes(tool: Tool, wanted: readonly (keyof Wanted)[]): boolean {
  try {
    argumentsFor(tool, Object.fromEntries(wanted.map((name) => [name, ""])));
    return true;
  } catch {
    return false;
  }
}

export function notOffered(message: string): StorageError {
  return new StorageError("unsupported", { message });
}

const listed = z.looseObject({
  tools: z.array(
    z.looseObject({
      name: z.string(),
      inputSchema: z.looseObject({
        properties: z.record(z.string(), z.record(z.string(), z.unknown()).catch({})).catch({}),
        required: z.array(z.string()).catch([]),
      }),
    }),
  ),
  nextCursor: z.string().optional().catch(undefined),
});

/** A page of tools. One whose arguments have to be repeated in headers is left out, as the specification wants of who does not. */
export function readTools(result: unknown): { readonly tools: readonly Tool[]; readonly next: string | undefined } {
  const page = listed.safeParse(result);
  if (!page.success) throw new StorageError("upstream", { message: "no list of tools", cause: page.error });
  const tools = page.data.tools
    .filter(({ inputSchema }) => !Object.values(inputSchema.properties).some((one) => "x-mcp-header" in one))
    .map(({ name, inputSchema: { properties, required } }) => ({
      name,
      properties: new Set(Object.keys(properties)),
      required,
    }));
  return { tools, next: page.data.nextCursor };
}
