import type { Logger } from "pino";
import type { Lead } from "../messaging/lead.ts";
import type { Polling } from "./polling.ts";
import type { Wait } from "./retry.ts";

interface LeadingParts {
  readonly lead: Lead;
  readonly log: Logger;
  readonly wait: Wait;
}

/** Milliseconds after which a process that does not poll counts as one that stands by. */
const standbyAfter = 1500;

/**
 * Polls in one process of several: Telegram gives a bot's updates to one at a time. The others stand by, ready for all that
 * does not come from Telegram, and one of them goes on when the first ends or is lost. What the first had not told Telegram
 * of comes again to the next.
 */
export function pollWhileLeading({ lead, log, wait }: LeadingParts, poll: () => Polling): Polling {
  const closing = new AbortController();
  const confirmed = Promise.withResolvers<void>();
  let current: Polling | undefined;
  const standsBy = () => {
    if (!current && !closing.signal.aborted) log.info("telegram stands by: another process polls");
  };
  const ended = lead(async (signal) => {
    const polling = (current = poll());
    log.info("telegram begins polling");
    const stop = () => void polling.stop();
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    try {
      await polling.ended;
      // The next one begins after what is done here was told of.
      if (closing.signal.aborted) await confirmed.promise;
    } finally {
      signal.removeEventListener("abort", stop);
      current = undefined;
      standsBy();
    }
  }, closing.signal);
  // Whoever wants to know asks `ended`.
  void ended.catch(() => undefined);
  void wait(standbyAfter, closing.signal).then(standsBy, () => undefined);
  return {
    readiness: () => (closing.signal.aborted ? "telegram: stopped" : (current?.readiness() ?? true)),
    ended,
    async stop() {
      closing.abort();
      await current?.stop();
    },
    async confirm() {
      await current?.confirm().finally(() => confirmed.resolve());
      await ended.catch(() => undefined);
    },
  };
}
