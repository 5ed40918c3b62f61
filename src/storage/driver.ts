import type { Details, Entry } from "./entry.ts";
import type { Problem } from "./form.ts";
import type { Field, Values } from "./field.ts";
import type { EndedTask, Preview, SharedOut, Task, TaskPage, TaskPhase } from "./task.ts";
import type { PendingUpload, Uploaded, UploadSource } from "./upload.ts";

/** A part of a listing. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Cursor of the next page; absent at the end. Opaque, and good only for the folder it came from. */
  readonly next?: string;
  /** When the drive was asked for it, ms since the epoch; absent = for this call. */
  readonly readAt?: number;
}

/** Where a file's bytes are. `empty`: the file has no bytes and therefore no address; serve nothing, successfully. */
export type Link =
  | {
      readonly kind: "url";
      /** Direct address, signed by the drive. */
      readonly url: string;
      /** Headers without which the address refuses. Present = a browser cannot use it; it must be proxied. */
      readonly headers?: Readonly<Record<string, string>>;
      /** Milliseconds since the epoch after which the address stops working; absent = unknown. */
      readonly expiresAt?: number | undefined;
      /** Bytes of exactly this rendition, where known. */
      readonly size?: number | undefined;
      /** How much of these bytes the address gives, where that was asked; absent = not asked, or no clear answer. */
      readonly extent?: "whole" | "first-part";
      /** The file it leads to, where the drive tells with the link: who has it need not ask for it again. */
      readonly entry?: Entry;
    }
  | { readonly kind: "empty"; readonly entry?: Entry };

/** Room on a drive, in bytes. */
export interface Quota {
  /** Absent = unlimited or not told. */
  readonly limit?: number;
  readonly used: number;
  readonly trashed?: number | undefined;
  /** What the account is, in the drive's word: `platinum`. */
  readonly plan?: string;
  /** Offline downloads that may be begun; absent = as many as one likes, or not told. */
  readonly tasks?: Allowance | undefined;
  /** Bytes that may be moved, by way and span; a way that is absent has no end, or is not told. */
  readonly transfer?: { readonly [_ in TransferBand]?: Allowance } | undefined;
}

/** Ways bytes are moved: in a month what the drive fetches, what is downloaded and what is uploaded; in a day what is downloaded. */
export const transferBands = ["offline", "download", "upload", "download-day"] as const;
export type TransferBand = (typeof transferBands)[number];

/** What may be had, and what of it was. */
export interface Allowance {
  readonly limit: number;
  readonly used: number;
}

export interface CallOptions {
  /** Ends the call early; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Person id of who asks: turns go round among askers. Absent = the mount's owner. */
  readonly asker?: string | undefined;
  /** Nobody looks at it while it runs (a crawl): whoever does is served first. */
  readonly background?: boolean | undefined;
}

/** How a folder is listed. */
export interface ListOptions extends CallOptions {
  /** Absent = the first page. */
  readonly cursor?: string | undefined;
  /** A page that was read before this listing began does not do; absent = one that was read a moment ago does. */
  readonly refresh?: boolean | undefined;
  /**
   * Told of the first entries of a page behind which there is another, before the rest of it has come; told again where it
   * had to be asked for again. A drive that cannot say so early tells nothing.
   */
  readonly onFirst?: ((entries: readonly Entry[]) => void) | undefined;
}

/** A change of many entries, which may take several calls. */
export interface ChangeOptions extends CallOptions {
  /** Told which of them are done, a call's worth at a time: what is told of stays done when a later call is refused. */
  readonly onDone?: ((ids: readonly string[]) => void) | undefined;
}

/** What is saved into a drive: a share, or some of its entries. */
export interface SharedSource {
  /** The kind of drive the share is. */
  readonly kind: string;
  /** Its options and secrets, as its mount has them. */
  readonly values: Values;
  /** What of it; absent = all that is at its top. */
  readonly entries?: readonly Entry[] | undefined;
  /** Ids of the folders above those entries inside the share, the uppermost first. */
  readonly above?: readonly string[] | undefined;
  /** What of further folders of it. */
  readonly others?: readonly SharedGroup[] | undefined;
}

