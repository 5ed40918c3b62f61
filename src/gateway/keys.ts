import { hkdfSync } from "node:crypto";

/** What a key of the process may be used for; each purpose gets a key of its own, so that none can stand in for another. */
export type KeyPurpose = "tickets" | "pages" | "webhook";

/** The 32-byte key of one purpose under one of `SECRET_KEY`'s keys. The same key and purpose always give the same. */
export function deriveKey(secret: Uint8Array, purpose: KeyPurpose): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", secret, new Uint8Array(0), `chatdrive ${purpose}`, 32));
}
