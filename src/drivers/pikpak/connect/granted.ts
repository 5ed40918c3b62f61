import type { DriverContext } from "../../../storage/driver.ts";
import type { Values } from "../../../storage/field.ts";
import { digestOf } from "../sign-ins.ts";
import { readTokens } from "../tokens.ts";

/** What an approval came to: what to mount with. */
export interface Granted {
  /** Options and secrets, as answers of a form. */
  readonly values: Values;
  /** What else belongs into the vault, so that the first call need not refresh. */
  readonly kept: Values;
}

interface Grantee {
  readonly way: "approval" | "oauth";
  /** The client the tokens were given to: nobody else can refresh them. */
  readonly clientId: string;
  readonly deviceId?: string;
}

/** Tokens are not used any more this long before their end, ms. */
const margin = 60_000;

/** Reads an answer with tokens. */
export function readGranted(body: unknown, to: Grantee, { now }: Pick<DriverContext, "now">): Granted {
  const { accessToken, refreshToken, life, account } = readTokens(body, "an approval");
  return {
    values: { way: to.way, client: to.clientId, refreshToken, ...(account !== "" && { account }) },
    kept: {
      accessToken,
      accessFor: digestOf(refreshToken),
      accessUntil: String(now() + life - margin),
      userId: account,
      ...(to.deviceId !== undefined && { deviceId: to.deviceId }),
    },
  };
}
