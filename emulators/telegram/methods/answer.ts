import type { InlineQueryResult } from "@grammyjs/types";
import type { Call, Handlers } from "../call.ts";
import { isRecord } from "../check.ts";
import { checkAddress, keyboardIn } from "../keyboard.ts";
import { badRequest, refusals } from "../refusal.ts";
import { readCaption, readMessageText, type Captioned } from "../texts.ts";

/** Answers to presses and to words typed after the bot's name. */
export const answering: Handlers<"answerCallbackQuery" | "answerInlineQuery" | "savePreparedInlineMessage"> = {
  answerCallbackQuery(call, { callback_query_id, text, show_alert, url }) {
    const press = call.world.presses.get(callback_query_id);
    if (text !== undefined && text.length > 200) throw badRequest("MESSAGE_TOO_LONG");
    if (!press || press.bot !== call.bot) throw refusals.queryTooOld();
    if (press.toast) {
      call.complain(`press ${press.id} was answered twice`);
      throw refusals.queryTooOld();
    }
    if (call.clock.now() - press.at > call.rules.answerWindow) throw refusals.queryTooOld();
    if (url !== undefined) checkOpened(call, url);
    press.toast = {
      alert: show_alert ?? false,
      ...(text !== undefined && text !== "" && { text }),
      ...(url !== undefined && { url }),
    };
    press.onAnswer(press.toast);
    call.world.changed();
    return true;
  },
  answerInlineQuery(call, { inline_query_id, results, button, next_offset: _next }) {
    const query = call.world.queries.get(inline_query_id);
    if (!query || query.bot !== call.bot) throw refusals.queryTooOld();
    if (query.answered || call.clock.now() - query.at > call.rules.answerWindow) throw refusals.queryTooOld();
    if (results.length > 50) throw badRequest("RESULTS_TOO_MUCH");
    if (new Set(results.map(({ id }) => id)).size < results.length) throw badRequest("RESULT_ID_DUPLICATE");
    if (button?.start_parameter !== undefined && !isPayload(button.start_parameter))
      throw badRequest("START_PARAM_INVALID");
    for (const result of results) checkResult(call, result);
    query.answered = true;
    // The table checked them; their fields are read by what they are.
    query.onAnswer(results as unknown as readonly Record<string, unknown>[]);
    call.world.changed();
    return true;
  },
  savePreparedInlineMessage(call, { user_id, result }) {
    if (!call.world.people.some(({ user }) => user.id === user_id)) throw badRequest("user not found");
    checkResult(call, result);
    const expires = Math.floor(call.clock.now() / 1000) + 86_400;
    return { id: `prepared${call.world.newId()}`, expiration_date: expires };
  },
};

/** What follows `?start=`. */
export function isPayload(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(text);
}

/** A press opens nothing but the bot's own private chat. */
function checkOpened({ bot }: Call, address: string): void {
  const url = URL.parse(address);
  const mine = url?.host === "t.me" && url.pathname.slice(1).toLowerCase() === bot.user.username.toLowerCase();
  if (!mine || !isPayload(url.searchParams.get("start") ?? "")) throw badRequest("URL_INVALID");
}

/** What the table cannot say of an inline result. */
function checkResult(call: Call, result: InlineQueryResult): void {
  if ("title" in result && result.title?.trim() === "") throw badRequest("ARTICLE_TITLE_EMPTY");
  if (result.reply_markup) keyboardIn(result.reply_markup, { limit: call.rules.keyboardLimit });
  for (const [name, value] of Object.entries(result)) {
    if (typeof value !== "string") continue;
    if (name === "url" || name.endsWith("_url")) checkAddress(value);
    if (name.endsWith("_file_id")) call.files.get(value);
  }
  const content: unknown = "input_message_content" in result ? result.input_message_content : undefined;
  if (isRecord(content) && typeof content["message_text"] === "string") {
    readMessageText(content["message_text"], {
      parseMode: content["parse_mode"],
      entities: content["entities"],
    } as Parameters<typeof readMessageText>[1]);
  }
  readCaption(result as Captioned);
}
