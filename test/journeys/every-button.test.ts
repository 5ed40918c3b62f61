import { afterEach, expect, test } from "vitest";
import { decodeButton, encodeButton } from "../../src/actions/buttons.ts";
import type { ViewRef } from "../../src/actions/model/session.ts";
import { app as desk, usualCloud } from "../actions/test-app.ts";
import { presses } from "../actions/every-press.ts";
import { openTestApp as openDiscordApp } from "../discord/test-app.ts";
import { mia } from "../telegram/double.ts";
import { openTestApp as openTelegramApp } from "../telegram/test-app.ts";

// A button that is in the table and that nobody answers leaves its presser waiting. Each is pressed once on a real list,
// by somebody who operates the bot, through the front door of both chats.

let close: (() => Promise<void>) | undefined;
afterEach(() => close?.());

const unlimited = { take: async () => "go" as const };

/** The screen whose buttons these are. */
function viewIn(codes: readonly string[]): ViewRef {
  const [view] = codes.flatMap((code) => decodeButton(code)?.view ?? []);
  if (!view) throw new Error("the list has no button");
  return view;
}

test("on Telegram every button there is gets an answer", async () => {
  const at = desk(usualCloud(), {
    now: Date.now,
    admin: { rateLimit: unlimited },
    changes: { admins: [`telegram:${mia.id}`] },
  });
  const app = await openTelegramApp((action, visit, signal) => at.do(visit, action, signal), {
    updatesPerPerson: 1000,
  });
  close = () => app.close();
  const { double } = app;
  await app.telegram.start();
  double.sends(mia, mia.id, "/share https://share.example/s/open1");
  const list = await double.sees(({ text }) => text.includes("14 entries"));
  const view = viewIn(list.buttons.flatMap((button) => ("callback_data" in button ? [button.callback_data] : [])));
  for (const press of presses(view)) {
    const before = double.answers.length;
    double.tapsCode(mia, list, encodeButton(press));
    await double.telegram.until(() => double.answers.length > before || undefined, {
      what: () => `the button ${press.do} was not answered`,
    });
  }
  const did = new Set(app.asked.map(({ action }) => action.do));
  expect(presses(view).filter((press) => !did.has(press.do))).toEqual([]);
  expect(at.logged).toEqual([]);
}, 60_000);

test("on Discord every button there is gets an answer", async () => {
  const app = await openDiscordApp({
    admin: { rateLimit: unlimited },
    actionsPerPerson: 1000,
    operators: (person) => [`discord:${person.user.id}`],
  });
  close = () => app.close();
  const { mia: presser } = app;
  await app.discord.start();
  await app.known();
  await presser.uses("/share link:https://share.example/s/open1");
  const message = await presser.waitsFor("14 entries");
  const view = viewIn(app.idsOn(message));
  for (const press of presses(view)) {
    const interaction = await presser.forges(encodeButton(press), { message });
    await expect.poll(() => interaction.state, { message: `the button ${press.do}` }).toBe("answered");
  }
  const undone = () => presses(view).filter((press) => !app.asked.some(({ action }) => action.do === press.do));
  await expect.poll(undone).toEqual([]);
  expect(app.desk.logged).toEqual([]);
}, 60_000);
