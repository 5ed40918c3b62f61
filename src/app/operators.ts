import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { announceBy } from "../messaging/announce.ts";
import { openAdmin, type Admin } from "../users/admin.ts";
import { createRateLimit } from "../users/rate-limit.ts";
import type { Config } from "../config.ts";
import type { Revocations } from "../gateway/revocations.ts";
import type { JobQueue } from "../jobs/queue.ts";
import { levelOf } from "../log.ts";
import type { Mount } from "../storage/mount.ts";
import type { Store } from "../store/store.ts";
import { newId } from "./drives.ts";
import type { Frontends } from "./frontends.ts";
import { levelAmong } from "./log-level.ts";
import { peersOver } from "./peers.ts";

interface AdminDependencies {
  readonly config: Config;
  readonly store: Store;
  readonly jobs: JobQueue;
  readonly revocations: Revocations;
  /** The process's logger, before it has children. */
  readonly log: Logger;
  /** The chats; asked when something is sent, which is after they are made. */
  frontends(): Frontends | undefined;
}

/** The operators' admin side over the store. */
export function adminOf({ config, store, jobs, revocations, log, frontends }: AdminDependencies): Admin {
  const level = levelAmong(levelOf(log), peersOver(store, "log-level"));
  return openAdmin({
    open: (namespace) => store.open(namespace),
    mounts: store.open<Mount>("mounts"),
    access: config.access,
    jobs,
    async announce(place, text) {
      const messenger = frontends()?.messengers.of(place);
      if (!messenger) throw new Error("the frontend of this chat is not switched on");
      return announceBy(messenger, place, text);
    },
    revokeLinks: (person) => revocations.revoke({ person }),
    level,
    rateLimit: createRateLimit({ ...(store.counts && { limiter: store.counts.limiter }) }),
    exclusive: (key, work) => store.exclusive(key, work),
    now: Date.now,
    wait: (ms, signal) => sleep(ms, undefined, { signal }),
    newId,
    log: log.child({ part: "admin" }),
  });
}

/** Where nobody is an operator yet, whoever can read the terminal may become one. Not logged, since logs are kept and shipped. */
export async function offerFirstOperator({ admins }: Config, { access }: Admin): Promise<void> {
  if (admins.length > 0) return;
  for await (const { operator } of access.standings()) if (operator) return;
  process.stderr.write(
    `No ADMINS are set. To become the operator, send the bot: /start ${await access.operatorCode()}\n`,
  );
}
