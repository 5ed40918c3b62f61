import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, expect, test, vi } from "vitest";
import { startApp, type App } from "../../src/app.ts";
import { startWorld, type World } from "../../emulators/world.ts";

vi.setConfig({ testTimeout: 60_000 });

let world: World;
let app: App;
const folders: string[] = [];
afterEach(async () => {
  await app.stop();
  await world.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** `isPublic`: people reach the gateway. `dataDir`: what is kept outlives the app. */
async function open({ isPublic = true, dataDir }: { isPublic?: boolean; dataDir?: string } = {}): Promise<void> {
  world = await startWorld(dataDir === undefined ? {} : { dataDir });
  await begin(isPublic);
}

async function begin(isPublic = true): Promise<void> {
  const { publicUrl = "", ...config } = world.config;
  app = await startApp(
    { ...config, ...(isPublic && { publicUrl }) },
    { onFatal: () => undefined, log: pino({ level: "silent" }) },
  );
}

test("Mia opens a share, gets a file into the chat, and its folder's links as a list that works", async () => {
  await open();
  const { mia } = world.people;
  mia.sends(world.shelf.shares.open.url);
  await mia.waitsFor("› Holiday 2026");
  mia.sends("/get Holiday 2026/Packing list.txt");
  await mia.waitsFor(/Sent in/);
  const call = await world.telegram.called(({ method }) => method === "sendDocument");
  const sent = Object.values(call.parameters).find(
    (value): value is { sha256: string } => typeof value === "object" && value !== null && "sha256" in value,
  );
  expect(sent?.sha256).toBe(createHash("sha256").update("towel\nsun cream\nbooks\n").digest("hex"));

  mia.sends("/browse Holiday 2026/Day 1");
  await mia.waitsFor("Day 1");
  const calls = world.pikpak.calls.length;
  await mia.presses("🧾");
  await mia.waitsFor((message) => message.labels.some((label) => label.includes("one a line")));
  await mia.presses("one a line");
  await mia.waitsFor(/The list holds 14 links/);
  expect(world.pikpak.calls.length).toBe(calls);
  const list = mia.messages.findLast((message) => message.file?.name === "Day 1.links.txt");
  const { file_id: id } = (list?.stored.content["document"] ?? {}) as { readonly file_id?: string };
  const links = (world.telegram.files.get(id ?? "").bytes ?? Buffer.alloc(0))
    .toString()
    .split("\n")
    .filter((line) => line.startsWith("http"));
  expect(links).toHaveLength(14);
  const answer = await fetch(links[0] ?? "", { redirect: "manual" });
  expect(answer.status).toBe(302);

  mia.sends("/mounts");
  await mia.waitsFor("Your drives");
  await mia.presses("🟢");
  await mia.waitsFor((message) => message.labels.some((label) => label.includes("Take back its links")));
  expect(await mia.presses("Take back its links")).toMatchObject({
    text: expect.stringContaining("do not work any more"),
  });
  expect((await fetch(links[0] ?? "", { redirect: "manual" })).status).toBe(410);
  expect(world.telegram.complaints).toEqual([]);
});

const picture = { name: "Sunset.jpg", bytes: Buffer.from("not seen by anybody ".repeat(5000)), mimeType: "image/jpeg" };
const pictureHash = createHash("sha256").update(picture.bytes).digest("hex");

/** Mia's holiday has a picture more. */
function addPicture(): void {
  const { build, state } = world.pikpak;
  const [share] = state.shares.values();
  const holiday = state.nodes.get(share?.top[0] ?? "");
  const owner = state.accounts.get(share?.owner ?? "");
  if (!holiday || !owner) throw new Error("nobody shares a holiday");
  build.file(owner, holiday, picture);
}

test("on Telegram a picture that is sent as a file arrives as a document, byte for byte, and not as a photo", async () => {
  await open();
  addPicture();
  const { mia } = world.people;
  mia.sends(world.shelf.shares.open.url);
  await mia.waitsFor("› Holiday 2026");
  mia.sends(`/browse Holiday 2026/${picture.name}`);
  await mia.waitsFor((message) => message.labels.some((label) => label.includes("Send it as a file")));
  await mia.presses("Send it as a file");
  await mia.waitsFor(({ file }) => file?.name === picture.name);
  const sent = world.telegram.calls.filter(({ method }) => ["sendPhoto", "sendDocument"].includes(method));
  expect(sent.map(({ method }) => method)).toEqual(["sendDocument"]);
  expect(Object.values(sent[0]?.parameters ?? {})).toContainEqual(expect.objectContaining({ sha256: pictureHash }));
  expect(world.telegram.complaints).toEqual([]);
});

test("on Discord, where every file stays one, a picture arrives byte for byte, and there is no second way to send it", async () => {
  await open();
  addPicture();
  const { mia } = world.members;
  await mia.uses("/share", { options: { link: world.shelf.shares.open.url }, in: mia.dm });
  await mia.waitsFor("› Holiday 2026");
  await mia.uses("/browse", { options: { path: `Holiday 2026/${picture.name}` } });
  await mia.waitsFor("Send it here");
  expect(mia.sees()).not.toContain("Send it as a file");
  await mia.presses(/Send it here/);
  await mia.waitsFor(/Sent in/, { within: 10_000 });
  const uploads = world.discord.requests.flatMap((request) => request.uploads);
  expect(uploads.map(({ name, sha256 }) => [name, sha256])).toEqual([[picture.name, pictureHash]]);
  expect(world.discord.complaints).toEqual([]);
});

test("in a group Jun gets a file of the drive Mia lent it; once it is taken back, there is nothing to get", async () => {
  await open();
  const { people, group, shelf, telegram } = world;
  const [mia, jun] = [people.mia.in(group), people.jun.in(group)];
  people.mia.sends(shelf.shares.open.url);
  await people.mia.waitsFor("› Holiday 2026");
  mia.sends("/bind");
  await mia.presses("✅", { on: await mia.waitsFor("Share with this group?") });
  await mia.waitsFor("Shared with this group");

  jun.sends("/get Holiday 2026/Packing list.txt");
  await jun.waitsFor(({ file }) => file?.name === "Packing list.txt");
  const documents = () => telegram.calls.filter(({ method }) => method === "sendDocument").length;
  expect(documents()).toBe(1);

  mia.sends("/unbind");
  await mia.waitsFor("not shared any more");
  jun.sends("/get Holiday 2026/Packing list.txt");
  await jun.waitsFor("本群还没有共享网盘");
  expect(documents()).toBe(1);
  expect(telegram.complaints).toEqual([]);
});

test("in a server Jun gets a file of the drive Mia lent it, for him alone; once it is taken back, there is nothing to get", async () => {
  await open();
  const { members, hall, shelf, discord } = world;
  const { mia, jun, lena } = members;
  await mia.uses("/share", { options: { link: shelf.shares.open.url }, in: mia.dm });
  await mia.waitsFor("› Holiday 2026");
  await mia.uses("/bind", { in: hall });
  await mia.presses(/✅/, { message: await mia.waitsFor("Share with this server?", { in: hall }) });
  await mia.waitsFor("Shared with this server", { in: hall });

  const get = { options: { file: "Holiday 2026/Packing list.txt" }, in: hall };
  jun.speaks("en-US");
  await jun.uses("/get", get);
  await jun.waitsFor(/Sent in/, { in: hall, within: 10_000 });
  const uploads = () => discord.requests.flatMap((request) => request.uploads).map(({ name }) => name);
  expect(uploads()).toEqual(["Packing list.txt"]);
  expect(lena.messages({ in: hall })).toEqual([]);

  await mia.uses("/unbind", { in: hall });
  await mia.waitsFor("not shared any more", { in: hall });
  await jun.uses("/get", get);
  await jun.waitsFor("There is no drive here yet", { in: hall });
  expect(uploads()).toHaveLength(1);
  expect(discord.complaints).toEqual([]);
});

test("a list without a public address is of the drive's own links, and its life is said", async () => {
  await open({ isPublic: false });
  const { mia } = world.people;
  mia.sends(world.shelf.shares.open.url);
  await mia.waitsFor("› Holiday 2026");
  mia.sends("/browse Holiday 2026/Day 1");
  await mia.waitsFor("Day 1");
  await mia.presses("🧾");
  await mia.waitsFor((message) => message.labels.some((label) => label.includes("one a line")));
  await mia.presses("one a line");
  const ready = await mia.waitsFor(/The list holds 14 links/, { timeout: 15_000 });
  expect(ready.text).toContain("They lead straight to the drive.");
  expect(ready.text).toMatch(/The links work (?:for|until) /);
});

test("a film that was on its way when the bot went down is on its way again when it is back, and can be cancelled", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "chatdrive-send-"));
  folders.push(dataDir);
  await open({ dataDir });
  world.telegram.rules.uploadLimit = 2000 * 1024 * 1024;
  const { mia } = world.people;
  mia.sends(world.shelf.shares.open.url);
  await mia.waitsFor("› Holiday 2026");
  mia.sends("/get Holiday 2026/Day 1/Beach, day 1.mp4");
  await mia.waitsFor((message) => message.labels.some((label) => label.includes("✖️")));
  await app.stop();
  await begin();
  await mia.waitsFor(/[1-9][\d.]* [kMG]B of 1\.2 GB/, { timeout: 20_000 });
  expect(await mia.presses("✖️")).toMatchObject({ text: expect.stringContaining("Cancelled") });
  await mia.waitsFor(/Cancelled\. The file was not sent/);
  expect(mia.messages.some((message) => message.file !== undefined)).toBe(false);
  expect(world.telegram.complaints).toEqual([]);
});

