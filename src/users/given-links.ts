import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import type { Keyv } from "keyv";
import type { Entry, Variant } from "../storage/entry.ts";
import { createSums } from "./sums.ts";

/** What a link is given for. */
export interface LinkDraft {
  /** Id of who gives it. */
  readonly person: string;
  readonly mount: string;
  readonly entry: Entry;
  /** Absent = the original. */
  readonly variant?: Variant | undefined;
  /** Id of the folder the entry was seen in; "" = the mount's root. */
  readonly folder: string;
  /** What it was asked by: asked by the same again, the same link is meant. */
  readonly by: string;
}

/** A link with a life of its own, that its giver can change and take back. */
export interface GivenLink extends LinkDraft {
  /** Not to be guessed. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Milliseconds since the epoch. */
  readonly endsAt: number;
  /** The life that was chosen last, in ms. */
  readonly life: number;
  /** When a password was set that it asks for, ms since the epoch; absent = it asks for none. */
  readonly lockedAt?: number | undefined;
}

/** The links people give away: who has which, until when, and how often each was opened. */
export interface GivenLinks {
  /** Lives that can be chosen, in ms, shortest first. */
  readonly lives: readonly number[];
  /** A link of the longest life up to a week, without a password; `full` = the person has as many as they may. */
  make(draft: LinkDraft): Promise<GivenLink | "full">;
  /** Those of a person that live, newest first. */
  list(person: string): Promise<readonly GivenLink[]>;
  /** One of a person's that lives; undefined = it has ended, or was taken back. */
  find(person: string, id: string): Promise<GivenLink | undefined>;
  /** It ends that many ms from now; undefined as for `find`. */
  setLife(person: string, id: string, life: number): Promise<GivenLink | undefined>;
  /** It asks for this password from now on, or with `undefined` for none; undefined as for `find`. */
  setPassword(person: string, id: string, password: string | undefined): Promise<GivenLink | undefined>;
  /** Takes one back at once. */
  end(person: string, id: string): Promise<void>;
  /** Takes back all of a person's, or those to one mount. */
  endAll(person: string, mount?: string): Promise<void>;
  /** How often its file was asked for. */
  opens(id: string): Promise<number>;
  /** Its file was asked for. */
  opened(id: string): void;
  /** Whether that is its password. */
  verify(person: string, id: string, password: string): Promise<boolean>;
  /** Writes what was counted. */
  stop(): Promise<void>;
}

interface Kept {
  readonly link: GivenLink;
  readonly password?: PasswordHash | undefined;
}

interface PasswordHash {
  readonly salt: string;
  readonly hash: string;
}

interface GivenLinksParts {
  /** Encrypted: links by id, and lists of ids by person. */
  readonly kept: Keyv<Kept | readonly string[]>;
  readonly counts: Keyv<number>;
  /** The longest life there is to choose, in ms. */
  readonly longest: number;
  /** When links like it were last taken back together, ms since the epoch. */
  takenBackAt(link: Pick<GivenLink, "mount" | "person">): Promise<number>;
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
  now(): number;
  newId(): string;
  readonly onError: (error: unknown) => void;
}

const anHour = 3_600_000;
const aDay = 24 * anHour;
/** Lives there are to choose from. */
export const linkLives: readonly number[] = [anHour, aDay, 7 * aDay, 30 * aDay];
/** What a new one gets, where that may be. */
const usual = 7 * aDay;
/** However often its life is changed, a link ends that many ms after it was made. */
export const oldestLink = 365 * aDay;
/** Links of one person that live. */
const maxLinks = 200;

/** Given links over the store. A record ends with its link. */
export function createGivenLinks(parts: GivenLinksParts): GivenLinks {
  const { counts, longest, exclusive, onError } = parts;
  const sums = createSums({ kept: counts, name: "link-opens", keepFor: oldestLink, exclusive, onError });
  const records = new Records(parts);
  const lives = livesUpTo(longest);
  return {
    lives,
    make: (draft) => make(parts, records, { draft, life: lives.findLast((life) => life <= usual) ?? longest }),
    list: async (person) => (await records.all(person)).map(({ link }) => link),
    find: async (person, id) => (await records.find(person, id))?.link,
    setLife: (person, id, life) =>
      records.change(person, id, ({ link, ...more }) => ({
        ...more,
        link: { ...link, life, endsAt: endOf(link.createdAt, parts.now() + life) },
      })),
    async setPassword(person, id, password) {
      const hashed = password === undefined ? undefined : await hashOf(password);
      const lockedAt = hashed && parts.now();
      return records.change(person, id, ({ link }) => ({ link: { ...link, lockedAt }, password: hashed }));
    },
    end: (person, id) => records.drop(person, (link) => link.id === id),
    endAll: (person, mount) => records.drop(person, (link) => mount === undefined || link.mount === mount),
    opens: (id) => sums.read(id),
    opened: (id) => sums.add(id, 1),
    async verify(person, id, password) {
      const hashed = (await records.find(person, id))?.password;
      return hashed !== undefined && isPassword(password, hashed);
    },
    stop: sums.stop,
  };
}

