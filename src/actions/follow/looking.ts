import type { JobQueue, RunningJob } from "../../jobs/queue.ts";
import type { ActionContext } from "../context/context.ts";
import type { Services } from "../context/services.ts";
import type { FetchFeed, FetchTorrent, Follow, followTroubles } from "../model/follow.ts";
import type { Telling } from "./follow-kind.ts";
import type { Keeping } from "./kept.ts";

/** What looking is done with. */
export interface LookParts {
  readonly jobs: Pick<JobQueue, "add">;
  readonly keeping: Keeping;
  readonly fetchFeed: FetchFeed;
  readonly fetchTorrent: FetchTorrent;
  /** Milliseconds between two looks at least, whatever somebody chose before. */
  readonly minEvery: number;
  services(): Services;
  /** Milliseconds since the epoch. */
  now(): number;
  readonly log: { info(fields: object, event: string): void };
}

/** One look, and what it is given. */
export interface Looking {
  readonly context: ActionContext;
  readonly follow: Follow;
  readonly job: RunningJob<never, Telling>;
  readonly parts: LookParts;
}

/** There is no sense in looking again until somebody does something. */
export class FollowOver extends Error {
  override readonly name = "FollowOver";
  readonly code: (typeof followTroubles)[number];

  constructor(code: (typeof followTroubles)[number]) {
    super(code);
    this.code = code;
  }
}

/** What a look has found out. */
export interface LookedAt {
  readonly known?: number | undefined;
  /** The state its server says a feed is in. */
  readonly about?: Follow["about"] | undefined;
}
