import { GrammyError, type Api } from "grammy";
import type { ChatMember } from "grammy/types";
import { LRUCache } from "lru-cache";

/** What people are in groups, as Telegram says. */
export interface Members {
  /** Not older than a minute; undefined = Telegram does not tell. Ids are place and person ids of ours. */
  roleIn(place: string, person: string): Promise<MemberRole | undefined>;
}

export type MemberRole = "admin" | "member" | "none";

const believedFor = 60_000;

/** The members of the groups a bot is in. */
export function createMembers(api: Api, { now }: { now(): number }): Members {
  const known = new LRUCache<string, { readonly at: number; readonly role: Promise<MemberRole | undefined> }>({
    max: 20_000,
  });
  return {
    roleIn(place, person) {
      const [chat, user] = [place, person].map(numberIn);
      if (chat === undefined || user === undefined) return Promise.resolve(undefined);
      const key = `${chat}:${user}`;
      const cached = known.get(key);
      if (cached && Math.abs(now() - cached.at) < believedFor) return cached.role;
      const role = ask(api, chat, user);
      known.set(key, { at: now(), role });
      void role.catch(() => known.delete(key));
      return role;
    },
  };
}

/** `telegram:-1005` is -1005. */
function numberIn(id: string): number | undefined {
  const [, number] = /^telegram:(-?\d+)$/.exec(id) ?? [];
  return number === undefined ? undefined : Number(number);
}

async function ask(api: Api, chat: number, user: number): Promise<MemberRole | undefined> {
  try {
    return roleOf(await api.getChatMember(chat, user));
  } catch (error) {
    // The bot is not in the group, or the member list is hidden from it.
    if (error instanceof GrammyError && [400, 403].includes(error.error_code)) return undefined;
    throw error;
  }
}

function roleOf(member: ChatMember): MemberRole {
  switch (member.status) {
    case "creator":
    case "administrator":
      return "admin";
    case "member":
      return "member";
    case "restricted":
      return member.is_member ? "member" : "none";
    case "left":
    case "kicked":
      return "none";
  }
}
