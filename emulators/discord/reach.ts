import { textOf } from "./layout.ts";
import { localName } from "./typed.ts";
import { may, permission } from "./permissions.ts";
import { contextOf } from "./shapes.ts";
import { permissionsIn, type Channel, type Command, type State, type User } from "./state.ts";

/** Through whose installation somebody reaches the app in a place: `"0"` a guild, `"1"` themselves. */
export function ownersIn(state: State, user: User, channel: Channel): Readonly<Record<string, string>> {
  return {
    ...(throughGuild(state, user, channel) && { "0": channel.guild?.id ?? "0" }),
    ...(user.installed && { "1": user.id }),
  };
}

/** In a guild that added the app; or in the bot's own conversation, where any such guild in common will do. */
function throughGuild(state: State, user: User, channel: Channel): boolean {
  if (channel.guild) return channel.guild.installed;
  const shared = [...state.guilds.values()].some((guild) => guild.installed && guild.members.has(user.id));
  return channel.kind === "bot-dm" && shared;
}

/** The owners of one command's use: those it is meant for. None = they cannot use it here. */
export function ownersOf(
  state: State,
  command: Command,
  { user, channel }: { user: User; channel: Channel },
): Readonly<Record<string, string>> {
  const kinds = numbers(command.body["integration_types"]) ?? [0];
  const contexts = numbers(command.body["contexts"]);
  const granted = permissionsIn(channel, user.id);
  if (command.guild !== undefined) {
    const here = command.guild === channel.guild?.id && channel.guild.installed;
    return here && isPermitted(command, granted) ? { "0": command.guild } : {};
  }
  if (contexts && !contexts.includes(contextOf(channel))) return {};
  if (channel.kind === "bot-dm" && command.body["dm_permission"] === false) return {};
  const owners = ownersIn(state, user, channel);
  return Object.fromEntries(
    Object.entries(owners).filter(
      ([kind]) => kinds.includes(Number(kind)) && (kind === "1" || !channel.guild || isPermitted(command, granted)),
    ),
  );
}

/** Whether the guild's rule for a command lets a member use it; "0" = administrators alone. */
function isPermitted({ body }: Command, granted: bigint): boolean {
  const wanted = body["default_member_permissions"];
  if (!may(granted, permission.useCommands)) return false;
  if (wanted === undefined || wanted === null) return true;
  const bits = BigInt(textOf(wanted));
  return bits === 0n ? may(granted, permission.administrator) : may(granted, bits);
}

function numbers(value: unknown): number[] | undefined {
  return Array.isArray(value) ? value.filter((item): item is number => typeof item === "number") : undefined;
}

/** The commands somebody is offered in a place. */
export function commandsFor(state: State, user: User, channel: Channel): Command[] {
  return [...state.commands.values()]
    .filter((command) => Object.keys(ownersOf(state, command, { user, channel })).length > 0)
    .toSorted((a, b) => nameFor(a, user).localeCompare(nameFor(b, user), "en"));
}

/** What a command is called on somebody's screen. */
export function nameFor(command: Command, user: User): string {
  return localName(command.body, "name", user.locale);
}