/** Entries of one folder of a share. */
export interface SharedGroup {
  readonly entries: readonly Entry[];
  /** Ids of the folders above them inside the share, the uppermost first. */
  readonly above: readonly string[];
}

/** How a share is saved. */
export interface SavingOptions extends CallOptions {
  /** Awaited before the drive is asked for copies: whoever ends the call later may get them all the same. */
  readonly onSend?: (() => Promise<void>) | undefined;
  /**
   * The same was asked for at that time (ms since the epoch) by somebody who did not see what came of it: what has come
   * since is waited for and found, and only the rest is asked for. Absent = it was not.
   */
  readonly askedAt?: number | undefined;
}

/** What came of saving a share. */
export interface Saved {
  /** The entries in the drive, those that were there already included. */
  readonly entries: readonly Entry[];
  /** How many were there before, and were not saved once more. */
  readonly present: number;
  /** The folder they are in, where the drive has one of its own for what is saved into the root. */
  readonly folder?: Entry | undefined;
}

/** How a file is uploaded. */
export interface UploadingOptions extends CallOptions {
  /** Another entry of the folder has the name: it is told (`taken`), or the drive gives the new one another. */
  readonly ifTaken: "tell" | "number";
  /** What an attempt before this one left; absent = there was none. */
  readonly pending?: PendingUpload | undefined;
  /** Awaited whenever there is something another attempt would want: what is told last counts. */
  readonly onPending?: ((pending: PendingUpload) => Promise<void>) | undefined;
  /** Told how many bytes were read to find out what they are, then how many the drive has. */
  readonly onBytes?: ((doing: "reading" | "sending", bytes: number) => void) | undefined;
}

/** How a share is made. */
export interface SharingOptions extends CallOptions {
  /** A code people have to say: `true` = the drive makes one. Absent = it opens without. */
  readonly passCode?: string | true | undefined;
  /** Days it lives; absent = it has no end. */
  readonly days?: number | undefined;
}

/**
 * What a driver may do besides the three. Another capability is another method here, declared when the first driver has
 * it; `capabilities` names it then, and callers ask `storage.can`.
 *
 * Each write is sent once. Where its answer is lost the driver looks whether it has happened, and throws what was met when
 * it cannot be seen: whoever asks again decides to. A folder is absent for the mount's root. Changes are over when the
 * promise resolves, however the drive does them.
 */
