import { DiscordAPIError, PermissionFlagsBits, Routes, type REST } from "discord.js";
import type { Removals } from "../messaging/removals.ts";
import { createSweeper, type Sweeper } from "../messaging/sweep.ts";
import type { KeptStore, TokenedMessage } from "./pending-forms.ts";
import type { BotInteraction } from "./visit.ts";

/** Messages in servers that are to go again. */
export interface Removing extends Sweeper {
  /** Notes when a message that everybody sees is to go, by the newest way there is to reach it. */
  note(interaction: BotInteraction, message: string, at: number): Promise<void>;
}

interface RemovingParts {
  rest(): REST;
  readonly removals: Removals;
  /** Keeps tokens for as long as they live; encrypted at rest. */
  readonly kept: KeptStore;
  now(): number;
  tokenOf(interaction: BotInteraction): TokenedMessage;
  /** Milliseconds between looks; absent = 20 s. */
  readonly every: number | undefined;
  onError(error: unknown): void;
}

/** How a message can be reached besides by its channel. */
interface Reach extends TokenedMessage {
  readonly application: string;
}

/**
 * Removes messages by the channel they are in, where the bot is a member that sees it, and else by the token of the
 * interaction. A token ends after a quarter of an hour, so what has no other way goes before that.
 */
export function createRemoving(parts: RemovingParts): Removing {
  const { removals, kept, now, tokenOf, every, onError } = parts;
  const sweeper = createSweeper({ removals, every, remove: (message) => remove(parts, message), onError });
  return {
    ...sweeper,
    async note(interaction, message, at) {
      const { token, until } = tokenOf(interaction);
      const reach: Reach = { token, until, application: interaction.applicationId };
      if (until > now()) await kept.set(reachKey(message), reach, until - now());
      const isMember = interaction.appPermissions.has(PermissionFlagsBits.ViewChannel);
      await removals.note(`${interaction.channelId ?? ""}:${message}`, isMember ? at : Math.min(at, until - lead));
    },
  };
}

/** Milliseconds before a token ends in which there are looks enough. */
const lead = 60_000;

function reachKey(message: string): string {
  return `reach/${message}`;
}

/** True = it is gone, or nothing can take it away. */
async function remove(parts: RemovingParts, message: string): Promise<boolean> {
  const [channel = "", id = ""] = message.split(":");
  return (await removeByChannel(parts, channel, id)) || removeByToken(parts, id);
}

/** False = the bot is not there, or may not see it. */
async function removeByChannel({ rest }: RemovingParts, channel: string, id: string): Promise<boolean> {
  try {
    await rest().delete(Routes.channelMessage(channel, id));
    return true;
  } catch (error) {
    if (isRefused(error)) return error.status === 404 && error.code === unknownMessage;
    throw error;
  }
}

async function removeByToken({ rest, kept, now }: RemovingParts, id: string): Promise<boolean> {
  // Only `note` writes under these keys.
  const reach = (await kept.get(reachKey(id))) as Reach | undefined;
  if (!reach || reach.until <= now()) return true;
  try {
    await rest().delete(Routes.webhookMessage(reach.application, reach.token, id), { auth: false });
  } catch (error) {
    if (!isRefused(error)) throw error;
  }
  return true;
}

const unknownMessage = 10_008;

/** It was understood, and will be answered alike the next time. */
function isRefused(error: unknown): error is DiscordAPIError {
  return error instanceof DiscordAPIError && error.status >= 400 && error.status < 500 && error.status !== 429;
}
