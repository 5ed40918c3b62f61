import type { Chat, Message, User } from "grammy/types";
import type { Visit } from "../users/visit.ts";

/** Rows a listing has: more than ten do not fit a phone beside the text. */
export const rows = { usual: 8, most: 10 } as const;

interface VisitMore {
  /** Bytes of the largest file the bot can put anywhere. */
  readonly uploadLimit: number;
  /** Number of the update; absent = it is none. */
  readonly update?: number | undefined;
  /** The message this is about. */
  readonly message?: Pick<Message, "is_topic_message" | "message_thread_id"> | undefined;
}

/** Who acts and where. Absent for updates without a person or a chat. */
export function visitOf(
  from: User | undefined,
  chat: Chat | undefined,
  { uploadLimit, message, update }: VisitMore,
): Visit | undefined {
  if (!from || !chat) return undefined;
  return {
    person: {
      id: `telegram:${from.id}`,
      username: from.username,
      firstName: from.first_name,
      name: [from.first_name, from.last_name].filter((part) => part !== undefined && part !== "").join(" "),
      ...(from.language_code !== undefined && from.language_code !== "" && { locale: from.language_code }),
    },
    place: placeOf(chat, message),
    rows,
    uploadLimit,
    ...(update !== undefined && { order: update, update: `update-${update}` }),
  };
}

function placeOf(chat: Chat, message: VisitMore["message"]): Visit["place"] {
  const id = `telegram:${chat.id}`;
  if (chat.type === "private") return { id, kind: "private" };
  const thread = message?.is_topic_message ? message.message_thread_id : undefined;
  return {
    id,
    kind: "group",
    ...(chat.title !== undefined && chat.title !== "" && { title: chat.title }),
    ...(thread !== undefined && { thread: String(thread) }),
  };
}