/** The lives that can be chosen where none may be longer: at least one. */
function livesUpTo(longest: number): readonly number[] {
  const shorter = linkLives.filter((life) => life <= longest);
  return shorter.length === 0 ? [longest] : shorter;
}

function endOf(createdAt: number, wanted: number): number {
  return Math.min(wanted, createdAt + oldestLink);
}

interface Making {
  readonly draft: LinkDraft;
  readonly life: number;
}

function make(parts: GivenLinksParts, records: Records, { draft, life }: Making): Promise<GivenLink | "full"> {
  const { exclusive, now, newId } = parts;
  return exclusive(lockOf(draft.person), async () => {
    const all = await records.all(draft.person);
    const before = all.find(({ link }) => link.by === draft.by);
    if (before) return before.link;
    if (all.length >= maxLinks) return "full";
    const createdAt = now();
    const link: GivenLink = { ...draft, id: newId(), createdAt, life, endsAt: endOf(createdAt, createdAt + life) };
    await records.put({ link });
    await records.list(draft.person, [link.id, ...all.map((other) => other.link.id)]);
    return link;
  });
}

function lockOf(person: string): string {
  return `given-links ${person}`;
}

/** Links by id, and for each person the ids of theirs, newest first. */
class Records {
  readonly #parts: GivenLinksParts;

  constructor(parts: GivenLinksParts) {
    this.#parts = parts;
  }

  async find(person: string, id: string): Promise<Kept | undefined> {
    // Only `put` writes under these keys.
    const record = (await this.#parts.kept.get(`link ${id}`)) as Kept | undefined;
    if (record?.link.person !== person || record.link.endsAt <= this.#parts.now()) return undefined;
    return record.link.createdAt > (await this.#parts.takenBackAt(record.link)) ? record : undefined;
  }

  async all(person: string): Promise<readonly Kept[]> {
    const found = await Promise.all((await this.#ids(person)).map((id) => this.find(person, id)));
    return found.filter((record) => record !== undefined);
  }

  async put(record: Kept): Promise<void> {
    const { id, endsAt } = record.link;
    await this.#parts.kept.set(`link ${id}`, record, Math.max(1, endsAt - this.#parts.now()));
  }

  async list(person: string, ids: readonly string[]): Promise<void> {
    await this.#parts.kept.set(`of ${person}`, ids, oldestLink);
  }

  change(person: string, id: string, changed: (record: Kept) => Kept): Promise<GivenLink | undefined> {
    return this.#parts.exclusive(lockOf(person), async () => {
      const record = await this.find(person, id);
      if (!record) return undefined;
      const next = changed(record);
      await this.put(next);
      return next.link;
    });
  }

  /** Takes these back; what ended otherwise goes with them. */
  drop(person: string, isMeant: (link: GivenLink) => boolean): Promise<void> {
    const { exclusive, kept, counts } = this.#parts;
    return exclusive(lockOf(person), async () => {
      const ids = await this.#ids(person);
      const left = (await this.all(person)).filter(({ link }) => !isMeant(link)).map(({ link }) => link.id);
      for (const id of ids.filter((one) => !left.includes(one))) {
        await kept.delete(`link ${id}`);
        await counts.delete(id);
      }
      if (left.length === 0) await kept.delete(`of ${person}`);
      else await this.list(person, left);
    });
  }

  async #ids(person: string): Promise<readonly string[]> {
    // Only `list` writes under these keys.
    return ((await this.#parts.kept.get(`of ${person}`)) as readonly string[] | undefined) ?? [];
  }
}

const derive = promisify<string, Buffer, number, Buffer>(scrypt);
const [saltBytes, hashBytes] = [16, 32];

/** By scrypt with its usual cost, about 30 ms: what is kept is of no use to whoever guesses. */
async function hashOf(password: string): Promise<PasswordHash> {
  const salt = randomBytes(saltBytes);
  const hash = await derive(password.normalize("NFC"), salt, hashBytes);
  return { salt: salt.toString("base64url"), hash: hash.toString("base64url") };
}

async function isPassword(given: string, { salt, hash }: PasswordHash): Promise<boolean> {
  const derived = await derive(given.normalize("NFC"), Buffer.from(salt, "base64url"), hashBytes);
  return timingSafeEqual(derived, Buffer.from(hash, "base64url"));
}
