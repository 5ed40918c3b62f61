import { setTimeout as sleep } from "node:timers/promises";
import { DiscordjsError, DiscordjsErrorCodes, Events, GatewayCloseCodes, type Client } from "discord.js";
import type { Logger } from "pino";
import { ConfigError } from "../config.ts";
import type { Readiness } from "../messaging/messenger.ts";
import { loggable } from "./refusals.ts";

/** The line to Discord: opened in spite of outages, and watched for refusals that no retry can mend. */
export interface Connection {
  /** Resolves when Discord was reached, or could not be for a while: then it goes on trying. A refused token rejects with a `ConfigError`. */
  open(): Promise<void>;
  /** The client that is logged in; undefined = none is yet. */
  client(): Client<true> | undefined;
  /** Whether it is up; or why not. */
  readiness(): Readiness;
  close(): Promise<void>;
}

interface ConnectionParts {
  /** A new client with its listeners: one that failed to log in cannot be used again. */
  build(): Client;
  readonly token: string;
  readonly log: Logger;
  /** What is to be done before Discord counts as reached; never rejects. */
  onUp(client: Client<true>): Promise<void>;
  /** Told when Discord refuses the bot for good. */
  onFatal(reason: string): void;
  /** Milliseconds `open` waits for Discord at most. */
  readonly timeout?: number;
}

/** The line of one bot. */
export function createConnection({ build, token, log, onUp, onFatal, timeout = 15_000 }: ConnectionParts): Connection {
  const closing = new AbortController();
  let trouble = "not connected yet";
  let current: Client | undefined;
  let up: Client<true> | undefined;

  const connect = async () => {
    for (let pause = 1000; ; pause = Math.min(pause * 2, 60_000)) {
      const client = build();
      current = client;
      listen(client);
      const ready = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve));
      try {
        await client.login(token);
        up = await ready;
        await onUp(up);
        return;
      } catch (error) {
        if (closing.signal.aborted) return;
        const refusal = refusalIn(error);
        if (refusal !== undefined) throw new ConfigError(refusal, { cause: error });
        trouble = `not reached (${reasonOf(error)})`;
        log.warn({ err: loggable(error), again: pause }, "discord not reached");
        await sleep(pause, undefined, { signal: closing.signal }).catch(() => undefined);
        if (closing.signal.aborted) return;
      }
    }
  };

  const listen = (client: Client) => {
    client.on(Events.Error, (error) => log.error({ err: loggable(error) }, "discord client failed"));
    client.on(Events.Warn, (said) => log.warn({ said }, "discord client warns"));
    // The one event of shards that is needed; in discord.js 15 it is `closed` of the gateway itself.
    client.on(Events.ShardReconnecting, () => (trouble = "connecting again"));
    client.on(Events.ShardDisconnect, ({ code }) => {
      const refusal = closeRefusals[code];
      if (up === client && refusal !== undefined) onFatal(refusal);
    });
    client.on(Events.ShardError, (error) => log.debug({ err: loggable(error) }, "discord line broke"));
    client.rest.on("rateLimited", ({ method, timeToReset, global }) =>
      log.debug({ method, timeToReset, global }, "discord asks to wait"),
    );
    client.rest.on("invalidRequestWarning", ({ count, remainingTime }) =>
      log.warn({ count, remainingTime }, "discord counts many refused requests"),
    );
  };

  return {
    async open() {
      const connecting = connect();
      const waiting = sleep(timeout, "later", { signal: closing.signal, ref: false }).catch(() => "closed");
      const outcome = await Promise.race([connecting, waiting]);
      if (outcome !== "later") return;
      log.warn({ after: timeout }, "discord cannot be reached yet; trying on");
      void connecting.catch((error: unknown) => onFatal(error instanceof Error ? error.message : String(error)));
    },
    client: () => up,
    readiness: () => up?.isReady() === true || `discord: ${trouble}`,
    async close() {
      closing.abort();
      await current?.destroy();
    },
  };
}

/** Why, in a few words and without secrets. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "for no known reason";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

/** What Discord says when it takes no bot with this token or these settings, whatever one tries. */
const closeRefusals: Readonly<Record<number, string>> = {
  [GatewayCloseCodes.AuthenticationFailed]:
    "DISCORD_BOT_TOKEN: Discord does not accept it (4004). Set it to the token of the Developer Portal, page Bot.",
  [GatewayCloseCodes.InvalidShard]: "Discord refuses the connection (4010 invalid shard).",
  [GatewayCloseCodes.ShardingRequired]:
    "Discord wants this bot sharded (4011): it is in more than 2,500 servers, and one process cannot serve them all.",
  [GatewayCloseCodes.InvalidAPIVersion]:
    "Discord does not serve this version of its gateway any more (4012). Update ChatDrive.",
  [GatewayCloseCodes.InvalidIntents]: "Discord refuses the intents (4013). Update ChatDrive.",
  [GatewayCloseCodes.DisallowedIntents]:
    "Discord refuses the intents (4014). ChatDrive asks for no privileged one: update it.",
};

/** Login's ways to say the same; undefined = trying again may help. */
function refusalIn(error: unknown): string | undefined {
  if (error instanceof DiscordjsError && error.code === DiscordjsErrorCodes.TokenInvalid) {
    return "DISCORD_BOT_TOKEN: Discord does not accept it (401). Set it to the token of the Developer Portal, page Bot.";
  }
  const said = error instanceof Error ? error.message : "";
  const code = loginRefusals.find(({ words }) => words.test(said))?.code;
  return code === undefined ? undefined : closeRefusals[code];
}

const loginRefusals = [
  { words: /^Authentication failed$/, code: GatewayCloseCodes.AuthenticationFailed },
  { words: /^Invalid shard$/, code: GatewayCloseCodes.InvalidShard },
  { words: /^Sharding is required$/, code: GatewayCloseCodes.ShardingRequired },
  { words: /^Used an invalid API version$/, code: GatewayCloseCodes.InvalidAPIVersion },
  { words: /^Used invalid intents$/, code: GatewayCloseCodes.InvalidIntents },
  { words: /^Used disallowed intents$/, code: GatewayCloseCodes.DisallowedIntents },
] as const;
