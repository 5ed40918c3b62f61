import type { Keyv } from "keyv";
import { LRUCache } from "lru-cache";

/** A chat that somebody runs and the bot can put files into. Plain JSON. */
export interface Destination {
  /** `telegram:-1005`, `discord:channel:77`. */
  readonly id: string;
  /** What people call it. */
  readonly title: string;
  /** `channel`: few write there, and many read. */
  readonly kind: "channel" | "group";
  /** The server it is in; absent = it is in none. */
  readonly server?: string | undefined;
  /** Bytes of the largest file it takes; absent = as anywhere on its platform. */
  readonly uploadLimit?: number | undefined;
}

/** Why nothing can be delivered to a chat: the locale keys `notice-<code>` and `transfer-failed-<code>`. */
export const destinationTroubles = [
  /** Who asks does not run it (any more). */
  "not-admin-there",
  /** The bot is not in it, or may not send files there. */
  "not-allowed-there",
  /** There is no such chat any more. */
  "gone-there",
] as const;
export type DestinationTrouble = (typeof destinationTroubles)[number];

/** What a platform says of a chat that somebody wants files in. */
export type DestinationCheck =
  | { readonly is: "open"; readonly destination: Destination }
  | { readonly is: "closed"; readonly why: DestinationTrouble };

/** What platforms tell of chats that files can be delivered to. Rejects where one is out of reach. */
export interface DestinationLookup {
  /** The chats of a place that somebody runs and the bot can send files to; not older than a minute. Ids of ours. */
  destinationsIn(place: string, person: string): Promise<readonly Destination[]>;
  /** One of them, asked for now. */
  checkDestination(destination: string, person: string): Promise<DestinationCheck>;
}

/** Which chats people run, as far as the bot has seen, and where they delivered to last. */
export interface Destinations extends Pick<DestinationLookup, "checkDestination"> {
  /** Their platform says that they run something in that place: a group, a channel or a server. */
  note(person: string, place: string): Promise<void>;
  /** Whether there may be any for somebody: nothing is asked of a platform. */
  mayHave(person: string): Promise<boolean>;
  /** Those there are now, the last one used first, then by their names. Rejects where a platform is out of reach. */
  list(person: string): Promise<readonly Destination[]>;
  /** Something was delivered there. */
  used(person: string, destination: string): Promise<void>;
  /** The bot is not in that place any more. */
  gone(place: string): Promise<void>;
  /** Somebody left it. */
  left(place: string, person: string): Promise<void>;
  /** It has another id now. */
  moved(from: string, to: string): Promise<void>;
  forget(person: string): Promise<void>;
}

/** What is kept of one person. */
export interface Runs {
  /** Ids of places, the one seen last first. */
  readonly places: readonly string[];
  /** Ids of destinations, the one used last first. */
  readonly used: readonly string[];
}

interface DestinationsParts extends DestinationLookup {
  /** By person. */
  readonly kept: Keyv<Runs>;
  /** By place: the people whose records name it. */
  readonly people: Keyv<readonly string[]>;
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Most places of one person, chats they used last, and people of one place. */
const [maxPlaces, maxUsed, maxPeople] = [20, 20, 100];
/** Places asked about at once. */
const atOnce = 5;
/** Milliseconds until what was noted is noted again. */
const notedFor = 3_600_000;

export function createDestinations(parts: DestinationsParts): Destinations {
  const { kept, people, now, exclusive } = parts;
  const fresh = new LRUCache<string, number>({ max: 20_000 });
  const unmark = (person: string, place: string) => fresh.delete(`${person} ${place}`);

  const change = (person: string, next: (runs: Runs) => Runs) =>
    exclusive(`destinations:${person}`, async () => {
      const before = await kept.get(person);
      const runs = next(before ?? { places: [], used: [] });
      if (runs.places.length > 0 || runs.used.length > 0) await kept.set(person, runs);
      else if (before) await kept.delete(person);
    });
  const changePeople = (place: string, next: (ids: readonly string[]) => readonly string[]) =>
    exclusive(`destinations:${place}`, async () => {
      const ids = next((await people.get(place)) ?? []);
      await (ids.length > 0 ? people.set(place, ids) : people.delete(place));
    });
  const drop = async (person: string, place: string) => {
    unmark(person, place);
    await change(person, ({ places, used }) => ({ used, places: places.filter((id) => id !== place) }));
  };
  const left = async (place: string, person: string) => {
    await drop(person, place);
    await changePeople(place, (ids) => ids.filter((id) => id !== person));
  };
  const note = async (person: string, place: string) => {
    const mark = `${person} ${place}`;
    if (now() - (fresh.get(mark) ?? -Infinity) < notedFor) return;
    fresh.set(mark, now());
    await changePeople(place, (ids) => firstOf(ids, person, maxPeople));
    await change(person, ({ places, used }) => ({ used, places: firstOf(places, place, maxPlaces) }));
  };

  return {
    note,
    left,
    checkDestination: (destination, person) => parts.checkDestination(destination, person),
    mayHave: async (person) => ((await kept.get(person))?.places.length ?? 0) > 0,
    async list(person) {
      const { places = [], used = [] } = (await kept.get(person)) ?? {};
      const found: Destination[] = [];
      for (let from = 0; from < places.length; from += atOnce) {
        const some = places.slice(from, from + atOnce);
        found.push(...(await Promise.all(some.map((place) => parts.destinationsIn(place, person)))).flat());
      }
      return sorted(found, used);
    },
    used: (person, destination) =>
      change(person, ({ places, used }) => ({ places, used: firstOf(used, destination, maxUsed) })),
    async gone(place) {
      for (const person of (await people.get(place)) ?? []) await drop(person, place);
      await people.delete(place);
    },
    async moved(from, to) {
      for (const person of (await people.get(from)) ?? []) {
        await left(from, person);
        await note(person, to);
        await change(person, ({ places, used }) => ({ places, used: used.map((id) => (id === from ? to : id)) }));
      }
    },
    async forget(person) {
      for (const place of (await kept.get(person))?.places ?? []) await left(place, person);
      await kept.delete(person);
    },
  };
}

function firstOf(ids: readonly string[], id: string, most: number): readonly string[] {
  return [id, ...ids.filter((other) => other !== id)].slice(0, most);
}

function sorted(found: readonly Destination[], used: readonly string[]): readonly Destination[] {
  const rank = ({ id }: Destination) => (used.includes(id) ? used.indexOf(id) : used.length);
  return found.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      (a.server ?? "").localeCompare(b.server ?? "") ||
      a.title.localeCompare(b.title) ||
      a.id.localeCompare(b.id),
  );
}
