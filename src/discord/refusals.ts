import { DiscordAPIError, HTTPError, RateLimitError, RESTJSONErrorCodes } from "discord.js";

const late = new Set<number | string>([
  RESTJSONErrorCodes.UnknownInteraction,
  RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged,
]);
const over = new Set<number | string>([RESTJSONErrorCodes.InvalidWebhookToken, RESTJSONErrorCodes.UnknownWebhook]);
const shut = new Set<number | string>([
  RESTJSONErrorCodes.MissingAccess,
  RESTJSONErrorCodes.MissingPermissions,
  RESTJSONErrorCodes.UnknownChannel,
  RESTJSONErrorCodes.UnknownGuild,
]);

/** Discord does not wait for this answer any more, or another process has given it. */
export function isTooLate(error: unknown): boolean {
  return hasCode(error, late);
}

/** The interaction has its first answer. */
export function isAcknowledged(error: unknown): boolean {
  return error instanceof DiscordAPIError && error.code === RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged;
}

/** Discord does not accept the bot's token. */
export function isUnauthorized(error: unknown): boolean {
  return error instanceof DiscordAPIError && error.status === 401;
}

/** Discord was not reached, broke off, or failed by itself: the same may work in a moment. */
export function isUnreached(error: unknown): boolean {
  if (error instanceof DiscordAPIError || error instanceof HTTPError) return error.status >= 500;
  if (!(error instanceof Error)) return false;
  if (error.name === "AbortError" || error.name === "TimeoutError") return true;
  const isNetwork = "code" in error && typeof error.code === "string" && networkCodes.test(error.code);
  return isNetwork || (error.cause !== undefined && isUnreached(error.cause));
}

/** The connection broke off before an answer: discord.js does not try most of these again. */
export function isBrokenOff(error: unknown): boolean {
  return isUnreached(error) && !(error instanceof DiscordAPIError) && !(error instanceof HTTPError);
}

const networkCodes = /^(?:UND_ERR_(?:SOCKET|.*TIMEOUT)|E(?:CONN|HOST|NET|PIPE|TIMEDOUT|AI_AGAIN)|ENOTFOUND)/;

/** The interaction's token cannot be used any more. */
export function isOver(error: unknown): boolean {
  return hasCode(error, over);
}

/** The message is gone: dismissed, or deleted. */
export function isMessageGone(error: unknown): boolean {
  return error instanceof DiscordAPIError && error.code === RESTJSONErrorCodes.UnknownMessage;
}

/** The bot may not do this here, or is not here any more. */
export function isShutOut(error: unknown): boolean {
  return hasCode(error, shut) || (error instanceof DiscordAPIError && error.status === 403 && !isOver(error));
}

function hasCode(error: unknown, codes: ReadonlySet<number | string>): boolean {
  return error instanceof DiscordAPIError && codes.has(error.code);
}

/**
 * A failure of discord.js without what was sent, and without its address: that holds the interaction's token, and the
 * body people's file names and links. Of a refused body Discord's words quote it, so only the first line is kept.
 */
export function loggable(error: unknown): unknown {
  if (error instanceof DiscordAPIError) {
    return new Error(`${error.method}: ${error.status} ${error.code} ${firstLine(error.message)}`);
  }
  if (error instanceof HTTPError) return new Error(`${error.method}: ${error.status} ${firstLine(error.message)}`);
  if (error instanceof RateLimitError) return new Error(`${error.method}: asked to wait ${error.retryAfter} ms`);
  return error;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
