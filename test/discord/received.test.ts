import { REST } from "discord.js";
import { LRUCache } from "lru-cache";
import { afterEach, beforeEach, expect, test } from "vitest";
import { virtualClock, type VirtualClock } from "../../emulators/clock.ts";
import { startDiscord, type DiscordEmulator } from "../../emulators/discord/discord.ts";
import type { Person } from "../../emulators/discord/person.ts";
import type { Message } from "../../emulators/discord/state.ts";
import { attachmentShape } from "../../emulators/discord/shapes.ts";
import type { SentFile } from "../../src/actions/model/sent-file.ts";
import { receive } from "../../src/discord/received.ts";

// Attachments whose addresses have ended: Discord gives another one with their message.

const day = 24 * 3_600_000;
let clock: VirtualClock;
let discord: DiscordEmulator;
let mia: Person;
beforeEach(async () => {
  clock = virtualClock();
  discord = await startDiscord({ clock });
  mia = discord.person({ name: "Mia" });
});
afterEach(async () => {
  const { complaints } = discord;
  await discord.close();
  if (complaints.length > 0) throw new Error(complaints.join("\n"));
});

function sent(): { readonly message: Message; readonly file: SentFile } {
  const message = mia.sends("", { in: mia.dm, files: [{ name: "notes.txt", bytes: Buffer.from("some notes") }] });
  return { message, file: fileOf(message) };
}

function fileOf(message: Message): SentFile {
  const [attachment] = message.attachments;
  if (!attachment) throw new Error("no attachment");
  const cdn = new URL(discord.apiRoot).origin;
  const { url } = attachmentShape(discord.state, { channel: message.channel, attachment, cdn });
  return {
    id: String(url),
    name: "notes.txt",
    size: 10,
    message: { channel: message.channel.id, id: message.id },
  };
}

function reader() {
  const rest = new REST({ api: discord.apiRoot, retries: 0 }).setToken(discord.token);
  const parts = { apiRoot: discord.apiRoot, rest, renewed: new LRUCache<string, string>({ max: 10 }) };
  return async (file: SentFile, from = 0) => {
    const { stream } = await receive(parts, file, { from, signal: AbortSignal.timeout(5000) });
    return Buffer.concat(await Array.fromAsync(stream)).toString();
  };
}

const askedFor = ({ channel, id }: Message) =>
  discord.requests.filter(({ path }) => path === `/channels/${channel.id}/messages/${id}`).length;

test("an attachment whose address has ended is read by another one, which is asked for once", async () => {
  const { message, file } = sent();
  const read = reader();
  expect(await read(file)).toBe("some notes");
  expect(askedFor(message)).toBe(0);
  clock.pass(day + 3_600_000);
  expect(await read(file)).toBe("some notes");
  expect(await read(file, 5)).toBe("notes");
  expect(askedFor(message)).toBe(1);
  clock.pass(day + 3_600_000);
  expect(await read(file)).toBe("some notes");
  expect(askedFor(message)).toBe(2);
});

test("an attachment whose message is gone is gone, and so is one that stood in none", async () => {
  const { message, file } = sent();
  clock.pass(day + 3_600_000);
  message.deleted = true;
  await expect(reader()(file)).rejects.toMatchObject({ code: "source-gone" });
  const { message: _none, ...alone } = fileOf(message);
  clock.pass(2 * day);
  await expect(reader()(alone)).rejects.toMatchObject({ code: "source-gone" });
});

test("an attachment is out of reach, and not gone, while Discord cannot be asked for its message", async () => {
  const { message, file } = sent();
  clock.pass(day + 3_600_000);
  discord.fail({ method: "GET", path: `/channels/${message.channel.id}/messages/${message.id}`, status: 500 });
  const read = reader();
  await expect(read(file)).rejects.toMatchObject({ code: "source-out-of-reach" });
  expect(await read(file)).toBe("some notes");
});

test("an address without its signature opens nothing", async () => {
  const { file } = sent();
  expect((await fetch(file.id)).status).toBe(200);
  expect((await fetch(file.id.replace(/\?.*/, ""))).status).toBe(404);
  expect((await fetch(file.id.replace(/ex=[0-9a-f]+/, "ex=ffffffff"))).status).toBe(404);
});
