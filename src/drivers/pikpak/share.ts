import type { CallOptions, Driver, DriverContext, Link, ListOptions, Page } from "../../storage/driver.ts";
import type { Details, Entry } from "../../storage/entry.ts";
import { StorageError, type StorageErrorCode } from "../../storage/error.ts";
import type { Client } from "./client.ts";
import type { OpenedShare, SharedReads } from "./shared-reads.ts";
import { createTrials } from "./trial.ts";
import {
  detailsOf,
  entryOf,
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
  /** What others who open the same share have read, and read. */
  readonly reads: SharedReads;
  readonly context: Pick<DriverContext, "now" | "monotonic" | "randomHex" | "probe">;
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
  let isClosed = false;
  const share = createShare(parts, () => isClosed);
  const trials = createTrials(parts.context.probe);
  return {
    list: (folder, options = {}) => listFolder(share, parts, folder ?? parts.inside, options),
    stat: async (id, options = {}) => (await share.file(id, options)).details,
    async link(id, { prefer, ...options } = {}) {
      const file = await share.remoteFile(id, options);
      const copy = prefer ?? (parts.transcode ? transcodesOf(file).map((media) => variantOf(media).id)[0] : undefined);
      const link = shortLived(copy === undefined ? sharedLink(file) : transcodeLink(file, copy), parts.context.now());
      if (link.kind !== "url") return link;
      return { ...link, ...(await trials.find(`${id}/${copy ?? ""}`, link, options.signal)) };
    },
    title: () => share.title(),
    close() {
      isClosed = true;
      return parts.close();
    },
  };
}

function shortLived(link: Link, now: number): Link {
  if (link.kind !== "url") return link;
  return { ...link, expiresAt: Math.min(link.expiresAt ?? Infinity, now + linkLife) };
}

interface Share {
  /** As its owner called it; undefined until its top was read. */
  title(): string | undefined;
  /** A page of a folder; absent = the share's top. */
  page(folder: string | undefined, options: ListOptions): Promise<Page<Entry>>;
  /** A file or folder as everybody sees it. */
  file(id: string, options: Refreshing): Promise<SharedFile>;
  /** The same with its addresses, which are of who asks. */
  remoteFile(id: string, options: CallOptions): Promise<RemoteDetails>;
}

type Refreshing = Omit<ListOptions, "cursor">;

interface SharedFile {
  readonly entry: Entry;
  readonly details: Details;
}

function createShare(parts: ShareParts, isClosed: () => boolean): Share {
  const { reads, context } = parts;
  const calls = createShareCalls(parts, (opened, options) => topPage(opened, options));
  /** Where the share refuses to be read, what others were shown of it goes, too. */
  const opening = async <T>({ signal }: CallOptions, work: (opened: OpenedShare) => Promise<T>): Promise<T> => {
    signal?.throwIfAborted();
    const opened = await calls.opened();
    try {
      return await work(opened);
    } catch (error) {
      if (error instanceof StorageError && ofShares.has(error.code)) reads.forget(opened);
      throw error;
    }
  };
  const findPage = (opened: OpenedShare, { ask, folder, cursor = "", refresh, ...options }: WantedPage) => {
    const first = firstPage(folder);
    // Pages belong to the first one they follow, and are younger: a folder is read anew from there, and no page of before is among them.
    const number = cursor === "" ? undefined : reads.answerNumber(opened, first, context);
    return reads.find<Page<Entry>>(opened, {
      ...options,
      context,
      isClosed,
      of: cursor === "" ? first : [...first, cursor, number],
      refresh: number === undefined && refresh,
      passing: number === undefined && cursor !== "",
      async ask(call) {
        const readAt = context.now();
        return { ...pageOf(readPage(await ask(cursor, call)), cursor), readAt };
      },
      sizeOf: ({ items }) => items.length + 1,
    });
  };
  const topPage = (opened: OpenedShare, options: ListOptions) =>
    findPage(opened, { ...options, folder: undefined, ask: (cursor, call) => calls.top(opened, cursor, call) });
  return {
    title: calls.title,
    page: (folder, options) =>
      opening(options, (opened) =>
        folder === undefined
          ? topPage(opened, options)
          : findPage(opened, { ...options, folder, ask: (cursor, call) => calls.folder(opened, folder, cursor, call) }),
      ),
    file: (id, options) =>
      opening(options, (opened) =>
        reads.find<SharedFile>(opened, {
          ...options,
          context,
          isClosed,
          of: ["file", id],
          async ask(call) {
            const file = await calls.file(opened, id, call);
            return { entry: entryOf(file), details: detailsOf(file, sharedLink) };
          },
          sizeOf: () => 2,
        }),
      ),
    remoteFile: (id, options) => opening(options, (opened) => calls.file(opened, id, options)),
  };
}

