import type { CallOptions, Driver, DriverContext, Link, Page } from "../../storage/driver.ts";
import type { Entry } from "../../storage/entry.ts";
import { StorageError, type StorageErrorCode } from "../../storage/error.ts";
import { joined } from "../../storage/joined.ts";
import type { Client } from "./client.ts";
import { createTrials } from "./trial.ts";
import {
  detailsOf,
  entryOf,
  isFolder,
  readPage,
  readShare,
  readShareFile,
  sharedLink,
  transcodeLink,
  transcodesOf,
  variantOf,
  type RemoteDetails,
  type RemotePage,
} from "./wire.ts";

interface ShareParts {
  readonly client: Client;
  readonly shareId: string;
  /** The folder or file inside the share that is the mount's root; absent = the share's top. */
  readonly inside?: string | undefined;
  passCode(): Promise<string>;
  /** Hand out the second rendition instead of the original, which may be cut short for the anonymous. */
  readonly transcode: boolean;
  readonly context: Pick<DriverContext, "now" | "probe">;
  close(): Promise<void>;
}

/** Entries a page; the share endpoints are documented with this one. */
const pageSize = "100";

/** What a share that cannot be read says it is. */
export const shareCodes: Readonly<Record<string, StorageErrorCode>> = {
  PASS_CODE_EMPTY: "pass-code-needed",
  PASS_CODE_ERROR: "pass-code-wrong",
  NOT_FOUND: "share-not-found",
  DELETED: "share-deleted",
  EXPIRED: "share-expired",
  CANCELLED: "share-cancelled",
  AUDITING: "share-reviewing",
  SENSITIVE_RESOURCE: "share-blocked",
  SENSITIVE_WORD: "share-blocked",
  PROHIBITED: "share-region",
};
/** The owner's limit on saving is used up; reading still works. */
const readable = new Set(["OK", "MAX_RESTORE_COUNT"]);

/** ms that a share's address is believed to live, whatever it says: it has been seen to die after an hour (protocol notes, §9.7). */
const linkLife = 3_600_000;

/** A drive over a share link; nobody is signed in. */
export function openShare(parts: ShareParts): Driver {
  const share = createShare(parts);
  const trials = createTrials(parts.context.probe);
  return {
    list: (folder, options = {}) => listFolder(share, parts, folder ?? parts.inside, options),
    stat: async (id, options = {}) => detailsOf(await share.file(id, options), sharedLink),
    async link(id, { prefer, ...options } = {}) {
      const file = await share.file(id, options);
      const copy = prefer ?? (parts.transcode ? transcodesOf(file).map((media) => variantOf(media).id)[0] : undefined);
      const link = shortLived(copy === undefined ? sharedLink(file) : transcodeLink(file, copy), parts.context.now());
      if (link.kind !== "url") return link;
      return { ...link, ...(await trials.find(`${id}/${copy ?? ""}`, link, options.signal)) };
    },
    title: () => share.title(),
    close: parts.close,
  };
}

function shortLived(link: Link, now: number): Link {
  if (link.kind !== "url") return link;
  return { ...link, expiresAt: Math.min(link.expiresAt ?? Infinity, now + linkLife) };
}

interface Share {
  /** As its owner called it; undefined until its top was read. */
  title(): string | undefined;
  top(cursor: string, options: CallOptions): Promise<unknown>;
  folder(id: string, cursor: string, options: CallOptions): Promise<unknown>;
  file(id: string, options: CallOptions): Promise<RemoteDetails>;
}

function createShare({ client, shareId, passCode }: ShareParts): Share {
  let token: Promise<string> | undefined;
  let called: string | undefined;
  const ask = async (path: string, query: Readonly<Record<string, string>>, options: CallOptions): Promise<Answer> => {
    const body = await client.call({ method: "GET", path, query: { share_id: shareId, ...query }, ...options });
    const { share_status: status, share_status_text: said, pass_code_token: fresh, title } = readShare(body);
    if (!readable.has(status)) {
      const code = Object.hasOwn(shareCodes, status) ? shareCodes[status] : undefined;
      throw new StorageError(code ?? "upstream", { message: `share ${status}: ${said}` });
    }
    if (title !== "") called = title;
    return { body, fresh };
  };
  const top = async (cursor: string, options: CallOptions) => {
    const code = await passCode();
    const query = { pass_code: code, limit: pageSize, page_token: cursor, thumbnail_size: "SIZE_MEDIUM" };
    const { body, fresh } = await ask("/drive/v1/share", query, options);
    token = Promise.resolve(fresh);
    return body;
  };
  /** The pass code's token: asked for once, by one asker for all, and good for every later call. Public shares have one, too. */
  const passed = async ({ signal }: CallOptions): Promise<string> => {
    signal?.throwIfAborted();
    token ??= top("", {}).then(
      () => token ?? "",
      (error: unknown) => {
        token = undefined;
        throw error;
      },
    );
    return joined(token, signal);
  };
  /** A token that is not taken any more is renewed once; a second refusal is about the code. */
  const withToken = async (path: string, query: Readonly<Record<string, string>>, options: CallOptions) => {
    const used = await passed(options);
    try {
      return (await ask(path, { ...query, pass_code_token: used }, options)).body;
    } catch (error) {
      if (!(error instanceof StorageError) || !error.code.startsWith("pass-code-")) throw error;
      if (token !== undefined && (await token) === used) token = undefined;
      return (await ask(path, { ...query, pass_code_token: await passed(options) }, options)).body;
    }
  };
  return {
    title: () => called,
    top,
    folder: (id, cursor, options) =>
      withToken(
        "/drive/v1/share/detail",
        { parent_id: id, limit: pageSize, page_token: cursor, thumbnail_size: "SIZE_MEDIUM", with_audit: "true" },
        options,
      ),
    async file(id, options) {
      const query = { file_id: id, thumbnail_size: "SIZE_LARGE" };
      await passed(options);
      return readShareFile(await withToken("/drive/v1/share/file_info", query, options).catch(fileIsGone));
    },
  };
}

interface Answer {
  readonly body: unknown;
  /** The pass code token that came with it; empty = none. */
  readonly fresh: string;
}

/** The share itself was there when its token was asked for: NOT_FOUND speaks of the file. */
function fileIsGone(error: unknown): never {
  if (error instanceof StorageError && error.code === "share-not-found")
    throw new StorageError("not-found", { cause: error });
  throw error;
}

async function listFolder(
  share: Share,
  { inside }: ShareParts,
  folder: string | undefined,
  options: CallOptions & { cursor?: string | undefined },
): Promise<Page<Entry>> {
  const { cursor = "", ...rest } = options;
  rest.signal?.throwIfAborted();
  if (folder === undefined) return pageOf(readPage(await share.top(cursor, rest)), cursor);
  const page = readPage(await share.folder(folder, cursor, rest));
  if (page.files.length > 0 || cursor !== "") return pageOf(page, cursor);
  // Empty, gone, or the link led to a file: only its detail tells.
  const file = await share.file(folder, rest);
  if (isFolder(file)) return { items: [] };
  if (folder === inside) return { items: [entryOf(file)] };
  throw new StorageError("not-a-folder");
}

function pageOf({ files, next }: RemotePage, cursor: string): Page<Entry> {
  if (next !== "" && next === cursor) throw new StorageError("upstream", { message: "PikPak repeats a page token" });
  return { items: files.map(entryOf), ...(next !== "" && files.length > 0 && { next }) };
}
