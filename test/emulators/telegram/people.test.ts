import { InlineKeyboard } from "grammy";
import { afterEach, expect, test } from "vitest";
import { openHouse, type House } from "./house.ts";

let house: House;
afterEach(() => house.close());

test("a person writes, the bot answers with buttons, a press changes the message and shows a toast", async () => {
  house = await openHouse();
  const mia = house.telegram.person({ name: "Mia" });
  await house.runs((bot) => {
    bot.command("start", (ctx) => ctx.reply("Hello", { reply_markup: new InlineKeyboard().text("Next", "next") }));
    bot.callbackQuery("next", async (ctx) => {
      await ctx.editMessageText("Page 2");
      await ctx.answerCallbackQuery("Turned");
    });
  });
  mia.says("/start");
  const shown = await mia.waitsFor("Hello");
  expect(await mia.presses("Next")).toEqual({ text: "Turned", alert: false });
  expect(shown.text).toBe("Page 2");
  expect(mia.sees()).toBe("Mia:\n  /start\nChatDrive (edited):\n  Page 2");
  expect(house.telegram.complaints).toEqual([]);
});
