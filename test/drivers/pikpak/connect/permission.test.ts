import { expect, test } from "vitest";
import { purposeOf } from "../../../../src/drivers/pikpak/connect/permission.ts";

// What a refusal is told as wanting, by the call that was refused.

test.each([
  ["GET", "/drive/v1/about", {}, "account"],
  ["GET", "/drive/v1/files", {}, "read"],
  ["GET", "/drive/v1/tasks/VO1", {}, "read"],
  ["GET", "/drive/v1/tasks", { type: "move" }, "read"],
  ["GET", "/drive/v1/tasks", { type: "offline" }, "download"],
  ["DELETE", "/drive/v1/tasks", {}, "download"],
  ["GET", "/drive/v1/share", {}, "read"],
  ["GET", "/drive/v1/share/detail", {}, "read"],
  ["GET", "/drive/v1/share/list", {}, "share"],
  ["POST", "/drive/v1/share", {}, "share"],
  ["POST", "/drive/v1/share/restore", {}, "write"],
  ["POST", "/drive/v1/files:batchTrash", {}, "manage"],
  ["POST", "/drive/v1/files:batchDelete", {}, "delete"],
  ["PATCH", "/drive/v1/files/VN1", {}, "write"],
] as const)("%s %s with %j wants the permission to %4$s", (method, path, query, purpose) => {
  expect(purposeOf({ method, path, query })).toBe(purpose);
});
