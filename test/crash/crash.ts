import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { cast } from "../../emulators/seed.ts";
import type { Program } from "../journeys/program.ts";
import { prepareProgram } from "../journeys/program.ts";
import { ownDatabase } from "../store/own-database.ts";
import { jobTraffic, type Traffic } from "./jobs.ts";
import { randomFrom } from "./random.ts";

// `npm run crash`: the program is killed (SIGKILL) at random moments while people use both chats, and started again on
// the same data. `--kills=200 --seed=1`, and `--store=redis://…` for another store than SQLite. Exits 1 when something
// that a person was told is not so, is done twice, or is lost.

const option = (name: string): string | undefined =>
  process.argv.find((text) => text.startsWith(`--${name}=`))?.slice(name.length + 3);
const kills = Number(option("kills") ?? 200);
const seed = Number(option("seed") ?? 1);
const server = option("store");

/** Milliseconds the program is alive with people on it, at most. */
const longestLife = 1500;
/** Milliseconds within which what was begun is over after a restart: on Redis a killed process is noticed after half a minute. */
const settleWithin = server === undefined ? 30_000 : 75_000;

const random = randomFrom(seed);
const faults: string[] = [];

/** What a person was told, and what they asked for. */
interface Told {
  /** Rows a page, as the settings said last. */
  rows: number;
  /** What was pressed since, and not answered for sure. */
  pressed: number | undefined;
  /** Files asked for with /get. */
  asked: number;
}

const program = await prepareProgram();
const started = performance.now();
try {
  await run(program);
  await program.close().catch(sayUnlessKilled);
} finally {
  say();
}
process.exitCode = faults.length === 0 ? 0 : 1;

/** What a kill leaves on a service: Discord waits for answers that nobody can give any more, and Telegram takes one only for a while. */
function sayUnlessKilled(error: Error): void {
  const tried = new Set(
    program.world.telegram.calls
      .filter(({ method }) => method === "answerCallbackQuery")
      .map(({ parameters }) => String(parameters["callback_query_id"])),
  );
  const isLate = (line: string) => tried.has(/^press (\d+) (?:was never|is not) answered$/.exec(line)?.[1] ?? "");
  const lines = error.message
    .split("\n")
    .filter((line) => !/^nobody acknowledged|left thinking for ever$/.test(line) && !isLate(line));
  faults.push(...lines);
}

function say(): void {
  process.stdout.write(
    `${kills} kills, seed ${seed}, ${server === undefined ? "SQLite" : new URL(server).protocol}: ${Math.round((performance.now() - started) / 1000)} s, faults: ${faults.length}\n${faults.map((fault) => `  ${fault}\n`).join("")}`,
  );
}

async function run({ world, dataDir, start, kill }: Program): Promise<void> {
  const key = Buffer.alloc(32, 5).toString("base64");
  const store = server === undefined ? {} : { STORE_URL: await ownDatabase(server, "program") };
  const environment = { ...store, SECRET_KEY: key, PUBLIC_URL: program.gateway };
  await addAccount({ dataDir, environment, who: "mia" });
  await addAccount({ dataDir, environment, who: "lena" });
  await start(environment);
  const jobs = jobTraffic({ program, random });
  const told: Told = { rows: await rowsNow(), pressed: undefined, asked: 0 };
  for (let n = 1; n <= kills; n += 1) {
    const traffic = Promise.allSettled([...use(told), ...jobs.map((kind) => kind.use(n))]);
    await sleep(random() * longestLife);
    await kill();
    // Whoever waited for an answer waits no longer.
    await traffic;
    await start(environment);
    await check({ kill: n, told, jobs });
    if (n % 10 === 0) process.stderr.write(`${n} kills, ${faults.length} faults\n`);
  }
  await kill();
  const signIns = world.pikpak.calls.filter(({ path }) => path === "/v1/auth/signin").length;
  const wanted = 2 + jobs.reduce((total, { signIns: asked = () => 0 }) => total + asked(), 0);
  if (signIns > wanted) faults.push(`${signIns} sign-ins instead of ${wanted}: a refresh token was lost`);
  if (server === undefined) {
    const database = new DatabaseSync(join(dataDir, "chatdrive.sqlite"), { readOnly: true });
    const sound = database
      .prepare("PRAGMA integrity_check")
      .all()
      .map((row) => String(row["integrity_check"]));
    if (sound.join() !== "ok") faults.push(`integrity_check: ${sound.join("; ")}`);
    database.close();
  }
}

interface Adding {
  readonly dataDir: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly who: "mia" | "lena";
}

