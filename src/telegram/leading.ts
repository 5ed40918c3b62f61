import type { Lead } from "../messaging/lead.ts";
import type { Polling } from "./polling.ts";

/**
 * Polls in one process of several: Telegram gives a bot's updates to one at a time. The others stand by, ready for all that
 * does not come from Telegram, and one of them goes on when the first ends or is lost. What the first had not told Telegram
 * of comes again to the next.
 */
export function pollWhileLeading(lead: Lead, poll: () => Polling): Polling {
  const closing = new AbortController();
  const confirmed = Promise.withResolvers<void>();
  let current: Polling | undefined;
  const ended = lead(async (signal) => {
    const polling = (current = poll());
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
    }
  }, closing.signal);
  // Whoever wants to know asks `ended`.
  void ended.catch(() => undefined);
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
