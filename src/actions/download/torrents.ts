import type { StorageErrorCode } from "../../storage/error.ts";
import { StorageError } from "../../storage/error.ts";
import type { Source } from "../../storage/source.ts";
import { maxTorrent, readTorrent } from "../../storage/torrent.ts";
import type { ActionContext, Result } from "../context/context.ts";
import { attempt, noticeWithWays } from "../context/failure.ts";
import type { NoticeCode } from "../model/screen.ts";
import type { SentFile } from "../model/sent-file.ts";
import { download } from "./download.ts";

/** Torrent files of one message that are read. */
const maxFiles = 10;
/** ms that reading them may take. */
const timeout = 60_000;

/** Lets the current drive fetch what torrent files that somebody sent stand for. One that cannot be read does not keep the others. */
export function downloadTorrents(context: ActionContext, files: readonly SentFile[]): Promise<Result> | Result {
  return attempt(context, {}, async () => {
    const readings = await Promise.all(files.slice(0, maxFiles).map((file) => readingOf(context, file)));
    const sources = readings.flatMap((reading) => ("url" in reading ? [reading] : []));
    if (sources.length > 0) return download(context, sources);
    const [first] = readings;
    if (first && "code" in first) throw new StorageError(first.code, first);
    const code: NoticeCode =
      first && "why" in first && first.why === "v2-only" ? "torrent-v2-only" : "torrent-unreadable";
    return noticeWithWays(context, code, { level: "refused", subject: files[0]?.name });
  });
}

type Reading =
  | Source
  | { readonly why: "no-torrent" | "v2-only" }
  | { readonly code: StorageErrorCode; readonly retryAfter?: number | undefined; readonly subject: string };

async function readingOf({ services, person, signal }: ActionContext, file: SentFile): Promise<Reading> {
  const messenger = services.messengers?.of(person.id);
  if (!messenger || (file.size ?? 0) > maxTorrent) return { why: "no-torrent" };
  const until = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
  try {
    const { stream } = await messenger.receive(file, { from: 0, signal: until });
    const bytes = await gathered(stream);
    const reading = bytes ? readTorrent(bytes) : { ok: false as const, why: "no-torrent" as const };
    return reading.ok ? reading.source : { why: reading.why };
  } catch (error) {
    signal.throwIfAborted();
    if (until.aborted) return { code: "source-out-of-reach", subject: file.name };
    if (!(error instanceof StorageError)) throw error;
    return { code: error.code, retryAfter: error.retryAfter, subject: file.name };
  }
}

/** All of it; undefined = it is more than a torrent may be, whatever its size was said to be. */
async function gathered(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of stream) {
    length += piece.length;
    if (length > maxTorrent) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces, length);
}
