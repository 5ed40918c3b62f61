import { signedQuery } from "./signed-address.ts";
import { component, references } from "./layout.ts";
import { guestPermissions, permission, usualPermissions } from "./permissions.ts";
import { isObject } from "./schema.ts";
import {
  permissionsIn,
  type Attachment,
  type Channel,
  type Command,
  type Guild,
  type Interaction,
  type Json,
  type Message,
  type State,
  type User,
} from "./state.ts";

/** Everything as it goes over the wire. Addresses of files are built on `cdn`. */
export function userShape(user: User): Json {
  return {
    id: user.id,
    username: user.name.toLowerCase().replaceAll(/[^\w.]+/g, "_"),
    global_name: user.bot ? null : user.name,
    discriminator: user.bot ? "0001" : "0",
    avatar: null,
    public_flags: 0,
    ...(user.bot && { bot: true }),
  };
}

/** The bot as it sees itself. */
export function selfShape(state: State): Json {
  return {
    ...userShape(state.bot),
    flags: 0,
    mfa_enabled: true,
    verified: true,
    email: null,
    banner: null,
    accent_color: null,
  };
}

/** Where interactions are sent, and what they are signed with. */
export interface EndpointSettings {
  readonly verifyKey: string;
  url(): string | undefined;
}

export function applicationShape(state: State, endpoint?: EndpointSettings): Json {
  const owner = [...state.users.values()].find(({ bot }) => !bot) ?? state.bot;
  return {
    id: state.bot.id,
    name: state.bot.name,
    icon: null,
    description: "",
    bot_public: true,
    bot_require_code_grant: false,
    verify_key: endpoint?.verifyKey ?? "0".repeat(64),
    interactions_endpoint_url: endpoint?.url() ?? null,
    flags: 0,
    owner: userShape(owner),
    team: null,
    bot: userShape(state.bot),
    approximate_guild_count: [...state.guilds.values()].filter(({ installed }) => installed).length,
    approximate_user_install_count: [...state.users.values()].filter(({ installed }) => installed).length,
    integration_types_config: {
      "0": { oauth2_install_params: { scopes: ["applications.commands", "bot"], permissions: "0" } },
      "1": { oauth2_install_params: { scopes: ["applications.commands"], permissions: "0" } },
    },
  };
}

export function memberShape(state: State, guild: Guild, userId: string): Json {
  const user = state.users.get(userId);
  return {
    ...(user && { user: userShape(user) }),
    nick: null,
    avatar: null,
    banner: null,
    roles: rolesOf(guild, userId),
    joined_at: new Date(guild.members.get(userId)?.joinedAt ?? 0).toISOString(),
    premium_since: null,
    deaf: false,
    mute: false,
    flags: 0,
    pending: false,
    communication_disabled_until: null,
  };
}

/** Roles only add: whoever may do more than all others has one of their own. */
function rolesOf(guild: Guild, userId: string): string[] {
  const member = guild.members.get(userId);
  return member && member.permissions !== everybodysIn(guild) ? [member.role] : [];
}

/** What nobody in it lacks. */
function everybodysIn({ members }: Guild): bigint {
  return [...members.values()].reduce((least, { permissions }) => least & permissions, usualPermissions);
}

const channelTypes = { guild: 0, "bot-dm": 1, dm: 1, "group-dm": 3 } as const;

export function channelType(channel: Channel): number {
  return channelTypes[channel.kind];
}

/** Without the reader: a direct conversation lists the others. */
export function channelShape(state: State, channel: Channel): Json {
  const last = channel.messages.filter(({ onlyFor, deleted }) => onlyFor === undefined && !deleted).at(-1);
  const base = { id: channel.id, type: channelType(channel), flags: 0, last_message_id: last?.id ?? null };
  if (channel.guild) {
    return {
      ...base,
      name: channel.name,
      guild_id: channel.guild.id,
      position: channel.guild.channels.indexOf(channel),
      // 1 = of a member.
      permission_overwrites: [...channel.denied].map(([id, denied]) => ({
        id,
        type: 1,
        allow: "0",
        deny: denied.toString(),
      })),
      parent_id: null,
      topic: null,
      nsfw: false,
      rate_limit_per_user: 0,
    };
  }
  const others = channel.people.filter((id) => id !== state.bot.id).flatMap((id) => state.users.get(id) ?? []);
  return {
    ...base,
    recipients: others.map(userShape),
    ...(channel.kind === "group-dm" && { name: channel.name, owner_id: channel.people[0] ?? "0", icon: null }),
  };
}

