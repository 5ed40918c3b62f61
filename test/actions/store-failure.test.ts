import { expect, test } from "vitest";
import { StorageError } from "../../src/storage/error.ts";
import { StoreUnavailable } from "../../src/store/error.ts";
import { app, mia, signInAs, usualCloud, type TestApp } from "./test-app.ts";

/** From now on nothing kept can be read or written. */
function breakStore({ shelves }: TestApp): void {
  const fail = () => Promise.reject(new StoreUnavailable("away", { message: "connect ECONNREFUSED 127.0.0.1:5432" }));
  for (const shelf of [shelves.people, shelves.sessions, shelves.mounts, shelves.secrets]) {
    Object.assign(shelf, { get: fail, set: fail, delete: fail });
  }
}

test("a store that fails is named to people, who are told to try again, and logged once", async () => {
  const at = app(usualCloud());
  await at.see(mia, signInAs("mia", "correct-horse"), "listing");
  breakStore(at);
  const notice = await at.see(mia, { do: "browse" }, "notice");
  expect(notice).toMatchObject({ notice: "store-unavailable", level: "failed" });
  expect(at.logged).toHaveLength(1);
  expect(at.logged[0]).toMatchObject({ reference: notice.reference, action: "browse" });
});

test("help is given without a store", async () => {
  const at = app(usualCloud());
  breakStore(at);
  expect(await at.see(mia, { do: "help" }, "help")).toEqual({ show: "help", place: "private", admin: false });
});

test("a store that fails while a drive is asked is not taken for the drive's own failure", async () => {
  const at = app(usualCloud());
  const { mount } = await at.see(mia, signInAs("mia", "correct-horse"), "listing");
  at.cloud.failing = new StoreUnavailable("away", { message: "connection terminated" });
  await expect(at.services.storage.folder(mount.id, undefined, { refresh: true })).rejects.not.toBeInstanceOf(
    StorageError,
  );
  expect(await at.see(mia, { do: "browse", path: "Films" }, "notice")).toMatchObject({ notice: "store-unavailable" });
});
