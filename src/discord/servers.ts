import { Routes, type REST, type RESTAPIPartialCurrentUserGuild } from "discord.js";
import type { Logger } from "pino";
import { loggable } from "./refusals.ts";
import type { KeptStore } from "./slips.ts";
import { serverPlace } from "./visit.ts";

/**
 * The servers the bot is in. Without intents Discord does not say when it is thrown out of one, so the servers it has
 * answered in are remembered, and now and then compared with those it is still in.
 */
export interface Servers {
  /** Notes a server the bot was added to. */
  note(guild: string): Promise<void>;
  /** Compares; what was left is told to `onLeft` and forgotten. */
  check(): Promise<void>;
  /** Compares from time to time, until stopped. */
  watch(): void;
  /** Compares soon: a call was refused, so one of them may be gone. */
  suspect(): void;
  stop(): void;
}

interface ServersParts {
  rest(): REST;
  readonly store: KeptStore;
  readonly log: Logger;
  /** Told the place of a server the bot is not in any more. */
  onLeft(place: string): Promise<void>;
  /** Milliseconds between comparisons. */
  readonly every?: number;
}

const key = "servers";
/** Milliseconds after a refusal: it may be one of many. */
const soon = 5000;
/** Most servers Discord lists at once. */
const listed = 200;

/** The servers of one bot. */
export function createServers({ rest, store, log, onLeft, every = 6 * 3_600_000 }: ServersParts): Servers {
  let known: Set<string> | undefined;
  let regular: NodeJS.Timeout | undefined;
  let extra: NodeJS.Timeout | undefined;

  const load = async () => (known ??= new Set(textsIn(await store.get(key))));
  const check = async () => {
    const before = await load();
    if (before.size === 0) return;
    const now = await guildsOf(rest());
    for (const guild of [...before].filter((id) => !now.has(id))) {
      log.info({ guild }, "discord server left");
      await onLeft(serverPlace(guild));
      before.delete(guild);
    }
    await store.set(key, [...before]);
  };
  const checkQuietly = () =>
    void check().catch((err: unknown) => log.warn({ err: loggable(err) }, "servers not compared"));

  return {
    async note(guild) {
      const before = await load();
      if (before.has(guild)) return;
      before.add(guild);
      await store.set(key, [...before]);
    },
    check,
    watch() {
      checkQuietly();
      regular ??= setInterval(checkQuietly, every).unref();
    },
    suspect() {
      extra ??= setTimeout(() => {
        extra = undefined;
        checkQuietly();
      }, soon).unref();
    },
    stop() {
      clearInterval(regular);
      clearTimeout(extra);
      regular = undefined;
      extra = undefined;
    },
  };
}

function textsIn(kept: unknown): string[] {
  return Array.isArray(kept) ? kept.filter((id) => typeof id === "string") : [];
}

async function guildsOf(rest: REST): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (let after = "0"; ;) {
    const query = new URLSearchParams({ limit: String(listed), after });
    // Discord's own answer, as its types describe it.
    const page = (await rest.get(Routes.userGuilds(), { query })) as RESTAPIPartialCurrentUserGuild[];
    for (const { id } of page) found.add(id);
    const last = page.at(-1);
    if (page.length < listed || !last) return found;
    after = last.id;
  }
}
