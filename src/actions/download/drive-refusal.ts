import { StorageError, storageErrorKind, type StorageErrorCode } from "../../storage/error.ts";

/** Why a drive did not do what it was asked for a batch. What is no refusal is thrown on. */
export function refusalOf(error: unknown): StorageError {
  if (!(error instanceof StorageError)) throw error;
  return error;
}

/** It says nothing of the task, and will be over. */
export function isPassing({ code }: StorageError): boolean {
  const { mends } = storageErrorKind(code);
  return code !== "account-suspended" && (mends.includes("again") || mends.includes("wait"));
}

/** There are enough under way, or the drive wants to be left alone for a while. */
export function isForNow({ code }: StorageError): boolean {
  return code === "task-limit" || code === "too-frequent" || code === "risk-limited";
}

/** The drive takes no more, today or until somebody makes room. */
export function isUsedUp({ code }: StorageError): boolean {
  return code === "daily-limit" || code === "no-space";
}

/** It fails every other one of the drive, too. */
export function isForAll({ code }: StorageError): boolean {
  return failsAll.has(code);
}

const failsAll: ReadonlySet<StorageErrorCode> = new Set([
  "not-lent",
  "daily-limit",
  "no-space",
  "signed-out",
  "wrong-credentials",
  "sign-in-refused",
  "verification-needed",
  "account-suspended",
  "unsupported",
] satisfies StorageErrorCode[]);
