import type { Keyv } from "keyv";
import type { Order } from "../storage/entry.ts";
import type { Storage } from "../storage/storage.ts";
import type { Visit } from "./visit.ts";

/** What a lent drive can be used for. */
export const sharedCapabilities = ["browse", "link", "send"] as const;
export type SharedCapability = (typeof sharedCapabilities)[number];
/** Who may: everybody in the group, its admins and the lender, or the lender alone. */
export const audiences = ["members", "admins", "owner"] as const;
export type Audience = (typeof audiences)[number];

/** A folder on the way down. */
export interface Crumb {
  readonly id: string;
  readonly name: string;
}

/** What is kept about a group or server. */
export interface Place {
  /** `telegram:-1005`. */
  readonly id: string;
  /** Its name when something was last changed here. */
  readonly title?: string;
  readonly lent: readonly Lending[];
  readonly settings: PlaceSettings;
  /** What members took today, by person; another day's count means nothing. */
  readonly taken?: Tally;
  /** Addresses members let lent drives fetch today, by mount. */
  readonly fetched?: Tally;
}

/** What was counted on one day, in UTC. */
interface Tally {
  readonly day: string;
  readonly by: Readonly<Record<string, number>>;
}

/** A mount, or a folder of it, lent by its owner. */
export interface Lending {
  readonly mount: string;
  /** Person id. */
  readonly owner: string;
  /** Folders from the mount's root down to the one that is lent; empty = all of it. */
  readonly trail: readonly Crumb[];
  readonly policy: Policy;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** Who may do what with a lent mount: one audience a capability. */
export interface Policy extends Readonly<Record<SharedCapability, Audience>> {
  /** Links may stand where everybody reads them. */
  readonly open: boolean;
  /** Links and files a member may have a day; absent = as many as they like. */
  readonly daily?: number | undefined;
  /** Addresses members may let it fetch into what is lent, a day and all of them together; absent = none. */
  readonly downloads?: number | undefined;
}

/** A group's settings, as its admins chose them. Absent = as each person has it. */
export interface PlaceSettings {
  readonly language?: string | undefined;
  readonly rows?: number | undefined;
  readonly order?: Order | undefined;
  /** Minutes after which what was shown is removed; absent = it stays. */
  readonly clearAfter?: number | undefined;
  /** Links are for the asker alone, whatever a lender allows. */
  readonly privateLinks?: boolean | undefined;
}

/** What members of a group may do unless the lender says otherwise. */
export const usualPolicy: Policy = { browse: "members", link: "members", send: "members", open: false };
/** Links and files a day to choose from; 0 = as many as they like. */
export const dailyChoices: readonly number[] = [0, 3, 10, 50];
/** Downloads a day to choose from; 0 = none. */
export const downloadChoices: readonly number[] = [0, 5, 20, 100];
/** Minutes to choose from; 0 = it stays. */
export const clearChoices: readonly number[] = [0, 5, 30, 240];

/** What groups are kept and asked about with. */
interface Places {
  /** By place id. */
  readonly places: Keyv<Place>;
  readonly storage: Pick<Storage, "find" | "change">;
  /** What somebody is in a group, as its platform tells, not older than a minute; undefined = it cannot be told. */
  readonly roleIn?: ((place: string, person: string) => Promise<"admin" | "member" | "none" | undefined>) | undefined;
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** The group's record, or a fresh one that is not written until there is something to keep. */
export async function loadPlace({ places }: Pick<Places, "places">, id: string): Promise<Place> {
  return (await places.get(id)) ?? { id, lent: [], settings: {} };
}

/** Changes a group's record, one change at a time; gives it as it is then. */
export function changePlace(services: Places, id: string, change: (place: Place) => Place): Promise<Place> {
  return services.exclusive(`place:${id}`, async () => {
    const changed = change(await loadPlace(services, id));
    await services.places.set(id, changed);
    return changed;
  });
}

/** The lending of a mount to a group; undefined = it is not lent there. */
export function lendingOf({ lent }: Place, mount: string): Lending | undefined {
  return lent.find((lending) => lending.mount === mount);
}

/** Lends a mount, in the place of how it was lent before. */
export async function lend(
  services: Places,
  { place, title }: { readonly place: string; readonly title?: string | undefined },
  lending: Lending,
): Promise<Place> {
  const changed = await changePlace(services, place, (before) => ({
    ...before,
    ...(title !== undefined && { title }),
    lent: [...before.lent.filter(({ mount }) => mount !== lending.mount), lending],
  }));
  await noteAudience(services, lending.mount, (audience) => [...audience.filter((id) => id !== place), place]);
  return changed;
}

/** Takes mounts back from a group. */
export async function takeBack(services: Places, place: string, which: (lending: Lending) => boolean): Promise<void> {
  const { lent } = await loadPlace(services, place);
  const going = lent.filter(which);
  if (going.length === 0) return;
  await changePlace(services, place, (before) => ({ ...before, lent: before.lent.filter((one) => !which(one)) }));
  for (const { mount } of going)
    await noteAudience(services, mount, (audience) => audience.filter((id) => id !== place));
}

/** Takes a mount back from everywhere, before it goes. */
export async function takeBackEverywhere(services: Places, mount: string): Promise<void> {
  const { audience = [] } = (await services.storage.find(mount)) ?? {};
  for (const place of audience) await takeBack(services, place, (lending) => lending.mount === mount);
}

async function noteAudience(
  services: Places,
  mount: string,
  change: (audience: readonly string[]) => readonly string[],
): Promise<void> {
  const found = await services.storage.find(mount);
  if (found) await services.storage.change(mount, { audience: change(found.audience) });
}

/** Counts something a member takes today; false = they have had as much as they may. */
export function take(services: Places, { place, person, daily }: Taking): Promise<boolean> {
  return count(services, place, "taken", { by: person, daily, many: 1 });
}

/** Gives back what was counted for nothing. */
export function giveBack(services: Places, { place, person }: Omit<Taking, "daily">): Promise<void> {
  return uncount(services, place, "taken", { by: person, many: 1 });
}

interface Taking {
  readonly place: string;
  readonly person: string;
  readonly daily: number;
}

/** Counts addresses a lent drive is to fetch for a group today; false = it may not be so many, and none is counted. */
export function takeDownloads(services: Places, { place, mount, daily, many }: TakingDownloads): Promise<boolean> {
  return count(services, place, "fetched", { by: mount, daily, many });
}

/** Gives back those that were not begun. */
export function giveDownloadsBack(
  services: Places,
  { place, mount, many }: Omit<TakingDownloads, "daily">,
): Promise<void> {
  return uncount(services, place, "fetched", { by: mount, many });
}

interface TakingDownloads {
  readonly place: string;
  readonly mount: string;
  readonly daily: number;
  readonly many: number;
}

async function count(
  services: Places,
  place: string,
  what: "taken" | "fetched",
  { by: key, daily, many }: { readonly by: string; readonly daily: number; readonly many: number },
): Promise<boolean> {
  const day = dayOf(services.now());
  let isLeft = true;
  await changePlace(services, place, (before) => {
    const by = before[what]?.day === day ? before[what].by : {};
    const now = (by[key] ?? 0) + many;
    isLeft = now <= daily;
    return isLeft ? { ...before, [what]: { day, by: { ...by, [key]: now } } } : before;
  });
  return isLeft;
}

/** What another day counted is not given back to this one. */
async function uncount(
  services: Places,
  place: string,
  what: "taken" | "fetched",
  { by: key, many }: { readonly by: string; readonly many: number },
): Promise<void> {
  const day = dayOf(services.now());
  await changePlace(services, place, (before) => {
    const tally = before[what];
    const had = tally?.day === day ? (tally.by[key] ?? 0) : 0;
    if (!tally || had === 0) return before;
    return { ...before, [what]: { ...tally, by: { ...tally.by, [key]: Math.max(0, had - many) } } };
  });
}

/** ms until what is counted by the day is counted anew. */
export function untilNextDay(now: number): number {
  const day = 24 * 3_600_000;
  return day - (now % day);
}

/** The day of a time, in UTC. */
function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** The group somebody is in, whether all of it sees what they do or they alone; undefined = none. */
export function groupIn({
  place,
}: Visit): Pick<Visit["place"], "id" | "title" | "role" | "runs" | "channel" | "thread"> | undefined {
  return place.kind === "group" ? place : place.within;
}

/** What somebody is in a group. `none` = they are not in it, as far as anybody can tell. */
export async function standingIn(services: Places, visit: Visit, id: string): Promise<"admin" | "member" | "none"> {
  const here = groupIn(visit);
  const isHere = here?.id === id;
  if (isHere && here.role) return here.role;
  // Whoever can see a public group can press its buttons: only its platform tells who is in it.
  const told = await services.roleIn?.(id, visit.person.id);
  return told ?? (isHere ? "member" : "none");
}

/** What frontends tell of groups. */
export interface PlaceNews {
  /** The bot is not there any more: everything lent to it is taken back, and its record goes. */
  gone(place: string): Promise<void>;
  /** Somebody left: what they had lent is taken back. */
  left(place: string, person: string): Promise<void>;
  /** It has another id now. */
  moved(from: string, to: string): Promise<void>;
  /** The bot is there now, and these people run it. */
  runBy?(place: string, people: readonly string[]): Promise<void>;
}

/** What becomes of lent mounts when groups change. */
export function placeNews(services: Places): PlaceNews {
  return {
    async gone(place) {
      await takeBack(services, place, () => true);
      await services.places.delete(place);
    },
    left: (place, person) => takeBack(services, place, ({ owner }) => owner === person),
    async moved(from, to) {
      const before = await loadPlace(services, from);
      for (const lending of before.lent) await lend(services, { place: to, title: before.title }, lending);
      await changePlace(services, to, (place) => ({ ...place, settings: { ...before.settings, ...place.settings } }));
      await takeBack(services, from, () => true);
      await services.places.delete(from);
    },
  };
}
