import type { Keyv } from "keyv";
import { rowsOf } from "./rows.ts";
import type { JobQueue } from "../jobs/queue.ts";
import type { Mount } from "../storage/mount.ts";
import { createBroadcasts, type Announce, type Broadcasts, type Kept } from "./broadcast.ts";
import { createRateLimit, type RateLimit } from "./rate-limit.ts";
import { createAllowance, type Allowance } from "./allowance.ts";
import { createAudit, type Audit, type AuditEntry } from "./audit.ts";
import { createChats, type Chat, type Chats } from "./chats.ts";
import { createAccess, type AccessMode, type Access, type Opening, type Stamp, type Standing } from "./access.ts";
import { createCounters, type Counts, type Counters } from "./counters.ts";

/** The operators' side of the app: who is let in, what is counted and written down, and words to everybody. */
export interface Admin {
  readonly access: Access;
  readonly chats: Chats;
  readonly counters: Counters;
  readonly audit: Audit;
  readonly allowance: Allowance;
  readonly broadcasts: Broadcasts;
  readonly rateLimit: RateLimit;
  readonly level: LogLevel;
  /** Everybody's mounts. */
  mounts(): AsyncIterable<Mount>;
  /** Takes back every link in a person's name. */
  revokeLinks(person: string): Promise<void>;
  /** Writes what was counted. */
  stop(): Promise<void>;
}

/** How much is logged. */
export interface LogLevel {
  get(): string;
  /** From now on, until the process ends. */
  set(level: string): void;
}

/** The levels there are, quietest first. */
export const logLevels = ["error", "warn", "info", "debug", "trace"] as const;

export interface AdminParts {
  /** A namespace of the store. */
  open<T>(namespace: string): Keyv<T>;
  readonly mounts: Keyv<Mount>;
  /** `ACCESS` of the configuration. */
  readonly access: AccessMode;
  readonly announce: Announce;
  /** Sends broadcasts; it is started later. */
  readonly jobs: JobQueue;
  /** Absent = links are the drives' own, and nobody can take them back. */
  readonly revokeLinks?: (person: string) => Promise<void>;
  readonly level: LogLevel;
  /** Things a person may ask for in ten seconds; absent = 100. */
  readonly rateLimit?: RateLimit;
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
  now(): number;
  wait(ms: number, signal: AbortSignal): Promise<void>;
  newId(): string;
  readonly log: { error(fields: object, event: string): void };
}

/** Opens the admin side over its own namespaces. */
export function openAdmin(parts: AdminParts): Admin {
  const { open, exclusive, now, newId, log } = parts;
  const onError = (err: unknown) => log.error({ err }, "admin side could not write");
  const access = createAccess({
    standings: open<Standing>("standings"),
    settings: open<Opening | string>("access"),
    codes: open<Stamp>("invitations"),
    access: parts.access,
    exclusive,
    now,
    newId,
  });
  const chats = createChats({ kept: open<Chat>("chats"), now });
  const counters = createCounters({ kept: open<Counts>("counters"), exclusive, onError });
  const allowance = createAllowance({
    kept: open<number>("allowance"),
    limitOf: async (person) => (await access.standing(person)).quota,
    exclusive,
    now,
    onError,
  });
  const broadcasts = createBroadcasts({ ...parts, kept: open<Kept>("broadcasts"), chats });
  return {
    access,
    chats,
    counters,
    allowance: {
      ...allowance,
      spend: (person, bytes) => void (counters.count("bytes", bytes), allowance.spend(person, bytes)),
    },
    audit: createAudit({ kept: open<AuditEntry | number>("audit"), exclusive, now }),
    broadcasts,
    rateLimit: parts.rateLimit ?? createRateLimit(),
    level: parts.level,
    async *mounts() {
      for await (const [, mount] of rowsOf(parts.mounts)) yield mount;
    },
    revokeLinks: async (person) => parts.revokeLinks?.(person),
    async stop() {
      const failures: unknown[] = [];
      for (const part of [allowance, counters]) {
        await part.stop().catch((error: unknown) => void failures.push(error));
      }
      if (failures.length > 0) throw new AggregateError(failures, "the admin side could not write everything");
    },
  };
}
