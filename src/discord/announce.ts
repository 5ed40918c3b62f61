import { DiscordAPIError, MessageFlags, RateLimitError, REST, RESTJSONErrorCodes, Routes } from "discord.js";
import type { Announce } from "../users/broadcast.ts";
import { userAgentAppendix } from "./user-agent.ts";

interface AnnouncerParts {
  readonly token: string;
  /** REST base without the version. */
  readonly apiRoot: string;
}

/** Milliseconds one request may take. */
const timeout = 30_000;

/** Sends what nobody asked for: once, by a way of its own that neither waits nor tries again. */
export function createAnnouncer({ token, apiRoot }: AnnouncerParts): Announce {
  const rest = new REST({ api: apiRoot, timeout: timeout, retries: 0, userAgentAppendix, rejectOnRateLimit: () => true });
  rest.setToken(token);
  return async (place, text) => {
    const user = /^discord:(\d+)$/.exec(place)?.[1];
    // A server has no chat of its own with the bot, and is not written to unasked. Its people are, one by one.
    if (user === undefined) return "gone";
    try {
      await send(rest, user, text);
      return "sent";
    } catch (error) {
      return outcomeOf(error);
    }
  };
}

async function send(rest: REST, user: string, text: string): Promise<void> {
  // What Discord answers to this is a channel.
  const { id } = (await rest.post(Routes.userChannels(), { body: { recipient_id: user } })) as { readonly id: string };
  const body = { content: text, flags: MessageFlags.SuppressEmbeds, allowed_mentions: { parse: [] } };
  await rest.post(Routes.channelMessages(id), { body });
}

/** Why it was not sent; rejects with what leaves that open. */
function outcomeOf(error: unknown): Awaited<ReturnType<Announce>> {
  if (error instanceof RateLimitError) return { retryAfter: Math.max(error.retryAfter, error.timeToReset) };
  if (!(error instanceof DiscordAPIError)) throw error;
  if (error.code === RESTJSONErrorCodes.OpeningDirectMessagesTooFast) return { retryAfter: dmPause };
  if (error.status === 403 || error.code === RESTJSONErrorCodes.UnknownUser) return "gone";
  throw error;
}

/** Milliseconds of rest after Discord finds that too many chats are opened; it does not say how many it wants. */
const dmPause = 60_000;
