import type { Values } from "./form.ts";

/** Every failure a person can cause or mend. The code is a locale key (`error-<code>`), so each has words that say what to do next. */
export const storageErrorCodes = [
  // the thing asked for
  "not-found",
  "trashed",
  "not-a-file",
  "not-a-folder",
  "no-link",
  "gateway-needed",
  "blocked",
  "still-processing",
  "variant-gone",
  "permission-denied",
  "bad-argument",
  "unsupported",
  // the account
  "wrong-credentials",
  "sign-in-refused",
  "signed-out",
  "verification-needed",
  "captcha-rejected",
  "account-suspended",
  // how often
  "too-frequent",
  "risk-limited",
  "daily-limit",
  "task-limit",
  "too-many-items",
  // writing
  "no-space",
  "name-taken",
  "still-moving",
  "same-folder",
  "own-share",
  "task-refused",
  // shares
  "pass-code-needed",
  "pass-code-wrong",
  "share-not-found",
  "share-deleted",
  "share-expired",
  "share-cancelled",
  "share-reviewing",
  "share-blocked",
  "share-region",
  "share-restore-limit",
  // the way there
  "proxy-full",
  "unreachable",
  "upstream",
] as const;

export type StorageErrorCode = (typeof storageErrorCodes)[number];

interface StorageErrorOptions {
  /** Milliseconds to wait before the same call may work. */
  readonly retryAfter?: number;
  /** The page where a human proves to be one (`verification-needed` only). */
  readonly verify?: string;
  /** What the service itself said, for the log; never shown as it is. */
  readonly cause?: unknown;
  /** A short technical note for the log. */
  readonly message?: string;
}

/** What a driver throws. Anything else it throws is a bug or an outage and becomes `upstream` in `storage.ts`. */
export class StorageError extends Error {
  override readonly name = "StorageError";
  readonly code: StorageErrorCode;
  readonly retryAfter?: number;
  readonly verify?: string;
  #kept: Values | undefined;

  constructor(code: StorageErrorCode, options: StorageErrorOptions = {}) {
    super(options.message ?? code, "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    if (options.retryAfter !== undefined) this.retryAfter = options.retryAfter;
    if (options.verify !== undefined) this.verify = options.verify;
  }

  /** Secret: the vault of a mount that could not be put up because a human is wanted; hand it to the next try. In no log. */
  get kept(): Values | undefined {
    return this.#kept;
  }

  /** The same error, holding what the next try wants. */
  keeping(kept: Values): this {
    this.#kept = kept;
    return this;
  }
}
