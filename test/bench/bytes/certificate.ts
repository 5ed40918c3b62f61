import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** A self-signed certificate for 127.0.0.1 and localhost, as files. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Makes one with the `openssl` binary; undefined where there is none. */
export function makeCertificate(directory: string): Certificate | undefined {
  const cert = join(directory, "cert.pem");
  const key = join(directory, "key.pem");
  const request =
    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1";
  const { status } = spawnSync("openssl", [...request.split(" "), "-keyout", key, "-out", cert]);
  return status === 0 ? { cert, key } : undefined;
}
