import { ownDatabase, type DatabaseOwner } from "./own-database.ts";

/** Where a store is, and the Redis beside it. */
export interface StorePlace {
  readonly url: string;
  /** Absent = there is none. */
  readonly redisUrl?: string;
}

/** What several processes may work over together. */
export interface SharedStore {
  readonly name: string;
  /** Its servers run. */
  readonly isHere: boolean;
  /** Empty databases of one's own. */
  place(owner: DatabaseOwner): Promise<StorePlace>;
}

const { TEST_REDIS_URL: redis, TEST_POSTGRES_URL: postgres } = process.env;

export const sharedStores: readonly SharedStore[] = [
  {
    name: "one Redis",
    isHere: redis !== undefined,
    place: async (owner) => ({ url: await ownDatabase(redis ?? "", owner) }),
  },
  {
    name: "one Postgres and a Redis beside it",
    isHere: redis !== undefined && postgres !== undefined,
    place: async (owner) => ({
      url: await ownDatabase(postgres ?? "", owner),
      redisUrl: await ownDatabase(redis ?? "", owner),
    }),
  },
];

/** As the program is told of it. */
export function environmentOf({ url, redisUrl }: StorePlace): Readonly<Record<string, string>> {
  return { STORE_URL: url, ...(redisUrl !== undefined && { REDIS_URL: redisUrl }) };
}
