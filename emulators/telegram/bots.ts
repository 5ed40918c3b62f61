import type { User } from "@grammyjs/types";
import type { Clock } from "../clock.ts";
import { Inbox } from "./updates.ts";
import type { Webhook } from "./webhook.ts";

/** A bot's account. */
export interface Bot {
  readonly token: string;
  readonly user: User & { readonly is_bot: true; readonly username: string };
  /** In groups it sees only what is meant for it. */
  readonly privacy: boolean;
  readonly joinsGroups: boolean;
  /** Answers inline queries. */
  readonly inline: boolean;
  /** Is told which inline results were chosen. */
  readonly feedback: boolean;
  readonly inbox: Inbox;
  webhook?: Webhook;
  /** Command lists by scope and language. */
  readonly commands: Map<string, readonly BotCommand[]>;
  /** Names and descriptions by kind and language. */
  readonly texts: Map<string, string>;
  /** Menu buttons by chat; "" = the usual one. */
  readonly menus: Map<string, unknown>;
  /** People it met: in a group, or through inline mode. */
  readonly met: Set<number>;
  /** Logged out of this server. */
  loggedOut: boolean;
}

/** A command as the bot announced it. */
export interface BotCommand {
  readonly command: string;
  readonly description: string;
  readonly is_ephemeral?: boolean;
}

/** What to know of a bot to be. */
export interface BotDraft {
  readonly token?: string;
  readonly name?: string;
  readonly username?: string;
  /** Default true. */
  readonly privacy?: boolean;
  /** Default true. */
  readonly joinsGroups?: boolean;
  /** Default true. */
  readonly inline?: boolean;
  /** Default true. */
  readonly feedback?: boolean;
}

/** A bot as @BotFather would make it. */
export function newBot(draft: BotDraft, { n, clock }: { n: number; clock: Clock }): Bot {
  const username = draft.username ?? (n === 0 ? "drive_bot" : `drive${n + 1}_bot`);
  const token = draft.token ?? `${7_000_000_001 + n}:AAEmulatedTokenOfABotOnLoopback_${String(n).padStart(3, "0")}`;
  return {
    token,
    user: {
      id: Number(token.split(":")[0]),
      is_bot: true,
      first_name: draft.name ?? "ChatDrive",
      username,
    },
    privacy: draft.privacy ?? true,
    joinsGroups: draft.joinsGroups ?? true,
    inline: draft.inline ?? true,
    feedback: draft.feedback ?? true,
    inbox: new Inbox(clock, 500_000_000 + n * 1_000_000),
    commands: new Map(),
    texts: new Map(),
    menus: new Map(),
    met: new Set(),
    loggedOut: false,
  };
}
