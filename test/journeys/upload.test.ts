import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { OwnFile } from "../../emulators/discord/own-file.ts";
import { drawMessages } from "../../emulators/discord/sight.ts";
import { loadWords } from "../../src/i18n/words.ts";
import { prepareProgram, type Program } from "./program.ts";
import { signInOnDiscord } from "./sign-in.ts";

// Files that people send go into the folder they are in, kill or no kill.

vi.setConfig({ testTimeout: 90_000 });

let program: Program;
beforeEach(async () => {
  program = await prepareProgram();
});
afterEach(() => program.close());

const MiB = 1024 * 1024;
const patterned = (length: number, step = 251) => Buffer.from(Uint8Array.from({ length }, (_, n) => n % step));
const tickets = () =>
  program.world.pikpak.calls.filter(({ path, method }) => method === "POST" && path === "/drive/v1/files").length;

/** What is in the top folder of somebody's drive under that name, its phase included. */
function there(who: "lena" | "jun", name: string): string[] {
  const { state } = program.world.pikpak;
  const { username } = program.world.shelf.accounts[who];
  const account = [...state.accounts.values()].find((one) => one.username === username);
  return state.nodes
    .children(account?.userId ?? "", "")
    .filter((node) => node.name.startsWith(name))
    .map((node) => `${node.name} ${node.phase} ${node.size}`);
}

const said = {
  en: {
    ways: "How would you like to sign in?",
    way: "User name and password",
    name: "❔ User name",
    password: "❔ Password",
    summary: "3 of 3 in the drive",
    taken: "another file of this name",
    replace: "Replace",
    both: "Keep both",
  },
  zh: {
    ways: "请选择登录方式",
    way: "用户名和密码",
    name: "❔ 用户名",
    password: "❔ 密码",
    summary: "已上传 3 / 3",
    taken: "已有同名文件",
    replace: "替换",
    both: "都保留",
  },
} as const;

async function signInOnTelegram(who: "lena" | "jun", words: (typeof said)["en" | "zh"]): Promise<void> {
  const { world } = program;
  const person = world.people[who];
  person.sends("/login");
  await person.waitsFor(words.ways);
  await person.presses(words.way);
  await person.waitsFor(words.name);
  person.sends(world.shelf.accounts[who].username);
  await person.waitsFor(words.password);
  person.sends(world.shelf.accounts[who].password);
  await person.waitsFor("🏠");
}

test.each([
  ["lena", "en"],
  ["jun", "zh"],
] as const)("on Telegram %s uploads an album, in %s, through a kill, and replaces a file", async (who, language) => {
  const { world } = program;
  const person = world.people[who];
  const words = said[language];
  await program.start();
  await signInOnTelegram(who, words);
  // The first one's second part is not let in before the kill.
  world.pikpak.fail({ path: "/vip-lixian-07/", method: "POST", delay: 0, status: 503, times: 2, body: "" });
  const bytes = patterned(9 * MiB);
  person.sendsFile({ kind: "video", name: "trip.mp4", bytes, album: "a1" });
  person.sendsFile({ kind: "photo", bytes: patterned(5000), album: "a1" });
  person.sendsFile({ kind: "document", name: "notes.txt", bytes: patterned(300), album: "a1" });
  const shown = await person.waitsFor("trip.mp4");
  await expect.poll(tickets, { timeout: 15_000 }).toBeGreaterThan(0);
  await program.kill();
  await program.start();
  await person.waitsFor((message) => message.id === shown.id && message.text.includes(words.summary), {
    timeout: 40_000,
  });
  expect(there(who, "trip")).toEqual([`trip.mp4 PHASE_TYPE_COMPLETE ${bytes.length}`]);
  expect(there(who, "notes")).toEqual(["notes.txt PHASE_TYPE_COMPLETE 300"]);
  expect(there(who, "photo_")).toHaveLength(1);
  person.sendsFile({ kind: "document", name: "notes.txt", bytes: patterned(400) });
  await person.waitsFor(words.taken, { timeout: 20_000 });
  await person.presses(words.replace);
  await expect.poll(() => there(who, "notes"), { timeout: 20_000 }).toContain("notes.txt PHASE_TYPE_COMPLETE 400");
  expect(program.log()).not.toContain("/file/bot");
});

