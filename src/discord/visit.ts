import {
  ApplicationIntegrationType,
  InteractionContextType,
  MessageFlags,
  PermissionFlagsBits,
  type AutocompleteInteraction,
  type ButtonInteraction,
  type ChatInputCommandInteraction,
  type MessageContextMenuCommandInteraction,
  type ModalSubmitInteraction,
  type StringSelectMenuInteraction,
  type User,
} from "discord.js";
import type { Visit } from "../users/visit.ts";

/** What people do that wants an answer. */
export type BotInteraction =
  | ChatInputCommandInteraction
  | MessageContextMenuCommandInteraction
  | ButtonInteraction
  | StringSelectMenuInteraction
  | ModalSubmitInteraction;

/** Rows a listing has: as many as one menu can open. */
const rows = { usual: 15, most: 25 } as const;

/**
 * Who acts, and where. What one person alone sees is a private place wherever it appears: an ephemeral answer in a
 * server is as much between them and the bot as a direct message, so everything private works there too. Only a message
 * that others see stands in their place: the server as a whole, or a group's channel.
 */
export function visitOf(interaction: BotInteraction | AutocompleteInteraction): Visit {
  return visitIn(interaction, isSeenByOthers(interaction) ? commonPlace(interaction) : ownPlace(interaction));
}

/** Bytes of a file that the bot can put into any chat; interactions say where it may be more. */
const usualUploadLimit = 10 * 1_048_576;

/** Who writes to the bot in their own chat with it. Discord does not say there what language their client speaks. */
export function directVisit({ id, displayName: name }: User): Visit {
  const own = `discord:${id}`;
  return { person: { id: own, name }, place: { id: own, kind: "private" }, rows, uploadLimit: usualUploadLimit };
}

/** The same person, in front of everybody. */
export function publicVisit(interaction: BotInteraction): Visit {
  return visitIn(interaction, commonPlace(interaction));
}

/** Discord says with every interaction how large a file may be there. */
function visitIn(interaction: BotInteraction | AutocompleteInteraction, place: Visit["place"]): Visit {
  return { person: personOf(interaction), place, rows, uploadLimit: interaction.attachmentSizeLimit };
}

function personOf({ user, locale }: BotInteraction | AutocompleteInteraction): Visit["person"] {
  return { id: `discord:${user.id}`, name: user.displayName, username: user.username, locale };
}

/** A place that one person alone sees. */
export function ownPlace(interaction: BotInteraction | AutocompleteInteraction): Visit["place"] {
  const server = serverOf(interaction);
  return { id: `discord:${interaction.user.id}`, kind: "private", within: server };
}

/** The server this happens in, and what the person is there; undefined = none, or the bot was only brought along. */
function serverOf(interaction: BotInteraction | AutocompleteInteraction): Visit["place"]["within"] {
  if (interaction.guildId === null || !isInstalledHere(interaction)) return undefined;
  const isAdmin = interaction.memberPermissions?.has(PermissionFlagsBits.ManageGuild) ?? false;
  const runs = isAdmin || (interaction.memberPermissions?.has(PermissionFlagsBits.ManageChannels) ?? false);
  const title = interaction.guild?.name;
  return {
    id: serverPlace(interaction.guildId),
    role: isAdmin ? "admin" : "member",
    ...(runs && { runs }),
    title,
    channel: interaction.channelId === null ? undefined : `discord:channel:${interaction.channelId}`,
  };
}

/** A server is one place with all its channels: what is lent to it is lent to its people. */
function commonPlace(interaction: BotInteraction | AutocompleteInteraction): Visit["place"] {
  const server = serverOf(interaction);
  if (server) return { ...server, kind: "group" };
  return isDirect(interaction)
    ? ownPlace(interaction)
    : { id: `discord:channel:${interaction.channelId ?? "unknown"}`, kind: "group" };
}

/** The place a server is. */
export function serverPlace(guild: string): string {
  return `discord:guild:${guild}`;
}

/** Answers to commands are for the asker alone; of messages, those that are not ephemeral are seen by all who are there. */
function isSeenByOthers(interaction: BotInteraction | AutocompleteInteraction): boolean {
  const message = messageOf(interaction);
  return message !== undefined && !message.flags.has(MessageFlags.Ephemeral) && !isDirect(interaction);
}

/** The message of ours that somebody acts on; undefined = there is none. */
export function messageOf(
  interaction: BotInteraction | AutocompleteInteraction,
): ButtonInteraction["message"] | undefined {
  if (interaction.isMessageComponent()) return interaction.message;
  return interaction.isModalSubmit() && interaction.isFromMessage() ? interaction.message : undefined;
}

/** The chat of one person with the bot. */
export function isDirect({ guildId, context }: BotInteraction | AutocompleteInteraction): boolean {
  return guildId === null && context !== InteractionContextType.PrivateChannel;
}

/** What kind of chat somebody acts in: their own with the bot, a server, or one of other people's. */
export type Chat = "direct" | "server" | "others";

export function chatOf(interaction: BotInteraction | AutocompleteInteraction): Chat {
  if (interaction.guildId !== null) return "server";
  return isDirect(interaction) ? "direct" : "others";
}

/** There are others here, and Discord lets this answer be seen by them. */
export function canPost(interaction: BotInteraction): boolean {
  if (isDirect(interaction)) return false;
  if (interaction.guildId === null || isInstalledHere(interaction)) return true;
  return interaction.memberPermissions?.has(PermissionFlagsBits.UseExternalApps) ?? false;
}

/** The bot was added to this server, and not only brought along by somebody. */
export function isInstalledHere({
  guildId,
  authorizingIntegrationOwners: owners,
}: BotInteraction | AutocompleteInteraction): boolean {
  return guildId !== null && owners[ApplicationIntegrationType.GuildInstall] === guildId;
}
