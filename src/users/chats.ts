import type { Keyv } from "keyv";
import { LRUCache } from "lru-cache";
import type { Visit } from "./visit.ts";
import { rowsOf } from "./rows.ts";

/** Somebody, or a group, that has used the bot. */
export interface Chat {
  /** Person id, or place id of a group. */
  readonly id: string;
  readonly kind: "person" | "group";
  /** What they call themselves, so that operators know whom they let in or ban; absent = not seen since names are kept. */
  readonly name?: string | undefined;
  /** By which the platform finds them, without the `@`; absent = they have none. */
  readonly username?: string | undefined;
  /** Milliseconds since the epoch, to the hour. */
  readonly seenAt: number;
  /** A message can be sent there: a private chat was opened, or the bot is in the group. */
  readonly reachable: boolean;
}

/** Everybody and every group seen. */
export interface Chats {
  /** They were here. Written at most once an hour each. */
  note(visit: Visit): Promise<void>;
  /** Nothing can be sent there any more: the bot was blocked or sent away. Being seen again undoes it. */
  gone(id: string): Promise<void>;
  find(id: string): Promise<Chat | undefined>;
  all(): AsyncIterable<Chat>;
  forget(id: string): Promise<void>;
}

interface Noted extends Pick<Chat, "id" | "kind" | "name" | "username"> {
  /** A message can be sent there. */
  readonly isHere: boolean;
}

const hour = 3_600_000;
/** Most characters of a name that are kept. */
const longestName = 80;

function clean(name: string | undefined): string | undefined {
  const flat = name
    ?.toWellFormed()
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .trim();
  return flat === "" ? undefined : flat?.slice(0, longestName).toWellFormed();
}

/** The register of chats over a namespace. */
export function createChats({ kept, now }: { readonly kept: Keyv<Chat>; now(): number }): Chats {
  const fresh = new LRUCache<string, number>({ max: 50_000 });
  const noteOne = async ({ id, kind, isHere, name, username }: Noted): Promise<void> => {
    const mark = `${id} ${isHere}`;
    if (now() - (fresh.get(mark) ?? -Infinity) < hour) return;
    const known = await kept.get(id);
    await kept.set(id, {
      id,
      kind,
      name: clean(name),
      username,
      seenAt: now(),
      reachable: isHere || known?.reachable === true,
    });
    fresh.set(mark, now());
  };
  const unmark = (id: string) => [true, false].forEach((isHere) => fresh.delete(`${id} ${isHere}`));
  return {
    async note({ person, place }) {
      const { id, name, username } = person;
      await noteOne({ id, kind: "person", isHere: place.kind === "private", name, username });
      if (place.kind === "group") await noteOne({ id: place.id, kind: "group", isHere: true, name: place.title });
    },
    async gone(id) {
      const known = await kept.get(id);
      if (known) await kept.set(id, { ...known, reachable: false });
      unmark(id);
    },
    find: (id) => kept.get(id),
    async *all() {
      for await (const [, chat] of rowsOf(kept)) yield chat;
    },
    async forget(id) {
      await kept.delete(id);
      unmark(id);
    },
  };
}
