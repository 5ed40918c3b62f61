import type { CallOptions, CapabilityOf } from "../../../storage/driver.ts";
import { StorageError } from "../../../storage/error.ts";
import { entryOf, type RemoteFile } from "../wire.ts";
import type { McpClient } from "./mcp-client.ts";
import { getFile } from "./mcp-drive.ts";
import { mcpWrites } from "./mcp-writes.ts";

type McpChanging = "makeFolder" | "rename" | "move" | "trash";

interface McpChangesParts {
  readonly client: McpClient;
  /** Id of the folder that is the mount's root; empty = the drive's. */
  readonly root: string;
}

/**
 * A tool says of everything it will not do that the thing is not there. Where it is, the refusal was of what was to be done.
 * Rejects with the refusal itself where that is what it says.
 */
async function thereAfter(
  client: McpClient,
  refusal: unknown,
  ids: readonly string[],
  options: CallOptions,
): Promise<readonly RemoteFile[]> {
  if (!(refusal instanceof StorageError) || refusal.code !== "not-found") throw refusal;
  return Promise.all(ids.map((id) => getFile(client, id, options)));
}

/** Entries one call of `rm` takes. */
const maxIds = 100;

/**
 * Changes the MCP server has tools for. Offline downloads are not among them: it has no list of tasks, so that none could be
 * followed.
 */
export function mcpChanges({ client, root }: McpChangesParts): { readonly [K in McpChanging]: CapabilityOf<K> } {
  const writes = mcpWrites(client);
  return {
    makeFolder: (parent, name, options) => writes.makeFolder(parent ?? root, name, options),
    async rename(id, name, options = {}) {
      await writes.rename(id, name, options).catch(async (error: unknown) => {
        const there = await thereAfter(client, error, [id], options);
        if (there[0]?.name !== name) throw new StorageError("name-taken", { cause: error, subject: name });
      });
      return entryOf(await getFile(client, id, options));
    },
    async move(ids, to, options = {}) {
      const target = to ?? root;
      for (const id of ids) {
        options.signal?.throwIfAborted();
        await writes.move(id, target, options).catch(async (error: unknown) => {
          await thereAfter(client, error, target === "" ? [id] : [id, target], options);
          throw new StorageError("same-folder", { cause: error });
        });
        options.onDone?.([id]);
      }
    },
    async trash(ids, options = {}) {
      for (let from = 0; from < ids.length; from += maxIds) {
        options.signal?.throwIfAborted();
        const some = ids.slice(from, from + maxIds);
        await writes.trash(some, options);
        options.onDone?.(some);
      }
    },
  };
}
