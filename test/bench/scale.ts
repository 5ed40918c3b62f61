import { cpus, loadavg } from "node:os";
import { hasPostgres, hasRedis } from "../store/own-server.ts";
import { connectionsOfBullOnPostgres } from "./scale/job-connections.ts";
import { jobWays } from "./scale/job-ways.ts";
import { measureJobs } from "./scale/jobs.ts";
import { surviveKills, type Survived } from "./scale/kills.ts";
import { lockWays, measureLocks } from "./scale/locks.ts";
import { measureRate, type Rate } from "./scale/rate.ts";
import { over, postgresAlone, sharedWays } from "./scale/servers.ts";

/**
 * `npm run bench:scale`: updates a second and how long each takes, over SQLite and Postgres with one process, over Redis and over Postgres with a Redis beside it with one, two and three;
 * then a thousand chats browsing, signing in and getting files while the processes are killed in turn; then small jobs and locks over what
 * could keep them, pg-boss and advisory locks of Postgres among it. `--people=400 --seconds=8 --chats=1000 --kills=8 --jobs=1000 --only=rate`
 * (or `kills`, `jobs`). Exits 1 when something is lost, doubled or out of order.
 */
const option = (name: string): string | undefined =>
  process.argv.find((text) => text.startsWith(`--${name}=`))?.slice(name.length + 3);
const seconds = Number(option("seconds") ?? 8);
const chats = Number(option("chats") ?? 1000);
const kills = Number(option("kills") ?? 8);
const people = Number(option("people") ?? 400);
const jobs = Number(option("jobs") ?? 1000);
/** As many as the program has. */
const kindsOfJobs = 16;
const only = option("only");
const has = { redis: hasRedis, postgres: hasPostgres };
const isAsked = (part: "rate" | "kills" | "jobs"): boolean => only === undefined || only === part;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
say(`Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}\n`);
if (isAsked("rate")) await rates();
if (isAsked("kills")) await killing();
if (isAsked("jobs")) await jobsAndLocks();

async function rates(): Promise<void> {
  say(
    "| store | processes | updates/s | failed | p50 | p99 | updates/s a core of ours | cores: ours, this one's, the store's |",
  );
  say("| --- | --- | --- | --- | --- | --- | --- | --- |");
  sayRate("SQLite", await measureRate({ count: 1, seconds, people }));
  for (const way of [postgresAlone, ...sharedWays])
    for (const count of way === postgresAlone ? [1] : [1, 2, 3])
      if (way.isHere)
        await over(way, async (servers) => sayRate(way.name, await measureRate({ count, seconds, people, servers })));
      else say(`| ${way.name} | ${count} | no server here | | | | | |`);
  say(
    "\nSeveral processes over SQLite, or over Postgres without a Redis, are refused at the start: their jobs are one process's.",
  );
}

function sayRate(store: string, { count, updates, failed, took, p50, p99, cpu }: Rate): void {
  const cores = [cpu.replicas, cpu.load, cpu.store].map((used) => (used / took).toFixed(2)).join(", ");
  const [a, b] = [updates / took, updates / cpu.replicas].map(Math.round);
  say(`| ${store} | ${count} | ${a} | ${failed} | ${p50.toFixed(0)} ms | ${p99.toFixed(0)} ms | ${b} | ${cores} |`);
}

async function killing(): Promise<void> {
  for (const way of sharedWays)
    if (way.isHere)
      await over(way, async (servers) =>
        sayKills(way.name, await surviveKills({ chats, kills, replicas: 3, servers })),
      );
    else say(`processes over ${way.name} are not killed: no server here`);
}

function sayKills(store: string, survived: Survived): void {
  const { chats: people, updates, broughtAgain, killed, took, saidAgain, files, faults } = survived;
  say(
    `\n${store}: ${people} chats, ${updates} updates, 3 processes, ${killed} kills in ${took.toFixed(0)} s: ${broughtAgain} updates brought again, ${saidAgain} answers of those said again, ${files} files sent; lost, doubled or out of order: ${faults.length}`,
  );
  for (const fault of faults.toSorted().slice(0, 100)) say(`  ${fault.slice(0, 300)}`);
  if (faults.length > 0) process.exitCode = 1;
}

async function jobsAndLocks(): Promise<void> {
  say(`\n${jobs} small jobs`);
  say("| jobs | jobs/s, all at once | p50 of add to begun, ten a second | p99 | not done once | load |");
  say("| --- | --- | --- | --- | --- | --- |");
  for (const way of jobWays) {
    if (way.server && !has[way.server]) say(`| ${way.name} | no server here | | | | |`);
    else sayPace(way.name, await measureJobs(way, { jobs, paced: Math.ceil(jobs / 5), pause: 100 }));
  }
  if (hasPostgres)
    say(
      `\nBullMQ over Postgres, ${kindsOfJobs} kinds of jobs: ${await connectionsOfBullOnPostgres(kindsOfJobs)} connections at rest`,
    );
  for (const work of [0, 100]) await locksWith(work);
}

async function locksWith(work: number): Promise<void> {
  say(`\n50 people, each holds a lock of their own for ${work} ms`);
  say("| locks | locks/s | p50 of taking and giving back | p99 | held by two | load |");
  say("| --- | --- | --- | --- | --- | --- |");
  for (const way of lockWays) {
    if (!has[way.server]) say(`| ${way.name} | no server here | | | | |`);
    else sayPace(way.name, await measureLocks(way, { people: 50, times: work === 0 ? 200 : 40, work }));
  }
}

interface Pace {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  readonly faults: readonly string[];
}

function sayPace(name: string, { rate, p50, p99, faults }: Pace): void {
  const load = loadavg()[0]?.toFixed(1) ?? "";
  say(`| ${name} | ${Math.round(rate)} | ${p50.toFixed(1)} ms | ${p99.toFixed(1)} ms | ${faults.length} | ${load} |`);
  if (faults.length > 0) process.exitCode = 1;
}
