import { InlineKeyboard, InlineQueryResultBuilder } from "grammy";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Actor } from "../../../emulators/telegram/people.ts";
import { openTestApp, type TestApp } from "./test-app.ts";

let app: TestApp;
let mia: Actor;
beforeEach(async () => {
  app = await openTestApp();
  mia = app.telegram.person({ name: "Mia" });
});
afterEach(() => app.close());

test("words after the bot's name bring results; the chosen one is posted, reported, and its buttons work", async () => {
  const chosen: unknown[] = [];
  await app.runs((bot) => {
    bot.inlineQuery(/^film (.*)$/, (ctx) =>
      ctx.answerInlineQuery(
        [
          InlineQueryResultBuilder.article("1", "The film", {
            reply_markup: new InlineKeyboard().text("More", "more"),
          }).text("<b>The film</b>", { parse_mode: "HTML" }),
        ],
        { cache_time: 0, is_personal: true },
      ),
    );
    bot.on("chosen_inline_result", (ctx) => void chosen.push(ctx.chosenInlineResult));
    bot.callbackQuery("more", async (ctx) => {
      await ctx.editMessageText("More of it");
      await ctx.answerCallbackQuery();
    });
  });
  const jun = app.telegram.person({ name: "Jun" });
  const group = app.telegram.group({ title: "Films", members: [mia, jun], bots: [] });
  const offered = await mia.in(group).asks("film noir");
  expect(offered.results).toMatchObject([{ id: "1", title: "The film" }]);
  offered.chooses("The film");
  const [posted] = jun.in(group).messages;
  expect(posted).toMatchObject({ author: "Mia", text: "The film", labels: ["More"] });
  await jun.in(group).presses("More");
  expect(posted?.text).toBe("More of it");
  expect(chosen).toMatchObject([{ result_id: "1", query: "film noir", from: { first_name: "Mia" } }]);
});

test.each<[what: string, results: object[], more: object, why: string]>([
  ["51 results", Array.from({ length: 51 }, (_, n) => article(`${n}`)), {}, "RESULTS_TOO_MUCH"],
  ["two with one id", [article("1"), article("1")], {}, "RESULT_ID_DUPLICATE"],
  ["an id of 65 bytes", [article("x".repeat(65))], {}, 'field "results[0].id" has 65 bytes, allowed 1-64'],
  ["an empty message", [{ ...article("1"), input_message_content: { message_text: "" } }], {}, "message text is empty"],
  [
    "data too long",
    [{ ...article("1"), reply_markup: { inline_keyboard: [[{ text: "x", callback_data: "x".repeat(65) }]] } }],
    {},
    "BUTTON_DATA_INVALID",
  ],
  ["an offset too long", [], { next_offset: "x".repeat(65) }, 'field "next_offset" has 65 bytes, allowed 0-64'],
  ["a payload nobody can open", [], { button: { text: "x", start_parameter: "a b" } }, "START_PARAM_INVALID"],
  [
    "a kind nobody knows",
    [{ type: "dance", id: "1" }],
    {},
    'can\'t parse inline query result: Field "results" must be one of',
  ],
])("an answer with %s is refused", async (_what, results, more, why) => {
  const asking = mia.asks("x", { timeout: 50 }).catch(() => undefined);
  const { result } = await app.call("getUpdates");
  const [{ inline_query }] = result as unknown as [{ inline_query: { id: string } }];
  const answer = await app.call("answerInlineQuery", { inline_query_id: inline_query.id, results, ...more });
  expect(answer.description).toContain(`Bad Request: ${why}`);
  await asking;
});

test("an answer to a question nobody asked is refused", async () => {
  expect((await app.call("answerInlineQuery", { inline_query_id: "9", results: [] })).description).toMatch(
    /query is too old/,
  );
});

function article(id: string): object {
  return { type: "article", id, title: "x", input_message_content: { message_text: "x" } };
}
