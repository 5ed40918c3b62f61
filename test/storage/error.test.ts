import { inspect } from "node:util";
import { expect, test } from "vitest";
import { StorageError, storageErrorCodes, storageErrorKind, type StorageErrorCode } from "../../src/storage/error.ts";
import { refusalOf } from "../../src/gateway/refusal.ts";

test("the gateway answers each failure with the status the catalogue names", () => {
  const differing = storageErrorCodes.filter(
    (code) => refusalOf(new StorageError(code))?.status !== storageErrorKind(code).status,
  );
  expect(differing).toEqual([]);
});

test("a failure that is over after a while says that waiting mends it, where HTTP says that it is for now", () => {
  const momentary = storageErrorCodes.filter((code) => storageErrorKind(code).status === 503);
  expect(momentary.filter((code) => !storageErrorKind(code).mends.includes("wait"))).toEqual([]);
});

test("signing in again is offered for failures of who signs in, and where the account may not do something", () => {
  const offered = storageErrorCodes.filter((code) => storageErrorKind(code).mends.includes("sign-in"));
  expect(offered.toSorted()).toEqual([
    "approval-denied",
    "approval-refused",
    "captcha-rejected",
    "permission-denied",
    "sign-in-refused",
    "signed-out",
    "token-cannot-delete",
    "token-cannot-download",
    "token-cannot-manage",
    "token-cannot-read",
    "token-cannot-see-account",
    "token-cannot-share",
    "token-cannot-write",
    "token-ended",
    "wrong-credentials",
  ] satisfies StorageErrorCode[]);
});

test("a failure of the one thing asked for says nothing about the mount", () => {
  const ailing = storageErrorCodes.filter(
    (code) => storageErrorKind(code).about === "entry" && storageErrorKind(code).ails,
  );
  expect(ailing).toEqual([]);
});

test("an error holds the name of the file it is about, and its secrets in no field that is logged", () => {
  const error = new StorageError("no-link", { subject: "a.mkv" }).keeping({ password: "correct-horse" });
  expect(error.subject).toBe("a.mkv");
  expect(inspect(error, { depth: 5, showHidden: true })).not.toContain("correct-horse");
});
