import type { Keyv } from "keyv";
import type { Entry, Variant } from "../../storage/entry.ts";
import type { Values } from "../../storage/field.ts";
import type { DownloadMethod, Mount } from "../../storage/mount.ts";
import type { Storage } from "../../storage/storage.ts";
import type { Visit } from "../../users/visit.ts";
import type { Place } from "../../users/place.ts";
import type { Admin } from "../../users/admin.ts";
import type { Destinations } from "../../users/destinations.ts";
import type { GivenLink, GivenLinks } from "../../users/given-links.ts";
import type { Person } from "../../users/person.ts";
import type { FileAddress } from "../model/file-address.ts";
import type { FormScreen } from "../model/screen.ts";
import type { Messengers } from "../../messaging/messenger.ts";
import type { Batches } from "../model/batch.ts";
import type { Downloads } from "../model/download.ts";
import type { Hooks } from "../model/hook.ts";
import type { Saves } from "../model/save.ts";
import type { Pushes } from "../model/push.ts";
import type { Session } from "../model/session.ts";
import type { Follows } from "../model/follow.ts";
import type { Approvals } from "../model/approval.ts";
import type { BrowserSignIns } from "../model/browser-sign-in.ts";
import type { Reminders } from "../model/reminder.ts";
import type { Transfers } from "../model/transfer.ts";
import type { Uploads } from "../model/upload-batch.ts";

/** What actions are performed with. Made once, in `app.ts`. None of it may call `perform`: it would wait for itself. */
export interface Services {
  readonly storage: Storage;
  readonly sessions: Keyv<Session>;
  readonly people: Keyv<Person>;
  /** Groups and servers, by place id. */
  readonly places: Keyv<Place>;
  /** What somebody is in a group, as its platform says, not older than a minute; undefined = it cannot be told. */
  readonly roleIn?: (place: string, person: string) => Promise<"admin" | "member" | "none" | undefined>;
  /** Encrypted, by person id: it holds secrets for a quarter of an hour. */
  readonly pending: Keyv<PendingSignIn>;
  /** Languages there are, in the order settings show them. */
  readonly languages: readonly string[];
  /** Best of them for what a client says. */
  pickLanguage(locale: string | undefined): string;
  /** What a new drive of somebody is called, in a language; absent = as its kind calls it. */
  readonly titleFor?: (named: { readonly whose: string; readonly drive: string }, language: string) => string;
  /** An address for a file, in the visitor's name. Throws `StorageError`. */
  issueLink(mount: Mount, entry: Entry, visit: Visitor, options: LinkOptions): Promise<FileAddress>;
  /** A one-time page for a form; absent, or undefined, where there is none to be had. */
  readonly issuePage?: (visit: Visit, form: FormScreen) => Promise<FormScreen["page"] | undefined>;
  /** Download methods that work here. */
  readonly methods: readonly DownloadMethod[];
  /** The operator's default among them. */
  readonly usualMethod: DownloadMethod;
  /** Chats that people run, where files can be delivered; absent = nothing is delivered elsewhere. */
  readonly destinations?: Destinations | undefined;
  /** Files into chats; absent = there are none to be had. */
  readonly transfers?: Transfers;
  /** Several files into a chat; absent = there are none to be had. */
  readonly batches?: Batches | undefined;
  /** Approvals that are waited for; absent = nobody waits for them, and that way is not offered. */
  readonly approvals?: Approvals | undefined;
  /** Sign-ins through browsers; absent = nobody waits for them, and that way is not offered. */
  readonly browserSignIns?: BrowserSignIns | undefined;
  /** Words before a credential ends; absent = nobody is reminded. */
  readonly reminders?: Reminders | undefined;
  /** Drives fetch what addresses lead to, and it is followed; absent = nobody follows it. */
  readonly downloads?: Downloads | undefined;
  /** What of shares is copied into drives, and is told; absent = nothing is. */
  readonly saves?: Saves | undefined;
  /** Addresses by which programs add downloads; absent = there are none to be had. */
  readonly hooks?: Hooks | undefined;
  /** What is followed, and told of; absent = nothing can be. */
  readonly follows?: Follows | undefined;
  /** Links go to people's own aria2; absent = none do. */
  readonly pushes?: Pushes | undefined;
  /** Absent = files that people send go into no drive. */
  readonly uploads?: Uploads | undefined;
  /** Making a link asks no drive: it is a ticket of our own. Absent = links are the drive's, and each costs a call. */
  readonly hasTickets?: boolean;
  /** Links with a life of their own; absent = links are the drive's. */
  readonly givenLinks?: GivenLinks | undefined;
  /** Takes back the links that were handed out until now; absent = links are the drive's own, and nobody can. */
  readonly revokeLinks?: (which: LinksOf) => Promise<void>;
  /** What was said once and need not be said again, and when; absent = such things are not said at all. */
  readonly said?: Keyv<number>;
  /** Ways to speak to people who did not ask; absent = nobody is spoken to. */
  readonly messengers?: Messengers;
  /** Deletes what is kept of a person outside of the actions: pages, half-finished dialogues. */
  readonly forget?: (person: string) => Promise<void>;
  /** What was deleted is gone from the disk too; absent = what is kept is nowhere on a disk of ours. */
  readonly scrub?: () => Promise<void>;
  /** What runs, for operators; absent = nobody says. */
  readonly version?: string | undefined;
  /** Person ids of operators named in the configuration; a code can make others. */
  readonly admins: readonly string[];
  /** Who is let in, what is counted, and words to everybody. */
  readonly admin: Admin;
  /** Runs one piece of work at a time for `key`, in each process those first that came first, and among processes the lowest `order`. */
  exclusive<T>(key: string, work: () => Promise<T>, order?: number): Promise<T>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** 10 base62 characters, not to be guessed. */
  newId(): string;
  readonly log: ActionLog;
}

/** In whose name a link is made. */
interface Visitor {
  readonly person: Pick<Visit["person"], "id">;
}

/** What a link is asked for with. */
interface LinkOptions {
  /** Absent = the original bytes. */
  readonly variant?: Variant | undefined;
  /** Id of the folder the file was seen in; "" = the mount's root. */
  readonly folder: string;
  /** Where it is a ticket, the drive need not be asked now whether it will give the file. */
  readonly unasked?: boolean;
  /** The link is this one, with its own life; absent = it lives as long as all. */
  readonly given?: Pick<GivenLink, "id" | "createdAt" | "endsAt"> | undefined;
  readonly signal: AbortSignal;
}

/** Which links: those to a mount, those in a person's name, or every one. */
export type LinksOf = { readonly mount: string } | { readonly person: string } | "all";

/** The levels actions write at; pino fits. */
interface ActionLog {
  /** Who signs in, and who may do what from now on; holds no secret. */
  info(fields: object, event: string): void;
  error(fields: object, event: string): void;
}

/** A sign-in that waits for a human to prove to be one, with what need not be typed again. */
export interface PendingSignIn {
  /** Names this one on its form: a later one takes its place. */
  readonly id: string;
  readonly driver: string;
  /** Secrets included. */
  readonly values: Values;
  /** The vault the failed try ended with. */
  readonly kept?: Values;
  /** A share's code among the values is only one that may be meant. */
  readonly guessed?: boolean;
  /** The whole of a share, where the values name a part of it. */
  readonly whole?: Values;
  /** The mount that is signed in to again; absent = a new one. */
  readonly mount?: string;
  /** Where the human proves it. */
  readonly verify?: string | undefined;
}
