import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";

/** Encrypts and decrypts texts at rest. The name a text is stored under is bound in, so that rows cannot be swapped. */
export interface Seal {
  seal(text: string, name: string): string;
  /** Undefined when no key opens it: its key is gone, or it was tampered with. It is as good as absent then. */
  open(sealed: string, name: string): string | undefined;
  /** Id of the key that seals from now on. */
  readonly newest: string;
}

const version = "s1";

/** AES-256-GCM over 32-byte keys, newest last: the newest seals, all open. */
export function createSeal(keys: readonly Uint8Array[]): Seal {
  const byId = new Map(keys.map((key) => [keyId(key), key]));
  const newest = keys.at(-1);
  if (!newest) throw new Error("a seal needs a key");
  return {
    seal: (text, name) => sealWith(newest, text, name),
    open: (sealed, name) => openWith(byId, sealed, name),
    newest: keyId(newest),
  };
}

/** Eight hex characters that name a key without telling anything about it. */
export function keyId(key: Uint8Array): string {
  return createHash("sha256").update("chatdrive key id").update(key).digest("hex").slice(0, 8);
}

/** Id of the key a record was sealed with; undefined = the record is not sealed. */
export function sealerOf(record: string): string | undefined {
  return /^\{"sealed":"s1\.([0-9a-f]{8})\./.exec(record)?.[1];
}

function sealWith(key: Uint8Array, text: string, name: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(name));
  const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return [
    version,
    keyId(key),
    iv.toString("base64url"),
    cipher.getAuthTag().toString("base64url"),
    body.toString("base64url"),
  ].join(".");
}

function openWith(keys: ReadonlyMap<string, Uint8Array>, sealed: string, name: string): string | undefined {
  const [tag, id = "", iv = "", mac = "", body = ""] = sealed.split(".");
  const key = keys.get(id);
  if (tag !== version || !key) return undefined;
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(iv, "base64url"))
      .setAAD(Buffer.from(name))
      .setAuthTag(Buffer.from(mac, "base64url"));
    return Buffer.concat([decipher.update(Buffer.from(body, "base64url")), decipher.final()]).toString("utf8");
  } catch {
    return undefined;
  }
}
