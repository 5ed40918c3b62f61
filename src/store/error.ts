/** Why a database does not do what it was asked. */
export type StoreReason =
  /** Its disk, its memory or its connections are used up. */
  | "full"
  | "read-only"
  /** It cannot be reached, does not answer in time, or hung up. */
  | "away"
  /** Another process holds it. */
  | "locked"
  /** Its disk fails, or its file is none of ours. */
  | "broken"
  /** Another process took over the lock that the write was made under. */
  | "superseded"
  | "closed"
  | "other";

/** The database cannot be used; the message is a line for the operator: which, why and how to go on. */
export class StoreError extends Error {
  override readonly name: string = "StoreError";
}

/** A call to the database failed. Nothing is taken for absent or done because of it; it may work later. */
export class StoreUnavailable extends StoreError {
  override readonly name = "StoreUnavailable";
  /** A locale key. */
  readonly code = "store-unavailable";
  readonly reason: StoreReason;

  constructor(reason: StoreReason, { message, cause }: { readonly message?: string; readonly cause?: unknown } = {}) {
    super(message ?? `the store failed (${reason}): ${describe(cause)}`, { cause });
    this.reason = reason;
  }
}

/** Gives a failure of a database its name; one that has it stays as it is. */
export function namedFailure(error: unknown): StoreUnavailable {
  return error instanceof StoreUnavailable ? error : new StoreUnavailable(reasonOf(error), { cause: error });
}

/** Resolves as the work does; what it rejects with has a name. */
export function named<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw namedFailure(error);
  });
}

/** What an error says, in one line. */
export function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(describe).join(", ");
  return error instanceof Error ? error.message : String(error);
}

function reasonOf(error: unknown): StoreReason {
  if (!(error instanceof Error)) return "other";
  if ("errcode" in error && typeof error.errcode === "number") return sqliteReasons[error.errcode & 0xff] ?? "other";
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return systemReasons[code] ?? reasonOfWords(error.message) ?? (awayStates.test(code) ? "away" : "other");
}

/** Primary result codes, sqlite.org/rescode.html; the bits above the lowest eight only say more about them. */
const sqliteReasons: Readonly<Record<number, StoreReason>> = {
  3: "read-only",
  5: "locked",
  6: "locked",
  8: "read-only",
  10: "broken",
  11: "broken",
  13: "full",
  14: "broken",
  26: "broken",
};

/** Of the system, of Node, and SQLSTATEs of Postgres (its manual, appendix A). */
const systemReasons: Readonly<Record<string, StoreReason>> = {
  ENOSPC: "full",
  EDQUOT: "full",
  EROFS: "read-only",
  EACCES: "read-only",
  EPERM: "read-only",
  EIO: "broken",
  ECONNREFUSED: "away",
  ECONNRESET: "away",
  EPIPE: "away",
  ETIMEDOUT: "away",
  ENOTFOUND: "away",
  EAI_AGAIN: "away",
  EHOSTUNREACH: "away",
  ENETUNREACH: "away",
  ERR_INVALID_STATE: "closed",
  "25006": "read-only",
  "53100": "full",
  "53200": "full",
  "53300": "full",
  "58030": "broken",
  XX001: "broken",
};

/** Connection exceptions and interventions by an operator. */
const awayStates = /^(08|57P0)/;

/** Failures that carry no code: replies of Redis, and what its client and that of Postgres say of their connections. */
function reasonOfWords(message: string): StoreReason | undefined {
  if (/^(OOM|MISCONF) /.test(message)) return "full";
  if (message.startsWith("READONLY ")) return "read-only";
  if (/^(LOADING|MASTERDOWN|CLUSTERDOWN) /.test(message)) return "away";
  return /offline|socket closed|connection terminated|timeout|not connected|client is closed|pool after calling end/i.test(
    message,
  )
    ? "away"
    : undefined;
}
