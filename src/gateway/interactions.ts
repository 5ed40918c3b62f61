import { json, type Asked, type Reply } from "./asked.ts";

/** An interaction of Discord as it was posted, with what shows who posted it. */
export interface PostedInteraction {
  /** Bytes as they came: the signature is over them. */
  readonly body: Buffer;
  /** `X-Signature-Ed25519`: 128 hex digits. */
  readonly signature: string;
  /** `X-Signature-Timestamp`. */
  readonly timestamp: string;
}

/** Takes an interaction: 401 = it is not Discord's, 503 = nobody can tell yet. What answers it otherwise follows by Discord's interface. */
export type TakeInteraction = (
  posted: PostedInteraction,
) => Promise<{ readonly status: 200 | 202 | 400 | 401 | 503; readonly body?: object }>;

/** Interactions are far below, with the message they come from. */
const longestBody = 1024 * 1024;

/** `POST /discord/interactions`. What carries no signature is refused before a byte of its body is read. */
export async function postedInteraction(asked: Asked, take: TakeInteraction): Promise<Reply> {
  const signature = String(asked.headers["x-signature-ed25519"] ?? "");
  const timestamp = String(asked.headers["x-signature-timestamp"] ?? "");
  if (!/^[\da-f]{128}$/i.test(signature) || !/^\d{1,15}$/.test(timestamp)) return json(401, { code: "bad-signature" });
  const { status, body } = await take({ body: await asked.body(longestBody), signature, timestamp });
  if (status === 401) return json(401, { code: "bad-signature" });
  if (status === 202) return { kind: "whole", status, headers: { "content-length": "0" }, body: "" };
  return json(status, body ?? { code: status === 503 ? "not-ready" : "bad-request" });
}