/** Somebody's account becomes a drive of theirs, from the shell: nobody types a password while kills go on. */
async function addAccount({ dataDir, environment, who }: Adding): Promise<void> {
  const { pikpak, telegram } = program.world.config;
  const { username, password } = program.world.shelf.accounts[who];
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, "../../src/cli/account.ts"), "add", `telegram:${cast[who].id}`],
    {
      env: {
        PATH: process.env["PATH"] ?? "",
        DATA_DIR: dataDir,
        TELEGRAM_BOT_TOKEN: telegram?.token ?? "",
        PIKPAK_DRIVE_URL: pikpak.driveUrl ?? "",
        PIKPAK_USER_URL: pikpak.userUrl ?? "",
        PIKPAK_MCP_URL: pikpak.mcpUrl,
        ...environment,
      },
      stdio: ["pipe", "ignore", "inherit"],
    },
  );
  child.stdin?.end(`${username}\n${password}\n`);
  const [code] = (await once(child, "close")) as [number];
  if (code !== 0) throw new Error(`the account was not added (exit code ${code})`);
}

/** What people do at the same time until the process dies. */
function use(told: Told): readonly Promise<unknown>[] {
  const { people, members, hall, pikpak } = program.world;
  if (random() < 0.2) pikpak.tokens.expireAccess();
  const wanted = told.rows === 5 ? 8 : 5;
  told.asked += 1;
  people.mia.sends("/get Holiday 2026/Packing list.txt");
  people.jun.sends(random() < 0.3 ? "/login" : "/browse");
  return [
    changeRows(told, wanted),
    members.mia.uses("/settings", { in: hall }),
    members.jun.uses("/mounts", { in: hall }),
  ];
}

async function changeRows(told: Told, wanted: number): Promise<void> {
  const { mia } = program.world.people;
  const shown = await settingsOf();
  told.pressed = wanted;
  mia.taps(new RegExp(`^\\D*${wanted}$`), { on: shown });
  await mia.waitsFor(({ id, text }) => id === shown.id && text.includes(`Rows a page: ${wanted}`), { timeout: 5000 });
  told.rows = wanted;
  told.pressed = undefined;
}

/** A settings message that is newer than all there is. */
async function settingsOf() {
  const { mia } = program.world.people;
  const newest = mia.messages.at(-1)?.id ?? 0;
  mia.sends("/settings");
  return mia.waitsFor(({ id, text }) => id > newest && text.includes("Rows a page:"), { timeout: settleWithin });
}

async function rowsNow(): Promise<number> {
  return Number(/Rows a page: (\d+)/.exec((await settingsOf()).text)?.[1]);
}

interface Checked {
  readonly kill: number;
  readonly told: Told;
  readonly jobs: readonly Traffic[];
}

/** What must be so after a restart. */
async function check({ kill, told, jobs }: Checked): Promise<void> {
  const { jun } = program.world.people;
  const fault = (what: string) => void faults.push(`after kill ${kill}: ${what}`);
  await settled(told, fault);
  for (const kind of jobs) for (const what of await kind.settled(settleWithin)) fault(what);
  const rows = await rowsNow().catch(() => undefined);
  if (rows === undefined) fault("Mia's settings are not shown");
  else if (rows !== told.rows && rows !== told.pressed) fault(`rows are ${rows}, and Mia was told ${told.rows}`);
  Object.assign(told, { rows: rows ?? told.rows, pressed: undefined });
  const newest = jun.messages.at(-1)?.id ?? 0;
  jun.sends("/cancel");
  await jun
    .waitsFor(({ id, byBot }) => id > newest && byBot, { timeout: settleWithin })
    .catch(() => fault("Jun's dialogue is stuck: /cancel has no answer"));
}

/** Every file that was asked for arrived once, or its message says that it did not. Counted from there the next time. */
async function settled(told: Told, fault: (what: string) => void): Promise<void> {
  const { asked } = told;
  const { telegram, people } = program.world;
  const arrived = () =>
    telegram.calls.filter(
      ({ method, ok, parameters }) => method === "sendDocument" && ok && String(parameters["chat_id"]) === "1001",
    ).length;
  const refused = () =>
    people.mia.messages.filter(({ text }) => /on its way here already|Shall I send it again|Try again/.test(text))
      .length;
  const until = performance.now() + settleWithin;
  while (arrived() + refused() < asked && performance.now() < until) await sleep(50);
  const [files, words] = [arrived(), refused()];
  if (files + words < asked)
    fault(
      `${asked} files asked for, ${files} arrived and ${words} were told of otherwise\n${people.mia.sees().slice(-1500)}`,
    );
  if (files > asked) fault(`${asked} files asked for, and ${files} arrived`);
  told.asked = files + words;
}
