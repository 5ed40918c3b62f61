import type { Keyv } from "keyv";
import type { Entry, Variant } from "../../storage/entry.ts";
import type { Mount } from "../../storage/mount.ts";
import type { Visit } from "../../users/visit.ts";
import type { TransferScreen } from "./screen.ts";
import type { Upload } from "./upload.ts";

/** Files on their way from drives into chats: a queue for everybody, a record of each, and how far it is. */
export interface Transfers {
  /** A transfer that begins when the frontend starts it. `busy` = this file is on its way here already; `full` = the person has enough waiting. */
  prepare(order: TransferOrder): Prepared | "busy" | "full";
  /** Lets go of it at once. False = it has ended already, or was of a process before this one. */
  cancel(id: string): boolean;
  /** Transfers to a platform whose process ended before they did. Ask at the start, and now and then where processes share. */
  interrupted(platform: string): Promise<readonly Interrupted[]>;
  /** Cancels everything of a person, and keeps no record of it. */
  forget(person: string): Promise<void>;
  /** Lets go of everything; the records stay, so that the next process can tell. */
  stop(): Promise<void>;
}

/** One file that somebody wants to have in a chat. */
export interface TransferOrder {
  readonly id: string;
  readonly visit: Visit;
  readonly language: string;
  readonly mount: Mount;
  /** The screen but for its state. */
  readonly card: Omit<TransferScreen, "state">;
  /** Seconds of playing time. */
  readonly duration?: number;
  /** Most bytes the place takes. */
  readonly limit: number;
  /** As it is, where the platform would make something smaller of it to show. */
  readonly asFile?: boolean | undefined;
}

/** What the frontend is given: a screen, what follows it, and the way to begin. */
export interface Prepared {
  readonly screen: TransferScreen;
  readonly updates: AsyncIterable<TransferScreen>;
  readonly upload: Upload;
}

/** What is kept of a transfer until its end. */
export interface TransferRecord {
  readonly id: string;
  readonly person: string;
  /** Id of the chat. */
  readonly place: string;
  readonly language: string;
  /** The frontend's own name for the message that shows it. */
  readonly message: string;
  readonly card: Omit<TransferScreen, "state">;
  /** When its process last said that it goes on, ms since the epoch. */
  readonly aliveAt: number;
}

/** A transfer whose process ended before it did. */
export interface Interrupted extends Pick<TransferRecord, "person" | "place" | "language" | "message"> {
  readonly screen: TransferScreen;
  /** Forgets it: the person has been told. */
  told(): Promise<void>;
}

export interface TransfersParts {
  /** Holds one list under one key. */
  readonly records: Keyv<readonly TransferRecord[]>;
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
  /** The file's bytes; where the host breaks off they go on by themselves. Throws `StorageError`, as the stream does. */
  openBytes(mount: Mount, entry: Entry, options: BytesWanted): Promise<Bytes>;
  /** A small picture behind an address; rejects beyond `limit` bytes. Absent = transfers go without. */
  readonly readPicture?: (url: string, options: { readonly limit: number } & Asking) => Promise<Uint8Array>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  newReference(): string;
  readonly log: { info(fields: object, event: string): void; error(fields: object, event: string): void };
  /** Other processes write to the same records; absent = this is the only one. */
  readonly isShared?: boolean;
  /** Transfers at once of everybody; 4 when absent. */
  readonly overall?: number;
  /** Transfers at once of one person; 1 when absent. */
  readonly perPerson?: number;
  /** Transfers one person may have waiting; 10 when absent. */
  readonly waitingPerPerson?: number;
}

interface Asking {
  readonly person: string;
  readonly signal: AbortSignal;
}

export interface BytesWanted extends Asking {
  /** Absent = the original. */
  readonly variant?: Variant;
  /** First byte wanted; absent = the first there is. */
  readonly from?: number;
}

export interface Bytes {
  readonly stream: AsyncIterable<Uint8Array>;
  /** Of the whole file; absent = nobody knows. */
  readonly size?: number;
}
