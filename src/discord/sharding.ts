import { SimpleShardingStrategy, type WebSocketOptions } from "discord.js";
import type { Logger } from "pino";
import { loggable } from "./refusals.ts";

/**
 * How discord.js is to run its connection: as ever, but that an event it does not understand is logged and left out.
 * discord.js handles each event inside the promise that reads the socket, so that what it throws there (a part of an
 * event is missing; a session that ends in the tick it was resumed in) would end the process.
 */
export function guardedSharding(log: Logger): NonNullable<WebSocketOptions["buildStrategy"]> {
  return (manager) => {
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

/** An event that says something: `data` is its frame, and `d` what it says. */
function isDispatch(payload: unknown): boolean {
  return isObject(payload) && isObject(payload["data"]) && isObject(payload["data"]["d"]);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
