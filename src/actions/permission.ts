import type { Mount } from "../storage/mount.ts";
import type { Action, FormId, SharedCapability, Visit } from "./model/action.ts";
import type { ActionContext } from "./context.ts";
import { lendingOf, loadPlace, standingIn, takeBack, type Lending, type Place } from "../users/place.ts";
import type { NoticeCode } from "./model/screen.ts";
import type { Services } from "./services.ts";
import type { Crumb, ViewState } from "./model/session.ts";

/**
 * What somebody is to what they act on: its `owner` (of a screen the one who opened it; of a command the one who typed
 * it), an `admin` or another `member` of the group it is in, or somebody from elsewhere.
 * An `operator` is one of the app, on a screen of their own.
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
  /** Who may not, or not here, is told what they would be told if there were no such thing. */
  readonly hidden?: true;
}

const anywhere: Rule = { roles: ["owner"], places: ["private", "group"] };
const inPrivate: Rule = { roles: ["owner"], places: ["private"] };
/** Others in the group get a copy of their own, where the drive is lent to them. */
const shared: Rule = { roles: ["owner", "admin", "member"], places: ["private", "group"] };
/** For those who run the group. */
const ofAdmins: Rule = { roles: ["owner"], places: ["private", "group"], inGroups: ["admin"] };
const inGroupsByAdmins: Rule = { roles: ["admin"], places: ["group"], inGroups: ["admin"] };
const byOperators: Rule = { roles: ["operator"], places: ["private"], hidden: true };

/** What each action wants: the one table both chats go by. */
export const rules: Readonly<Record<Exclude<Action["do"], "submit">, Rule>> = {
  start: anywhere,
  help: anywhere,
  "open-share": anywhere,
  browse: anywhere,
  "find-link": anywhere,
  cancel: anywhere,
  open: shared,
  turn: shared,
  up: shared,
  refresh: shared,
  sort: shared,
  back: shared,
  link: shared,
  retry: anywhere,
  dismiss: anywhere,
  "add-share": anywhere,
  "open-mount": anywhere,
  "sign-in": inPrivate,
  "add-account": inPrivate,
  "show-mounts": anywhere,
  "show-settings": ofAdmins,
  "log-out": inPrivate,
  forget: inPrivate,
  mounts: anywhere,
  mount: shared,
  "choose-mount": inPrivate,
  "rename-mount": inPrivate,
  "check-mount": inPrivate,
  "renew-mount": inPrivate,
  "set-method": inPrivate,
  "remove-mount": inPrivate,
  confirm: inPrivate,
  "set-language": ofAdmins,
  "set-rows": ofAdmins,
  "set-order": ofAdmins,
  // Searching.
  search: anywhere,
  find: shared,
  "stop-search": anywhere,
  "narrow-kind": shared,
  "narrow-size": shared,
  "find-inline": inPrivate,
  "keep-card": inPrivate,
  "link-row": { roles, places: ["private", "group"] },
  // Lending. Its screens belong to the lender, who may have left the group's admins since: taking back is always theirs.
  bind: inGroupsByAdmins,
  unbind: { roles: ["owner"], places: ["group"] },
  "show-place-settings": inGroupsByAdmins,
  lend: anywhere,
  unlend: anywhere,
  "set-policy": anywhere,
  "set-daily": anywhere,
  "set-open": anywhere,
  "set-private-links": inGroupsByAdmins,
  "set-clear": inGroupsByAdmins,
  // Files and lists of links.
  get: anywhere,
  send: anywhere,
  "cancel-transfer": anywhere,
  // A list is full of links, and a file is seen by the whole group.
  "list-folder": inPrivate,
  "list-as": inPrivate,
  "revoke-links": inPrivate,
  // Operators.
  admin: byOperators,
  "admin-go": byOperators,
  "admin-turn": byOperators,
  "admin-pick": byOperators,
  "find-person": byOperators,
  admit: byOperators,
  expel: byOperators,
  ban: byOperators,
  unban: byOperators,
  "ask-quota": byOperators,
  "set-access": byOperators,
  invite: byOperators,
  "withdraw-invitations": byOperators,
  "set-maintenance": byOperators,
  "set-log-level": byOperators,
  "compose-broadcast": byOperators,
  "stop-broadcast": byOperators,
  "revoke-every-link": byOperators,
  "about-state": byOperators,
};

/** The same for filled-in forms. */
export const formRules: Readonly<Record<FormId, Rule>> = {
  "pikpak-share": anywhere,
  pikpak: inPrivate,
  verification: inPrivate,
  "mount-title": inPrivate,
  "search-words": anywhere,
  // Operators.
  "find-person": byOperators,
  quota: byOperators,
  "broadcast-text": byOperators,
};

/** A screen of the operators answers only to one, whatever the button: they may have been one when it was drawn. */
export function isOfOperators(state: ViewState | undefined): boolean {
  if (state?.at === "operators") return true;
  return state?.at === "question" && (state.question === "broadcast" || state.question === "revoke-every-link");
}

