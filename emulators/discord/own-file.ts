import { createHash } from "node:crypto";
import { storedName } from "./messages.ts";
import type { Attachment, Channel, State } from "./state.ts";

/** A file a person has at hand. */
export interface OwnFile {
  readonly name: string;
  readonly bytes: Buffer;
  readonly type?: string;
}

/** The file as Discord keeps it. */
export function attached(state: State, { name, bytes, type }: OwnFile): Attachment {
  return {
    id: state.id(),
    name: storedName(name),
    size: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    bytes,
    ...(type !== undefined && { type }),
  };
}

/** A file the bot gets an address of, without any message. */
export function handedIn(state: State, channel: Channel, own: OwnFile): Attachment {
  const file = attached(state, own);
  channel.files.set(file.id, file);
  return file;
}
