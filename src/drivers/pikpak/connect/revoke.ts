import type { CallOptions, DriverContext, Vault } from "../../../storage/driver.ts";
import { StorageError } from "../../../storage/error.ts";
import type { Transport } from "../transport.ts";
import { readReply } from "../failure.ts";

interface RevokeParts {
  readonly userUrl: string;
  readonly clientId: string;
  readonly transport: Transport;
  readonly vault: Vault;
  readonly context: Pick<DriverContext, "now" | "log">;
}

/** Takes back at PikPak what the vault holds. True = there is nothing left of it; it is tried once, and a failure is no failure of the caller's. */
export async function revoke(parts: RevokeParts, { signal }: CallOptions = {}): Promise<boolean> {
  const { userUrl, clientId, transport, vault, context } = parts;
  const { personalToken, refreshToken } = await vault.read();
  const token = personalToken ?? refreshToken;
  if (token === undefined) return true;
  const form = { token, ...(personalToken === undefined && { client_id: clientId, token_type_hint: "refresh_token" }) };
  try {
    const received = await transport.send(
      { method: "POST", url: `${userUrl}/v1/auth/revoke`, headers: {}, body: new URLSearchParams(form), signal },
      context.now(),
    );
    const isRevoked = readReply({ ...received, mayBeEmpty: true }).is === "answer";
    if (isRevoked) context.log.info({}, "pikpak token revoked");
    else context.log.warn({ status: received.status }, "pikpak token not revoked");
    return isRevoked;
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    context.log.warn({ code: error.code }, "pikpak token not revoked");
    return false;
  }
}
