import { createHash, createHmac } from "node:crypto";
import { request } from "node:http";

/** What an upload ticket says. */
export interface Ticket {
  readonly access_key_id: string;
  readonly access_key_secret: string;
  readonly bucket: string;
  readonly endpoint: string;
  readonly key: string;
  readonly security_token: string;
}

export interface BucketRequest {
  readonly method: string;
  /** The path as it goes on the wire. */
  readonly path: string;
  readonly host: string;
  /** Parameters in the order they are sent; "" = without a value. */
  readonly query?: readonly (readonly [string, string])[];
  readonly body?: Buffer | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface BucketAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Aliyun's first signature, as OpenList, pikpakcli and pikpaktui make it. */
export function signedByOss(ticket: Ticket, asked: BucketRequest): BucketRequest {
  const headers: Record<string, string> = {
    date: new Date(0).toUTCString(),
    "content-type": "application/octet-stream",
    "x-oss-security-token": ticket.security_token,
    ...asked.headers,
  };
  const query = (asked.query ?? [])
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (value === "" ? name : `${name}=${value}`));
  const resource = `/${ticket.bucket}/${ticket.key}${query.length === 0 ? "" : `?${query.join("&")}`}`;
  const token = `x-oss-security-token:${ticket.security_token}\n`;
  const text = `${asked.method}\n\n${headers["content-type"]}\n${headers["date"]}\n${token}${resource}`;
  const sign = createHmac("sha1", ticket.access_key_secret).update(text).digest("base64");
  return { ...asked, headers: { ...headers, authorization: `OSS ${ticket.access_key_id}:${sign}` } };
}

/** AWS's signature version 4, as rclone makes it: an unsigned payload and a session token. */
export function signedByS3(ticket: Ticket, asked: BucketRequest): BucketRequest {
  const stamp = "20261120T100000Z";
  const signed: Record<string, string> = {
    host: asked.host,
    "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
    "x-amz-date": stamp,
    "x-amz-security-token": ticket.security_token,
  };
  const names = Object.keys(signed).join(";");
  const query = (asked.query ?? []).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).toSorted();
  const lines = Object.entries(signed).map(([name, value]) => `${name}:${value}\n`);
  const canonical = [asked.method, asked.path, query.join("&"), lines.join(""), names, "UNSIGNED-PAYLOAD"].join("\n");
  const scope = "20261120/pikpak/s3/aws4_request";
  const hash = createHash("sha256").update(canonical).digest("hex");
  const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  const day = hmac(hmac(hmac(`AWS4${ticket.access_key_secret}`, "20261120"), "pikpak"), "s3");
  const sign = hmac(hmac(day, "aws4_request"), `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${hash}`).toString("hex");
  const credential = `Credential=${ticket.access_key_id}/${scope}`;
  const authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names}, Signature=${sign}`;
  return { ...asked, headers: { ...asked.headers, ...signed, authorization } };
}

/** Sends to the emulator's port whatever host the request is for, in chunks and without a length where it has a body. */
export function sendToBucket(emulator: string, asked: BucketRequest): Promise<BucketAnswer> {
  const { hostname, port } = new URL(emulator);
  const query = (asked.query ?? []).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  const path = query === "" ? asked.path : `${asked.path}?${query}`;
  const headers = { ...asked.headers, host: asked.host };
  return new Promise((resolve, reject) => {
    const call = request({ hostname, port, method: asked.method, path, headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (piece: string) => (text += piece));
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    });
    call.on("error", reject);
    if (asked.body) call.write(asked.body);
    call.end();
  });
}

/** `<Key>…</Key>` of an answer. */
export function xmlField(text: string, name: string): string {
  return new RegExp(`<${name}>(.*?)</${name}>`).exec(text)?.[1] ?? "";
}
