import { z } from "zod";
import { claimsIn } from "./connect/claims.ts";
import { StorageError } from "../../storage/error.ts";

const shape = z.looseObject({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1),
  expires_in: z.coerce.number().positive().catch(7200),
  sub: z.string().catch(""),
});

/** What the service grants, whichever way in was taken. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Milliseconds. */
  readonly life: number;
  /** Whose they are; empty = not told. */
  readonly account: string;
}

/** Reads an answer with tokens; `what` it was an answer to stands in the failure. */
export function readTokens(body: unknown, what: string): Tokens {
  const read = shape.safeParse(body);
  if (!read.success) throw new StorageError("upstream", { message: `${what} without tokens`, cause: read.error });
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: seconds, sub } = read.data;
  return { accessToken, refreshToken, life: seconds * 1000, account: sub || (claimsIn(accessToken)?.subject ?? "") };
}
