import type { InlineKeyboardMarkup } from "@grammyjs/types";
import type { Bot } from "./bots.ts";
import { isRecord } from "./check.ts";
import type { Dependencies } from "./dependencies.ts";
import { readText } from "./entities.ts";
import { deliver } from "./hearing.ts";
import { readCaption, textContent } from "./texts.ts";
import type { Chat, Content, InlineQuery, Person } from "./world.ts";

type Result = Readonly<Record<string, unknown>>;

/** What a bot offers for the words after its name. */
export interface InlineResults {
  readonly results: readonly Result[];
  /** Sends one of them to the chat. */
  chooses(which: number | string): void;
}

/** Who types to a bot, and in which chat. */
interface Asker {
  readonly dependencies: Dependencies;
  readonly person: Person;
  readonly bot: Bot;
  readonly chat: Chat;
  readonly thread: number | undefined;
}

/** Types words after the bot's name and waits for its answer. */
export async function askInline(
  asker: Asker,
  query: string,
  { timeout }: { timeout?: number },
): Promise<InlineResults> {
  const { dependencies, bot, person, chat } = asker;
  if (!bot.inline) throw new Error(`@${bot.user.username} has no inline mode`);
  const answered: { results?: readonly Result[] } = {};
  const asked: InlineQuery = {
    id: `${dependencies.world.newId()}`,
    bot,
    person,
    chat,
    query,
    at: dependencies.clock.now(),
    answered: false,
    onAnswer: (results) => void (answered.results = results),
  };
  dependencies.world.queries.set(asked.id, asked);
  bot.met.add(person.user.id);
  bot.inbox.put("inline_query", {
    id: asked.id,
    from: person.user,
    query,
    offset: "",
    chat_type: chat.bot === bot ? "sender" : chat.type,
  });
  const results = await dependencies.until(() => answered.results, {
    what: `the inline query ${JSON.stringify(query)} was not answered`,
    ...(timeout !== undefined && { timeout }),
  });
  return { results, chooses: (which) => choose(asker, query, resultOf(results, which)) };
}

function resultOf(results: readonly Result[], which: number | string): Result {
  const found =
    typeof which === "number" ? results[which] : results.find(({ id, title }) => id === which || title === which);
  if (!found) throw new Error(`no inline result ${which}`);
  return found;
}

/** Posts a result in the person's name, and tells the bot where it is asked to be told. */
function choose({ dependencies, bot, person, chat, thread }: Asker, query: string, result: Result): void {
  const keyboard = result["reply_markup"] as InlineKeyboardMarkup | undefined;
  const inlineId = keyboard && `inline${dependencies.world.newId()}`;
  chat.started = true;
  const message = dependencies.world.put(chat, {
    from: person.user,
    asChat: false,
    marks: { via_bot: bot.user },
    content: contentOf(dependencies, result),
    ...(thread !== undefined && { thread }),
    ...(keyboard && { keyboard }),
    ...(inlineId !== undefined && { inlineId }),
  });
  if (bot.feedback) {
    bot.inbox.put("chosen_inline_result", {
      result_id: result["id"],
      from: person.user,
      query,
      ...(inlineId !== undefined && { inline_message_id: inlineId }),
    });
  }
  deliver(dependencies.world, message);
}

function contentOf({ files }: Dependencies, result: Result): Content {
  const given = result["input_message_content"];
  if (isRecord(given) && typeof given["message_text"] === "string") {
    // Read once already when the bot answered.
    const { parse_mode: parseMode, entities } = given as { parse_mode?: string; entities?: never[] };
    return textContent(readText(given["message_text"], { parseMode, entities }));
  }
  if (isRecord(given)) return { contact: given };
  const caption = readCaption(result);
  const id = result["photo_file_id"] ?? result["document_file_id"] ?? result["video_file_id"];
  const kind = String(result["type"]);
  if (typeof id === "string") {
    const file = files.get(id);
    const fields = { file_id: file.id, file_unique_id: file.uniqueId, file_size: file.size, file_name: file.clean };
    return { [kind]: kind === "photo" ? [{ ...fields, width: 1280, height: 720 }] : fields, ...caption };
  }
  const url = ["photo_url", "video_url", "document_url"]
    .map((name) => result[name])
    .find((found) => typeof found === "string");
  return {
    [kind]: kind === "photo" ? [{ file_id: url, file_unique_id: url, width: 1280, height: 720 }] : { file_id: url },
    ...caption,
  };
}
