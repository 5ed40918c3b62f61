import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import {
  DiscordjsError,
  DiscordjsErrorCodes,
  Events,
  GatewayCloseCodes,
  Status,
  type Client,
  type REST,
} from "discord.js";
import type { Logger } from "pino";
import { ConfigError } from "../config.ts";
import type { Lead } from "../messaging/lead.ts";
import type { Readiness } from "../messaging/messenger.ts";
import { loggable } from "./refusals.ts";

/** What the bot is, as Discord says it, and how Discord is spoken to. */
export interface Identity {
  /** Application id. */
  readonly application: string;
  readonly name: string;
  readonly rest: REST;
}

/** The line to Discord: opened in spite of outages, and watched for refusals that no retry can mend. */
export interface Connection {
  /** Resolves when Discord was reached, or could not be for a while: then it goes on trying. A refused token rejects with a `ConfigError`. */
  open(): Promise<void>;
  /** Undefined = Discord was not reached yet. */
  identity(): Identity | undefined;
  /** Calls to Discord, also from a process that stands by; undefined = Discord was not reached yet. */
  rest(): REST | undefined;
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
  onUp(identity: Identity): Promise<void>;
  /** Told when Discord refuses the bot for good. */
  onFatal(reason: string): void;
  /** Milliseconds `open` waits for Discord at most. */
  readonly timeout?: number;
  /** Absent = there is one process. Of several, one is connected, and the others stand by. */
  readonly lead?: Lead | undefined;
}

/** Milliseconds after which a process that does not lead counts as one that stands by. */
const standbyAfter = 1500;

/** The line of one bot. */
export function createConnection(parts: ConnectionParts): Connection {
  const { build, token, log, onUp, onFatal, timeout = 15_000, lead } = parts;
  const closing = new AbortController();
  /** Leads, or is alone. */
  let isLeading = lead === undefined;
  let standby: Client | undefined;
  let trouble = "not connected yet";
  let current: Client | undefined;
  let up: Client<true> | undefined;

  const connect = async (until: AbortSignal) => {
    for (let pause = 1000; ; pause = Math.min(pause * 2, 60_000)) {
      const client = build();
      current = client;
      listen(client);
      const ready = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve));
      try {
        await client.login(token);
        up = await ready;
        await onUp(identityOf(up));
        return;
      } catch (error) {
        if (until.aborted) return;
        const refusal = refusalIn(error);
        if (refusal !== undefined) throw new ConfigError(refusal, { cause: error });
        trouble = `not reached (${reasonOf(error)})`;
        log.warn({ err: loggable(error), again: pause }, "discord not reached");
        await sleep(pause, undefined, { signal: until }).catch(() => undefined);
        if (until.aborted) return;
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

  /** Connected from when this process leads until another one does; `reached` is told of the first time. */
  const connectWhileLeading = (among: Lead, reached: () => void): Promise<void> =>
    among(async (until) => {
      isLeading = true;
      const leave = () => void current?.destroy();
      until.addEventListener("abort", leave, { once: true });
      await connect(until);
      reached();
      if (!until.aborted) await once(until, "abort");
      await current?.destroy();
      [isLeading, up] = [false, undefined];
    }, closing.signal);

  const begin = (): Promise<void> => {
    if (!lead) return connect(closing.signal);
    standby = build();
    standby.rest.setToken(token);
    const reached = Promise.withResolvers<void>();
    const leading = connectWhileLeading(lead, reached.resolve);
    leading.catch(reached.reject);
    // A refusal that comes later than the first connection ends the process like any other.
    void reached.promise.then(
      () => leading.catch((error: unknown) => onFatal(error instanceof Error ? error.message : String(error))),
      () => undefined,
    );
    return reached.promise;
  };

  return {
    async open() {
      const connecting = begin();
      const waits = (ms: number) => sleep(ms, "later", { signal: closing.signal, ref: false }).catch(() => "closed");
      if (lead && (await Promise.race([connecting, waits(standbyAfter)])) === "later" && !isLeading) {
        log.info("discord stands by: another process is connected");
        return void connecting.catch((error: unknown) =>
          onFatal(error instanceof Error ? error.message : String(error)),
        );
      }
      const outcome = await Promise.race([connecting, waits(timeout)]);
      if (outcome !== "later") return;
      log.warn({ after: timeout }, "discord cannot be reached yet; trying on");
      void connecting.catch((error: unknown) => onFatal(error instanceof Error ? error.message : String(error)));
    },
    identity: () => up && identityOf(up),
    rest: () => (up ?? standby)?.rest,
    readiness: () => !isLeading || isUp(up) || `discord: ${trouble}`,
    async close() {
      closing.abort();
      await current?.destroy();
      await standby?.destroy();
    },
  };
}

function identityOf({ application, user, rest }: Client<true>): Identity {
  return { application: application.id, name: user.username, rest };
}

/** Why, in a few words and without secrets. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "for no known reason";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

/** What an operator reads when Discord does not accept the token. */
export const refusedToken =
  "DISCORD_BOT_TOKEN: Discord does not accept it (401). Set it to the token of the Developer Portal, page Bot.";

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
    return refusedToken;
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

/** Its own word for it is that it was up once: a line that is being mended is told by the line alone. */
function isUp(client: Client | undefined): boolean {
  return client?.isReady() === true && client.ws.shards.every(({ status }) => status === Status.Ready);
}
