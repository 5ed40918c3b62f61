import type { Call, Handlers } from "../call.ts";
import { messageIn, openChat } from "../chats.ts";
import { mediaFields } from "../media.ts";
import { toMessage } from "../messages.ts";
import { badRequest } from "../refusal.ts";
import { readCaption, type Captioned } from "../texts.ts";
import type { Content, StoredMessage } from "../world.ts";
import { post } from "./send.ts";

/** Messages sent once more. */
export const forwarding: Handlers<"forwardMessage" | "forwardMessages" | "copyMessage" | "copyMessages"> = {
  forwardMessage(call, parameters) {
    const source = sourceOf(call, { ...parameters, verb: "forward" });
    return toMessage(post(call, parameters, source.content, originOf(source)));
  },
  forwardMessages: (call, { message_ids, ...parameters }) =>
    sourcesOf(call, { ...parameters, ids: message_ids, verb: "forward" }).map((source) =>
      idOf(post(call, parameters, source.content, originOf(source))),
    ),
  copyMessage(call, parameters) {
    const source = sourceOf(call, { ...parameters, verb: "copy" });
    const content = parameters.caption === undefined ? source.content : recaptioned(source.content, parameters);
    return idOf(post(call, parameters, content));
  },
  copyMessages: (call, { message_ids, remove_caption, ...parameters }) =>
    sourcesOf(call, { ...parameters, ids: message_ids, verb: "copy" }).map((source) =>
      idOf(post(call, parameters, remove_caption ? recaptioned(source.content, {}) : source.content)),
    ),
};

interface Source {
  readonly from_chat_id: number | string;
  readonly message_id: number;
  readonly verb: "forward" | "copy";
}

function sourceOf(call: Call, { from_chat_id, message_id, verb }: Source): StoredMessage {
  const found = messageIn(openChat(call, from_chat_id), message_id);
  if (!found) throw badRequest(`message to ${verb} not found`);
  const service = !["text", "contact", ...mediaFields].some((field) => field in found.content);
  if (service || "has_protected_content" in found.marks) {
    throw badRequest(verb === "copy" ? "message can't be copied" : "message can't be forwarded");
  }
  return found;
}

interface Sources {
  readonly from_chat_id: number | string;
  readonly ids: readonly number[];
  readonly verb: "forward" | "copy";
}

/** Those that are there; the service passes the others over, unless none is left. */
function sourcesOf(call: Call, { from_chat_id, ids, verb }: Sources): StoredMessage[] {
  const chat = openChat(call, from_chat_id);
  const found = ids.filter((id) => messageIn(chat, id));
  if (found.length === 0) throw badRequest(`message to ${verb} not found`);
  return found.map((message_id) => sourceOf(call, { from_chat_id, message_id, verb }));
}

function originOf({ from, at }: StoredMessage): object {
  return { forward_origin: { type: "user", sender_user: from, date: Math.floor(at / 1000) } };
}

function recaptioned(
  { caption: _caption, caption_entities: _entities, ...content }: Content,
  given: Captioned,
): Content {
  return { ...content, ...readCaption(given) };
}

function idOf({ id }: StoredMessage): object {
  return { message_id: id };
}
