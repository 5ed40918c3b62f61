import { afterEach, expect, test, vi } from "vitest";
import type { Shown } from "../../emulators/telegram/shown.ts";
import { prepareProgram, type Program } from "./program.ts";
import { askPageOnDiscord, askPasswordOnTelegram, openPage } from "./sign-in.ts";

// kill -9 of the real program over a database on the disk, at the moments that hurt, and what people see afterwards.

let program: Program;
vi.setConfig({ testTimeout: 90_000 });
afterEach(() => program.close());

const has =
  (...labels: readonly string[]) =>
  (message: Shown) =>
    labels.every((label) => message.labels.some((one) => one.includes(label)));

/** Killed when nothing is under way; `atOnce`: the moment something was seen, which Telegram then may bring again. */
async function restart({ atOnce = false } = {}): Promise<void> {
  const { telegram } = program.world;
  const isForAsker = () => telegram.bot.inbox.pending.length === 0 && telegram.bot.inbox.isPolled;
  if (!atOnce)
    await telegram.until(() => isForAsker() || undefined, { what: "all updates are handled", timeout: 10_000 });
  await program.kill();
  await program.start();
}

test("on Telegram a kill -9 leaves buttons, old buttons and half-finished dialogues as they were", async () => {
  program = await prepareProgram();
  const { world } = program;
  const { mia } = world.people;
  await program.start();
  await askPasswordOnTelegram(program, "mia");
  // The moment the question appears, what it asks for may not be on the disk yet: Telegram brings the answer again.
  await restart({ atOnce: true });
  mia.sends(world.shelf.accounts.mia.password);
  const list = await mia.waitsFor("6 entries");

  await restart();
  await mia.presses("📁 Films", { on: list });
  await mia.waitsFor(has("Lighthouse"));
  const film = list.buttons.find(({ text }) => text.includes("A Quiet Harbour") && text.includes("🎬"));
  if (!film || !("callback_data" in film)) throw new Error("no film");
  await mia.presses("Lighthouse");
  await mia.waitsFor(has("Lighthouse S01E01"));
  await restart();
  // A client that still shows the screen before: the button does what its label said there.
  await mia.forges(film.callback_data, { on: list }).answer();
  await mia.waitsFor((message) => message.id === list.id && message.text.includes("A Quiet Harbour (2024) 1080p.mkv"));

  mia.sends(world.shelf.shares.coded.url);
  await mia.waitsFor("❔ Pass code");
  await restart();
  mia.sends("zz99");
  await mia.waitsFor("This pass code is not right");
  await restart();
  mia.sends(world.shelf.shares.coded.passCode ?? "");
  await mia.waitsFor("🏠 Holiday 2026");

  // A question about deleting waits through a kill as well.
  mia.sends("/forget");
  await mia.waitsFor("Delete everything");
  await restart();
  await mia.presses("🗑 Yes");
  const over = await mia.waitsFor("is deleted");
  expect(over.labels).toEqual([]);
});

test("on Discord a kill -9 leaves buttons, menus, modals and one-time pages as they were", async () => {
  program = await prepareProgram();
  const { world } = program;
  const { mia } = world.members;
  const here = { in: world.hall };
  await program.start({ PUBLIC_URL: program.gateway });
  const card = await askPageOnDiscord(program, "mia", here);
  await restart();
  const page = await openPage(card);
  const send = (password: string) => page.send({ username: "mia@example.com", password });
  const refused = await send("wrong-horse");
  expect([refused.status, await refused.text()]).toEqual([
    422,
    expect.stringContaining("does not accept this user name"),
  ]);
  await restart();
  expect((await send(world.shelf.accounts.mia.password)).status).toBe(200);
  const list = await mia.waitsFor("6 entries", here);
  expect(list.id).toBe(card.id);

  await restart();
  await mia.selects(/Films/, { message: list });
  await mia.waitsFor("Lighthouse", here);
  await restart();
  await mia.presses(/⬆/, { message: list });
  await mia.waitsFor("6 entries", here);

  await mia.uses(`/share link:${world.shelf.shares.coded.url}`, here);
  await mia.waitsFor("needs a pass code", here);
  await restart();
  await mia.presses(/Fill in/, here);
  await restart();
  await mia.fills({ "Pass code": world.shelf.shares.coded.passCode ?? "" });
  await mia.waitsFor("🏠 Holiday 2026", here);
});
