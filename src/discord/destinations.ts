import {
  ChannelType,
  DiscordAPIError,
  GuildPremiumTier,
  OverwriteType,
  PermissionFlagsBits,
  REST,
  RESTJSONErrorCodes,
  Routes,
  type APIChannel,
  type APIGuild,
  type APIGuildMember,
  type APIGuildTextChannel,
  type APIUser,
} from "discord.js";
import { LRUCache } from "lru-cache";
import type { Dispatcher } from "undici";
import type { Destination, DestinationCheck, DestinationLookup } from "../users/destinations.ts";
import { restBy } from "./rest.ts";
import { userAgentAppendix } from "./user-agent.ts";

interface DestinationsParts {
  /** The bot's. */
  readonly token: string;
  /** REST base without the version. */
  readonly apiRoot: string;
  /** How its requests go out; absent = straight. */
  readonly dispatcher?: Dispatcher | undefined;
  now(): number;
}

/** Milliseconds one request may take, and for which a server's list is believed. */
const [timeout, believedFor] = [5000, 60_000];
/** Most channels of one server that are looked at: Discord lets it have 500. */
const maxChannels = 500;

type Channel = APIGuildTextChannel<ChannelType.GuildText | ChannelType.GuildAnnouncement>;

/** Channels of servers that files can be delivered to, as Discord says. Needs no connection to the gateway. */
export function createDiscordDestinations({ token, apiRoot, dispatcher, now }: DestinationsParts): DestinationLookup {
  const rest = new REST({ ...restBy(dispatcher), api: apiRoot, timeout, retries: 1, userAgentAppendix }).setToken(
    token,
  );
  const lists = new LRUCache<string, { readonly until: number; readonly told: Promise<readonly Destination[]> }>({
    max: 2000,
  });
  let self: Promise<string> | undefined;
  const bot = () => {
    const asked = (self ??= rest.get(Routes.user()).then((user) => (user as APIUser).id));
    asked.catch(() => (self = undefined));
    return asked;
  };
  const inServer = async (guild: string, user: string): Promise<InServer | undefined> => {
    // Discord's own answers, as its types describe them.
    const [server, asker, own] = (await Promise.all([
      rest.get(Routes.guild(guild)),
      rest.get(Routes.guildMember(guild, user)).catch(undefinedWhere(notMember)),
      bot().then((id) => rest.get(Routes.guildMember(guild, id))),
    ])) as [APIGuild, APIGuildMember | undefined, APIGuildMember];
    const me = { id: await bot(), roles: own.roles };
    return asker && { server, asker: { id: user, roles: asker.roles }, bot: me };
  };
  const list = async (guild: string, user: string): Promise<readonly Destination[]> => {
    const there = await inServer(guild, user);
    if (!there) return [];
    const channels = (await rest.get(Routes.guildChannels(guild))) as APIChannel[];
    return channels
      .slice(0, maxChannels)
      .filter(isText)
      .filter((channel) => troubleIn(there, channel) === undefined)
      .map((channel) => destinationOf(there, channel));
  };

  return {
    async checkDestination(destination, person) {
      const [channel, user] = [idIn(destination, "channel"), idIn(person)];
      if (channel === undefined || user === undefined) return gone;
      try {
        const found = (await rest.get(Routes.channel(channel))) as APIChannel;
        if (!isText(found) || found.guild_id === undefined) return gone;
        const there = await inServer(found.guild_id, user);
        const why = there ? troubleIn(there, found) : "not-admin-there";
        return there && !why ? { is: "open", destination: destinationOf(there, found) } : closed(why);
      } catch (error) {
        if (hasCode(error, goneCodes)) return gone;
        if (hasCode(error, shutCodes)) return closed("not-allowed-there");
        throw error;
      }
    },
    async destinationsIn(place, person) {
      const [guild, user] = [idIn(place, "guild"), idIn(person)];
      if (guild === undefined || user === undefined) return [];
      const key = `${guild}:${user}`;
      const held = lists.get(key);
      if (held && held.until > now()) return held.told;
      const told = list(guild, user).catch((error: unknown) => {
        if (hasCode(error, [...goneCodes, ...shutCodes])) return [];
        throw error;
      });
      lists.set(key, { until: now() + believedFor, told });
      void told.catch(() => lists.delete(key));
      return told;
    },
  };
}

