import { isUrgent, type Action } from "../actions/action.ts";
import { decodeButton, type ButtonPress } from "../actions/buttons.ts";
import type { Arrival } from "../messaging/turns.ts";
import { commandIn, commandNamed } from "./commands.ts";
import type { BotContext } from "./context.ts";

/** How an update stands to others: one at a time for a person in a chat, and for the message that is pressed on. */
export function arrivalOf(ctx: BotContext): Arrival {
  const press = decodeButton(ctx.callbackQuery?.data ?? "");
  const action = press ?? commandOf(ctx);
  return { chains: chainsOf(ctx), urgent: action && urgencyOf(action), supersedes: press && supersededBy(ctx, press) };
}

/** The question that /cancel ends may have been asked by what is about to end. */
function urgencyOf(action: Action): Arrival["urgent"] {
  if (action.do === "cancel") return "soon";
  return isUrgent(action) ? "now" : undefined;
}

function chainsOf({ chat, from, callbackQuery }: BotContext): readonly string[] {
  if (!chat || chat.type === "private") return [`chat ${chat?.id ?? from?.id ?? "nobody"}`];
  const pressed = callbackQuery?.message;
  return [
    `chat ${chat.id} person ${from?.id ?? "nobody"}`,
    ...(pressed ? [`chat ${chat.id} message ${pressed.message_id}`] : []),
  ];
}

/** What a command asks for, as far as it can be told before its turn. */
function commandOf({ message, me }: BotContext): Action | undefined {
  const typed = commandIn(message?.text ?? "", me.username);
  return typed && commandNamed(typed.name)?.action(typed.words, []);
}

/** Presses that only look at something: of several in a row, the last one says what is to be seen. */
const looks: ReadonlySet<string> = new Set([
  "open",
  "turn",
  "up",
  "refresh",
  "sort",
  "back",
  "mounts",
  "mount",
  "open-mount",
  "favourites",
  "open-favourite",
  "admin-go",
  "admin-turn",
]);

/** A press makes an earlier one on the same keyboard needless, if that only looked, or asked for the very same. */
function supersededBy({ callbackQuery, from, chat }: BotContext, press: ButtonPress): string | undefined {
  const pressed = callbackQuery?.message;
  if (!pressed || !chat) return undefined;
  const what = looks.has(press.do) ? "look" : callbackQuery.data;
  const message = "ephemeral_message_id" in pressed ? pressed.ephemeral_message_id : pressed.message_id;
  return `${chat.id} ${message} ${from?.id ?? ""} ${what}`;
}
