import { SimpleShardingStrategy, type WebSocketOptions } from "discord.js";
import type { Logger } from "pino";
import { loggable } from "./refusals.ts";
import type { Relay } from "./relay.ts";

/**
 * How discord.js is to run its connection: as ever, but that an event it does not understand is logged and left out.
 * discord.js handles each event inside the promise that reads the socket, so that what it throws there (a part of an
 * event is missing; a session that ends in the tick it was resumed in) would end the process.
 */
export function guardedSharding({ log, relay }: ShardingParts): NonNullable<WebSocketOptions["buildStrategy"]> {
  return (manager) => {
    if (relay) leadThrough(manager, relay);
    const emit = manager.emit.bind(manager);
    const guarded = (...[event, ...rest]: Parameters<typeof emit>): boolean => {
      if (event === "dispatch" && !isDispatch(rest[0])) {
        log.warn("discord event without content left out");
        return false;
      }
      try {
        return emit(event, ...rest);
      } catch (error) {
        log.warn({ err: loggable(error), event }, "discord event not understood");
        return false;
      }
    };
    manager.emit = guarded;
    return new SimpleShardingStrategy(manager);
  };
}

interface ShardingParts {
  readonly log: Logger;
  /** Absent = it connects to Discord straight. */
  readonly relay: Relay | undefined;
}

type Manager = Parameters<NonNullable<WebSocketOptions["buildStrategy"]>>[0];

/** Both addresses discord.js connects to, that of a new session and that of one taken up again, lead through the relay. */
function leadThrough(manager: Manager, relay: Relay): void {
  const fetch = manager.fetchGatewayInformation.bind(manager);
  manager.fetchGatewayInformation = async (force) => {
    const found = await fetch(force);
    return { ...found, url: relay.through(found.url) };
  };
  const { options } = manager;
  const { retrieveSessionInfo: retrieve } = options;
  options.retrieveSessionInfo = async (shard) => {
    const session = await retrieve(shard);
    return session && { ...session, resumeURL: relay.through(session.resumeURL) };
  };
}

/** An event that says something: `data` is its frame, and `d` what it says. */
function isDispatch(payload: unknown): boolean {
  return isObject(payload) && isObject(payload["data"]) && isObject(payload["data"]["d"]);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
