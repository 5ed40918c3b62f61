import type { LastWordLog } from "../../messaging/last-word.ts";
import type { Storage } from "../../storage/storage.ts";
import type { Current, UploadBatch } from "./upload-kind.ts";

interface DroppingParts {
  readonly storage: Pick<Storage, "dropUpload">;
  readonly log: Pick<LastWordLog, "info">;
}

/** Takes away what the drive has of a file that does not come. One that has arrived stays. */
export async function dropBegun(
  { mount, person: asker }: Pick<UploadBatch, "mount" | "person">,
  current: Current | undefined,
  { storage, log, signal }: DroppingParts & { readonly signal: AbortSignal },
): Promise<void> {
  if (!current || !("pending" in current)) return;
  await storage
    .dropUpload(mount, current.pending, { asker, signal })
    .catch((err: unknown) => log.info({ err }, "begun upload not taken away"));
}
