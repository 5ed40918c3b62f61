import { createHash } from "node:crypto";
import { create } from "content-disposition";
import mime from "mime";
import type { Link } from "../storage/driver.ts";
import type { Entry } from "../storage/entry.ts";
import type { Validators } from "./conditions.ts";
import { asciiName, fileName, shortFileName } from "./file-name.ts";

/** A file as HTTP speaks of it. */
export interface ServedFile extends Validators {
  readonly name: string;
  /** Content type by name; a rendition's is what the file host says. */
  readonly type?: string | undefined;
}

/** What is known of a file before its host is asked. */
export function servedFile(entry: Entry, link: Link, variant?: string): ServedFile {
  return new FoundFile(entry, link, variant);
}

/** Tag and type are worked out when they are looked at: most seeks need neither before the file host was asked. */
class FoundFile implements ServedFile {
  readonly name: string;
  readonly size: number | undefined;
  readonly modifiedAt: number | undefined;
  readonly #entry: Entry;
  readonly #variant: string | undefined;

  constructor(entry: Entry, link: Link, variant: string | undefined) {
    this.name = entry.name;
    this.size = sizeOf(link, { entry, variant });
    this.modifiedAt = entry.modifiedAt;
    this.#entry = entry;
    this.#variant = variant;
  }

  get type(): string | undefined {
    return this.#variant === undefined ? contentType(this.#entry) : undefined;
  }

  get etag(): string | undefined {
    return etag(this.#entry, this.#variant);
  }
}

/** Bytes of what a link leads to, where the drive tells: an entry is the original, whichever rendition was asked for. */
export function sizeOf(
  link: Link,
  { entry, variant }: { readonly entry: Entry | undefined; readonly variant: string | undefined },
): number | undefined {
  if (link.kind === "empty") return 0;
  return link.size ?? (variant === undefined ? entry?.size : undefined);
}

function contentType({ name, mimeType }: Entry): string {
  return mime.getType(name) ?? mimeType ?? "application/octet-stream";
}

/** Characters of a tag. */
const longestTag = 128;

/**
 * Strong, and ours: the same whichever node of the file host answers, so that a download can be taken up again after
 * a new link. Of the content hash where the drive tells one, else of id, size and time; a text of no usual length is
 * hashed, because clients send tags back.
 */
function etag({ id, hash, size, modifiedAt }: Entry, variant: string | undefined): string | undefined {
  if (hash === undefined && modifiedAt === undefined) return undefined;
  const state = hash === undefined ? [id, size, modifiedAt] : [hash, size];
  const parts = [...state, variant].map((part) => encodeURIComponent(String(part ?? "").toWellFormed()));
  const text = parts.join("/");
  return `"${text.length <= longestTag ? text : createHash("sha256").update(text).digest("base64url")}"`;
}

/** The headers every answer with this file's bytes has. `agent`: the client's user agent. */
export function fileHeaders(
  { name, type, etag, modifiedAt }: ServedFile,
  agent: string | undefined,
): Record<string, string> {
  return {
    "content-type": type ?? "application/octet-stream",
    "content-disposition": disposition(name, agent),
    "accept-ranges": "bytes",
    ...(etag === undefined ? {} : { etag }),
    ...(modifiedAt === undefined ? {} : { "last-modified": new Date(modifiedAt).toUTCString() }),
    "cache-control": "private, no-cache",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    // People's files are no pages of ours: opened in a browser, they may do nothing.
    "content-security-policy": "default-src 'none'; sandbox",
  };
}

/** Fails on a name that its file system does not take, where others shorten it (1.36, 2026-11-27). */
const savesAsTold = /^aria2\//;

/** RFC 6266: the name in RFC 8187's form, and one in ASCII before it for clients that know only that. */
function disposition(name: string, agent: string | undefined): string {
  const told = savesAsTold.test(agent ?? "") ? shortFileName(name) : fileName(name);
  return create(told, { fallback: asciiName(name) });
}
