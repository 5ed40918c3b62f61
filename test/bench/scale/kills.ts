import { setTimeout as sleep } from "node:timers/promises";
import { startBotApi, type ChatCall } from "./bot-api.ts";
import { createCrowd, type Somebody } from "./crowd.ts";
import { environmentOf } from "./rate.ts";
import { startReplicas, type Replicas } from "./replicas.ts";
import type { StoreServers } from "./servers.ts";
import { startLoadedPikPak, type LoadedPikPak } from "./world.ts";

/** What was left of it all. */
export interface Survived {
  readonly chats: number;
  readonly updates: number;
  readonly broughtAgain: number;
  readonly killed: number;
  /** Seconds. */
  readonly took: number;
  /** Messages said once more, because the process died between saying them and telling Telegram that it had. */
  readonly saidAgain: number;
  readonly files: number;
  /** What was lost, doubled or out of order. */
  readonly faults: readonly string[];
}

interface KillOptions {
  readonly chats: number;
  readonly kills: number;
  readonly replicas: number;
  readonly servers: StoreServers;
  /** People at the same time; 60 when absent. */
  readonly together?: number;
  /** Milliseconds between one process that serves again and the next kill; 1500 when absent. */
  readonly pause?: number;
}

/** Milliseconds somebody waits: the jobs of a process that was killed go on after half a minute. */
const answerTimeout = 90_000;

/** Everybody browses, signs in, gets a file and asks three things in a row while one process after the other is killed. */
export async function surviveKills(options: KillOptions): Promise<Survived> {
  const { chats, kills, replicas: count, servers, together = 60, pause = 1500 } = options;
  const started = performance.now();
  const drive = await startLoadedPikPak(chats);
  const crowd = createCrowd({ bring: (update) => replicas.bring(update), answerTimeout });
  const telegram = await startBotApi(crowd.onCall);
  const replicas = await startReplicas({ count, environment: environmentOf({ ...drive, telegram, servers }) });
  const faults: string[] = [];
  const isOver = new AbortController();
  try {
    const killing = killInTurn(replicas, { kills, pause, signal: isOver.signal });
    const everybody = Array.from({ length: chats }, (_, n) => n + 1);
    const next = async (): Promise<void> => {
      for (let id = everybody.shift(); id !== undefined; id = everybody.shift())
        await day(crowd.of(id), drive).catch((error: unknown) => faults.push(String(error)));
    };
    await Promise.all(Array.from({ length: together }, next));
    isOver.abort();
    const killed = await killing;
    const all = Array.from({ length: chats }, (_, n) => crowd.of(n + 1));
    const of = (wanted: (call: ChatCall) => boolean) => all.flatMap(({ calls }) => calls.filter(wanted)).length;
    const files = of(isFile);
    const { updates, broughtAgain } = crowd.counts;
    const saidAgain = of(({ text }) => text.startsWith(helpBegins)) - all.length;
    return {
      chats,
      updates,
      broughtAgain,
      killed,
      took: (performance.now() - started) / 1000,
      saidAgain,
      files,
      faults,
    };
  } finally {
    isOver.abort();
    await replicas.close();
    await Promise.all([telegram.close(), drive.pikpak.close()]);
  }
}

/** One after the other, as soon as the last one's follower serves; how many there were. */
async function killInTurn(
  replicas: Replicas,
  { kills, pause, signal }: { readonly kills: number; readonly pause: number; readonly signal: AbortSignal },
): Promise<number> {
  let killed = 0;
  while (killed < kills && !signal.aborted) {
    await sleep(pause, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) break;
    await replicas.replace(killed % replicas.count);
    killed += 1;
  }
  return killed;
}

const helpBegins = "What I can do";
const isFile = ({ method }: ChatCall) => method === "sendDocument";

/** What one person does, and throws what went wrong in it. */
async function day(person: Somebody, { shareOf, userNameOf, password }: LoadedPikPak): Promise<void> {
  await person.says(shareOf(person.id));
  await person.sees(({ text, buttons }) => text.includes("Holiday 2026") && hasButton(buttons, "▶"));
  for (const page of [2, 3, 4]) await person.presses("▶", ({ text }) => text.includes(`${page}/4`));
  await person.presses("◀", ({ text }) => text.includes("3/4"));
  await getsFile(person);
  await person.says("/login");
  await person.sees(({ text }) => text.includes("How would you like to sign in?"));
  await person.presses("User name and password", ({ text }) => text.includes("❔ User name"));
  await person.says(userNameOf(person.id));
  await person.sees(({ text }) => text.includes("❔ Password"));
  await person.says(password);
  await person.sees(({ text }) => text.includes("My own") || text.includes("1 entry"));
  await asksInARow(person);
}

async function getsFile(person: Somebody): Promise<void> {
  await person.says("/get Holiday 2026/Packing list.txt");
  await person.sees((call) => isFile(call) || /Shall I send it again|Try again/.test(call.text));
}

/** The answers come in the order of the questions, and the drives are those that were added, once each. */
async function asksInARow(person: Somebody): Promise<void> {
  const from = person.calls.length;
  await Promise.all(["/help", "/settings", "/mounts"].map((text) => person.says(text)));
  const drives = await person.sees(({ text }) => text.includes("Your drives"));
  const said = person.calls.slice(from).map(({ text }) => text);
  const places = [helpBegins, "Language", "Your drives"].map((start) => said.findIndex((text) => text.includes(start)));
  if (places.some((place, n) => place < 0 || place < (places[n - 1] ?? 0)))
    throw new Error(`${person.id} asked three things and was answered in the order ${places.join()}`);
  const owned = [...drives.buttons.keys()].filter((label) => /Holiday 2026|Somebody's PikPak/.test(label));
  if (owned.length !== 2)
    throw new Error(`${person.id} added two drives and has ${[...drives.buttons.keys()].join(" | ")}`);
  const files = person.calls.filter(isFile).length;
  if (files > 1) throw new Error(`${person.id} asked for one file and got ${files}`);
}

const hasButton = (buttons: ReadonlyMap<string, string>, sign: string) =>
  [...buttons.keys()].some((label) => label.startsWith(sign));
