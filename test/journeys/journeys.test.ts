import { afterEach, describe, expect, test } from "vitest";
import { Cloud, many, usualCloud } from "../actions/test-app.ts";
import { openDiscord } from "./discord-front.ts";
import type { Front } from "./front.ts";
import { openTelegram } from "./telegram-front.ts";

// Stories that are the same wherever they happen: what Mia does, what she sees, and what is done for her.

const open1 = "https://share.example/s/open1";
const code1 = "https://share.example/s/code1";
const account = { username: "mia", password: "correct-horse" };

describe.each([
  ["Telegram", openTelegram],
  ["Discord", openDiscord],
])("on %s", (_name, openFront) => {
  let front: Front;
  afterEach(() => front.close());

  test("Mia is greeted, signs in, opens a film and gets its link, in one message", async () => {
    front = await openFront();
    await front.command("start");
    await front.sees("two ways in", "🔑");
    await front.command("login");
    await front.fill("pikpak", account);
    const list = await front.sees("🏠 mia", "14 entries", "📁 Films");
    await front.open("Films");
    expect(await front.sees("🏠 mia › Films", "🎬 beach.mp4", "100 B")).toBe(list);
    await front.open("beach.mp4");
    expect(await front.sees("beach.mp4", "Video · 100 B", "🔗 720P", "🔗 480P")).toBe(list);
    await front.press("🔗 Original");
    expect(await front.sees("Download link", "https://dl.example/", "Whoever has the link")).toBe(list);
    await front.press("⬆");
    expect(await front.sees("Video · 100 B", "🔗 720P")).toBe(list);
    expect(front.did).toEqual(["start", "sign-in", "submit", "open", "open", "link", "back"]);
  });

  test("pages turn, keep their place, and know how many there are", async () => {
    front = await openFront();
    await front.command("settings");
    await front.sees("Rows a page");
    await front.press("5");
    await front.sees("Rows a page: 5");
    await front.command("share", { link: open1 });
    const list = await front.sees("14 entries", "page 1/3", "📁 Films");
    await front.press("▶");
    expect(await front.sees("page 2/3", "file 5.txt")).toBe(list);
    await front.press("▶");
    expect(await front.sees("page 3/3", "file 12.txt")).toBe(list);
    await front.press("◀");
    expect(await front.sees("page 2/3")).toBe(list);
    await front.press("🔄");
    expect(await front.sees("page 2/3")).toBe(list);
    await front.press("Size");
    expect(await front.sees("page 1/3", "by size ↑")).toBe(list);
    expect(front.did).toEqual(["show-settings", "set-rows", "open-share", "turn", "turn", "turn", "refresh", "sort"]);
  });

  test("a share asks for its link, then for its code, and again when that is wrong", async () => {
    front = await openFront();
    await front.command("share");
    await front.fill("pikpak-share", { link: code1 });
    await front.sees("needs a pass code");
    await front.fill("pikpak-share", { passCode: "nope" });
    await front.sees("This pass code is not right");
    await front.fill("pikpak-share", { passCode: "abcd" });
    await front.sees("🏠 code1", "14 entries");
    expect(front.did).toEqual(["open-share", "submit", "submit", "submit"]);
  });

  test("a link that comes with the command opens at once; one that is no share is explained", async () => {
    front = await openFront();
    await front.command("share", { link: code1, code: "abcd" });
    await front.sees("🏠 code1", "14 entries");
    await front.command("share", { link: "https://elsewhere.example/s/x" });
    await front.sees("not a PikPak share link", "📂");
    expect(front.did).toEqual(["open-share", "open-share"]);
  });

  test("a wrong password is explained and asked for again", async () => {
    front = await openFront();
    await front.command("login");
    await front.fill("pikpak", { ...account, password: "wrong" });
    await front.fill("pikpak", { password: "correct-horse" });
    await front.sees("🏠 mia", "14 entries");
    expect(front.did).toEqual(["sign-in", "submit", "submit"]);
  });

  test("a sign-in that wants a human goes on where it stopped once the verification is done", async () => {
    const cloud = usualCloud();
    cloud.challenge = "ck0.solved";
    front = await openFront(cloud);
    await front.command("login");
    await front.fill("pikpak", account);
    await front.fill("pikpak", { captchaToken: "ck0.solved" });
    await front.sees("🏠 mia", "14 entries");
    expect(front.did).toEqual(["sign-in", "submit", "submit"]);
  });

  test("a link is found by a path, and by words of a name; of several there is a list", async () => {
    front = await openFront();
    await front.command("share", { link: open1 });
    await front.sees("14 entries");
    await front.command("link", { file: "Films/beach.mp4" });
    await front.sees("Download link", "beach.mp4");
    await front.command("share", { link: open1 });
    await front.sees("14 entries");
    await front.command("link", { file: "file 1" });
    await front.sees("Only names with: file 1", "4 entries");
    await front.command("link", { file: "nowhere/at all" });
    expect(await front.sees("There is nothing at this path")).toBeDefined();
  });

  test("a drive is listed, checked, renamed and removed", async () => {
    front = await openFront();
    await front.command("login");
    await front.fill("pikpak", account);
    await front.sees("14 entries");
    await front.command("mounts");
    await front.sees("Your drives", "🟢");
    await front.open("🟢 mia");
    await front.sees("▓░░░░░░░░░ 10%", "🩺");
    await front.press("✏️");
    await front.fill("mount-title", { title: "Summer <b> **x**" });
    await front.sees("Summer <b> **x**");
    await front.command("mounts");
    await front.sees("Your drives", "Summer <b> **x**");
    await front.open("🟢 Summer");
    await front.sees("▓░░░░░░░░░ 10%", "Summer <b> **x**");
    await front.press("🗑");
    await front.sees("Remove this drive");
    await front.press("🗑 Yes");
    await front.sees("removed from here");
    const renaming = ["show-mounts", "mount", "rename-mount", "submit"];
    const removing = ["show-mounts", "mount", "remove-mount", "confirm"];
    expect(front.did).toEqual(["sign-in", "submit", ...renaming, ...removing]);
  });

  test("everything kept about Mia is forgotten when she says so twice", async () => {
    front = await openFront();
    await front.command("login");
    await front.fill("pikpak", account);
    await front.sees("14 entries");
    await front.command("forget");
    await front.sees("Delete everything kept about you");
    await front.press("🗑");
    await front.sees("is deleted");
    await front.command("mounts");
    await front.sees("no drive here yet");
    expect(front.did.slice(-3)).toEqual(["forget", "confirm", "show-mounts"]);
  });

  test("another language is spoken from the moment it is chosen", async () => {
    front = await openFront();
    await front.command("settings");
    await front.sees("Language: English");
    await front.open("简体中文");
    expect(await front.sees("语言：简体中文")).toBeDefined();
  });

  test("buttons outlive the process", async () => {
    front = await openFront();
    await front.command("share", { link: open1 });
    const list = await front.sees("14 entries");
    await front.restart();
    await front.open("Films");
    expect(await front.sees("› Films", "beach.mp4")).toBe(list);
  });

  test("a drive that fails says why, and Try again does what it says", async () => {
    const cloud = usualCloud();
    front = await openFront(cloud);
    await front.command("share", { link: open1 });
    await front.sees("14 entries");
    cloud.failing = new Error("connect ECONNREFUSED");
    await front.press("🔄");
    const said = await front.sees("failure of its own", "Try again");
    cloud.failing = undefined;
    await front.press("Try again");
    expect(await front.sees("14 entries")).toBe(said);
  });

  test("a long folder shows its first page at once, and its end in the same message", async () => {
    const cloud = new Cloud({ shares: { open1: { tree: many(1200) } } });
    cloud.hold();
    front = await openFront(cloud);
    await front.command("share", { link: open1 });
    const first = await front.sees("page 1/…", "500 entries so far");
    cloud.release();
    expect(await front.sees("1,200 entries")).toBe(first);
  });

  test("a long folder whose first page takes its time shows at once what has come of it", async () => {
    const cloud = new Cloud({ shares: { open1: { tree: many(1200) } } });
    cloud.hold({ first: true });
    front = await openFront(cloud);
    await front.command("share", { link: open1 });
    const first = await front.sees("page 1/…", "30 entries so far");
    cloud.release();
    expect(await front.sees("1,200 entries")).toBe(first);
  });
});
