import { createHash, createHmac } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { bucketName } from "./place.ts";
import type { Upload } from "./state.ts";

/** What a signature covers of a request. */
export interface Signed {
  readonly method: string;
  /** The path as it was sent, still escaped. */
  readonly rawPath: string;
  readonly rawQuery: string;
  readonly headers: IncomingHttpHeaders;
}

/** Why a request may not touch the ticket's object, as the bucket's error code; undefined = it may. */
export function signatureFault(request: Signed, upload: Upload, now: number): string | undefined {
  const authorization = request.headers.authorization ?? "";
  const token = request.headers["x-oss-security-token"] ?? request.headers["x-amz-security-token"];
  if (upload.until < now) return "SecurityTokenExpired";
  if (!authorization.includes(upload.accessKey)) return authorization === "" ? "AccessDenied" : "InvalidAccessKeyId";
  if (token !== upload.securityToken) return "InvalidSecurityToken";
  const isRight = authorization.startsWith("AWS4-HMAC-SHA256 ")
    ? isSignedV4(request, upload, authorization)
    : isSignedByOss(request, upload, authorization);
  return isRight ? undefined : "SignatureDoesNotMatch";
}

/** Query parameters that an OSS signature covers. */
const subresources = new Set(["uploads", "uploadId", "partNumber", "x-oss-process", "callback", "callback-var"]);

/** OSS V1: HMAC-SHA1 over the verb, three headers, the `x-oss-` headers and the resource. */
function isSignedByOss({ method, rawQuery, headers }: Signed, upload: Upload, authorization: string): boolean {
  const own = Object.entries(headers)
    .filter(([name]) => name.startsWith("x-oss-"))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${String(value).trim()}\n`)
    .join("");
  const covered = [...new URLSearchParams(rawQuery)]
    .filter(([name]) => subresources.has(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (value === "" ? name : `${name}=${value}`))
    .join("&");
  const resource = `/${bucketName}/${upload.key}${covered === "" ? "" : `?${covered}`}`;
  const { "content-md5": md5 = "", "content-type": type = "", "x-oss-date": ossDate } = headers;
  // Browser clients cannot set Date and sign their own header in its place.
  const date = headers.date ?? String(ossDate ?? "");
  const text = `${method}\n${String(md5)}\n${type}\n${date}\n${own}${resource}`;
  const sign = createHmac("sha1", upload.secret).update(text).digest("base64");
  return authorization === `OSS ${upload.accessKey}:${sign}`;
}

const v4 =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/** AWS signature version 4, for the service s3 in whatever region the client names. */
function isSignedV4(request: Signed, upload: Upload, authorization: string): boolean {
  const [, accessKey, day = "", region = "", names = "", signature] = v4.exec(authorization) ?? [];
  if (accessKey !== upload.accessKey) return false;
  const headers = names.split(";").map((name) => `${name}:${headerValue(request, name)}\n`);
  const canonical = [
    request.method,
    request.rawPath,
    canonicalQuery(request.rawQuery),
    headers.join(""),
    names,
    headerValue(request, "x-amz-content-sha256") || "UNSIGNED-PAYLOAD",
  ].join("\n");
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", headerValue(request, "x-amz-date"), scope, sha256(canonical)].join("\n");
  const key = [day, region, "s3", "aws4_request"].reduce<string | Buffer>(
    (secret, step) => createHmac("sha256", secret).update(step).digest(),
    `AWS4${upload.secret}`,
  );
  return createHmac("sha256", key).update(text).digest("hex") === signature;
}

function headerValue({ headers }: Signed, name: string): string {
  const value = headers[name.toLowerCase()];
  return (Array.isArray(value) ? value.join(",") : (value ?? "")).trim().replace(/ +/g, " ");
}

function canonicalQuery(rawQuery: string): string {
  return [...new URLSearchParams(rawQuery)]
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .toSorted((a, b) => (a < b ? -1 : 1))
    .join("&");
}

/** RFC 3986: everything but the unreserved characters. */
function escaped(part: string): string {
  return encodeURIComponent(part).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
