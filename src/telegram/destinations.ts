import { GrammyError, type Api } from "grammy";
import type { ChatFullInfo, ChatMember } from "grammy/types";
import { LRUCache } from "lru-cache";
import type { DestinationCheck, DestinationLookup } from "../users/destinations.ts";

/** Chats of Telegram that files can be delivered to, as Telegram says. */
export interface TelegramDestinations extends DestinationLookup {
  /** The people who run a chat: ids of ours, the bots left out. Empty = Telegram does not tell. */
  adminsOf(chat: number): Promise<readonly string[]>;
}

const believedFor = 60_000;
/** Most admins Telegram names of one chat that are noted: it lets a channel have 50. */
const maxAdmins = 50;

interface DestinationsParts {
  /** The bot's. Its id is what stands before the colon. */
  readonly token: string;
  now(): number;
}

export function createTelegramDestinations(api: Api, { token, now }: DestinationsParts): TelegramDestinations {
  const bot = Number(token.split(":")[0]);
  const known = new LRUCache<string, { readonly until: number; readonly told: Promise<DestinationCheck> }>({
    max: 5000,
  });
  const check = (place: string, person: string): Promise<DestinationCheck> => {
    const [chat, user] = [place, person].map(numberIn);
    if (chat === undefined || user === undefined) return Promise.resolve(gone);
    const told = ask(api, chat, { user, bot });
    const key = `${chat}:${user}`;
    known.set(key, { until: now() + believedFor, told });
    void told.catch(() => known.delete(key));
    return told;
  };
  return {
    checkDestination: check,
    async destinationsIn(place, person) {
      const [chat, user] = [place, person].map(numberIn);
      const held = known.get(`${chat}:${user}`);
      const told = await (held && held.until > now() ? held.told : check(place, person));
      return told.is === "open" ? [told.destination] : [];
    },
    async adminsOf(chat) {
      try {
        const admins = await api.getChatAdministrators(chat);
        return admins
          .filter(({ user }) => !user.is_bot)
          .slice(0, maxAdmins)
          .map(({ user }) => `telegram:${user.id}`);
      } catch (error) {
        if (error instanceof GrammyError && [400, 403].includes(error.error_code)) return [];
        throw error;
      }
    },
  };
}

/** `telegram:-1005` is -1005. */
function numberIn(id: string): number | undefined {
  const [, number] = /^telegram:(-?\d{1,16})$/.exec(id) ?? [];
  return number === undefined ? undefined : Number(number);
}

const gone: DestinationCheck = { is: "closed", why: "gone-there" };
const shutOut: DestinationCheck = { is: "closed", why: "not-allowed-there" };

interface Two {
  readonly user: number;
  readonly bot: number;
}

async function ask(api: Api, chat: number, { user, bot }: Two): Promise<DestinationCheck> {
  try {
    const [about, asker, self] = await Promise.all([
      api.getChat(chat),
      api.getChatMember(chat, user),
      api.getChatMember(chat, bot),
    ]);
    if (!runs(asker, about)) return { is: "closed", why: "not-admin-there" };
    if (!maySend(self, about)) return shutOut;
    return {
      is: "open",
      destination: {
        id: `telegram:${chat}`,
        title: about.title ?? String(chat),
        kind: about.type === "channel" ? "channel" : "group",
      },
    };
  } catch (error) {
    if (!(error instanceof GrammyError) || ![400, 403].includes(error.error_code)) throw error;
    // Telegram names a chat that is no more and one that the bot was sent away from in these words.
    return /chat not found|deactivated|deleted|upgraded to a supergroup/i.test(error.description) ? gone : shutOut;
  }
}

/** Its owner, or an admin: of a channel one who may post there themselves. */
function runs(member: ChatMember, { type }: ChatFullInfo): boolean {
  if (member.status === "creator") return true;
  return member.status === "administrator" && (type !== "channel" || member.can_post_messages === true);
}

/** The kinds of files the bot sends. */
const kinds = ["can_send_documents", "can_send_photos", "can_send_videos", "can_send_audios"] as const;

function maySend(bot: ChatMember, { type, permissions }: ChatFullInfo): boolean {
  switch (bot.status) {
    case "creator":
      return true;
    case "administrator":
      return type !== "channel" || bot.can_post_messages === true;
    case "member":
      return type !== "channel" && kinds.every((kind) => permissions?.[kind] !== false);
    case "restricted":
      return bot.is_member && kinds.every((kind) => bot[kind]);
    case "left":
    case "kicked":
      return false;
  }
}
