import type { Bot } from "./bots.ts";
import { Group, type Guest } from "./groups.ts";
import type { Dependencies } from "./dependencies.ts";
import { Actor } from "./people.ts";
import { newChat, type World } from "./world.ts";

/** Who somebody is. */
export interface PersonDraft {
  readonly name: string;
  /** Default: the next free one. */
  readonly id?: number;
  /** The name on the demo page; default: `name` in small letters. */
  readonly key?: string;
  readonly lastName?: string;
  readonly username?: string;
  /** Default `en`. */
  readonly language?: string;
  /** Wrote to every bot there is long ago, so that they may write first. */
  readonly started?: boolean;
}

/** What a group is. */
export interface GroupDraft {
  readonly title: string;
  readonly members: readonly [owner: Guest, ...others: Guest[]];
  /** Default supergroup. */
  readonly type?: "group" | "supergroup" | "channel";
  readonly id?: number;
  readonly username?: string;
  /** Has topics. */
  readonly forum?: boolean;
  /** Bots in it from the start; default the first one, in a channel none. */
  readonly bots?: readonly Bot[];
}

/** Somebody new, sitting in the private chat with a bot. */
export function addPerson(
  dependencies: Dependencies,
  { name, id, key, lastName, username, language = "en", started = false }: PersonDraft,
  bot: Bot,
): Actor {
  const { world } = dependencies;
  const person = {
    key: key ?? name.toLowerCase(),
    user: {
      id: id ?? 1001 + world.people.length,
      is_bot: false,
      first_name: name,
      language_code: language,
      ...(lastName !== undefined && { last_name: lastName }),
      ...(username !== undefined && { username }),
    },
  };
  world.people.push(person);
  if (started) for (const known of world.bots) world.privateChat(known, person).started = true;
  return new Actor(dependencies, { person, bot, chat: world.privateChat(bot, person) });
}

/** A group as it is from the start; nobody is told of it. */
export function addGroup(world: World, draft: GroupDraft, usual: Bot): Group {
  const { title, members, type = "supergroup", forum, username } = draft;
  const { bots = type === "channel" ? [] : [usual] } = draft;
  const id = draft.id ?? (type === "group" ? -4000 - world.newId() : -1_000_000_000_000 - world.newId());
  const chat = newChat({ id, type, title, ...(forum && { forum }), ...(username !== undefined && { username }) });
  for (const [n, guest] of [...members, ...bots].entries()) {
    const user = "person" in guest ? guest.person.user : guest.user;
    chat.members.set(user.id, { user, status: n === 0 ? "creator" : "member", anonymous: false });
  }
  world.groups.set(id, chat);
  world.changed();
  return new Group(world, chat);
}
