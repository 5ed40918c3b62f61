import {
  DiscordAPIError,
  PermissionFlagsBits,
  RESTJSONErrorCodes,
  Routes,
  type APIGuild,
  type APIGuildMember,
  type REST,
} from "discord.js";
import { LRUCache } from "lru-cache";
import type { Logger } from "pino";
import { loggable } from "./refusals.ts";

/** What people are in servers, as Discord says; asked where no interaction tells it, as at a download. */
export interface Members {
  /** Not older than a minute; undefined = Discord does not tell. Ids are place and person ids of ours. */
  roleIn(place: string, person: string): Promise<MemberRole | undefined>;
}

export type MemberRole = "admin" | "member" | "none";

interface MembersParts {
  /** Undefined while Discord is not reached. */
  rest(): REST | undefined;
  /** Milliseconds since the epoch. */
  now(): number;
  readonly log: Logger;
  /** Told that Discord knows no such server of the bot's. True = it was one, and what was lent to it has ended. */
  onGone(guild: string): Promise<boolean>;
}

const believedFor = 60_000;
/** Milliseconds a download or a press waits for Discord's word. */
const timeout = 5000;

/** The members of the servers a bot is in. Needs no intent: one member may be asked for by id. */
export function createMembers({ rest, now, log, onGone }: MembersParts): Members {
  const servers = createBelief<Server | undefined>(now, 2000);
  const members = createBelief<Standing>(now, 20_000);

  const ask = async (by: REST, guild: string, user: string): Promise<MemberRole | undefined> => {
    const [server, standing] = await Promise.all([
      servers.of(guild, () => serverOf(by, guild)),
      members.of(`${guild}:${user}`, () => standingOf(by, guild, user)),
    ]);
    if (!server) return (await onGone(guild)) ? "none" : undefined;
    if (standing === "untold") return undefined;
    if (standing === "none") return "none";
    return server.owner === user || grants(server, [guild, ...standing]) ? "admin" : "member";
  };

  return {
    async roleIn(place, person) {
      const guild = /^discord:guild:(\d+)$/.exec(place)?.[1];
      const user = /^discord:(\d+)$/.exec(person)?.[1];
      const by = rest();
      if (!by || guild === undefined || user === undefined) return undefined;
      try {
        return await ask(by, guild, user);
      } catch (err) {
        log.debug({ err: loggable(err) }, "discord member lookup failed");
        return undefined;
      }
    },
  };
}

/** What was told a moment ago is not asked again; who asks at the same time shares one answer, and a failure is nobody's. */
function createBelief<T>(now: () => number, max: number) {
  const known = new LRUCache<string, { readonly at: number; readonly told: Promise<T> }>({ max });
  return {
    of(key: string, ask: () => Promise<T>): Promise<T> {
      const held = known.get(key);
      if (held && Math.abs(now() - held.at) < believedFor) return held.told;
      const told = ask();
      known.set(key, { at: now(), told });
      void told.catch(() => known.delete(key));
      return told;
    },
  };
}

interface Server {
  readonly owner: string;
  /** Permissions by role; everybody's has the server's own id. */
  readonly roles: ReadonlyMap<string, bigint>;
}

/** Undefined = the bot is not in it. */
async function serverOf(rest: REST, guild: string): Promise<Server | undefined> {
  try {
    // Discord's own answer, as its types describe it.
    const { owner_id: owner, roles } = (await rest.get(Routes.guild(guild), soon())) as APIGuild;
    return { owner, roles: new Map(roles.map(({ id, permissions }) => [id, BigInt(permissions)])) };
  } catch (error) {
    if (hasCode(error, notThere)) return undefined;
    throw error;
  }
}

/** The roles of a member besides everybody's; or they are none; or the bot is not there to be told. */
type Standing = readonly string[] | "none" | "untold";

async function standingOf(rest: REST, guild: string, user: string): Promise<Standing> {
  try {
    // Discord's own answer, as its types describe it.
    return ((await rest.get(Routes.guildMember(guild, user), soon())) as APIGuildMember).roles;
  } catch (error) {
    if (hasCode(error, notMember)) return "none";
    if (hasCode(error, notThere)) return "untold";
    throw error;
  }
}

function soon(): { readonly signal: AbortSignal } {
  return { signal: AbortSignal.timeout(timeout) };
}

function grants({ roles }: Server, held: readonly string[]): boolean {
  const granted = held.reduce((sum, role) => sum | (roles.get(role) ?? 0n), 0n);
  return (granted & (PermissionFlagsBits.ManageGuild | PermissionFlagsBits.Administrator)) !== 0n;
}

const notMember: readonly (number | string)[] = [RESTJSONErrorCodes.UnknownMember, RESTJSONErrorCodes.UnknownUser];
const notThere: readonly (number | string)[] = [RESTJSONErrorCodes.UnknownGuild, RESTJSONErrorCodes.MissingAccess];

function hasCode(error: unknown, codes: readonly (number | string)[]): boolean {
  return error instanceof DiscordAPIError && codes.includes(error.code);
}
