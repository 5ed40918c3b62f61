import { createHash } from "node:crypto";
import { gcidOf, patternOf, type Content } from "./content.ts";

/** A file or folder of an account. */
export interface Node {
  readonly id: string;
  readonly userId: string;
  parentId: string;
  name: string;
  readonly folder: boolean;
  size: number;
  mimeType: string;
  createdAt: number;
  modifiedAt: number;
  trashed: boolean;
  starred: boolean;
  /** Until then the service is still moving or copying it. */
  movingUntil: number;
  /** Where an offline download took it from; "" otherwise. */
  originalUrl: string;
  phase: "PHASE_TYPE_COMPLETE" | "PHASE_TYPE_PENDING" | "PHASE_TYPE_RUNNING" | "PHASE_TYPE_ERROR";
  folderType: string;
  audit: string;
  readonly content: Content;
  readonly gcid: string;
  /** What an archive holds. */
  readonly archive?: Archive | undefined;
  /** The bytes of an upload have come. */
  receive(bytes: Buffer): void;
  film?: Film | undefined;
  /** From when on the detail carries links. */
  linksFrom: number;
}

/** A film's renditions, and how the service tells of them. */
export interface Film {
  readonly duration: number;
  readonly width: number;
  readonly height: number;
  readonly transcodes: readonly ("1080P" | "720P" | "480P")[];
  /** The original cannot be played: invisible, without a link, behind the transcodes. */
  readonly originHidden?: boolean;
  /** What `medias` is instead of a list, or what its links are. */
  readonly odd?: "medias-null" | "link-null";
  readonly thumbnail?: Buffer;
}

/** The inside of a packed file. */
export interface Archive {
  readonly files: readonly { readonly name: string; readonly size: number }[];
  /** Absent = it opens without one. */
  readonly password?: string | undefined;
}

/** A file as the builder is asked for it. */
export interface FileSeed {
  readonly name: string;
  readonly size?: number;
  /** Literal bytes; absent = a pattern of `size` bytes. */
  readonly bytes?: Buffer | undefined;
  readonly mimeType?: string;
  readonly modifiedAt?: number;
  readonly film?: Film;
  readonly phase?: Node["phase"];
  readonly audit?: string;
  readonly trashed?: boolean;
  /** ms after its making until its detail carries links. */
  readonly linksAfter?: number;
  readonly originalUrl?: string;
  readonly archive?: Archive | undefined;
  /** The hash an upload was announced with; absent = worked out from the bytes. */
  readonly hash?: string | undefined;
}

/** What a node is made of. */
export interface NodeParts {
  readonly id: string;
  readonly account: { readonly userId: string };
  /** "" = the root. */
  readonly parentId: string;
  readonly folder: boolean;
  readonly seed: FileSeed;
  readonly now: number;
  readonly folderType: string;
  /** A copy has the bytes of its original. */
  readonly like?: Node | undefined;
}

/** A node; its bytes and their hash are worked out when somebody asks. */
export function nodeOf({ id, account, parentId, folder, seed, now, folderType, like }: NodeParts): Node {
  const film = like?.film ?? seed.film;
  let content: Content | undefined;
  let gcid = seed.hash;
  return {
    id,
    userId: account.userId,
    parentId,
    name: seed.name,
    folder,
    size: like?.size ?? seed.bytes?.length ?? seed.size ?? 0,
    mimeType: folder ? "" : (like?.mimeType ?? seed.mimeType ?? "application/octet-stream"),
    createdAt: seed.modifiedAt ?? now,
    modifiedAt: seed.modifiedAt ?? now,
    trashed: seed.trashed ?? false,
    starred: false,
    movingUntil: 0,
    originalUrl: seed.originalUrl ?? "",
    phase: seed.phase ?? "PHASE_TYPE_COMPLETE",
    folderType,
    audit: seed.audit ?? "STATUS_OK",
    get content() {
      return (content ??= like?.content ?? (seed.bytes ? { bytes: seed.bytes } : patternOf(id, this.size)));
    },
    get gcid() {
      return folder ? "" : (gcid ??= like?.gcid ?? gcidOf(this.content, this.size, id));
    },
    archive: like?.archive ?? seed.archive,
    receive(bytes) {
      this.size = bytes.length;
      content = { bytes };
      gcid = undefined;
    },
    film,
    linksFrom: now + (seed.linksAfter ?? 0),
  };
}

/** An id like the service's: 26 characters, `V…o1`. */
export function idFrom(text: string): string {
  return `V${createHash("sha256").update(text).digest("base64url").slice(0, 23)}o1`;
}
