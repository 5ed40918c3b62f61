import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import type { Row } from "./row.ts";
import { describe, StoreError } from "./error.ts";
import type { Records } from "./records.ts";
import { sealerOf } from "./sealed.ts";
import { schemaVersion } from "./store.ts";

/**
 * Everything kept, as a file that can be put back elsewhere: one JSON object a line, the first says what it is, the
 * last how many there were. Nothing secret is in it in clear: passwords, tokens, pass codes and half-finished dialogues
 * stay sealed under SECRET_KEY, which is not in the file.
 */
const format = { chatdrive: "state", version: 1 } as const;

/** What was moved. */
export interface Moved {
  readonly records: number;
  /** Ids of the keys that sealed what is sealed. */
  readonly keys: readonly string[];
}

/** Writes all records to a new file that only its owner may read. */
export async function writeState(records: Records, file: string): Promise<Moved> {
  const keys = new Set<string>();
  let count = 0;
  const lines = async function* (): AsyncGenerator<string> {
    yield `${JSON.stringify({ ...format, schema: schemaVersion })}\n`;
    for await (const row of records.all()) {
      const id = sealerOf(row.text);
      if (id !== undefined) keys.add(id);
      count += 1;
      yield `${JSON.stringify(row)}\n`;
    }
    yield `${JSON.stringify({ end: count })}\n`;
  };
  const out = createWriteStream(file, { mode: 0o600, flags: "wx" });
  await once(out, "open").catch((error: unknown) => {
    throw new StoreError(`${file} cannot be written (${describe(error)}); an old file is never overwritten.`);
  });
  await pipeline(lines, out);
  return { records: count, keys: [...keys] };
}

/** Puts a file's records into an empty store. The file is read to its end before anything is put. */
export async function readState(records: Records, file: string): Promise<Moved> {
  for await (const { key } of records.all()) {
    if (!/^(schema|probe):/.test(key)) {
      throw new StoreError("the store is not empty: set STORE_URL or DATA_DIR to a new one, and import there.");
    }
  }
  await checked(file);
  const keys = new Set<string>();
  let put = 0;
  for await (const line of linesOf(file)) {
    if (!isRow(line)) continue;
    if (await records.put(line)) put += 1;
    const id = sealerOf(line.text);
    if (id !== undefined) keys.add(id);
  }
  return { records: put, keys: [...keys] };
}

/** Reads the whole file once; throws unless it is one of ours and whole. */
async function checked(file: string): Promise<void> {
  let rows = 0;
  let isFirst = true;
  let end: unknown;
  for await (const line of linesOf(file)) {
    if (isFirst && !isHead(line))
      throw new StoreError(`${file} is not a state of ChatDrive that this version can read.`);
    isFirst = false;
    if (isRow(line)) rows += 1;
    else if ("end" in line) end = line["end"];
  }
  if (end !== rows) throw new StoreError(`${file} is cut off: it holds ${rows} records and no end. Export it anew.`);
}

function isHead(line: Readonly<Record<string, unknown>>): boolean {
  const { chatdrive, version, schema } = line;
  return chatdrive === format.chatdrive && version === format.version && schema === schemaVersion;
}

function isRow(line: object): line is Row {
  return "key" in line && "text" in line && typeof line.key === "string" && typeof line.text === "string";
}

async function* linesOf(file: string): AsyncGenerator<Readonly<Record<string, unknown>>> {
  const input = createReadStream(file, "utf8");
  await once(input, "open").catch((error: unknown) => {
    throw new StoreError(`${file} cannot be read (${describe(error)}).`);
  });
  for await (const text of createInterface({ input, crlfDelay: Infinity })) {
    yield parsed(text, file);
  }
}

function parsed(text: string, file: string): Readonly<Record<string, unknown>> {
  try {
    const line: unknown = JSON.parse(text);
    if (typeof line === "object" && line !== null) return { ...line };
  } catch {
    // Said below, like any other line that is none of ours.
  }
  throw new StoreError(`${file} is not a state of ChatDrive, or is cut off.`);
}
