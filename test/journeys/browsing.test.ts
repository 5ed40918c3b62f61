import { afterEach, expect, test, vi } from "vitest";
import type { Shown } from "../../emulators/telegram/shown.ts";
import { prepareProgram, type Program } from "./program.ts";
import { askPasswordOnTelegram } from "./sign-in.ts";

// Browsing over the real driver, and what each step costs upstream.

vi.setConfig({ testTimeout: 60_000 });
let program: Program;
afterEach(() => program.close());

const has = (label: string) => (message: Shown) => message.labels.some((one) => one.includes(label));
const asked = (path: RegExp) => program.world.pikpak.calls.filter((call) => path.test(call.path)).length;
/** Those that had been answered by then. */
const answered = (path: RegExp, by: number) =>
  program.world.pikpak.calls.filter((call) => path.test(call.path) && call.status > 0 && call.at + call.ms <= by)
    .length;

test("a folder of thousands shows its first screen before its first page is whole; the count grows, the order settles, pages turn", async () => {
  program = await prepareProgram({ DISCORD_BOT_TOKEN: "" });
  const { world } = program;
  const { mia } = world.people;
  const account = [...world.pikpak.state.accounts.values()].find(({ username }) => username === "mia@example.com");
  if (!account) throw new Error("Mia has no account");
  const heap = world.pikpak.build.folder(account, undefined, "Heap");
  world.pikpak.build.many(account, heap, 6000, (n) => ({ name: `report ${6000 - n}.pdf`, size: 1000 + n }));
  await program.start();
  await askPasswordOnTelegram(program, "mia");
  mia.sends("wrong-horse");
  await mia.waitsFor("does not accept this user name and password");
  expect(asked(/\/v1\/auth\/signin$/)).toBe(1);
  mia.sends(world.shelf.accounts.mia.password);
  const list = await mia.waitsFor("7 entries");
  expect([asked(/\/v1\/auth\/signin$/), asked(/\/drive\/v1\/files$/)]).toEqual([2, 1]);
  // Folders first, natural order.
  const rows = list.labels.filter((label) => /^(📁|📦)/u.test(label));
  expect(rows).toEqual([
    "📁 Archive",
    "📁 Empty",
    "📁 Films",
    "📁 Heap",
    "📁 Holiday 2026",
    "📁 Music",
    expect.stringContaining("📦"),
  ]);

  // The rest of the first page takes its time, and so does the one after it.
  for (const fault of [{ restAfter: 1000 }, { delay: 1000 }])
    world.pikpak.fail({ method: "GET", path: "/drive/v1/files", ...fault });
  await mia.presses("📁 Heap", { on: list });
  const first = await world.telegram.called(
    ({ method, parameters }) => method === "editMessageText" && String(parameters["text"]).includes("› Heap"),
  );
  expect(String(first.parameters["text"])).toMatch(/30 entries so far.*page 1\/…/s);
  expect([asked(/\/drive\/v1\/files$/), answered(/\/drive\/v1\/files$/, first.at)]).toEqual([2, 1]);
  await mia.waitsFor("6,000 entries", { timeout: 20_000 });
  expect(asked(/\/drive\/v1\/files$/)).toBe(1 + 12);
  const growing = world.telegram.calls.filter(
    ({ method, parameters }) => method === "editMessageText" && /so far/.test(String(parameters["text"])),
  );
  expect(growing.length).toBeGreaterThan(1);
  expect(list.text).toContain("page 1/750");
  expect(list.labels.slice(0, 3).map((label) => /report \d+/.exec(label)?.[0])).toEqual([
    "report 1",
    "report 2",
    "report 3",
  ]);
  await mia.presses("▶", { on: list });
  await mia.waitsFor("page 2/750");
  expect(list.labels.some((label) => label.includes("report 9"))).toBe(true);
  await mia.presses("Size", { on: list });
  await mia.waitsFor("by size ↑");
  await mia.presses("⬆", { on: list });
  await mia.waitsFor((message) => message.id === list.id && message.text.includes("7 entries"));
  // Turning, sorting and going up asked nothing of PikPak.
  expect(asked(/\/drive\/v1\/files$/)).toBe(1 + 12);
  await mia.presses("🔄", { on: list });
  await expect.poll(() => asked(/\/drive\/v1\/files$/)).toBe(1 + 12 + 1);
});

test("a pass code costs one call for each answer, and a stranger's press does nothing", async () => {
  program = await prepareProgram({ DISCORD_BOT_TOKEN: "" });
  const { world } = program;
  const { mia, jun } = world.people;
  await program.start();
  const opens = () => asked(/\/drive\/v1\/share$/);
  mia.sends(world.shelf.shares.coded.url);
  await mia.waitsFor("❔ Pass code");
  expect(opens()).toBe(1);
  for (const [n, code] of ["aaaa", "bbbb"].entries()) {
    mia.sends(code);
    await expect.poll(opens).toBe(n + 2);
    await mia.waitsFor("This pass code is not right");
  }
  mia.sends(world.shelf.shares.coded.passCode ?? "");
  const list = await mia.waitsFor("🏠 Holiday 2026");
  expect(opens()).toBe(4);
  const button = list.buttons.find(({ text }) => text.includes("Day 1"));
  if (!button || !("callback_data" in button)) throw new Error("no button");
  jun.sends("/start");
  const theirs = await jun.waitsFor("两种");
  const calls = world.pikpak.calls.length;
  const toast = await jun.forges(button.callback_data, { on: theirs }).answer();
  expect(toast.text ?? jun.sees()).toMatch(/[\u4e00-\u9fff]{4}/);
  expect([world.pikpak.calls.length, jun.messages.some(has("Day 1"))]).toEqual([calls, false]);

  // In a group Jun reads Mia's list of an open share: his press is answered for him alone, and her list stays.
  const hall = { mia: mia.in(world.group), jun: jun.in(world.group) };
  hall.mia.sends(`/share ${world.shelf.shares.open.url}`);
  const shared = await hall.mia.waitsFor("🏠 Holiday 2026");
  const press = hall.jun.taps("📁 Day 1", { on: shared });
  const own = await hall.jun.waitsFor("› Day 1");
  await press.answer();
  expect([own.receiver, own.id === shared.id]).toEqual([
    Number(world.persons.find(({ name }) => name === "Jun")?.id),
    false,
  ]);
  expect(shared.text).not.toContain("› Day 1");
});
