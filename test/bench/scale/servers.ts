import { hasPostgres, hasRedis, startPostgres, startRedis, type OwnServer } from "../../store/own-server.ts";

/** What the store is kept in. */
export interface StoreServers {
  readonly store: OwnServer;
  /** A Redis beside a Postgres; absent = none. */
  readonly beside?: OwnServer;
}

/** A way to keep it, with servers of its own. */
export interface StoreWay {
  readonly name: string;
  /** Its servers are on this machine. */
  readonly isHere: boolean;
  begin(): Promise<StoreServers>;
}

/** For one process. */
export const postgresAlone: StoreWay = {
  name: "Postgres",
  isHere: hasPostgres,
  begin: async () => ({ store: await startPostgres() }),
};

/** For several. */
export const sharedWays: readonly StoreWay[] = [
  { name: "Redis", isHere: hasRedis, begin: async () => ({ store: await startRedis() }) },
  {
    name: "Postgres, Redis beside it",
    isHere: hasRedis && hasPostgres,
    begin: async () => ({ store: await startPostgres(), beside: await startRedis() }),
  },
];

/** Starts the servers, and ends them whatever becomes of the work. */
export async function over<T>(
  { begin }: Pick<StoreWay, "begin">,
  work: (servers: StoreServers) => Promise<T>,
): Promise<T> {
  const servers = await begin();
  try {
    return await work(servers);
  } finally {
    await servers.store.close();
    await servers.beside?.close();
  }
}