interface WantedPage extends ListOptions {
  readonly folder: string | undefined;
  /** Asks the service for it. */
  ask(cursor: string, options: CallOptions): Promise<unknown>;
}

function firstPage(folder: string | undefined): readonly string[] {
  return folder === undefined ? ["top"] : ["folder", folder];
}

/** Failures of a share as a whole. */
const ofShares: ReadonlySet<StorageErrorCode> = new Set(Object.values(shareCodes));

/** What one drive asks the service of a share. */
interface ShareCalls {
  /** The share as this drive's code opens it. */
  opened(): Promise<OpenedShare>;
  title(): string | undefined;
  top(opened: OpenedShare, cursor: string, options: CallOptions): Promise<unknown>;
  folder(opened: OpenedShare, id: string, cursor: string, options: CallOptions): Promise<unknown>;
  file(opened: OpenedShare, id: string, options: CallOptions): Promise<RemoteDetails>;
}

/** `readTop`: reads the top of a share, once for all who want it. */
function createShareCalls(
  { client, shareId, passCode, reads, context }: ShareParts,
  readTop: (opened: OpenedShare, options: CallOptions) => Promise<unknown>,
): ShareCalls {
  let latest: OpenedShare | undefined;
  /** The token this drive was given itself, which is tried before the one that others were given. */
  let own: string | undefined;
  const ask = async (opened: OpenedShare, path: string, query: Query, options: CallOptions): Promise<Answer> => {
    const body = await client.call({ method: "GET", path, query: { share_id: shareId, ...query }, ...options });
    const { share_status: status, share_status_text: said, pass_code_token: fresh, title } = readShare(body);
    if (!readable.has(status)) {
      const code = Object.hasOwn(shareCodes, status) ? shareCodes[status] : undefined;
      throw new StorageError(code ?? "upstream", { message: `share ${status}: ${said}` });
    }
    if (title !== "") opened.title = title;
    return { body, fresh };
  };
  /** The pass code's token: asked for once, by one asker for all, and good for every later call. Public shares have one, too. */
  const passed = async (opened: OpenedShare, options: CallOptions): Promise<string> => {
    if ((own ?? opened.token) === undefined) await readTop(opened, options);
    return own ?? opened.token ?? "";
  };
  const dropToken = (opened: OpenedShare, refused: string) => {
    if (own === refused) own = undefined;
    if (opened.token !== refused) return;
    opened.token = undefined;
    // It came with the top, which is asked for again.
    reads.drop(opened, firstPage(undefined));
  };
  /** A token that is not taken any more is renewed once; a second refusal is about the code. */
  const withToken = async (opened: OpenedShare, path: string, query: Query, options: CallOptions) => {
    const used = await passed(opened, options);
    try {
      return (await ask(opened, path, { ...query, pass_code_token: used }, options)).body;
    } catch (error) {
      if (!(error instanceof StorageError) || !error.code.startsWith("pass-code-")) throw error;
      dropToken(opened, used);
      const renewed = await passed(opened, options);
      return (await ask(opened, path, { ...query, pass_code_token: renewed }, options)).body;
    }
  };
  return {
    opened: async () => (latest = reads.opened(shareId, await passCode(), context)),
    title: () => latest?.title,
    async top(opened, cursor, options) {
      const query = { ...pageQuery(cursor), pass_code: await passCode() };
      const { body, fresh } = await ask(opened, "/drive/v1/share", query, options);
      own = fresh;
      opened.token = fresh;
      return body;
    },
    folder: (opened, id, cursor, options) =>
      withToken(opened, "/drive/v1/share/detail", { ...pageQuery(cursor), parent_id: id, with_audit: "true" }, options),
    async file(opened, id, options) {
      const query = { file_id: id, thumbnail_size: "SIZE_LARGE" };
      await passed(opened, options);
      return readShareFile(await withToken(opened, "/drive/v1/share/file_info", query, options).catch(fileIsGone));
    },
  };
}

type Query = Readonly<Record<string, string>>;

function pageQuery(cursor: string): Query {
  return { limit: pageSize, page_token: cursor, thumbnail_size: "SIZE_MEDIUM" };
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
  options: ListOptions,
): Promise<Page<Entry>> {
  const page = await share.page(folder, options);
  const { cursor = "", ...rest } = options;
  if (folder === undefined || page.items.length > 0 || cursor !== "") return page;
  // Empty, gone, or the link led to a file: only its detail tells.
  const { entry } = await share.file(folder, rest);
  if (entry.kind === "folder") return page;
  if (folder === inside) return { ...page, items: [entry] };
  throw new StorageError("not-a-folder");
}

function pageOf({ files, next }: RemotePage, cursor: string): Page<Entry> {
  if (next !== "" && next === cursor) throw new StorageError("upstream", { message: "PikPak repeats a page token" });
  return { items: files.map(entryOf), ...(next !== "" && files.length > 0 && { next }) };
}
