import type { Chat, User } from "grammy/types";
import type { Visit } from "../actions/action.ts";

/** Rows a listing has: more than ten do not fit a phone beside the text. */
export const rows = { usual: 8, most: 10 } as const;

/** Who acts and where. Absent for updates without a person or a chat, and for posts of channels. */
export function visitOf(from: User | undefined, chat: Chat | undefined, uploadLimit: number): Visit | undefined {
  if (!from || !chat || chat.type === "channel") return undefined;
  return {
    person: {
      id: `telegram:${from.id}`,
      name: [from.first_name, from.last_name].filter((part) => part !== undefined && part !== "").join(" "),
      ...(from.language_code !== undefined && from.language_code !== "" && { locale: from.language_code }),
    },
    place: { id: `telegram:${chat.id}`, kind: chat.type === "private" ? "private" : "group" },
    rows,
    uploadLimit,
  };
}
