import { defaultOrder, type Order } from "../storage/entry.ts";
import type { Keyv } from "keyv";
import type { DownloadMethod, Mount } from "../storage/mount.ts";
import type { Storage } from "../storage/storage.ts";
import { withoutFoldersOf, type KeptFolder, type KeptFolders } from "./kept-folders.ts";
import type { Place } from "./place.ts";
import type { Visit } from "./visit.ts";

/** What is kept about a person: no name, no secret. */
export interface Person extends KeptFolders {
  /** `telegram:1001`. */
  readonly id: string;
  /** Chosen in settings; absent = what their client says. */
  readonly language?: string;
  /** Rows a page; absent = what suits the platform. */
  readonly rows?: number;
  /** How listings are sorted; absent = the usual order. */
  readonly order?: Order;
  /** How their drives' files come, where a drive says nothing else; absent = the operator's default. */
  readonly method?: DownloadMethod | undefined;
  /** Mount ids, oldest first; shares by when they were last opened. */
  readonly mounts: readonly string[];
  /** The mount `/browse` opens; absent = an account if there is one, else the share opened last. */
  readonly current?: string;
  /** They have set where their aria2 is, which is kept elsewhere, encrypted. */
  readonly aria2?: true;
  /** Folders they put something into lately, newest first. */
  readonly targets?: readonly KeptFolder[] | undefined;
  /** Their latest sessions, newest last: to go on where they were, and to forget them. */
  readonly sessions: readonly string[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** What people's records are read with. */
interface People {
  readonly people: Keyv<Person>;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** The languages there are to choose from. */
interface Languages {
  readonly languages: readonly string[];
  /** Best of them for what a client says. */
  pickLanguage(locale: string | undefined): string;
}

/** Somebody where they are: a group's own settings come before a person's. */
interface Somebody {
  readonly person: Person;
  readonly visit: Visit;
  readonly place?: Place | undefined;
}

/** The person's record, or a fresh one that is not written until there is something to keep. */
export async function loadPerson({ people, now }: People, id: string): Promise<Person> {
  return (await people.get(id)) ?? { id, mounts: [], sessions: [], createdAt: now() };
}

/** Their own choice while it is a language of ours, else what their client says; without a visit it says nothing. */
export function languageOf({ languages, pickLanguage }: Languages, person: Person, visit?: Visit): string {
  const { language } = person;
  return language !== undefined && languages.includes(language) ? language : pickLanguage(visit?.person.locale);
}

/** Rows of a listing for this person here. */
export function rowsOf({ rows }: Person, visit: Visit): number {
  return Math.max(1, Math.min(rows ?? visit.rows.usual, visit.rows.most));
}

/** Rows of a listing for this action: a group's own number holds for all in it. */
export function rowsHere({ person, visit, place }: Somebody): number {
  const rows = place?.settings.rows;
  return rowsOf(rows === undefined ? person : { ...person, rows }, visit);
}

/** How a new listing is sorted for this action. */
export function orderHere({ person, place }: Omit<Somebody, "visit">): Order {
  return place?.settings.order ?? orderOf(person);
}

/** The numbers of rows there are to choose from here. */
export function rowChoicesOf({ rows: { usual, most } }: Visit): readonly number[] {
  const choices = new Set([5, 8, 10, 15, 20, usual, most].filter((rows) => rows <= most));
  return [...choices].toSorted((a, b) => a - b);
}

/** How this person's new listings are sorted. */
export function orderOf({ order }: Person): Order {
  return order ?? defaultOrder;
}

/** The order after asking for one: asked for again, it turns round. */
export function reordered(order: Order, by: Order["by"]): Order {
  return { by, descending: order.by === by ? !order.descending : false };
}

/** The record with a mount more, which becomes the current one unless another is to stay it. */
export function withMount(person: Person, mount: string, { choose = true } = {}): Person {
  const mounts = person.mounts.includes(mount) ? person.mounts : [...person.mounts, mount];
  return { ...person, mounts, ...(choose && { current: mount }) };
}

export function withoutMount({ current, ...person }: Person, mount: string): Person {
  const mounts = person.mounts.filter((id) => id !== mount);
  const targets = person.targets?.filter((target) => target.mount !== mount);
  const rest = { ...person, mounts, targets, ...(current !== undefined && current !== mount && { current }) };
  return withoutFoldersOf(rest, mount);
}

/** Folders that are remembered as targets. */
const maxTargets = 5;

/** The record with a folder that something is put into now; the root need not be remembered. */
export function withTarget(person: Person, target: KeptFolder): Person {
  if (target.trail.length === 0) return person;
  const { targets = [] } = withoutTarget(person, target);
  return { ...person, targets: [target, ...targets].slice(0, maxTargets) };
}

/** The record without it among the targets. */
export function withoutTarget(person: Person, { mount, trail }: KeptFolder): Person {
  const isOther = (other: KeptFolder) => other.mount !== mount || other.trail.at(-1)?.id !== trail.at(-1)?.id;
  return { ...person, targets: person.targets?.filter(isOther) };
}

/** The mounts that are still there, in the person's order. */
export async function mountsOf(
  { storage }: { readonly storage: Pick<Storage, "find"> },
  person: Person,
): Promise<readonly Mount[]> {
  const found = await Promise.all(person.mounts.map((id) => storage.find(id)));
  return found.filter((mount) => mount?.owner === person.id).filter((mount) => mount !== undefined);
}
