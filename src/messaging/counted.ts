import type { FileProgress } from "./messenger.ts";

/** A file's bytes, telling how many were taken: who asks for the next piece has taken the one before. */
export async function* counted(
  pieces: AsyncIterable<Uint8Array>,
  onBytes: FileProgress["onBytes"],
): AsyncGenerator<Uint8Array> {
  let done = 0;
  for await (const piece of pieces) {
    yield piece;
    done += piece.length;
    onBytes?.(done);
  }
}