interface Capabilities {
  quota(options?: CallOptions): Promise<Quota>;
  /** The folder made: where the name is taken the drive may have given it another. */
  makeFolder(parent: string | undefined, name: string, options?: CallOptions): Promise<Entry>;
  /** The entry as it is called now. `name-taken` where another of its folder is. */
  rename(id: string, name: string, options?: CallOptions): Promise<Entry>;
  /** `same-folder` where one is there already, or the target is inside one. */
  move(ids: readonly string[], to: string | undefined, options?: ChangeOptions): Promise<void>;
  /** The drive gives other names to what would have one that is taken. */
  copy(ids: readonly string[], to: string | undefined, options?: ChangeOptions): Promise<void>;
  trash(ids: readonly string[], options?: ChangeOptions): Promise<void>;
  /** Out of the trash, to where it was, or to the root where that is gone. */
  restore(ids: readonly string[], options?: ChangeOptions): Promise<void>;
  /** A page of what lies in the trash of the whole drive, also beside the mount's root. */
  listTrash(options?: CallOptions & { readonly cursor?: string | undefined }): Promise<Page<Entry>>;
  emptyTrash(options?: CallOptions): Promise<void>;
  /** For ever, whether in the trash or not. */
  remove(ids: readonly string[], options?: ChangeOptions): Promise<void>;
  /** Lets the drive fetch what an address (`storage/source.ts`) leads to. The same one under way may be given again. */
  download(source: string, to: string | undefined, options?: CallOptions): Promise<Task>;
  /** What an address would bring, in one call; `files` is empty where the drive does not know. */
  preview(source: string, options?: CallOptions): Promise<Preview>;
  /** Offline downloads in these phases (absent = all), newest first. */
  tasks(
    options?: CallOptions & {
      readonly phases?: readonly TaskPhase[] | undefined;
      readonly cursor?: string | undefined;
    },
  ): Promise<TaskPage>;
  /** One of them as it is now. */
  task(id: string, options?: CallOptions): Promise<Task>;
  /**
   * Begins a failed one again: the task that runs now, which may be another. `stuck`: one that runs and does not get on is
   * ended and begun anew as well; what it has fetched goes. `onEnding` is told before that, and waited for: after it nothing
   * here knows the address any more until it is begun.
   */
  retryTask(
    id: string,
    options?: CallOptions & {
      readonly stuck?: boolean | undefined;
      onEnding?: ((left: EndedTask) => Promise<void>) | undefined;
    },
  ): Promise<Task>;
  /** Ends tasks or forgets those that are over, with what they have fetched where that is said. */
  cancelTasks(
    ids: readonly string[],
    options?: ChangeOptions & { readonly withFiles?: boolean | undefined },
  ): Promise<void>;
  /** Forgets the tasks that are over; what they fetched stays. */
  clearTasks(options?: CallOptions): Promise<void>;
  /** Copies what a share leads to into a folder; what is there already is not copied again. */
  save(source: SharedSource, to: string | undefined, options?: SavingOptions): Promise<Saved>;
  /** Makes a link to entries that others can open. */
  shareOut(ids: readonly string[], options?: SharingOptions): Promise<SharedOut>;
  listSharedOut(options?: CallOptions & { readonly cursor?: string | undefined }): Promise<Page<SharedOut>>;
  revokeShared(ids: readonly string[], options?: CallOptions): Promise<void>;
  /**
   * Puts a file into a folder; it is there, whole, when the promise resolves. An attempt that ends with an error leaves
   * what it told `onPending` of: the next one goes on from that, or `dropUpload` takes it away.
   */
  upload(source: UploadSource, to: string | undefined, options: UploadingOptions): Promise<Uploaded>;
  /** Takes away what an upload has begun and did not end. Best effort: what is gone is gone. */
  dropUpload(pending: PendingUpload, options?: CallOptions): Promise<void>;
}

export type Capability = keyof Capabilities;

/** What a capability takes and gives. */
export type CapabilityOf<K extends Capability> = Capabilities[K];

/** Every capability there is. */
export const capabilities = Object.keys({
  quota: true,
  makeFolder: true,
  rename: true,
  move: true,
  copy: true,
  trash: true,
  restore: true,
  listTrash: true,
  emptyTrash: true,
  remove: true,
  download: true,
  preview: true,
  tasks: true,
  task: true,
  retryTask: true,
  cancelTasks: true,
  clearTasks: true,
  save: true,
  shareOut: true,
  listSharedOut: true,
  revokeShared: true,
  upload: true,
  dropUpload: true,
} satisfies Record<Capability, true>) as readonly Capability[];

/**
 * What a backend must offer, and may: `list`, `stat` and `link` are required; a capability's presence is the answer to
 * "can it?". All of them throw `StorageError` for what a person can cause or mend.
 */
export interface Driver extends Partial<Capabilities> {
  /** One page of a folder (absent = the mount's root), as the drive orders it. A folder that is gone: `not-found`. */
  list(folder: string | undefined, options?: ListOptions): Promise<Page<Entry>>;
  stat(id: string, options?: CallOptions): Promise<Details>;
  /** `prefer` names a variant; absent = the original bytes, never silently anything else. */
  link(id: string, options?: CallOptions & { readonly prefer?: string | undefined }): Promise<Link>;
  /**
   * Which of its capabilities there are now, where that can change while it is open (another way to the service, with fewer
   * tools). Absent = all it has a method for. Asks the service nothing, and is asked before each screen.
   */
  can?(): Promise<ReadonlySet<Capability>>;
  /**
   * Takes back at the service what the vault holds, before a mount is removed: asked for once, best effort. True = nothing is
   * left there; absent = there is nothing to take back. Signs in for nobody.
   */
  revoke?(options?: CallOptions): Promise<boolean>;
  /** What the drive calls itself, once its root was listed; undefined where it says nothing. Asks nobody. */
  title?(): string | undefined;
  /** Lets go of timers and connections. */
  close?(): Promise<void>;
}

