import type { Keyv } from "keyv";

/** Messages of groups that are to go again, and when: kept, so that a restart forgets none. */
export interface Removals {
  /** Notes when a message is to go; a later time for the same one takes its place. */
  note(message: string, at: number): Promise<void>;
  /** Those whose time has come. */
  due(): Promise<readonly string[]>;
  /** It is gone, or cannot be removed any more. */
  done(messages: readonly string[]): Promise<void>;
}

/** Messages by the time they are to go, ms since the epoch. */
export type RemovalList = Readonly<Record<string, number>>;

interface RemovalsParts {
  readonly store: Keyv<RemovalList>;
  /** Whose messages: `telegram`, `discord`. */
  readonly platform: string;
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
  now(): number;
}

/** Messages that wait at most; beyond, those that would have stayed longest are left alone. */
const maxWaiting = 5000;

/** The removals of one platform. */
export function createRemovals({ store, platform, exclusive, now }: RemovalsParts): Removals {
  const load = async (): Promise<RemovalList> => (await store.get(platform)) ?? {};
  const change = (work: (list: RemovalList) => RemovalList) =>
    exclusive(`removals:${platform}`, async () => void (await store.set(platform, work(await load()))));
  return {
    note: (message, at) => change((list) => soonest({ ...list, [message]: at })),
    due: async () => Object.entries(await load()).flatMap(([message, at]) => (at <= now() ? [message] : [])),
    async done(messages) {
      if (messages.length === 0) return;
      const gone = new Set(messages);
      await change((list) => Object.fromEntries(Object.entries(list).filter(([message]) => !gone.has(message))));
    },
  };
}

function soonest(list: RemovalList): RemovalList {
  const entries = Object.entries(list);
  if (entries.length <= maxWaiting) return list;
  return Object.fromEntries(entries.toSorted(([, a], [, b]) => a - b).slice(0, maxWaiting));
}
