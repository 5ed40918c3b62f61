import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { PikPakEmulator } from "../../emulators/pikpak/pikpak.ts";
import type { ChatsTaken } from "./chats.ts";
import { firstScreens } from "./first-screens.ts";
import { heapFlags } from "./heap-flags.ts";
import { moveSelection, searchTwice, type Cost } from "./long-work.ts";
import { timeToReady } from "./ready.ts";
import { account, asked, over, rootOf } from "./service.ts";
import { unlimited, type UpdateRate } from "./updates/updates.ts";
import { app, mia, usualCloud, visitOf } from "../actions/test-app.ts";

/**
 * `npm run bench`: what the bot costs upstream and here. Counts are exact; times are of this machine, in one process,
 * over loopback, and say more beside each other than alone.
 */
const rows: string[][] = [];
const note = (what: string, calls: number | string, time: string, wanted: string) =>
  rows.push([what, String(calls), time, wanted]);

const details = (pikpak: PikPakEmulator) => asked(pikpak, /\/drive\/v1\/files\/./);
const refreshes = (pikpak: PikPakEmulator) => asked(pikpak, /\/v1\/auth\/token$/);

async function longFolders(): Promise<void> {
  for (const { entries, calls, ours, whole } of await firstScreens([10, 1000, 20_000, 100_000])) {
    const what = `first screen of ${entries.toLocaleString("en")} entries`;
    const wanted = entries === 10 ? "1 call" : "1 call, 1.2 × of the first of ours";
    note(what, calls, `${ms(ours)} of ours, there after ${ms(whole)}`, wanted);
  }
}

async function links(): Promise<void> {
  await over(async ({ pikpak, at }) => {
    const owner = pikpak.build.account(account);
    pikpak.build.file(owner, undefined, { name: "one.bin", size: 8_388_608 });
    const { view } = await rootOf(at);
    const card = await at.see(mia, { do: "open", view, index: 0 }, "file");
    for (const [what, wanted] of [
      ["cold link", "1 call"],
      ["warm link", "0 calls"],
    ] as const) {
      const before = details(pikpak);
      const started = performance.now();
      await at.services.storage.link(card.mount.id, card.entry.id);
      note(what, details(pikpak) - before, ms(performance.now() - started), wanted);
    }
  });
}

async function expiredToken(): Promise<void> {
  await over(async ({ pikpak, at, storage }) => {
    const owner = pikpak.build.account(account);
    for (let n = 0; n < 50; n++) pikpak.build.folder(owner, undefined, `folder ${n}`);
    const listing = await rootOf(at);
    const { entries } = await storage.folder(listing.mount.id, undefined);
    pikpak.tokens.expireAccess();
    const before = refreshes(pikpak);
    const started = performance.now();
    await Promise.all(entries.map(({ id }) => storage.stat(listing.mount.id, id)));
    note("50 requests on an expired token", refreshes(pikpak) - before, ms(performance.now() - started), "1 refresh");
  });
}

async function manyAskers(): Promise<void> {
  await over(async ({ pikpak, at, storage }) => {
    const owner = pikpak.build.account(account);
    const { id } = pikpak.build.file(owner, undefined, { name: "one.bin", size: 8_388_608 });
    const listing = await rootOf(at);
    const before = details(pikpak);
    const started = performance.now();
    await Promise.all(Array.from({ length: 100 }, () => storage.link(listing.mount.id, id)));
    note("100 askers of one link", details(pikpak) - before, ms(performance.now() - started), "1 call");
  });
}

/** Each download has a follower, who looks at it when the drive says that there is something new. */
async function watchedDownloads(count: number): Promise<void> {
  await over(async ({ pikpak, at, storage }) => {
    const { userId } = pikpak.build.account(account);
    const ids = Array.from({ length: count }, (_, n) => `VOtask${n}`);
    const same = {
      type: "offline",
      createdAt: Date.now(),
      takes: 3_600_000,
      fails: false,
      size: 1,
      fileId: "",
      count: 1,
    } as const;
    for (const id of ids)
      pikpak.state.tasks.set(id, { ...same, id, userId, name: id, url: `https://files.example/${id}`, params: {} });
    const { mount } = await rootOf(at);
    const looks = 5;
    const before = asked(pikpak, /\/drive\/v1\/tasks/);
    const started = performance.now();
    for (let look = 0; look < looks; look++) {
      const seen = await Promise.all(ids.map((id) => storage.taskNow(mount.id, id, { to: undefined })));
      await sleep(Math.max(...seen.map(({ again }) => again)));
    }
    const calls = asked(pikpak, /\/drive\/v1\/tasks/) - before;
    const what = `${count.toLocaleString("en")} running downloads, each followed over ${looks} intervals`;
    note(what, calls, ms(performance.now() - started), `${looks * Math.ceil(count / 500)} calls: a page for each 500`);
  });
}