/** A mount's secrets: encrypted at rest, apart from everything else. */
export interface Vault {
  read(): Promise<Values>;
  /** Merges; an empty string deletes. Resolves when the change is on disk. */
  write(changes: Values): Promise<void>;
}

/** Small facts a driver wants back after a restart and that are no secret (cool-downs, device ids). */
export interface Notes {
  read(key: string): Promise<string | undefined>;
  /** `ttl` in milliseconds; absent = for ever. */
  write(key: string, value: string, ttl?: number): Promise<void>;
}

/** One byte of an address was asked for: the status it was answered with. */
export type Probe = (
  url: string,
  options: {
    readonly headers: Readonly<Record<string, string>>;
    /** Which byte. */
    readonly at: number;
    readonly signal: AbortSignal;
  },
) => Promise<number>;

/** What the app lends a driver. */
export interface DriverContext {
  /** Person id of the mount's owner: who signs in, and whose turn a call takes that names no asker. */
  readonly owner: string;
  readonly vault: Vault;
  readonly notes: Notes;
  /** Runs one piece of work at a time for `key`, in this process and in its replicas. */
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
  /** Milliseconds since the epoch. An operator, or the network, may set it back: what is paced goes by `monotonic`. */
  now(): number;
  /** Milliseconds by a clock that only goes forward; means nothing after a restart. */
  monotonic(): number;
  /** Asks a file host for one byte, by the guarded way the bytes take; absent = addresses are not tried out. */
  readonly probe?: Probe | undefined;
  /** Resolves after `ms`; rejects with the signal's reason. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
  /**
   * Takes the next turn of those that share a name in whichever process, at most `rate` of them within any second. Resolves
   * with the milliseconds until then; undefined = it is not known. Absent = there is one process.
   */
  readonly reserve?: ((name: string, rate: number) => Promise<number | undefined>) | undefined;
  /** That many random bytes as lower-case hex. */
  randomHex(bytes: number): string;
  readonly log: DriverLog;
  /** Told of each request a driver sends, and of each time it has to hold back; absent = nobody counts. */
  readonly count?: ((what: "calls" | "cool-downs") => void) | undefined;
}

/** The few levels of a logger a driver needs; pino fits. */
export interface DriverLog {
  debug(fields: object, event: string): void;
  info(fields: object, event: string): void;
  warn(fields: object, event: string): void;
}

export interface RecogniseOptions {
  /** The text is an answer to "which one?": less has to be said for certain. */
  readonly asked?: boolean;
}

/** A drive that a text names. */
export interface Recognised {
  /** Options the text states. */
  readonly values: Values;
  /** Options it may mean: to be tried where the drive asks for them, and no mistake of anybody's when they are wrong. */
  readonly maybe?: Values | undefined;
  /** The options of all of it, where the text names a part: to be opened when the part is gone. */
  readonly whole?: Values;
}

/** An approval somebody was asked for and has not decided yet. Plain data: it can wait in a store, sealed like a secret. */
export interface PendingApproval {
  /** Secret: whoever has it gets the tokens. */
  readonly deviceCode: string;
  /** What the person compares, or types in: `ABCD-EFGH`. */
  readonly userCode: string;
  /** Where they type it. */
  readonly address: string;
  /** Where they need not type it; the same as `address` where there is no such page. */
  readonly direct: string;
  /** ms since the epoch when it runs out, and when it may be asked about next. */
  readonly until: number;
  readonly nextPoll: number;
  /** ms between two questions. */
  readonly interval: number;
  readonly deviceId: string;
  readonly clientId: string;
}

/** How an approval stands. `approved`: `values` are answers for a mount, `kept` goes into its vault besides. */
export type ApprovalOutcome =
  | { readonly state: "waiting"; readonly pending: PendingApproval }
  | { readonly state: "approved"; readonly values: Values; readonly kept: Values }
  | { readonly state: "denied" }
  | { readonly state: "over" };

/**
 * A way to sign in to a kind that has several. Its words are the locale keys `way-<kind>-<name>`, and with `-hint` what it
 * means, in a line.
 */
export type SignInWay =
  | {
      readonly is: "form";
      readonly name: string;
      /** Names of the kind's fields that are asked then, all of them required. */
      readonly asks: readonly string[];
      /** Fields that may be filled in besides, where all of a form is seen at once. */
      readonly aside?: readonly string[];
    }
  | { readonly is: "approval" | "browser"; readonly name: string };

