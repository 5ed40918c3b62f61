import type { EphemeralMessageParameters, ReplyParameters } from "@grammyjs/types";
import type { Call } from "./call.ts";
import { badRequest, refusals } from "./refusal.ts";
import { isAdmin, isIn, type Chat, type StoredMessage, type EphemeralTarget } from "./world.ts";

/** What a message that one person sees alone is asked for with. */
interface EphemeralRequest {
  readonly parameters: EphemeralMessageParameters;
  readonly reply: ReplyParameters | undefined;
}

/** An ephemeral message, if it may be: in a group, to somebody in it, and, unless the bot runs the group, soon after they did something. */
export function ephemeralFor(call: Call, chat: Chat, { parameters, reply }: EphemeralRequest): EphemeralTarget {
  const { receiver_user_id: person, callback_query_id: pressId, replace_callback_query_message: replace } = parameters;
  if (chat.type === "private" || chat.type === "channel")
    throw badRequest("ephemeral messages can be sent only to groups and supergroups");
  const receiver = chat.members.get(person)?.user;
  if (!receiver || !isIn(chat, person)) throw badRequest("PARTICIPANT_ID_INVALID");
  if (receiver.is_bot) throw badRequest("USER_IS_BOT");
  const pressed = pressId === undefined ? undefined : pressedMessage(call, chat, { person, pressId });
  if (!pressed && reply?.ephemeral_message_id === undefined && !isAdmin(chat, call.bot.user.id)) {
    throw badRequest("CHAT_ADMIN_REQUIRED");
  }
  if (reply?.ephemeral_message_id !== undefined) commandOf(call, chat, { person, id: reply.ephemeral_message_id });
  if (replace && !pressed) throw badRequest("callback_query_id must be specified to replace the message");
  if (replace && pressed?.ephemeral) throw badRequest("ephemeral messages must be edited instead of being replaced");
  return { id: call.world.newId(), person, bot: call.bot.user.id, ...(replace && pressed && { replaces: pressed }) };
}

function pressedMessage(
  call: Call,
  chat: Chat,
  { person, pressId }: { person: number; pressId: string },
): StoredMessage {
  const press = call.world.presses.get(pressId);
  if (!press || press.bot !== call.bot || call.clock.now() - press.at > call.rules.answerWindow)
    throw refusals.queryTooOld();
  if (press.person.user.id !== person || press.message.chat !== chat) throw badRequest("QUERY_ID_INVALID");
  return press.message;
}

/** The command that only the bot got. */
function commandOf(call: Call, chat: Chat, { person, id }: { person: number; id: number }): StoredMessage {
  const found = chat.messages.find(
    ({ ephemeral, deleted, from }) =>
      !deleted && ephemeral?.id === id && ephemeral.person === person && from.id === person,
  );
  if (!found || found.ephemeral?.bot !== call.bot.user.id) throw badRequest("message to be replied not found");
  if (call.clock.now() - found.at > call.rules.answerWindow) throw badRequest("MESSAGE_TOO_OLD");
  return found;
}

/** An ephemeral message of this bot, by chat, receiver and number together. */
export function ephemeralOf(
  { bot }: Call,
  chat: Chat,
  { person, id }: { person: number; id: number },
): StoredMessage | undefined {
  return chat.messages.find(
    ({ ephemeral, deleted, from }) =>
      !deleted &&
      ephemeral?.id === id &&
      ephemeral.person === person &&
      ephemeral.bot === bot.user.id &&
      from.id === bot.user.id,
  );
}
