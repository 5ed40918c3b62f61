import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Answer } from "../../src/actions/model/screen.ts";
import { mia } from "../actions/test-app.ts";
import { overService, rootOf, type ServiceAddresses } from "./service.ts";

/** What the first screen of a folder took. */
export interface FirstScreen {
  /** Entries of the folder. */
  readonly entries: number;
  /** Listings asked for. */
  readonly calls: number;
  /** Milliseconds of processor time of ours until the screen was there, the median of all rounds. */
  readonly ours: number;
  /** Milliseconds until it was there, most of which the service takes to make its answer, the median of all rounds. */
  readonly whole: number;
}

/** Rounds of which the median is told; the first are left out, in which Node compiles what it runs. */
const rounds = { all: 60, warm: 30 } as const;
/** Milliseconds in which what a sign-in leaves behind, and a folder that is left, come to their end. */
const rest = 20;

/**
 * A new account's drive, opened and browsed for the first time, for folders of these sizes in turns. Each service is in a
 * process of its own, so that what it takes to make a long folder is none of what is measured as ours.
 */
export async function firstScreens(sizes: readonly number[]): Promise<readonly FirstScreen[]> {
  const services = await Promise.all(sizes.map(startService));
  const seen = sizes.map(() => [] as Omit<FirstScreen, "entries">[]);
  for (let round = 0; round < rounds.all; round++) {
    for (const [n, service] of services.entries()) {
      const one = await firstScreen(service);
      if (round >= rounds.warm) seen[n]?.push(one);
    }
  }
  for (const { stop } of services) stop();
  return sizes.map((entries, n) => ({
    entries,
    calls: Math.max(...(seen[n] ?? []).map(({ calls }) => calls)),
    ours: median((seen[n] ?? []).map(({ ours }) => ours)),
    whole: median((seen[n] ?? []).map(({ whole }) => whole)),
  }));
}

interface FolderService {
  readonly addresses: ServiceAddresses;
  listings(): Promise<number>;
  stop(): void;
}

async function startService(entries: number): Promise<FolderService> {
  const child = fork(join(import.meta.dirname, "folder-service.ts"), [String(entries)]);
  const said = async () => (await once(child, "message"))[0] as unknown;
  const addresses = (await said()) as ServiceAddresses;
  return {
    addresses,
    async listings() {
      const answer = said();
      child.send("listings");
      return (await answer) as number;
    },
    stop: () => void child.kill(),
  };
}

function firstScreen({ addresses, listings }: FolderService): Promise<Omit<FirstScreen, "entries">> {
  return overService(addresses, async ({ at }) => {
    await rootOf(at);
    const before = await listings();
    await sleep(rest);
    const [used, began] = [process.cpuUsage(), performance.now()];
    const answer = await at.do(mia, { do: "browse", path: "/shelf" });
    const [cpu, whole] = [process.cpuUsage(used), performance.now() - began];
    const calls = (await listings()) - before;
    await leave(answer);
    await sleep(rest);
    return { calls, ours: (cpu.user + cpu.system) / 1000, whole };
  });
}

/** Stops what a screen would go on to show. */
async function leave({ updates }: Answer): Promise<void> {
  await updates?.[Symbol.asyncIterator]().return?.();
}

function median(figures: readonly number[]): number {
  return figures.toSorted((one, other) => one - other)[Math.floor(figures.length / 2)] ?? Number.NaN;
}
