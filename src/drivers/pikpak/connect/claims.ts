import { z } from "zod";

/** What a token says of itself. For display and for telling tokens apart: what it may do is the service's to say. */
export interface Claims {
  /** Id of the account. */
  readonly subject: string;
  readonly issuer: string | undefined;
  /** ms since the epoch. */
  readonly issuedAt: number | undefined;
  readonly endsAt: number | undefined;
  /** Permissions by their machine names; empty = not told. */
  readonly scopes: readonly string[];
}

const seconds = z.number().positive().max(1e11).optional().catch(undefined);
const names = z
  .union([z.string().transform((list) => list.split(" ")), z.array(z.string())])
  .catch([])
  .transform((list) => list.filter((name) => name !== ""));
const shape = z.looseObject({
  sub: z.string().catch(""),
  iss: z.string().optional().catch(undefined),
  iat: seconds,
  exp: seconds,
  scope: names,
  scp: names,
});

/** The claims of a JWT, unverified; undefined = it is none. */
export function claimsIn(token: string): Claims | undefined {
  const parts = token.split(".");
  if (parts.length !== 3) return undefined;
  const read = shape.safeParse(decoded(parts[1] ?? ""));
  if (!read.success) return undefined;
  const { sub, iss, iat, exp, scope, scp } = read.data;
  return {
    subject: sub,
    issuer: iss,
    issuedAt: iat === undefined ? undefined : iat * 1000,
    endsAt: exp === undefined ? undefined : exp * 1000,
    scopes: scope.length > 0 ? scope : scp,
  };
}

function decoded(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
}