test("on Discord a file comes beside the message that shows how far it is, byte for byte", async () => {
  await open();
  const { mia } = world.members;
  await mia.uses("/share", { options: { link: world.shelf.shares.open.url }, in: mia.dm });
  await mia.waitsFor("› Holiday 2026");
  await mia.uses("/get", { options: { file: "Holiday 2026/Packing list.txt" } });
  await mia.waitsFor(/Sent in/, { within: 10_000 });
  const [file] = world.discord.requests.flatMap(({ uploads }) => uploads);
  expect(file?.name).toBe("Packing list.txt");
  expect(file?.sha256).toBe(createHash("sha256").update("towel\nsun cream\nbooks\n").digest("hex"));
  expect(world.discord.complaints).toEqual([]);
});

test("a file that somebody asks for in a server is theirs alone, and too large a film is told before anything is sent", async () => {
  await open();
  const { mia, jun } = world.members;
  await mia.uses("/share", { options: { link: world.shelf.shares.open.url }, in: world.hall });
  await mia.waitsFor("› Holiday 2026");
  await mia.uses("/get", { options: { file: "Holiday 2026/Packing list.txt" } });
  await mia.waitsFor(/Sent in/, { within: 10_000 });
  expect(jun.messages({ in: world.hall })).toEqual([]);
  const downloads = () => world.pikpak.calls.filter(({ host }) => host === "download").length;
  const before = downloads();
  await mia.uses("/get", { options: { file: "Holiday 2026/Day 1/Beach, day 1.mp4" } });
  await mia.waitsFor(/too large to be sent here/);
  expect(downloads()).toBe(before);
});