test.each([
  ["lena", "en"],
  ["jun", "zh"],
] as const)("on Discord %s uploads files, in %s, through a kill, and keeps both of a name", async (who, language) => {
  const { world } = program;
  const person = world.members[who];
  const here = { in: person.dm };
  const words = said[language];
  const always = { PUBLIC_URL: program.gateway };
  await program.start(always);
  await signInOnDiscord(program, who);
  await person.waitsFor("🏠", here);
  world.pikpak.fail({ path: "/vip-lixian-07/", method: "POST", status: 503, times: 2, body: "" });
  const trip: OwnFile = { name: "trip.mp4", bytes: patterned(900_000) };
  const notes: OwnFile = { name: "notes.txt", bytes: patterned(300) };
  const more: OwnFile = { name: "more.bin", bytes: patterned(200) };
  // Discord says what language a client speaks with commands alone.
  if (who === "lena") person.sends("", { ...here, files: [trip, notes, more] });
  else await person.uses("/upload", { ...here, files: { file: trip, second: notes, third: more } });
  await person.waitsFor("trip.mp4", here);
  await expect.poll(tickets, { timeout: 15_000 }).toBeGreaterThan(0);
  await program.kill();
  await program.start(always);
  await person.waitsFor(words.summary, { ...here, within: 40_000 });
  expect(there(who, "trip")).toEqual(["trip.mp4 PHASE_TYPE_COMPLETE 900000"]);
  await person.uses("/upload", { ...here, files: { file: { name: "notes.txt", bytes: patterned(400) } } });
  await person.waitsFor(words.taken, { ...here, within: 20_000 });
  await person.presses(new RegExp(words.both), here);
  await expect
    .poll(() => there(who, "notes").toSorted(), { timeout: 20_000 })
    .toEqual(["notes(1).txt PHASE_TYPE_COMPLETE 400", "notes.txt PHASE_TYPE_COMPLETE 300"]);
});

test("a file in a group is nobody's upload", async () => {
  const { world } = program;
  const { lena } = world.people;
  await program.start();
  await signInOnTelegram("lena", said.en);
  const group = lena.in(world.group);
  group.sendsFile({ kind: "document", name: "notes.txt", bytes: patterned(300) });
  group.sends("/help");
  await group.waitsFor("/share");
  expect(tickets()).toBe(0);
  expect(lena.in(world.group).sees()).not.toContain("in the drive");
});

test.each([
  ["lena", "en"],
  ["jun", "zh"],
] as const)(
  "on Discord %s sends files that fail, and tries again in %s when their addresses have ended",
  async (who, language) => {
    const { world } = program;
    const person = world.members[who];
    const here = { in: person.dm };
    const say = loadWords().in(language);
    const always = { PUBLIC_URL: program.gateway };
    await program.start(always);
    await signInOnDiscord(program, who);
    await person.waitsFor("🏠", here);
    // Discord says what language a client speaks with commands alone.
    await person.uses("/start", here);
    const refusal = { error: "file_space_not_enough", error_code: 8, error_description: "no space" };
    world.pikpak.fail({
      path: "/drive/v1/files",
      method: "POST",
      status: 400,
      times: 20,
      body: JSON.stringify(refusal),
    });
    const [kept, gone] = ["notes.txt", "gone.txt"].map((name) =>
      person.sends("", { ...here, files: [{ name, bytes: patterned(300) }] }),
    );
    await person.waitsFor(
      (view) => ["notes.txt", "gone.txt", "🔄"].every((one) => drawMessages([view]).includes(one)),
      {
        ...here,
        within: 30_000,
      },
    );
    await program.kill();
    world.discord.endsAddresses();
    if (!kept || !gone) throw new Error("two files make two messages");
    gone.deleted = true;
    world.pikpak.heal();
    await program.start(always);
    await person.presses(/🔄/, here);
    await expect.poll(() => there(who, "notes"), { timeout: 30_000 }).toEqual(["notes.txt PHASE_TYPE_COMPLETE 300"]);
    await person.waitsFor(say("error-source-gone"), { ...here, within: 20_000 });
    expect(there(who, "gone")).toEqual([]);
  },
);
