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
} from "discord.js";
import type { Visit } from "../actions/action.ts";

/** What people do that wants an answer. */
export type Deed =
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
export function visitOf(deed: Deed | AutocompleteInteraction): Visit {
  return visitIn(deed, isSeenByOthers(deed) ? commonPlace(deed) : ownPlace(deed));
}

/** The same person, in front of everybody. */
export function publicVisit(deed: Deed): Visit {
  return visitIn(deed, commonPlace(deed));
}

/** Discord says with every deed how large a file may be there. */
function visitIn(deed: Deed | AutocompleteInteraction, place: Visit["place"]): Visit {
  return { person: personOf(deed), place, rows, uploadLimit: deed.attachmentSizeLimit };
}

function personOf({ user, locale }: Deed | AutocompleteInteraction): Visit["person"] {
  return { id: `discord:${user.id}`, name: user.displayName, locale };
}

function ownPlace(deed: Deed | AutocompleteInteraction): Visit["place"] {
  const server = serverOf(deed);
  return { id: `discord:${deed.user.id}`, kind: "private", ...(server && { within: server }) };
}

/** The server this happens in, and what the person is there; undefined = none, or the bot was only brought along. */
function serverOf(deed: Deed | AutocompleteInteraction): Visit["place"]["within"] {
  if (deed.guildId === null || !isInstalledHere(deed)) return undefined;
  const isAdmin = deed.memberPermissions?.has(PermissionFlagsBits.ManageGuild) ?? false;
  const title = deed.guild?.name;
  return {
    id: serverPlace(deed.guildId),
    role: isAdmin ? "admin" : "member",
    ...(title !== undefined && { title }),
  };
}

/** A server is one place with all its channels: what is lent to it is lent to its people. */
function commonPlace(deed: Deed | AutocompleteInteraction): Visit["place"] {
  const server = serverOf(deed);
  if (server) return { ...server, kind: "group" };
  return isDirect(deed) ? ownPlace(deed) : { id: `discord:channel:${deed.channelId ?? "unknown"}`, kind: "group" };
}

/** The place a server is. */
export function serverPlace(guild: string): string {
  return `discord:guild:${guild}`;
}

/** Answers to commands are for the asker alone; of messages, those that are not ephemeral are seen by all who are there. */
function isSeenByOthers(deed: Deed | AutocompleteInteraction): boolean {
  const message = messageOf(deed);
  return message !== undefined && !message.flags.has(MessageFlags.Ephemeral) && !isDirect(deed);
}

/** The message of ours that somebody acts on; undefined = there is none. */
export function messageOf(deed: Deed | AutocompleteInteraction): ButtonInteraction["message"] | undefined {
  if (deed.isMessageComponent()) return deed.message;
  return deed.isModalSubmit() && deed.isFromMessage() ? deed.message : undefined;
}

/** The chat of one person with the bot. */
export function isDirect({ guildId, context }: Deed | AutocompleteInteraction): boolean {
  return guildId === null && context !== InteractionContextType.PrivateChannel;
}

/** There are others here, and Discord lets this answer be seen by them. */
export function canPost(deed: Deed): boolean {
  if (isDirect(deed)) return false;
  if (deed.guildId === null || isInstalledHere(deed)) return true;
  return deed.memberPermissions?.has(PermissionFlagsBits.UseExternalApps) ?? false;
}

/** The bot was added to this server, and not only brought along by somebody. */
export function isInstalledHere({
  guildId,
  authorizingIntegrationOwners: owners,
}: Deed | AutocompleteInteraction): boolean {
  return guildId !== null && owners[ApplicationIntegrationType.GuildInstall] === guildId;
}
