import type { Keyv } from "keyv";
import type { SentFile } from "../model/sent-file.ts";
import { maxUploads } from "../model/upload-batch.ts";
import type { Joined } from "./upload-kind.ts";

/** Files that come after others and belong to them: the messages of an album come one by one, and so do several that are forwarded. */
export interface Joining {
  /** A batch of a person's begins, with so many files. */
  open(person: string, batch: string, group: string | undefined): Promise<void>;
  /** Adds files to the person's batch; false = it is over, full, or they came too late to belong to it. */
  add(person: string, files: readonly SentFile[], group: string | undefined): Promise<boolean>;
  /** What has been added to a batch. */
  read(batch: string): Promise<Joined | undefined>;
  /** Ends a batch that has no more than `known` added files, once none can come: 0 = it is ended, else ms to wait, undefined = there are more. */
  close(batch: string, known: number): Promise<number | undefined>;
  /** Forgets a person's batch. */
  forget(person: string): Promise<void>;
}

export interface JoiningParts {
  /** By person the batch, by batch what was added. Sealed: what is sent may be an address. */
  readonly kept: Keyv<string | Joined>;
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
  now(): number;
}

/** ms in which files come together that are sent together, and in which an album is whole. */
const [together, albumSpan] = [4000, 2500];
/** ms that a batch is known for. */
const life = 24 * 3_600_000;

export function createJoining({ kept, exclusive, now }: JoiningParts): Joining {
  const personKey = (person: string) => `person ${person}`;
  const read = async (batch: string): Promise<Joined | undefined> => {
    const found = await kept.get(`batch ${batch}`);
    return typeof found === "object" ? found : undefined;
  };
  const write = (batch: string, joined: Joined) => kept.set(`batch ${batch}`, joined, life);
  const locked = <T>(batch: string, work: () => Promise<T>) => exclusive(`upload ${batch}`, work);
  return {
    read,
    async open(person, batch, group) {
      await write(batch, { files: [], at: now(), group });
      await kept.set(personKey(person), batch, life);
    },
    async add(person, files, group) {
      const batch = await kept.get(personKey(person));
      if (typeof batch !== "string") return false;
      return locked(batch, async () => {
        const joined = await read(batch);
        if (!joined || joined.closed || joined.files.length + files.length >= maxUploads) return false;
        const isOfGroup = group !== undefined && group === joined.group;
        if (!isOfGroup && now() - joined.at > together) return false;
        await write(batch, { ...joined, files: [...joined.files, ...files], at: now(), group });
        return true;
      });
    },
    close: (batch, known) =>
      locked(batch, async () => {
        const joined = await read(batch);
        if (!joined) return 0;
        if (joined.files.length > known) return undefined;
        const left = joined.group === undefined ? 0 : joined.at + albumSpan - now();
        // Longer than that it is by a clock that was set back.
        if (left > 0 && left <= albumSpan) return left;
        await write(batch, { ...joined, closed: true });
        return 0;
      }),
    async forget(person) {
      const batch = await kept.get(personKey(person));
      if (typeof batch === "string") await kept.delete(`batch ${batch}`);
      await kept.delete(personKey(person));
    },
  };
}