export function guildShape(guild: Guild): Json {
  return {
    id: guild.id,
    name: guild.name,
    icon: null,
    splash: null,
    discovery_splash: null,
    owner_id: guild.owner,
    afk_channel_id: null,
    afk_timeout: 300,
    verification_level: 0,
    default_message_notifications: 0,
    explicit_content_filter: 0,
    roles: [
      roleShape(guild.id, "@everyone", everybodysIn(guild)),
      ...[...guild.members.values()]
        .filter(({ permissions }) => permissions !== everybodysIn(guild))
        .map(({ role, permissions }) => roleShape(role, `role ${role}`, permissions)),
    ],
    emojis: [],
    stickers: [],
    features: [],
    mfa_level: 0,
    application_id: null,
    system_channel_id: null,
    system_channel_flags: 0,
    rules_channel_id: null,
    vanity_url_code: null,
    description: null,
    banner: null,
    premium_tier: 0,
    preferred_locale: guild.locale,
    public_updates_channel_id: null,
    nsfw_level: 0,
    premium_progress_bar_enabled: false,
    safety_alerts_channel_id: null,
  };
}

function roleShape(id: string, name: string, permissions: bigint): Json {
  return {
    id,
    name,
    color: 0,
    colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
    hoist: false,
    icon: null,
    unicode_emoji: null,
    position: 0,
    permissions: permissions.toString(),
    managed: false,
    mentionable: false,
    flags: 0,
  };
}

/** A guild as it arrives on the socket. */
export function arrivedGuildShape(state: State, guild: Guild): Json {
  return {
    ...guildShape(guild),
    joined_at: new Date(guild.members.get(state.bot.id)?.joinedAt ?? state.clock.now()).toISOString(),
    large: false,
    unavailable: false,
    member_count: guild.members.size,
    voice_states: [],
    members: guild.members.has(state.bot.id) ? [memberShape(state, guild, state.bot.id)] : [],
    channels: guild.channels.map((channel) => channelShape(state, channel)),
    threads: [],
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
}

export function attachmentShape(
  { clock, signing: key }: Pick<State, "clock" | "signing">,
  { channel, attachment, cdn }: { readonly channel: Channel; readonly attachment: Attachment; readonly cdn: string },
): Json {
  const path = `/attachments/${channel.id}/${attachment.id}/${encodeURIComponent(attachment.name)}`;
  const url = `${cdn}${path}?${signedQuery(path, { now: clock.now(), key })}`;
  return {
    id: attachment.id,
    filename: attachment.name,
    size: attachment.size,
    url,
    proxy_url: url,
    ...(attachment.description !== undefined && { description: attachment.description }),
    ...(attachment.type !== undefined && { content_type: attachment.type }),
  };
}

export function messageShape(state: State, message: Message, cdn: string): Json {
  const { channel, interaction } = message;
  const mentions = message.pinged.flatMap((id) => state.users.get(id) ?? []);
  return {
    id: message.id,
    channel_id: channel.id,
    type: interaction?.type === 2 && interaction.original === message ? (interaction.data["type"] === 1 ? 20 : 23) : 0,
    content: message.content,
    author: userShape(message.author),
    timestamp: new Date(message.at).toISOString(),
    edited_timestamp: message.editedAt === undefined ? null : new Date(message.editedAt).toISOString(),
    tts: false,
    mention_everyone: message.pinged.includes("everyone"),
    mentions: mentions.map(userShape),
    mention_roles: [],
    attachments: unreferenced(message).map((attachment) => attachmentShape(state, { channel, attachment, cdn })),
    embeds: message.embeds,
    components: message.components.map((own, n) => shownComponent(own, message, { state, cdn, count: { n: n + 1 } })),
    pinned: false,
    flags: message.flags,
    ...(message.author === state.bot && interaction && answerShape(state, interaction)),
  };
}

/** Files that components or embeds show are listed there alone (documented in April 2026). */
function unreferenced({ components, embeds, attachments }: Message): readonly Attachment[] {
  const named = references(components, embeds).map(({ name }) => name);
  return attachments.filter(({ name }) => !named.includes(name));
}

function answerShape(state: State, interaction: Interaction): Json {
  return {
    webhook_id: state.bot.id,
    application_id: state.bot.id,
    interaction_metadata: metadataShape(interaction),
    ...(interaction.type === 2 && {
      interaction: {
        id: interaction.id,
        type: interaction.type,
        name: interaction.data["name"],
        user: userShape(interaction.user),
      },
    }),
  };
}

function metadataShape(interaction: Interaction): Json {
  return {
    id: interaction.id,
    type: interaction.type,
    user: userShape(interaction.user),
    authorizing_integration_owners: interaction.owners,
    ...(interaction.type === 3 && { interacted_message_id: interaction.source?.id }),
    ...(interaction.trigger && { triggering_interaction_metadata: metadataShape(interaction.trigger) }),
  };
}

interface Shown {
  readonly state: State;
  readonly cdn: string;
  /** Numbers components that came without one. */
  readonly count: { n: number };
}

/** A component as clients get it: numbered, and with real addresses for the message's own files. */
function shownComponent(own: Json, message: Message, shown: Shown): Json {
  const nested = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map((item: unknown) => nested(item));
    if (!isObject(value)) return value;
    return typeof value["type"] === "number" ? shownComponent(value, message, shown) : value;
  };
  const media = (value: unknown): unknown => (isObject(value) ? mediaShape(value, message, shown) : value);
  const { id, ...rest } = own;
  const numbered: Record<string, unknown> = { ...rest, id: typeof id === "number" && id > 0 ? id : shown.count.n++ };
  for (const key of ["components", "accessory", "component"])
    if (key in numbered) numbered[key] = nested(numbered[key]);
  if (own["type"] === component.thumbnail) numbered["media"] = media(own["media"]);
  if (own["type"] === component.file) numbered["file"] = media(own["file"]);
  if (own["type"] === component.gallery && Array.isArray(own["items"]))
    numbered["items"] = own["items"].map((item: unknown) =>
      isObject(item) ? { ...item, media: media(item["media"]) } : item,
    );
  return numbered;
}