/** The rule an action goes by. */
export function ruleOf(action: Action): Rule {
  return action.do === "submit" ? formRules[action.form.id] : rules[action.do];
}

/** The roles that may, in such a place. */
export function rolesFor(rule: Rule, place: Visit["place"]): readonly Role[] {
  return kindFor(rule, place) === "group" ? (rule.inGroups ?? rule.roles) : rule.roles;
}

/** What is private within a group is either, as it is wanted. */
function kindFor({ places }: Rule, { kind, within }: Visit["place"]): Visit["place"]["kind"] {
  return within && !places.includes(kind) ? "group" : kind;
}

/** Why this may not be done by somebody who is all this; undefined = it may. */
export function refusal(action: Action, are: readonly Role[], place: Visit["place"]): NoticeCode | undefined {
  const rule = ruleOf(action);
  const kind = kindFor(rule, place);
  const isPlaceWrong = !rule.places.includes(kind);
  const may = rolesFor(rule, place);
  const isAmong = are.some((role) => may.includes(role));
  const isHidden = rule.hidden && are.includes("owner") && (!isAmong || isPlaceWrong);
  if (isHidden) return action.do === "admin" ? "unknown-command" : "view-expired";
  if (isPlaceWrong && kind === "private") return "groups-only";
  if (!isAmong) return kind === "group" && rule.inGroups ? "admins-only" : "not-yours";
  return isPlaceWrong ? "private-only" : undefined;
}

/** What is asked of a mount: something of its owner's own, or what can be lent, in a folder. */
export type Need = { readonly for: "own" } | { readonly for: SharedCapability; readonly trail: readonly Crumb[] };

/** What a mount lets somebody do where they stand. `lent`: it is theirs to use by leave of a group's lender. */
export type MountLeave =
  | { readonly is: "yes"; readonly lent?: { readonly lending: Lending; readonly place: Place } }
  | { readonly is: "not-here" }
  | { readonly is: "not-allowed" }
  | { readonly is: "no" };

/**
 * A mount is its owner's. In a group it must have been lent to the group, or be a thing anybody can open by its link;
 * and what was lent can be used by those its lender named, no further than the folder that was lent.
 */
export async function leaveFor(
  context: ActionContext,
  mount: Mount,
  need: Need,
  isOpenByLink: boolean,
): Promise<MountLeave> {
  const { visit, person } = context;
  const isOwner = mount.owner === person.id;
  if (isOwner && visit.place.kind === "private") return { is: "yes" };
  const lent = await lentTo(context, mount);
  if (need.for === "own") return isOwner ? { is: isOpenByLink || lent ? "yes" : "not-here" } : { is: "no" };
  if (lent && isWithin(lent.lending, need.trail)) {
    if (isOwner) return { is: "yes", lent };
    return lentLeave(context, lent, need.for);
  }
  if (!isOwner) return { is: "no" };
  return { is: isOpenByLink ? "yes" : "not-here" };
}

async function lentLeave(context: ActionContext, lent: Lent, capability: SharedCapability): Promise<MountLeave> {
  const standing = await standingIn(context.services, context.visit, lent.place.id);
  if (standing === "none") return { is: "no" };
  const audience = lent.lending.policy[capability];
  const may = audience === "members" || (audience === "admins" && standing === "admin");
  return may ? { is: "yes", lent } : { is: "not-allowed" };
}

interface Lent {
  readonly lending: Lending;
  readonly place: Place;
}

/** How a mount is lent to the group this goes through; undefined = it is not, or not any more. */
async function lentTo({ services, through }: ActionContext, mount: Mount): Promise<Lent | undefined> {
  if (through === undefined) return undefined;
  const place = await loadPlace(services, through);
  const lending = lendingOf(place, mount.id);
  if (!lending || lending.owner !== mount.owner) return undefined;
  // Who has left takes what is theirs along, even where nobody told us.
  if ((await services.roleIn?.(place.id, lending.owner)) !== "none") return { lending, place };
  await takeBack(services, place.id, ({ owner }) => owner === lending.owner);
  return undefined;
}

function isWithin({ trail }: Lending, asked: readonly Crumb[]): boolean {
  return trail.every(({ id }, at) => asked[at]?.id === id);
}

/**
 * Whether a link that was given out may still be used: the mount is its person's own, or lent to a group they take
 * links in. Asked at every download, so that what is taken back ends at once.
 */
export async function mayFetch(services: Services, mount: Mount, person: string): Promise<boolean> {
  if (mount.owner === person) return true;
  for (const id of mount.audience) {
    const lending = lendingOf(await loadPlace(services, id), mount.id);
    if (!lending || lending.owner !== mount.owner || lending.policy.link === "owner") continue;
    const role = await services.roleIn?.(id, person);
    // It was given to somebody who was in the group then: where nobody can tell, they still are.
    if (lending.policy.link === "members" ? role !== "none" : role === "admin") return true;
  }
  return false;
}
