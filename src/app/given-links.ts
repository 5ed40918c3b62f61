import type { Logger } from "pino";
import type { Config } from "../config.ts";
import type { Revocations } from "../gateway/revocations.ts";
import type { Store } from "../store/store.ts";
import { createGivenLinks, type GivenLinks } from "../users/given-links.ts";
import { newId } from "./drives.ts";

interface GivenLinksParts {
  readonly config: Config;
  readonly store: Store;
  readonly revocations: Revocations;
  readonly log: Logger;
}

/** The longest life that is offered where the operator sets none. */
const longestLife = 30 * 24 * 3_600_000;

/** The links people give away; undefined = people do not reach the gateway, and links are the drives' own. */
export function openGivenLinks({ config, store, revocations, log }: GivenLinksParts): GivenLinks | undefined {
  if (config.publicUrl === undefined) return undefined;
  return createGivenLinks({
    kept: store.open("given-links", { sealed: true }),
    counts: store.open<number>("link-opens"),
    longest: config.linkTtlMax ?? longestLife,
    takenBackAt: (link) => revocations.last(link),
    exclusive: (key, work) => store.exclusive(key, work),
    now: Date.now,
    newId,
    onError: (err) => log.error({ err }, "openings of links not counted"),
  });
}
