import type { MessageScreen, Notice } from "../actions/model/screen.ts";
import type { SentFile } from "../actions/model/sent-file.ts";
import type { Grant, MessageRef, Target } from "../actions/model/target.ts";
import type { Entry } from "../storage/entry.ts";

export type { Grant, MessageRef, Target };

/**
 * Speaks to the chats of one platform at any time, from any process: nobody needs to have asked, and no update needs to
 * be under way. Targets and references are plain JSON, so that a durable job can keep them.
 *
 * Each call is bounded in time and never waits because the platform asks to: it answers `later` instead. What can be
 * done twice without harm (an edit, a removal) is tried again after a broken connection; what cannot (a new message, a
 * file) is sent once. A call rejects where it is not known what became of it.
 */
export interface Messenger {
  readonly platform: Platform;
  /** A new message. */
  send(target: Target, message: Message): Promise<Sent>;
  /** Changes a message. An edit that changes nothing is an edit. */
  edit(ref: MessageRef, message: Message): Promise<Edited>;
  /**
   * Puts a file there, without keeping anything of it; its name stands below. Rejects with an `UploadError`, or with
   * the reason of `signal`. After an error that says `again`, the same source may be sent once more: it stands there once.
   */
  sendFile(target: Target, source: FileSource, meta: FileMeta, progress: FileProgress): Promise<MessageRef>;
  /**
   * Puts two to ten pictures there that stand together, as `sendFile` puts one. Either all of them come, or none. Rejects with
   * an `UploadError` that says `again` where it is not certain that none is there.
   */
  sendAlbum(target: Target, files: readonly AlbumFile[], progress: FileProgress): Promise<MessageRef>;
  /**
   * The bytes of a file somebody sent, from an offset on. Rejects with a `StorageError`: `source-gone`, `source-too-large`,
   * or `source-out-of-reach`, as which its stream breaks off, too; or with the reason of the signal.
   */
  receive(file: SentFile, options: ReceivingOptions): Promise<Received>;
  /** Takes a message away. */
  remove(ref: MessageRef): Promise<Removed>;
  /** A sentence to somebody in their private chat. */
  notify(person: string, notice: Notice, options: { readonly language: string }): Promise<Sent>;
}

export type Platform = "telegram" | "discord";

/** The messengers of the chats that are switched on. */
export interface Messengers {
  /** By place, person, or the `place` of a target; undefined = that chat is switched off. */
  of(place: string): Messenger | undefined;
}

/** A reference as a text, for stores that keep it beside other things. */
export function writeRef(ref: MessageRef): string {
  return JSON.stringify(ref);
}

/** What `writeRef` wrote; undefined for anything else. */
export function readRef(text: string): MessageRef | undefined {
  const read = parsed(text);
  const isRef =
    isRecord(read) && ["place", "kind", "language", "message"].every((key) => typeof read[key] === "string");
  // Only `writeRef` writes what looks like this.
  return isRef ? (read as unknown as MessageRef) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** What can be said: a screen, or words of an operator as they were written. */
export type Message = MessageScreen | Announcement;

/** Words of an operator. */
export interface Announcement {
  readonly show: "announcement";
  readonly text: string;
}

/** What became of a new message. */
export type Sent = { readonly is: "sent"; readonly ref: MessageRef } | Unsent;

/** What became of an edit. `gone`: the message is not there any more, or can be changed no more. */
export type Edited = { readonly is: "edited" } | { readonly is: "gone" } | Unsent;

/** What became of a removal. `gone`: it was not there any more, or nothing can take it away. */
export type Removed = { readonly is: "removed" } | { readonly is: "gone" } | Unsent;

/**
 * Known not to have been done. `closed`: the bot was blocked or sent away, or the chat is no more; asking again will
 * not help. `later`: the platform is too busy, or out of reach; not before `after` milliseconds.
 */
export type Unsent = { readonly is: "closed" } | { readonly is: "later"; readonly after: number };

/** The bytes of a file. */
export interface FileSource {
  /** From the first byte on; each call opens them anew. They end with an error when the drive fails for good. */
  open(): AsyncIterable<Uint8Array>;
  /** A small picture of it, of `limit` bytes at most; undefined where there is none to be had. Never fails. */
  picture(limit: number): Promise<Uint8Array | undefined>;
}

/** One picture of an album. */
export interface AlbumFile {
  readonly source: FileSource;
  readonly meta: FileMeta;
}

/** What is known of a file before it is opened. */
export interface FileMeta {
  /** Name, size and kind; the size is that of these very bytes, absent where nobody knows it. */
  readonly entry: Entry;
  /** Seconds of playing time. */
  readonly duration?: number | undefined;
  /** Not as something to look at or listen to, which the platform may make smaller. */
  readonly asFile?: boolean | undefined;
}

export interface ReceivingOptions {
  readonly from: number;
  readonly signal: AbortSignal;
}

/** A file that somebody sent, as it comes. */
export interface Received {
  /** Bytes of all of it; absent = the platform does not say. */
  readonly size?: number | undefined;
  readonly stream: AsyncIterable<Uint8Array>;
}

export interface FileProgress {
  /** Aborted when nobody wants it any more: everything is let go of at once. */
  readonly signal: AbortSignal;
  /** Told how many bytes the platform's connection has taken since the file was last opened; absent = nobody counts. */
  onBytes?(done: number): void;
}

/** Whether a chat is served now: true, or why not, in a few words for an operator and without secrets. */
export type Readiness = true | string;