/** `discord:channel:77` is 77; without a kind, a person's. */
function idIn(id: string, kind?: "channel" | "guild"): string | undefined {
  return new RegExp(`^discord:${kind === undefined ? "" : `${kind}:`}(\\d{1,20})$`).exec(id)?.[1];
}

const gone: DestinationCheck = { is: "closed", why: "gone-there" };

function closed(why: "not-admin-there" | "not-allowed-there" | undefined): DestinationCheck {
  return { is: "closed", why: why ?? "not-admin-there" };
}

interface Somebody {
  readonly id: string;
  readonly roles: readonly string[];
}

/** A server, and the two it is about. */
interface InServer {
  readonly server: APIGuild;
  readonly asker: Somebody;
  readonly bot: Somebody;
}

function isText(channel: APIChannel): channel is Channel {
  return channel.type === ChannelType.GuildText || channel.type === ChannelType.GuildAnnouncement;
}

const { Administrator, ManageChannels, ViewChannel, SendMessages, AttachFiles } = PermissionFlagsBits;
/** What it takes of who asks, and of the bot. */
const [ofAsker, ofBot] = [ViewChannel | ManageChannels, ViewChannel | SendMessages | AttachFiles];

function troubleIn(
  { server, asker, bot }: InServer,
  channel: Channel,
): "not-admin-there" | "not-allowed-there" | undefined {
  if ((grantedIn(server, channel, asker) & ofAsker) !== ofAsker) return "not-admin-there";
  return (grantedIn(server, channel, bot) & ofBot) === ofBot ? undefined : "not-allowed-there";
}

/** Everything there is to grant. */
const everything = (1n << 64n) - 1n;

/**
 * What somebody may do in a channel: what their roles grant, changed by what the channel says of everybody, of their roles together
 * and of themselves, in this order (Discord's reference, Permissions, "Permission Overwrites").
 */
function grantedIn(server: APIGuild, channel: Channel, { id, roles }: Somebody): bigint {
  if (server.owner_id === id) return everything;
  const held = new Set([server.id, ...roles]);
  const base = server.roles.reduce((sum, role) => (held.has(role.id) ? sum | BigInt(role.permissions) : sum), 0n);
  if ((base & Administrator) !== 0n) return everything;
  const overwrites = channel.permission_overwrites ?? [];
  const steps = [
    overwrites.filter((one) => one.id === server.id),
    overwrites.filter((one) => one.type === OverwriteType.Role && one.id !== server.id && held.has(one.id)),
    overwrites.filter((one) => one.type === OverwriteType.Member && one.id === id),
  ];
  return steps.reduce((granted, some) => {
    const deny = some.reduce((sum, one) => sum | BigInt(one.deny), 0n);
    const allow = some.reduce((sum, one) => sum | BigInt(one.allow), 0n);
    return (granted & ~deny) | allow;
  }, base);
}

const MiB = 1_048_576;
/** Bytes of a file by the server's boosts: Discord's reference, "Uploading Files". */
const limits: Readonly<Partial<Record<GuildPremiumTier, number>>> = {
  [GuildPremiumTier.Tier2]: 50 * MiB,
  [GuildPremiumTier.Tier3]: 100 * MiB,
};

function destinationOf({ server }: InServer, { id, name, type }: Channel): Destination {
  return {
    id: `discord:channel:${id}`,
    title: name,
    kind: type === ChannelType.GuildAnnouncement ? "channel" : "group",
    server: server.name,
    uploadLimit: limits[server.premium_tier] ?? 10 * MiB,
  };
}

const goneCodes: readonly (number | string)[] = [RESTJSONErrorCodes.UnknownChannel, RESTJSONErrorCodes.UnknownGuild];
const shutCodes: readonly (number | string)[] = [RESTJSONErrorCodes.MissingAccess, RESTJSONErrorCodes.UnknownMember];
const notMember: readonly (number | string)[] = [RESTJSONErrorCodes.UnknownMember, RESTJSONErrorCodes.UnknownUser];

function hasCode(error: unknown, codes: readonly (number | string)[]): boolean {
  return error instanceof DiscordAPIError && codes.includes(error.code);
}

function undefinedWhere(codes: readonly (number | string)[]): (error: unknown) => undefined {
  return (error) => {
    if (!hasCode(error, codes)) throw error;
    return undefined;
  };
}
