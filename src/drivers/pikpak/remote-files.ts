import { isSince } from "../../storage/clock-skew.ts";
import type { CallOptions } from "../../storage/driver.ts";
import { StorageError } from "../../storage/error.ts";
import type { Client } from "./client.ts";
import { createdAt, readFile, readPage, type RemoteDetails, type RemoteFile } from "./wire.ts";

// Files of an account, as changes and savings look for them.

/** Ids a call: a thousand are refused, two hundred have been taken. */
export const maxIds = 100;

/** The address of a file. */
export function pathOf(id: string): string {
  return `/drive/v1/files/${encodeURIComponent(id)}`;
}

/** A file in detail. */
export async function fileAt(
  client: Client,
  id: string,
  options: CallOptions,
  query: Readonly<Record<string, string>> = {},
): Promise<RemoteDetails> {
  const { signal, asker, background } = options;
  return readFile(await client.call({ method: "GET", path: pathOf(id), query, signal, asker, background }));
}

/** The same; undefined = there is no such file any more. One in the trash says that it is `trashed`, and nothing else. */
export async function fileIfThere(
  client: Client,
  id: string,
  options: CallOptions,
): Promise<RemoteDetails | undefined> {
  try {
    return await fileAt(client, id, options);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (error.code === "not-found") return undefined;
    // The service has no detail of what is in the trash, and says so.
    if (error.code === "trashed") return readFile({ id, trashed: true });
    throw error;
  }
}

/** Everything in a folder. */
export async function below(client: Client, folder: string, options: CallOptions): Promise<readonly RemoteFile[]> {
  const files: RemoteFile[] = [];
  const seen = new Set<string>();
  let token = "";
  do {
    seen.add(token);
    const query = {
      parent_id: folder,
      limit: "500",
      page_token: token,
      filters: JSON.stringify({ trashed: { eq: false } }),
    };
    const page = readPage(await client.call({ method: "GET", path: "/drive/v1/files", query, ...options }));
    files.push(...page.files);
    token = page.files.length === 0 ? "" : page.next;
  } while (token !== "" && !seen.has(token));
  return files;
}

/** Made after a call was sent. */
export function isFresh(file: RemoteFile, begun: number): boolean {
  return isSince(createdAt(file), begun);
}

/** `name(1).ext` is what the service makes of `name.ext` where that is taken. */
export function isNamed(given: string, name: string): boolean {
  if (given === name) return true;
  const dot = name.lastIndexOf(".");
  const cuts = dot > 0 ? [name.length, dot] : [name.length];
  return cuts.some((cut) => {
    const [head, tail] = [name.slice(0, cut), name.slice(cut)];
    if (!given.startsWith(head) || !given.endsWith(tail)) return false;
    return /^\s?\(\d+\)$/.test(given.slice(head.length, given.length - tail.length));
  });
}