function mediaShape(media: Json, message: Message, { state, cdn }: Shown): Json {
  const name = String(media["url"]).replace(/^attachment:\/\//, "");
  const attachment = message.attachments.find((candidate) => candidate.name === name);
  if (!attachment || name === media["url"]) return { ...media, proxy_url: media["url"] };
  const { url, proxy_url } = attachmentShape(state, { channel: message.channel, attachment, cdn });
  return { url, proxy_url, attachment_id: attachment.id };
}

export function commandShape(state: State, command: Command): Json {
  const { body } = command;
  return {
    id: command.id,
    application_id: state.bot.id,
    version: command.version,
    default_member_permissions: null,
    name_localizations: null,
    description_localizations: null,
    nsfw: false,
    ...(command.guild === undefined ? { dm_permission: true, contexts: null, integration_types: [0] } : {}),
    ...body,
    type: command.type,
    name: command.name,
    description: body["description"] ?? "",
    ...(command.guild !== undefined && { guild_id: command.guild }),
  };
}

/** An interaction as it arrives on the socket. */
export function interactionShape(
  state: State,
  interaction: Interaction,
  { cdn, attachmentLimit }: { cdn: string; attachmentLimit: number },
): Json {
  const { channel, user } = interaction;
  const { guild } = channel;
  const granted = permissionsIn(channel, user.id);
  return {
    id: interaction.id,
    application_id: state.bot.id,
    type: interaction.type,
    token: interaction.token,
    version: 1,
    data: interaction.data,
    channel_id: channel.id,
    channel: { ...channelShape(state, channel), permissions: granted.toString() },
    ...(guild
      ? {
          guild_id: guild.id,
          guild: { id: guild.id, locale: guild.locale, features: [] },
          guild_locale: guild.locale,
          member: { ...memberShape(state, guild, user.id), permissions: granted.toString() },
        }
      : { user: userShape(user) }),
    ...(interaction.source && { message: messageShape(state, interaction.source, cdn) }),
    app_permissions: appPermissions(state, channel).toString(),
    locale: user.locale,
    entitlements: [],
    entitlement_sku_ids: [],
    authorizing_integration_owners: interaction.owners,
    context: contextOf(channel),
    attachment_size_limit: attachmentLimit,
  };
}

/** 0 in a guild, 1 in the bot's own direct messages, 2 in any other direct conversation. */
export function contextOf(channel: Channel): 0 | 1 | 2 {
  return channel.kind === "guild" ? 0 : channel.kind === "bot-dm" ? 1 : 2;
}

function appPermissions(state: State, channel: Channel): bigint {
  if (channel.kind === "bot-dm") return guestPermissions | permission.useExternalEmojis;
  const granted = permissionsIn(channel, state.bot.id);
  return granted === 0n ? guestPermissions : granted;
}
