import type { Values } from "./field.ts";

/** What a failure is about: the one thing asked for, who signs in, the drive as a whole, how much or how often, or the way there. */
type About = "entry" | "person" | "drive" | "limit" | "service";

/**
 * What mends it: signing in again, the share's code, a human who proves to be one, waiting (`retryAfter` tells how long
 * where it is known), the same once more; empty = nothing the same request could do.
 */
type Mend = "sign-in" | "pass-code" | "proof" | "wait" | "again";

interface StorageErrorKind {
  readonly about: About;
  /** What HTTP calls it: 404 gone, 451 withheld, 503 for now, 502 trouble behind us. */
  readonly status: 404 | 451 | 502 | 503;
  readonly mends: readonly Mend[];
  /** It says something about the mount and not only about the one thing asked for: kept in its health. */
  readonly ails?: true;
}

/**
 * Every failure a person can cause or mend, once: what is elsewhere said of a code (HTTP statuses, offers under a
 * message, a mount's health) is worked out from here. The code is a locale key (`error-<code>`), so each has words.
 */
export const storageErrors = {
  // the thing asked for
  "not-found": { about: "entry", status: 404, mends: [] },
  trashed: { about: "entry", status: 404, mends: [] },
  "not-a-file": { about: "entry", status: 404, mends: [] },
  "not-a-folder": { about: "entry", status: 404, mends: [] },
  "no-link": { about: "entry", status: 502, mends: ["again"] },
  "gateway-needed": { about: "entry", status: 502, mends: [] },
  blocked: { about: "entry", status: 451, mends: [] },
  "still-processing": { about: "entry", status: 503, mends: ["wait"] },
  "variant-gone": { about: "entry", status: 404, mends: [] },
  "permission-denied": { about: "entry", status: 502, mends: ["sign-in"] },
  "bad-argument": { about: "service", status: 502, mends: [] },
  unsupported: { about: "drive", status: 502, mends: [] },
  // who signs in
  "wrong-credentials": { about: "person", status: 502, mends: ["sign-in"], ails: true },
  "sign-in-refused": { about: "person", status: 502, mends: ["sign-in"], ails: true },
  "signed-out": { about: "person", status: 502, mends: ["sign-in"], ails: true },
  "verification-needed": { about: "person", status: 502, mends: ["proof"], ails: true },
  "captcha-rejected": { about: "person", status: 502, mends: ["sign-in"], ails: true },
  "account-suspended": { about: "person", status: 502, mends: ["wait"], ails: true },
  "token-ended": { about: "person", status: 502, mends: ["sign-in"], ails: true },
  "approval-refused": { about: "person", status: 502, mends: ["sign-in"] },
  "approval-denied": { about: "person", status: 502, mends: ["sign-in"] },
  // what a token is allowed
  "token-cannot-read": { about: "drive", status: 502, mends: ["sign-in"] },
  "token-cannot-see-account": { about: "drive", status: 502, mends: ["sign-in"] },
  "token-cannot-write": { about: "drive", status: 502, mends: ["sign-in"] },
  "token-cannot-manage": { about: "drive", status: 502, mends: ["sign-in"] },
  "token-cannot-download": { about: "drive", status: 502, mends: ["sign-in"] },
  "token-cannot-share": { about: "drive", status: 502, mends: ["sign-in"] },
  "token-cannot-delete": { about: "drive", status: 502, mends: ["sign-in"] },
  // how much, how often
  "too-frequent": { about: "limit", status: 503, mends: ["wait"], ails: true },
  "risk-limited": { about: "limit", status: 503, mends: ["wait"] },
  "daily-limit": { about: "limit", status: 503, mends: ["wait"] },
  "app-traffic-used": { about: "limit", status: 503, mends: ["wait"] },
  "task-limit": { about: "limit", status: 502, mends: ["wait"] },
  "too-many-items": { about: "limit", status: 502, mends: [] },
  // writing
  "no-space": { about: "drive", status: 502, mends: [] },
  "name-taken": { about: "entry", status: 502, mends: [] },
  "still-moving": { about: "entry", status: 502, mends: ["wait"] },
  "same-folder": { about: "entry", status: 502, mends: [] },
  "own-share": { about: "drive", status: 502, mends: [] },
  "name-refused": { about: "entry", status: 502, mends: [] },
  // what the drive fetches by itself
  "task-refused": { about: "entry", status: 502, mends: [] },
  "source-unsupported": { about: "entry", status: 502, mends: [] },
  "source-dead": { about: "entry", status: 502, mends: ["again"] },
  "content-refused": { about: "entry", status: 502, mends: [] },
  "download-failed": { about: "entry", status: 502, mends: ["again"] },
  "not-lent": { about: "drive", status: 404, mends: [] },
  "outcome-unknown": { about: "entry", status: 502, mends: [] },
  // what people upload
  "source-gone": { about: "entry", status: 404, mends: [] },
  "source-too-large": { about: "entry", status: 502, mends: [] },
  "source-changed": { about: "entry", status: 502, mends: ["again"] },
  "source-out-of-reach": { about: "service", status: 502, mends: ["again"] },
  "upload-damaged": { about: "entry", status: 502, mends: ["again"] },
  "upload-gone": { about: "entry", status: 502, mends: ["again"] },
  // shares
  "pass-code-needed": { about: "drive", status: 502, mends: ["pass-code"], ails: true },
  "pass-code-wrong": { about: "drive", status: 502, mends: ["pass-code"], ails: true },
  "share-not-found": { about: "drive", status: 404, mends: [], ails: true },
  "share-deleted": { about: "drive", status: 404, mends: [], ails: true },
  "share-expired": { about: "drive", status: 404, mends: [], ails: true },
  "share-cancelled": { about: "drive", status: 404, mends: [], ails: true },
  "share-reviewing": { about: "drive", status: 503, mends: ["wait"], ails: true },
  "share-blocked": { about: "drive", status: 451, mends: [], ails: true },
  "share-region": { about: "drive", status: 451, mends: [], ails: true },
  "share-restore-limit": { about: "drive", status: 502, mends: [] },
  // the way there
  "proxy-full": { about: "limit", status: 503, mends: ["wait"] },
  unreachable: { about: "service", status: 502, mends: ["again"], ails: true },
  upstream: { about: "service", status: 502, mends: ["again"] },
} as const satisfies Readonly<Record<string, StorageErrorKind>>;

