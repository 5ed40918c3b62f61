import { StorageError, type StorageErrorCode } from "../../../storage/error.ts";

/** What a permission is wanted for. PikPak's page names the permissions; the words for each code do too. */
export type Purpose = "read" | "account" | "write" | "manage" | "download" | "share" | "delete";

const codes: Readonly<Record<Purpose, StorageErrorCode>> = {
  read: "token-cannot-read",
  account: "token-cannot-see-account",
  write: "token-cannot-write",
  manage: "token-cannot-manage",
  download: "token-cannot-download",
  share: "token-cannot-share",
  delete: "token-cannot-delete",
};

/** The refusal of what a token lacks the permission for. */
export function permissionMissing(purpose: Purpose): StorageError {
  return new StorageError(codes[purpose], { message: `the token lacks the permission to ${purpose}` });
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>> | undefined;
  readonly body?: unknown;
}

/** What a call on the drive host is for. */
export function purposeOf({ method, path, query, body }: Asked): Purpose {
  if (path === "/drive/v1/about") return "account";
  if (method === "GET" && isOnlyLookedAt(path, query)) return "read";
  if (/^\/drive\/v1\/(tasks?|resource)\b/.test(path) || isDownload(body)) return "download";
  if (path.startsWith("/drive/v1/share")) return path.endsWith("/restore") ? "write" : "share";
  if (/:batchDelete$|:empty$/.test(path) || method === "DELETE") return "delete";
  if (path.includes(":batch")) return "manage";
  return method === "GET" ? "read" : "write";
}

function isDownload(body: unknown): boolean {
  return typeof body === "object" && body !== null && "upload_type" in body && body.upload_type === "UPLOAD_TYPE_URL";
}

/** Tasks but for the list of offline downloads, and shares of others. */
function isOnlyLookedAt(path: string, query: Asked["query"] = {}): boolean {
  if (path === "/drive/v1/tasks") return query["type"] !== "offline";
  return path.startsWith("/drive/v1/tasks/") || (path.startsWith("/drive/v1/share") && path !== "/drive/v1/share/list");
}
