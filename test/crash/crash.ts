import { setTimeout as sleep } from "node:timers/promises";
import { prepareProgram, type Program } from "../journeys/program.ts";
import { addAccounts } from "./accounts.ts";
import { allTraffic } from "./jobs.ts";
import { createLives, watchPresses } from "./presses.ts";
import { randomFrom } from "./random.ts";
import { watchSignIns } from "./sign-ins.ts";
import { openCrashStore } from "./crash-store.ts";
import { clockTrouble, diskTrouble, storeTrouble } from "./trouble.ts";
import { until, type Traffic } from "./traffic.ts";

// `npm run crash`: the program is killed (SIGKILL) at random moments while people use both chats, and started again on
// the same data. `--kills=200 --seed=1`; `--store=redis`, `postgres` or `postgres+redis` (servers of its own) or `redis://…` for another
// store than SQLite; `--discord=http` for interactions by HTTP; `--disk=full` (root) fills its disk in every other life,
// `--disk=read-only` lets nothing be written to it, `--away` ends the server of its store for a while, and `--clock` sets
// its clock by hours and days. Exits 1 when something that a person was told is not so, is done twice or lost, or a press
// has no answer.

const option = (name: string): string | undefined =>
  process.argv.find((text) => text.startsWith(`--${name}=`))?.slice(name.length + 3);
const kills = Number(option("kills") ?? 200);
const seed = Number(option("seed") ?? 1);

/** Milliseconds the program is alive with people on it, at most. */
const longestLife = 2500;
/** How many of the kinds of work there are under way at a kill. */
const share = 0.6;

/** How often each kind of work was asked for, and came to its last press before the kill. */
const uses = new Map<string, { asked: number; pressed: number }>();

const random = randomFrom(seed);
const faults: string[] = [];
const started = performance.now();

const store = await openCrashStore(option("store"));
/** Milliseconds within which what was begun is over after a restart: on Redis a killed process is noticed after half a minute. */
const settleWithin = store.isShared ? 90_000 : 40_000;
const program = await prepareProgram({ PUSH_PRIVATE: "on", FOLLOW_MIN_INTERVAL: "1m" });
const disk = diskTrouble(option("disk"), { program, random });
const away = storeTrouble(process.argv.includes("--away"), { store, random });
const clock = clockTrouble(process.argv.includes("--clock"), { program, random });
try {
  await run(program);
} catch (error) {
  faults.push(`the run broke off: ${error instanceof Error ? error.stack : String(error)}`);
} finally {
  // Its complaints were judged one by one.
  await program.close().catch(() => undefined);
  await store.close();
  disk.close();
  const table = [...uses].map(([name, { asked, pressed }]) => `  ${name}: ${asked}, ${pressed} to the last press\n`);
  process.stdout.write(
    `${table.join("")}${kills} kills, seed ${seed}, ${store.name}: ${Math.round((performance.now() - started) / 1000)} s, faults: ${faults.length}\n${faults.map((fault) => `  ${fault}\n`).join("")}`,
  );
}
process.exitCode = faults.length === 0 ? 0 : 1;

async function run({ world, dataDir, gateway, start, kill }: Program): Promise<void> {
  const environment: Readonly<Record<string, string>> = {
    ...store.environment,
    ...disk.environment,
    SECRET_KEY: Buffer.alloc(32, 5).toString("base64"),
    PUBLIC_URL: gateway,
    DISCORD_INTERACTIONS: option("discord") ?? "gateway",
  };
  const lives = createLives();
  const presses = watchPresses(world, lives);
  const signIns = watchSignIns(world, lives);
  const traffic = allTraffic({ program, random, kills, signIns });
  await addAccounts({ program, environment, signIns });
  const lived = { ...environment, ...clock.environment };
  await start(lived);
  lives.begins();
  await until(() => program.log().includes("discord knows the commands"), 20_000);
  for (const kind of traffic) await kind.prepare?.();
  for (let n = 1; n <= kills; n += 1) {
    if (random() < 0.2) world.pikpak.tokens.expireAccess();
    const used = Promise.allSettled(traffic.filter(() => random() < share).map((kind) => useOnce(kind, n)));
    await sleep((random() * longestLife) / 2);
    const isAway = [await disk.strike(), await away.strike()].some(Boolean);
    await clock.strike();
    await sleep((random() * longestLife) / 2);
    lives.ends();
    await kill();
    // Whoever waited for an answer waits no longer.
    await used;
    disk.mend();
    await start(lived);
    lives.begins();
    await check(n, { traffic, isAway });
    if (n % 10 === 0) process.stderr.write(`${n} kills, ${faults.length} faults\n`);
  }
  // What was pressed last is answered, or its time is over.
  await sleep(4000);
  faults.push(...presses.unanswered(), ...signIns.tooMany(), ...complaintsOf(program));
  lives.ends();
  await kill();
  faults.push(...store.problems(environment["DATA_DIR"] ?? dataDir));
}

async function useOnce(kind: Traffic, n: number): Promise<void> {
  const counted = uses.get(kind.name) ?? { asked: 0, pressed: 0 };
  uses.set(kind.name, counted);
  counted.asked += 1;
  await kind.use(n);
  counted.pressed += 1;
}

interface Checked {
  readonly traffic: readonly Traffic[];
  /** People may have been told that nothing was done. */
  readonly isAway: boolean;
}

async function check(n: number, { traffic, isAway }: Checked): Promise<void> {
  for (const kind of traffic) {
    const found = await kind.settled(settleWithin).catch((error: unknown) => [String(error).slice(0, 2000)]);
    for (const fault of found) {
      if (isAway && fault.startsWith("nothing ") && isTold()) continue;
      faults.push(`after kill ${n}, ${kind.name}: ${fault}`);
      process.stderr.write(`${faults.at(-1)}\n`);
    }
  }
}

/** Somebody was told that what is kept cannot be reached, and nothing was done. */
function isTold(): boolean {
  const { people } = program.world;
  return Object.values(people).some(({ messages }) =>
    messages.some(({ text }) => text.includes("cannot reach what I keep")),
  );
}

/** What the services had to complain about, besides presses, which are looked after one by one. */
function complaintsOf({ world: { telegram, discord, pikpak } }: Program): readonly string[] {
  const isOfPress = /^press \S+ was|^nobody acknowledged|left thinking for ever$/;
  return [...telegram.complaints, ...discord.complaints, ...pikpak.complaints].filter((what) => !isOfPress.test(what));
}
