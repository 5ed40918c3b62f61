import type { Visit } from "./visit.ts";

/**
 * What somebody is to what they act on: its `owner` (of a message the one who opened it; of a command the one who typed
 * it), an `admin` or another `member` of the group it is in, or somebody from elsewhere.
 * An `operator` runs the bot, and is on a message of their own.
 */
export const roles = ["owner", "admin", "member", "other", "operator"] as const;
export type Role = (typeof roles)[number];

/** Who may do something, and where. */
export interface Rule {
  /** Who may; anybody else is told `not-yours`. */
  readonly roles: readonly Role[];
  /** Where; elsewhere it is `private-only` or `groups-only`. */
  readonly places: readonly Visit["place"]["kind"][];
  /** In groups these instead; who is not among them is told `admins-only`. */
  readonly inGroups?: readonly Role[];
  /** Who may not, or not here, is told this, as if there were no such thing. */
  readonly hiddenAs?: "unknown-command" | "view-expired";
}

export const anywhere: Rule = { roles: ["owner"], places: ["private", "group"] };
export const inPrivate: Rule = { roles: ["owner"], places: ["private"] };
export const inGroups: Rule = { roles: ["owner"], places: ["group"] };
/** Others in the group get a copy of their own, where the drive is lent to them. */
export const shared: Rule = { roles: ["owner", "admin", "member"], places: ["private", "group"] };
/** Whoever can see it; what stands behind it is checked by itself. */
export const byAnybody: Rule = { roles, places: ["private", "group"] };
/** For the owner in private, in a group for those who run it. */
export const ofAdmins: Rule = { roles: ["owner"], places: ["private", "group"], inGroups: ["admin"] };
export const inGroupsByAdmins: Rule = { roles: ["admin"], places: ["group"], inGroups: ["admin"] };
export const byOperators: Rule = { roles: ["operator"], places: ["private"], hiddenAs: "view-expired" };

/** Why something may not be done: each a locale key `notice-<code>`. */
export type Refusal = "unknown-command" | "view-expired" | "groups-only" | "admins-only" | "not-yours" | "private-only";

/** The roles that may, in such a place. */
export function rolesFor(rule: Rule, place: Visit["place"]): readonly Role[] {
  return kindFor(rule, place) === "group" ? (rule.inGroups ?? rule.roles) : rule.roles;
}

/** What is private within a group is either, as it is wanted. */
function kindFor({ places }: Rule, { kind, within }: Visit["place"]): Visit["place"]["kind"] {
  return within && !places.includes(kind) ? "group" : kind;
}

/** Why this may not be done by somebody who is all this; undefined = it may. */
export function refusalOf(rule: Rule, are: readonly Role[], place: Visit["place"]): Refusal | undefined {
  const kind = kindFor(rule, place);
  const isPlaceWrong = !rule.places.includes(kind);
  const may = rolesFor(rule, place);
  const isAmong = are.some((role) => may.includes(role));
  if (rule.hiddenAs && are.includes("owner") && (!isAmong || isPlaceWrong)) return rule.hiddenAs;
  if (isPlaceWrong && kind === "private") return "groups-only";
  if (!isAmong) return kind === "group" && rule.inGroups ? "admins-only" : "not-yours";
  return isPlaceWrong ? "private-only" : undefined;
}
