import type { Mount } from "../../storage/mount.ts";
import {
  type Audience,
  lendingOf,
  loadPlace,
  standingIn,
  takeBack,
  type Crumb,
  type Lending,
  type Place,
  type SharedCapability,
} from "../../users/place.ts";
import type { ViewState } from "../model/session.ts";
import type { ActionContext } from "./context.ts";
import type { Services } from "./services.ts";

/** A screen of the operators answers only to one, whatever the button: they may have been one when it was drawn. */
export function isOfOperators(state: ViewState | undefined): boolean {
  if (state?.at === "operators") return true;
  return state?.at === "question" && (state.question === "broadcast" || state.question === "revoke-every-link");
}

/** What is asked of a mount: something of its owner's own, or what can be lent, in a folder. */
export type Need =
  | { readonly for: "own" }
  | { readonly for: SharedCapability; readonly trail: readonly Crumb[] }
  /** `many`: addresses to be fetched into the folder. */
  | { readonly for: "download"; readonly trail: readonly Crumb[]; readonly many: number };

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
  if (need.for === "download" && lent?.lending.policy.downloads === undefined)
    return { is: lent || isOwner ? "not-here" : "no" };
  if (lent && isWithin(lent.lending, need.trail)) {
    if (isOwner) return { is: "yes", lent };
    // Who may look into the folder may have something fetched into it.
    return lentLeave(context, lent, need.for === "download" ? "browse" : need.for);
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
    if (!lending || lending.owner !== mount.owner) continue;
    if (await isStillAmong(services, { place: id, person, audience: lending.policy.link })) return true;
  }
  return false;
}

/**
 * Whether what somebody asked for through a group may be begun in a lent folder: asked before each is, so that what is taken
 * back, or not lent downloads any more, ends at once.
 */
export async function mayDownload(
  services: Services,
  mount: Mount,
  { place: id, person, trail }: { readonly place: string; readonly person: string; readonly trail: readonly Crumb[] },
): Promise<boolean> {
  const lending = lendingOf(await loadPlace(services, id), mount.id);
  if (!lending || lending.owner !== mount.owner || lending.policy.downloads === undefined) return false;
  if (!isWithin(lending, trail)) return false;
  if (mount.owner === person) return true;
  return isStillAmong(services, { place: id, person, audience: lending.policy.browse });
}

/** Whether what was given to somebody, or asked for by them, is still theirs to have: they were in the group then, and still are where nobody can tell. */
async function isStillAmong(
  services: Services,
  { place, person, audience }: { readonly place: string; readonly person: string; readonly audience: Audience },
): Promise<boolean> {
  if (audience === "owner") return false;
  const role = await services.roleIn?.(place, person);
  return audience === "members" ? role !== "none" : role === "admin";
}
