import type { CallOptions, CapabilityOf, DriverContext } from "../../../storage/driver.ts";
import { StorageError } from "../../../storage/error.ts";
import { maxIds } from "../remote-files.ts";
import { entryOf, type RemoteFile } from "../wire.ts";
import type { McpClient } from "./mcp-client.ts";
import { getFile } from "./mcp-drive.ts";
import { mcpWrites } from "./mcp-writes.ts";

type McpChanging = "makeFolder" | "rename" | "move" | "trash";

interface McpChangesParts {
  readonly client: McpClient;
  /** Id of the folder that is the mount's root; empty = the drive's. */
  readonly root: string;
  readonly context: Pick<DriverContext, "wait">;
}

/**
 * Changes the MCP server has tools for. Offline downloads are not among them: it has no list of tasks, so that none could be
 * followed.
 */
export function mcpChanges(parts: McpChangesParts): { readonly [K in McpChanging]: CapabilityOf<K> } {
  const { client, root } = parts;
  const writes = mcpWrites(parts);
  const get = (id: string, options: CallOptions) => getFile(client, id, options);
  return {
    makeFolder: (parent, name, options) => writes.makeFolder(parent ?? root, name, options),
    async rename(id, name, options = {}) {
      const file = await writes.rename(id, name, options).then(
        () => get(id, options),
        async (refusal: unknown) => {
          const there = await thereAfter(refusal, () => get(id, options));
          if (there.name === name) return there;
          throw new StorageError("name-taken", { cause: refusal, subject: name });
        },
      );
      return entryOf(file);
    },
    async move(ids, to, options = {}) {
      const target = to ?? root;
      for (const id of ids) {
        options.signal?.throwIfAborted();
        await writes.move(id, target, options).catch(async (refusal: unknown) => {
          await thereAfter(refusal, () => get(id, options));
          if (target !== "") await get(target, options);
          throw new StorageError("same-folder", { cause: refusal });
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

/**
 * A tool says of everything it will not do that the thing is not there. Where it is, the refusal was of what was to be done.
 * Rejects with the refusal itself where that is what it says.
 */
async function thereAfter(refusal: unknown, look: () => Promise<RemoteFile>): Promise<RemoteFile> {
  if (!(refusal instanceof StorageError) || refusal.code !== "not-found") throw refusal;
  return look();
}
