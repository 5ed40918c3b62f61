import { createPublicKey, verify, type KeyObject } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Events, InteractionResponseType, InteractionType, Routes, type APIApplication, type Client } from "discord.js";
import type { Logger } from "pino";
import { LRUCache } from "lru-cache";
import { ConfigError } from "../config.ts";
import { refusedToken, type Connection, type Identity } from "./connection.ts";
import { isUnauthorized, loggable } from "./refusals.ts";

/**
 * Interactions by HTTP: Discord posts them to an address of ours, and every process behind that address takes them.
 * Source: Discord's reference, "Receiving and Responding" – Ed25519 over timestamp and body, 401 for what is not signed
 * so, PONG for PING; another interaction may be answered 202 without a body, and its first response sent by the callback.
 */
export interface Endpoint extends Connection {
  /** Takes a posted interaction; see `TakeInteraction` of the gateway. */
  take(posted: Posted): Promise<{ readonly status: 200 | 202 | 400 | 401 | 503; readonly body?: object }>;
}

interface Posted {
  readonly body: Buffer;
  readonly signature: string;
  readonly timestamp: string;
}

interface EndpointParts {
  /** A client with its listeners; it is never logged in. */
  build(): Client;
  readonly token: string;
  /** Where Discord reaches us. */
  readonly url: string;
  readonly log: Logger;
  /** What is to be done before Discord counts as reached; never rejects. */
  onUp(identity: Identity): Promise<void>;
  onFatal(reason: string): void;
  /** Milliseconds `open` waits for Discord at most. */
  readonly timeout?: number;
}

/** The end of every address of ours that interactions are posted to. */
const interactionsPath = "/discord/interactions";

/** Interactions are posted once; one that is posted again was recorded by somebody. */
const maxRemembered = 10_000;

/** The endpoint of one bot. */
export function createEndpoint(parts: EndpointParts): Endpoint {
  const { build, token, log, onUp, onFatal, timeout = 15_000 } = parts;
  const closing = new AbortController();
  const client = build();
  client.rest.setToken(token);
  const seen = new LRUCache<string, true>({ max: maxRemembered });
  let known: { readonly identity: Identity; readonly key: KeyObject } | undefined;
  let trouble = "not reached yet";

  const reach = async () => {
    const application = await untilDone(closing.signal, log, "discord not reached", async () => {
      const found = (await client.rest.get(Routes.currentApplication())) as APIApplication;
      return { ...found, key: keyOf(found.verify_key) };
    }).catch((error: unknown) => {
      trouble = "not reached";
      throw error;
    });
    if (!application) return;
    const { id, name, bot, key } = application;
    known = { identity: { application: id, name: bot?.username ?? name, rest: client.rest }, key };
    await onUp(known.identity);
    if (application.interactions_endpoint_url !== parts.url) void register(application);
  };

  /** Discord asks the address at once, so that this cannot be done before it is served; a balancer may need a while. */
  const register = (application: APIApplication) =>
    untilDone(closing.signal, log, "discord interactions endpoint not verified", async () => {
      await client.rest.patch(Routes.currentApplication(), { body: { interactions_endpoint_url: parts.url } });
      log.info({ url: parts.url, before: application.interactions_endpoint_url }, "discord posts interactions here");
    }).catch((error: unknown) => onFatal(error instanceof Error ? error.message : String(error)));

  return {
    async open() {
      const reaching = reach();
      const late = sleep(timeout, "later" as const, { signal: closing.signal, ref: false }).catch(() => "closed");
      if ((await Promise.race([reaching, late])) !== "later") return;
      log.warn({ after: timeout }, "discord cannot be reached yet; trying on");
      void reaching.catch((error: unknown) => onFatal(error instanceof Error ? error.message : String(error)));
    },
    async take(posted) {
      if (!known) return { status: 503 };
      if (!isSigned(posted, known.key)) return { status: 401 };
      const interaction = readInteraction(posted.body);
      if (!interaction) return { status: 400 };
      if (interaction.type === InteractionType.Ping)
        return { status: 200, body: { type: InteractionResponseType.Pong } };
      if (seen.has(interaction.id)) return { status: 202 };
      seen.set(interaction.id, true);
      receive(client, interaction);
      return { status: 202 };
    },
    identity: () => known?.identity,
    rest: () => client.rest,
    readiness: () => known !== undefined || `discord: ${trouble}`,
    async close() {
      closing.abort();
      await client.destroy();
    },
  };
}

/**
 * Over the socket nothing comes while interactions are posted: where they are posted to an address like ours, which an
 * earlier start set, they are not from now on. Another address is somebody else's to change. Never rejects.
 */
export async function endPosting({ rest }: Identity, log: Logger): Promise<void> {
  try {
    const { interactions_endpoint_url: url } = (await rest.get(Routes.currentApplication())) as APIApplication;
    if (!url) return;
    if (!url.endsWith(interactionsPath)) {
      log.warn(
        { url },
        "discord posts interactions elsewhere, and none comes here: clear the Interactions Endpoint URL in the Developer Portal",
      );
      return;
    }
    await rest.patch(Routes.currentApplication(), { body: { interactions_endpoint_url: null } });
    log.info({ url }, "discord posts interactions no more");
  } catch (err) {
    log.warn({ err: loggable(err) }, "discord not asked where it sends interactions");
  }
}

/** Tries until it is done, more and more seldom; undefined = it was given up first. A refused token rejects with a `ConfigError`. */
async function untilDone<T>(
  signal: AbortSignal,
  log: Logger,
  event: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  for (let pause = 1000; ; pause = Math.min(pause * 2, 60_000)) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted) return undefined;
      if (isUnauthorized(error)) throw new ConfigError(refusedToken, { cause: error });
      log.warn({ err: loggable(error), again: pause }, event);
      await sleep(pause, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return undefined;
    }
  }
}

/** A raw Ed25519 key in hex, as Discord shows it. */
function keyOf(hex: string): KeyObject {
  const x = Buffer.from(hex, "hex").toString("base64url");
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
}

function isSigned({ body, signature, timestamp }: Posted, key: KeyObject): boolean {
  return verify(undefined, Buffer.concat([Buffer.from(timestamp), body]), key, Buffer.from(signature, "hex"));
}

interface RawInteraction {
  readonly id: string;
  readonly type: InteractionType;
}

function readInteraction(body: Buffer): RawInteraction | undefined {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    if (typeof value !== "object" || value === null || !("id" in value) || !("type" in value)) return undefined;
    const { id, type } = value;
    return typeof id === "string" && typeof type === "number"
      ? { ...value, id, type: type as InteractionType }
      : undefined;
  } catch {
    return undefined;
  }
}

/** discord.js makes its objects of what comes over its socket; what is posted is the same, and is handed in where the socket hands it in. */
function receive(client: Client, interaction: RawInteraction): void {
  const { actions } = client as unknown as {
    readonly actions: { readonly InteractionCreate: { handle(data: RawInteraction): void } };
  };
  try {
    actions.InteractionCreate.handle(interaction);
  } catch (error) {
    client.emit(Events.Error, error instanceof Error ? error : new Error(String(error)));
  }
}
