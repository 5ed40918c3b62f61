import PQueue from "p-queue";
import pg from "pg";
import { StoreUnavailable } from "./error.ts";
import { timed } from "./timed.ts";

/** Statements of one Postgres, as many at a time as there are connections; the others wait for their turn. */
export interface Statements {
  /** Rejects with `StoreUnavailable` where the server does not answer in time, and where too many wait. */
  run<R extends pg.QueryResultRow>(
    sql: string,
    values?: readonly unknown[],
    how?: How,
  ): Promise<Pick<pg.QueryResult<R>, "rows" | "rowCount">>;
}

interface How {
  /** It goes before those that wait: a lock that is not renewed in time is lost. */
  readonly isUrgent?: boolean;
  /** It may take as long as it likes. */
  readonly isLong?: boolean;
}

/** Statements that may wait: more than people press at once. */
const maxWaiting = 10_000;

/**
 * Waiting for a turn is no silence of the server, and is not counted: whoever waits does so for as long as others are
 * answered. When the server answers nobody for `timeout` milliseconds, all who wait are told with those it did not answer.
 */
export function createStatements(pool: pg.Pool, timeout: number): Statements {
  const queue = new PQueue({ concurrency: pool.options.max });
  let waiting = new AbortController();
  let answeredAt = 0;
  const ask = async <R extends pg.QueryResultRow>(statement: pg.QueryConfig, within: number | undefined) => {
    const askedAt = performance.now();
    try {
      const result = await timed(pool.query<R>(statement), within);
      answeredAt = performance.now();
      return result;
    } catch (error) {
      if (error instanceof pg.DatabaseError) answeredAt = performance.now();
      if (answeredAt < askedAt) {
        waiting.abort(error);
        waiting = new AbortController();
      }
      throw error;
    }
  };
  return {
    async run<R extends pg.QueryResultRow>(
      sql: string,
      values: readonly unknown[] = [],
      { isUrgent = false, isLong = false }: How = {},
    ) {
      if (queue.size >= maxWaiting) {
        throw new StoreUnavailable("full", { message: `the store has ${maxWaiting} statements waiting` });
      }
      const within = isLong ? undefined : timeout;
      // A connection whose answer is not waited for any more is closed, and does not take a place for ever.
      const statement = { text: sql, values: [...values], query_timeout: within };
      return queue.add(() => ask<R>(statement, within), { priority: isUrgent ? 1 : 0, signal: waiting.signal });
    },
  };
}
