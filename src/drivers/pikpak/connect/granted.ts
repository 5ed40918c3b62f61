import { z } from "zod";
import type { DriverContext } from "../../../storage/driver.ts";
import { StorageError } from "../../../storage/error.ts";
import type { Values } from "../../../storage/field.ts";
import { digestOf } from "../sign-ins.ts";
import { claimsIn } from "./claims.ts";

/** What an approval came to: what to mount with. */
export interface Granted {
  /** Options and secrets, as answers of a form. */
  readonly values: Values;
  /** What else belongs into the vault, so that the first call need not refresh. */
  readonly kept: Values;
}

const shape = z.looseObject({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1),
  expires_in: z.coerce.number().positive().catch(7200),
  sub: z.string().catch(""),
});

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
  const read = shape.safeParse(body);
  if (!read.success) throw new StorageError("upstream", { message: "an approval without tokens", cause: read.error });
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: life, sub } = read.data;
  const account = sub || (claimsIn(accessToken)?.subject ?? "");
  return {
    values: { way: to.way, client: to.clientId, refreshToken, ...(account !== "" && { account }) },
    kept: {
      accessToken,
      accessFor: digestOf(refreshToken),
      accessUntil: String(now() + life * 1000 - margin),
      userId: account,
      ...(to.deviceId !== undefined && { deviceId: to.deviceId }),
    },
  };
}
