import type { Keyv } from "keyv";
import { LRUCache } from "lru-cache";
import type { Visit } from "./visit.ts";
import { rowsOf } from "./rows.ts";

/** Somebody, or a group, that has used the bot. No name: an id says enough to let in or to ban. */
export interface Chat {
  /** Person id, or place id of a group. */
  readonly id: string;
  readonly kind: "person" | "group";
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

const hour = 3_600_000;

/** The register of chats over a namespace. */
export function createChats({ kept, now }: { readonly kept: Keyv<Chat>; now(): number }): Chats {
  const fresh = new LRUCache<string, number>({ max: 50_000 });
  const noteOne = async (id: string, kind: Chat["kind"], isHere: boolean): Promise<void> => {
    const mark = `${id} ${isHere}`;
    if (now() - (fresh.get(mark) ?? -Infinity) < hour) return;
    const known = await kept.get(id);
    await kept.set(id, { id, kind, seenAt: now(), reachable: isHere || known?.reachable === true });
    fresh.set(mark, now());
  };
  const unmark = (id: string) => [true, false].forEach((isHere) => fresh.delete(`${id} ${isHere}`));
  return {
    async note({ person, place }) {
      await noteOne(person.id, "person", place.kind === "private");
      if (place.kind === "group") await noteOne(place.id, "group", true);
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
