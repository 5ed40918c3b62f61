import { createHash } from "node:crypto";

/** ms an attachment's address works: a day. */
const life = 24 * 3_600_000;
/** ms to which the time of issue is cut, so that what did not change looks alike when it is asked for again. */
const step = 3_600_000;

interface Signing {
  /** ms since the epoch. */
  readonly now: number;
  /** Whose signature it is. */
  readonly key: string;
}

/** What stands behind an attachment's address: when it ends, when it was issued, and a signature (Discord's reference, "Signed Attachment CDN URLs"). */
export function signedQuery(path: string, { now, key }: Signing): string {
  const issued = Math.floor(now / step) * step;
  const [ex, is] = [issued + life, issued].map((at) => Math.floor(at / 1000).toString(16));
  return new URLSearchParams({ ex: ex ?? "", is: is ?? "", hm: signatureOf(path, { ex: ex ?? "", key }) }).toString();
}

/** Whether an address is signed, and has not ended. */
export function isSigned({ pathname, searchParams }: URL, { now, key }: Signing): boolean {
  const ex = searchParams.get("ex") ?? "";
  const isOurs = searchParams.get("hm") === signatureOf(pathname, { ex, key });
  return isOurs && now < Number.parseInt(ex, 16) * 1000;
}

function signatureOf(path: string, { ex, key }: { readonly ex: string; readonly key: string }): string {
  return createHash("sha256").update(`${key} ${path} ${ex}`).digest("hex");
}