export type StorageErrorCode = keyof typeof storageErrors;

/** Every code, in the order of the catalogue. */
export const storageErrorCodes = Object.keys(storageErrors) as readonly StorageErrorCode[];

/** What the catalogue says of a code. */
export function storageErrorKind(code: StorageErrorCode): StorageErrorKind {
  return storageErrors[code];
}

/** The store failed, and no drive: known by its code, since drives know no database. */
export function isStoreFailure(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "store-unavailable";
}

interface StorageErrorOptions {
  /** Milliseconds to wait before the same call may work. */
  readonly retryAfter?: number | undefined;
  /** The page where a human proves to be one (`verification-needed` only). */
  readonly verify?: string | undefined;
  /** Name of the file or folder it is about, where the drive has told it. */
  readonly subject?: string | undefined;
  /** What the service itself said, for the log; never shown as it is. */
  readonly cause?: unknown;
  /** A short technical note for the log. */
  readonly message?: string | undefined;
}

/** What a driver throws. Anything else it throws is a bug or an outage and becomes `upstream` (`wrapped`). */
export class StorageError extends Error {
  override readonly name = "StorageError";
  readonly code: StorageErrorCode;
  readonly retryAfter?: number;
  readonly verify?: string;
  readonly subject?: string;
  #kept: Values | undefined;

  constructor(code: StorageErrorCode, options: StorageErrorOptions = {}) {
    super(options.message ?? code, "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    if (options.retryAfter !== undefined) this.retryAfter = options.retryAfter;
    if (options.verify !== undefined) this.verify = options.verify;
    if (options.subject !== undefined) this.subject = options.subject;
  }

  /** Secret: the vault of a mount that could not be made because a human is wanted; hand it to the next try. In no log. */
  get kept(): Values | undefined {
    return this.#kept;
  }

  /** The same error, holding what the next try wants. */
  keeping(kept: Values): this {
    this.#kept = kept;
    return this;
  }
}

/** Whatever else a driver throws than what has a name is an outage or a bug: `upstream`, with its cause. The reason of an aborted signal passes. */
export async function wrapped<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isNamed = error instanceof StorageError || isStoreFailure(error);
    if (isNamed || signal?.aborted || isAbort(error)) throw error;
    throw new StorageError("upstream", { cause: error });
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError");
}
