import { setTimeout as sleep } from "node:timers/promises";
import { RESTEvents, type REST } from "discord.js";
import { LRUCache } from "lru-cache";
import { isAcknowledged, isUnreached } from "./refusals.ts";
import type { BotInteraction } from "./visit.ts";

/** First answers to interactions, which Discord takes once each: one whose confirmation was lost on the way has been given all the same. */
export interface FirstAnswers {
  /** Notes what discord.js sends again by itself. */
  watch(rest: REST): void;
  /** Gives an answer; resolves when Discord has it. */
  give(interaction: BotInteraction, answer: () => Promise<unknown>): Promise<void>;
}

/** Times an answer is sent at most: Discord waits for it for three seconds. */
const maxTries = 3;
/** Milliseconds before the second try; before the third, twice as many. */
const pause = 150;

/** The first answers of one bot. */
export function createFirstAnswers(): FirstAnswers {
  /** By interaction. */
  const repeated = new LRUCache<string, true>({ max: 1000 });
  return {
    watch(rest) {
      rest.on(RESTEvents.Response, ({ path, retries }) => {
        const id = /^\/interactions\/(\d+)\//.exec(path)?.[1];
        if (retries > 0 && id !== undefined) repeated.set(id, true);
      });
    },
    async give({ id }, answer) {
      for (let tries = 1; ; tries += 1) {
        try {
          await answer();
          return;
        } catch (error) {
          if (isAcknowledged(error) && (tries > 1 || repeated.has(id))) return;
          if (!isUnreached(error) || tries === maxTries) throw error;
          await sleep(pause * tries);
        }
      }
    },
  };
}