/** Signing in by a code that a person approves at the service itself. */
export interface ApprovalWay {
  /** `approval-refused` where the service does not begin one: the other ways are left then. */
  start(asking: Asking & Pick<DriverContext, "randomHex">): Promise<PendingApproval>;
  /** Asks how it stands, or nobody where it is too early; what it gives is kept for the next time. */
  poll(pending: PendingApproval, asking: Asking): Promise<ApprovalOutcome>;
}

/** A sign-in that has gone to the person's browser. Plain data, sealed like a secret. */
export interface PendingReturn {
  /** Secret: what the browser comes back with. */
  readonly state: string;
  /** Where the person agrees. */
  readonly address: string;
  /** ms since the epoch when it runs out. */
  readonly until: number;
  /** The driver's own, as a text. */
  readonly own: string;
}

/** Signing in through the person's browser, which comes back to an address of ours. */
export interface BrowserWay {
  /** `approval-refused` where the service does not begin it. */
  start(asking: Asking & Pick<DriverContext, "randomHex" | "notes">): Promise<PendingReturn>;
  /** Takes what the browser came back with, once: `approval-denied`, or `approval-refused` where it does not fit. */
  finish(
    pending: PendingReturn,
    back: URLSearchParams,
    asking: Asking & Pick<DriverContext, "notes">,
  ): Promise<Pick<Extract<ApprovalOutcome, { readonly state: "approved" }>, "values" | "kept">>;
}

interface Asking extends Pick<DriverContext, "now"> {
  readonly signal?: AbortSignal | undefined;
}

/** A backend as the register knows it: what it asks for, what it recognises, and how to open it. */
export interface DriverKind {
  /** Stable: stored in mounts. Its words are the locale keys `driver-<name>`, its fields' `field-<name>-<field>`. */
  readonly name: string;
  /** How people come by such a mount: they sign in to an account of theirs, or open a link somebody gave them. */
  readonly added: "sign-in" | "link";
  /** Where it can be added: between a person and the bot alone, or in front of others too. */
  readonly where: "private" | "anywhere";
  /** The form that adds such a mount. Secret fields go to the vault, the rest to the mount's options. */
  readonly fields: readonly Field[];
  /** Everything of this kind in free text (pasted links), in its order; absent = such drives are not opened by a text. */
  recognise?(text: string, options?: RecogniseOptions): readonly Recognised[];
  /** Whether a text holds what signs in to such a drive, beyond doubt; absent = that cannot be told. */
  holdsCredential?(text: string): boolean;
  /** Whether an address is a page of the service's own: there is no file to fetch there; absent = it has none. */
  ownsPage?(url: string): boolean;
  /** Puts answers into the shape `open` wants (an id out of an address), or names the wrong one. */
  check(
    values: Values,
  ): { readonly ok: true; readonly values: Values } | { readonly ok: false; readonly problem: Problem };
  /** A title for a new mount, before anything is known about it. Holds no secret. */
  title(options: Values): string;
  /** A name for the thing mounted, the same for the same share or account: to find it again instead of mounting it twice. */
  identity(options: Values): string;
  /** The ways to sign in, in the order they are offered; absent = its form is the only one. */
  readonly ways?: readonly SignInWay[];
  /** Signing in by approval; absent = this kind has none. */
  readonly approval?: ApprovalWay;
  /** Signing in through a browser; absent = this kind has none, or there is no address to come back to. */
  readonly browser?: BrowserWay | undefined;
  /** When the credential of a mount ends for good, ms since the epoch; undefined = it does not, or nobody knows. */
  endsAt?(options: Values): number | undefined;
  /** Id of the account a mount is signed in to; undefined = nobody knows. */
  account?(options: Values): string | undefined;
  /** What a mount's credential is allowed, by the names of the locale keys `permission-<kind>-<name>`; undefined = it says nothing of that. */
  permissions?(options: Values): readonly string[] | undefined;
  /** Makes a driver. Sends nothing: the first call that needs it signs in. `options` never hold secrets; those are in the vault. */
  open(options: Values, context: DriverContext): Driver;
}
