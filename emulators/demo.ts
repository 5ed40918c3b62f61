import { startApp } from "../src/app.ts";
import { startPage } from "./page/server.ts";
import { cast } from "./seed.ts";
import { startWorld } from "./world.ts";

/** `npm run demo`: the emulated world, the real app in it, and a page to chat on. No accounts, no network. */
const port = Number(process.env["DEMO_PORT"] ?? 8090);
const world = await startWorld();
const app = await startApp(world.config, { onFatal: (message) => void end(1, message) });
const { shelf, aria2 } = world;
const { mia, jun, lena, otto } = participants();
const start = "Start here: sign in as Mia";
const shared = "Group: Mia shares her drive";
const juns = "Jun's account, in Chinese";
const telegram = { person: mia, platform: "telegram" } as const;
const group = { platform: "telegram", kind: "group" } as const;
const discord = { person: mia, platform: "discord" } as const;
const signIn = ({ username, password }: { username: string; password: string }, way = "🔑 User name and password") => [
  "/login",
  { press: way },
  username,
  password,
];
const page = await startPage({
  port,
  people: world.persons,
  stages: world.stages,
  tips: [
    { ...telegram, label: start, steps: signIn(shelf.accounts.mia) },
    { ...telegram, label: "Open a folder of 3,000", after: start, steps: ["/browse /Archive", { press: "▶" }] },
    { ...telegram, label: "Get a file into the chat", after: start, steps: ["/get /Holiday 2026/Packing list.txt"] },
    { ...telegram, label: "Search the whole drive", after: start, steps: ["/search lighthouse"] },
    {
      ...telegram,
      label: "Keep a folder as a favourite",
      after: start,
      steps: ["/browse /Films", { press: "⭐" }, "/start"],
    },
    {
      ...telegram,
      label: "Search all drives",
      after: start,
      steps: [shelf.shares.open.url, "/search packing", { press: "All my drives" }],
    },
    {
      ...telegram,
      label: "Follow a folder, and hear what is new",
      after: start,
      steps: [
        "/browse /Empty",
        { press: "🔔 Follow" },
        "/download magnet:?xt=urn:btih:6e9d43f1c0b27a58e4d3f90a1b2c3d4e5f607182&dn=Night+train.mkv",
        { press: "🎬 Night train" },
        "/follow",
        { press: "📁 Empty" },
        { press: "🔄 Look now" },
      ],
    },
    {
      ...telegram,
      label: "Choose where a download goes",
      after: start,
      steps: [
        "/browse /",
        "/download magnet:?xt=urn:btih:2c3d4e5f60718293a4b5c6d7e8f9010203040506&dn=Night+ferry.mkv",
        { press: "📂" },
        { press: "📁 Films" },
        { press: "📂" },
      ],
    },
    {
      ...telegram,
      label: "Follow a feed: a film a minute",
      after: start,
      steps: ["/browse /Films", `/follow ${world.feed.url}`, { press: "☑️" }],
    },
    { ...telegram, label: "Open a share", steps: [shelf.shares.open.url] },
    {
      ...telegram,
      label: "A share with a pass code",
      steps: [shelf.shares.coded.url, shelf.shares.coded.passCode ?? ""],
    },
    { ...telegram, label: "A share that is over", steps: [shelf.shares.expired.url] },
    { ...telegram, label: "An account made with Google", steps: signIn(shelf.accounts.google) },
    { ...telegram, label: "An account that must prove to be human", steps: signIn(shelf.accounts.checked) },
    {
      ...telegram,
      person: jun,
      label: juns,
      steps: signIn(shelf.accounts.jun, "🔑 用户名和密码"),
    },
    {
      ...telegram,
      person: lena,
      label: "Lena approves in PikPak",
      steps: ["/login", { press: "🔑 Approve in PikPak" }],
    },
    {
      ...telegram,
      person: otto,
      label: "Otto's access token",
      steps: ["/login", { press: "🔑 Access token" }, shelf.tokens.otto],
    },
    {
      ...telegram,
      person: jun,
      label: "Save from a share: Jun keeps Mia's list",
      after: juns,
      steps: [shelf.shares.open.url, { press: "Packing list" }, { press: "💾" }],
    },
    {
      ...telegram,
      label: "Share a folder with others",
      after: start,
      steps: ["/browse /Music", { press: "📤" }, { press: "📤" }],
    },
    {
      ...telegram,
      label: "A hook by which programs add downloads",
      after: start,
      steps: ["/settings", { press: "🪝" }, { press: "🪝" }],
    },
    {
      ...telegram,
      label: "Give a link away, with a password",
      after: start,
      steps: ["/link /Holiday 2026/Packing list.txt", { press: "⚙️" }, { press: "🔒" }, "sun cream", "/links"],
    },
    {
      ...telegram,
      label: "Send a folder to aria2",
      after: start,
      steps: [
        "/settings",
        { press: "📡" },
        aria2.address,
        aria2.secret,
        "/browse /Films",
        { press: "⋯" },
        { press: "📡" },
      ],
    },
    {
      ...telegram,
      label: "Download a magnet",
      after: start,
      steps: ["/browse /Empty", "magnet:?xt=urn:btih:1f2e3d4c5b6a79880716253443526170f0e1d2c3&dn=Harbour+at+night.mkv"],
    },
    {
      ...telegram,
      label: "Download what a torrent file names",
      after: start,
      steps: ["/browse /Empty", { attach: ["Low tide.torrent"] }],
    },
    {
      ...telegram,
      label: "A folder into the chat: an album, and a film too large for it",
      after: start,
      steps: ["/browse /Holiday 2026/Day 1", { press: "📥" }],
    },
    {
      ...telegram,
      label: "What is chosen goes to Mia's channel",
      after: start,
      steps: [
        "/browse /Holiday 2026",
        { press: "⋯" },
        { press: "☑️" },
        { press: "⬜ 📝 Packing" },
        { press: "⋯" },
        { press: "📢" },
        { press: "📢 Harbour" },
        { press: "📢" },
      ],
    },
    {
      ...telegram,
      label: "Send files into the drive",
      after: start,
      steps: ["/browse /Films", { attach: ["Watched.txt", "To watch.txt"] }],
    },
    { ...discord, label: "Discord: open a share", steps: [`/share link:${shelf.shares.open.url}`] },
    { ...group, person: mia, label: shared, after: start, steps: ["/bind", { press: "✅" }] },
    { ...group, person: lena, label: "Group: Lena browses it", after: shared, steps: ["/browse"] },
    { ...telegram, person: otto, label: "Otto operates the bot", steps: ["/admin"] },
    {
      ...discord,
      label: "Discord: sign in on a one-time page",
      steps: ["/login", { press: "🔑 User name and password" }],
    },
  ],
}).catch((error: unknown) => leave(error));
// As an admin the bot can answer one person alone in the group, and post in the channel.
world.group.promotes(world.telegram.bot);
world.news.promotes(world.telegram.bot);
world.people.mia.sends("/start");
world.people.jun.sends("/start");
process.stdout.write(
  `\n  ChatDrive's demo is at ${page.url}\n  The bot's gateway is at ${app.address}. Ctrl+C ends both.\n\n`,
);
process.once("SIGINT", () => void end(0));
process.once("SIGTERM", () => void end(0));

/** The cast by the numbers the page knows them by. */
function participants(): Record<keyof typeof cast, string> {
  const { mia, jun, lena, otto } = cast;
  return { mia: String(mia.id), jun: String(jun.id), lena: String(lena.id), otto: String(otto.id) };
}

async function end(code: number, message?: string): Promise<void> {
  if (message !== undefined) process.stderr.write(`${message}\n`);
  await app.stop();
  await page.close();
  await world.close();
  process.exit(code);
}

function leave(error: unknown): never {
  const isTaken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
  process.stderr.write(isTaken ? `port ${port} is in use: set DEMO_PORT to another\n` : `${String(error)}\n`);
  process.exit(2);
}
