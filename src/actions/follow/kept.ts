import type { Keyv } from "keyv";
import type { Entry } from "../../storage/entry.ts";
import type { FeedEntry, Follow } from "../model/follow.ts";
import type { Seen } from "./seen.ts";

/** What is known of something that is followed. Kept apart from what it is, since it is large. */
export interface Known {
  /** What was there already; absent = nobody has looked yet. */
  readonly seen?: Seen | undefined;
  /** Of a folder: what is new and was not told yet. */
  readonly news?: News | undefined;
  /** Of a feed: its latest entries, and what was fetched because of it. */
  readonly entries?: readonly FeedEntry[] | undefined;
  readonly brought?: Seen | undefined;
}

export interface News {
  /** The first of them. */
  readonly entries: readonly Entry[];
  readonly count: number;
}

/** Where what is followed is kept. */
export interface FollowShelves {
  /** Sealed: a feed's address may hold a secret. */
  readonly follows: Keyv<Follow>;
  /** Sealed. By the follow's id. */
  readonly known: Keyv<Known>;
  /** Ids, by `person telegram:1`, `group telegram:-5` and `drawn telegram:1`. */
  readonly lists: Keyv<readonly string[]>;
}

interface KeepingParts extends FollowShelves {
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
}

/** The records, with the lists that find them. */
export interface Keeping {
  find(id: string): Promise<Follow | undefined>;
  of(person: string): Promise<readonly Follow[]>;
  inGroup(group: string): Promise<readonly Follow[]>;
  /** False = the person has so many already. */
  add(follow: Follow, known: Known, max: number): Promise<boolean>;
  change(id: string, change: (follow: Follow) => Follow): Promise<Follow | undefined>;
  remove(id: string): Promise<Follow | undefined>;
  /** Notes a session that a message of somebody's stands on; the oldest of very many are not remembered. */
  noteDrawn(person: string, session: string): Promise<void>;
  /** Those sessions, which are noted no more. */
  takeDrawn(person: string): Promise<readonly string[]>;
  readonly known: Keyv<Known>;
}

export function createKeeping({ follows, known, lists, exclusive }: KeepingParts): Keeping {
  const listed = async (list: string) => {
    const found = await Promise.all(((await lists.get(list)) ?? []).map((id) => follows.get(id)));
    return found.filter((follow) => follow !== undefined);
  };
  const note = (list: string, change: (ids: readonly string[]) => readonly string[]) =>
    exclusive(`follows ${list}`, async () => {
      const ids = change((await lists.get(list)) ?? []);
      if (ids.length === 0) await lists.delete(list);
      else await lists.set(list, ids);
    });
  const listsOf = ({ person, to }: Follow) => [
    personList(person),
    ...(to.group === undefined ? [] : [groupList(to.group)]),
  ];
  return {
    known,
    find: (id) => follows.get(id),
    of: (person) => listed(personList(person)),
    inGroup: (group) => listed(groupList(group)),
    add: (follow, first, max) =>
      exclusive(`follows of ${follow.person}`, async () => {
        if ((await listed(personList(follow.person))).length >= max) return false;
        // Listed before it is there: what is listed and is not there is passed over, and what no list names is lost.
        for (const list of listsOf(follow)) await note(list, (ids) => [...ids, follow.id]);
        await known.set(follow.id, first);
        await follows.set(follow.id, follow);
        return true;
      }),
    noteDrawn: (person, session) => note(drawnList(person), (ids) => [...ids, session].slice(-maxDrawn)),
    async takeDrawn(person) {
      const drawn = (await lists.get(drawnList(person))) ?? [];
      await lists.delete(drawnList(person));
      return drawn;
    },
    change: (id, change) =>
      exclusive(`follow ${id}`, async () => {
        const before = await follows.get(id);
        if (!before) return undefined;
        const after = change(before);
        if (after !== before) await follows.set(id, after);
        await relist(before, after);
        return after;
      }),
    remove: (id) =>
      exclusive(`follow ${id}`, async () => {
        const before = await follows.get(id);
        await follows.delete(id);
        await known.delete(id);
        if (before) for (const list of listsOf(before)) await note(list, (ids) => ids.filter((other) => other !== id));
        return before;
      }),
  };

  /** What is told elsewhere now is listed there. */
  async function relist(before: Follow, after: Follow): Promise<void> {
    const [were, are] = [listsOf(before), listsOf(after)];
    for (const list of were.filter((one) => !are.includes(one)))
      await note(list, (ids) => ids.filter((id) => id !== after.id));
    for (const list of are.filter((one) => !were.includes(one))) await note(list, (ids) => [...ids, after.id]);
  }
}

function personList(person: string): string {
  return `person ${person}`;
}

/** Sessions of one person that are remembered. */
const maxDrawn = 500;

function drawnList(person: string): string {
  return `drawn ${person}`;
}

function groupList(group: string): string {
  return `group ${group}`;
}