async function movedSelection(count: number): Promise<void> {
  const { calls, changes, polls, took } = await moveSelection(count);
  const what = `selection of ${count.toLocaleString("en")} moved`;
  const wanted = `≤ ${Math.ceil(count / 100)} calls and polls`;
  note(what, `${calls}: ${changes} of a hundred and ${polls} polls`, ms(took), wanted);
}

/** What an account's pace of five requests a second makes of so many. */
const paced = (calls: number) => `≤ ${((calls / 5) * 1000).toFixed(0)} ms, five calls a second`;

async function searches(folders: number): Promise<void> {
  const [first, again] = await searchTwice(folders);
  const say = (what: string, { calls, took }: Cost, wanted: string) => note(what, calls, ms(took), wanted);
  say(`search of ${(folders * 500).toLocaleString("en")} files in ${folders} folders`, first, paced(first.calls));
  say("the same search again", again, "0 calls");
}

/** In a process of its own, whose memory nothing before has touched. */
async function chats(count: number): Promise<void> {
  const file = join(import.meta.dirname, "chats.ts");
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", ...heapFlags, file, String(count)]);
  const { rss, heap, took } = JSON.parse(stdout) as ChatsTaken;
  const what = `${count.toLocaleString("en")} chats, each with a drive of its own and a listing of 600 open`;
  note(what, `RSS ${mib(rss)}, of it in use ${mib(heap)}`, ms(took), "RSS ≤ 400 MiB");
}

async function ready(people: number): Promise<void> {
  const { first, again } = await timeToReady(people);
  const time = `${ms(again)}; ${ms(first)} at the first start`;
  note(`restart to ready with ${people.toLocaleString("en")} people in the store`, "–", time, "≤ 1.5 s");
}

async function actionsPerSecond(): Promise<void> {
  const at = app(usualCloud(), { now: Date.now, admin: { rateLimit: unlimited } });
  const people = Array.from({ length: 50 }, (_, n) => visitOf(n + 1));
  const views = await Promise.all(
    people.map(async (person) =>
      at.see(person, { do: "open-share", text: "https://share.example/s/open1" }, "listing"),
    ),
  );
  const turns = 200;
  const started = performance.now();
  await Promise.all(
    people.map(async (person, n) => {
      let listing = views[n];
      for (let turn = 0; turn < turns && listing; turn++) {
        listing = await at.see(person, { do: "turn", view: listing.view, page: 1 + (turn % 2) }, "listing");
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  note("page turns performed, no chat", `${Math.round((people.length * turns) / seconds)}/s`, "–", "–");
}

/** The middle one of several rounds, and the lowest and the highest: other machines share these cores. */
async function updates(answering: "bot" | "grammy", what: string, wanted: string): Promise<void> {
  const file = join(import.meta.dirname, "updates/rate.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [...heapFlags, file, answering]);
  const rounds = JSON.parse(stdout) as UpdateRate[];
  const rates = rounds.map(({ updates: count, cpu }) => Math.round(count / cpu)).toSorted((one, other) => one - other);
  const took = rounds.reduce((sum, { seconds }) => sum + seconds, 0);
  const rate = `${rates[Math.floor(rates.length / 2)]}/s a core, ${rates[0]} to ${rates.at(-1)}`;
  note(what, rate, `${took.toFixed(1)} s`, wanted);
}

function ms(time: number): string {
  return `${time.toFixed(time < 10 ? 1 : 0)} ms`;
}

function mib(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(0)} MiB`;
}

function print(): void {
  const model = cpus()[0]?.model ?? "unknown processor";
  const load = readFileSync("/proc/loadavg", "utf8").split(" ")[0];
  process.stdout.write(`Node ${process.versions.node}, ${cpus().length} × ${model}, load ${load}\n\n`);
  const table = [["what", "upstream calls", "time", "wanted"], ["---", "---", "---", "---"], ...rows];
  process.stdout.write(`${table.map((row) => `| ${row.join(" | ")} |`).join("\n")}\n`);
}

await longFolders();
await links();
await expiredToken();
await manyAskers();
await movedSelection(1000);
await searches(40);
await watchedDownloads(1000);
await chats(10_000);
await ready(100_000);
await actionsPerSecond();
await updates("bot", "updates through the whole bot (poll → edit and answer)", "≥ 3,000/s a core");
await updates("grammy", "the same two calls for each update by grammY alone, nothing else done", "–");
print();
