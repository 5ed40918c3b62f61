import {
  DiscordAPIError,
  RESTJSONErrorCodes,
  Routes,
  type REST,
  type RESTAPIPartialCurrentUserGuild,
} from "discord.js";
import type { Logger } from "pino";
import { loggable } from "./refusals.ts";
import type { KeptStore } from "./pending-forms.ts";
import { serverPlace } from "./visit.ts";

/**
 * The servers the bot is a member of. Without intents Discord does not say when it is thrown out of one, so the list is
 * kept, and now and then compared with what it is by then. Servers that have its commands alone are never on it.
 */
export interface Servers {
  /** Notes that somebody asked in a server; one that is not known yet is looked for soon. */
  note(guild: string): void;
  /** Compares from time to time, until stopped. What was left is told to `onLeft`. */
  watch(): void;
  /** Compares soon: a call was refused, so one of them may be gone. */
  suspect(): void;
  /** Discord says that the bot is not in it. False = it was not before either, as far as is known. */
  leave(guild: string): Promise<boolean>;
  stop(): void;
}

interface ServersParts {
  rest(): REST;
  readonly store: KeptStore;
  readonly log: Logger;
  /** Told the place of a server the bot is not in any more. */
  onLeft(place: string): Promise<void>;
}

const key = "servers";
/** Milliseconds between comparisons. */
const regularly = 6 * 3_600_000;
/** Milliseconds after a reason to compare: it may be one of many. */
const soon = 5000;
/** Most servers Discord lists at once. */
const listed = 200;

/** The servers of one bot. */
export function createServers(parts: ServersParts): Servers {
  const noted = new Set<string>();
  let regular: NodeJS.Timeout | undefined;
  let extra: NodeJS.Timeout | undefined;

  const compareQuietly = () =>
    void compare(parts)
      .then((now) => now.forEach((guild) => noted.add(guild)))
      .catch((err: unknown) => parts.log.warn({ err: loggable(err) }, "discord servers not compared"));
  const suspect = () => {
    extra ??= setTimeout(() => {
      extra = undefined;
      compareQuietly();
    }, soon).unref();
  };

  return {
    note(guild) {
      if (noted.has(guild)) return;
      noted.add(guild);
      suspect();
    },
    watch() {
      compareQuietly();
      regular ??= setInterval(compareQuietly, regularly).unref();
    },
    suspect,
    async leave(guild) {
      const known = textsIn(await parts.store.get(key));
      if (!known.includes(guild)) return false;
      noted.delete(guild);
      await left(parts, guild);
      await parts.store.set(
        key,
        known.filter((id) => id !== guild),
      );
      return true;
    },
    stop() {
      clearInterval(regular);
      clearTimeout(extra);
      regular = undefined;
      extra = undefined;
    },
  };
}

/** Tells which servers were left since the last time, and remembers those there are now. */
async function compare(parts: ServersParts): Promise<readonly string[]> {
  const { rest, store } = parts;
  const before = textsIn(await store.get(key));
  const now = new Set(await guildsOf(rest()));
  for (const guild of before.filter((id) => !now.has(id))) {
    // What is lent to a server goes with it: one that was only left out of the list must not lose it.
    if (!(await isGone(rest(), guild))) now.add(guild);
    else await left(parts, guild);
  }
  const known = [...now];
  await store.set(key, known);
  return known;
}

async function left({ log, onLeft }: ServersParts, guild: string): Promise<void> {
  log.info({ guild }, "discord server left");
  await onLeft(serverPlace(guild));
}

function textsIn(kept: unknown): string[] {
  return Array.isArray(kept) ? kept.filter((id) => typeof id === "string") : [];
}

async function guildsOf(rest: REST): Promise<readonly string[]> {
  const found: string[] = [];
  for (let after = "0"; ;) {
    const query = new URLSearchParams({ limit: String(listed), after });
    // Discord's own answer, as its types describe it.
    const page = (await rest.get(Routes.userGuilds(), { query })) as RESTAPIPartialCurrentUserGuild[];
    found.push(...page.map(({ id }) => id));
    const last = page.at(-1);
    if (page.length < listed || !last) return found;
    after = last.id;
  }
}

/** Discord says itself that the bot is not there; anything else it says proves nothing. */
async function isGone(rest: REST, guild: string): Promise<boolean> {
  try {
    await rest.get(Routes.guild(guild));
    return false;
  } catch (error) {
    const gone: readonly (number | string)[] = [RESTJSONErrorCodes.UnknownGuild, RESTJSONErrorCodes.MissingAccess];
    return error instanceof DiscordAPIError && gone.includes(error.code);
  }
}
