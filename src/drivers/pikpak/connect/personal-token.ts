import type { Values } from "../../../storage/field.ts";
import type { ProblemCode } from "../../../storage/form.ts";
import { claimsIn, type Claims } from "./claims.ts";

/** A personal access token as it was pasted: what is kept of it, or what is wrong with it. */
type PersonalToken =
  | { readonly ok: true; readonly token: string; readonly facts: Values }
  | { readonly ok: false; readonly code: ProblemCode };

/** A token of a session lives for hours, a personal one for 30 days at the least. */
const longestSession = 2 * 24 * 3_600_000;
/** Whose tokens are taken: the known roots, and what stands below them. */
const issuers = /(^|\.)(mypikpak\.com|mypikpak\.net|pikpak\.me|pikpak\.ai|pikpakdrive\.com)$/;

/** Reads one, asking nobody. A form nobody knows is let through: the service decides. */
export function readPersonalToken(pasted: string): PersonalToken {
  const token = pasted.trim().replace(/^bearer\s+/i, "");
  if (!/^[\x21-\x7e]+$/.test(token) || /["'`<>\\]/.test(token)) return { ok: false, code: "broken-token" };
  const claims = claimsIn(token);
  // What begins like a JWT and is none was not copied whole.
  if (!claims) return token.startsWith("eyJ") ? { ok: false, code: "broken-token" } : { ok: true, token, facts: {} };
  if (isForeign(claims)) return { ok: false, code: "foreign-token" };
  if (isOfSession(claims)) return { ok: false, code: "session-token" };
  return { ok: true, token, facts: factsOf(claims) };
}

/** Whether a text is such a token beyond doubt, in whatever field it was pasted. */
export function isPersonalToken(text: string): boolean {
  const claims = claimsIn(text.trim());
  return claims?.endsAt !== undefined && claims.issuedAt !== undefined && !isForeign(claims) && !isOfSession(claims);
}

/** Whether a word is a JWT, or the greater part of one, that is not known to be somebody else's. */
export function isJwtOfOurs(word: string): boolean {
  if (word.length < 40 || !/^eyJ[\w-]{10,}(\.[\w-]*){0,2}$/.test(word)) return false;
  const claims = claimsIn(word);
  return !claims || !isForeign(claims);
}

function isForeign({ issuer }: Claims): boolean {
  if (issuer === undefined) return false;
  return !issuers.test(URL.parse(issuer)?.hostname ?? issuer);
}

function isOfSession({ issuedAt, endsAt }: Claims): boolean {
  return issuedAt !== undefined && endsAt !== undefined && endsAt - issuedAt < longestSession;
}

function factsOf({ subject, endsAt, scopes }: Claims): Values {
  return {
    ...(subject !== "" && { account: subject }),
    ...(endsAt !== undefined && { validUntil: String(endsAt) }),
    ...(scopes.length > 0 && { permissions: scopes.join(" ") }),
  };
}
