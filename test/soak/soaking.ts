import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../emulators/free-port.ts";
import { prepareProgram } from "../journeys/program.ts";
import { signInOnTelegram } from "../journeys/sign-in.ts";
import { day, type Met } from "./day.ts";
import { randomFrom } from "../crash/random.ts";
import { growing, measures, sampleOf, type Sample } from "./sample.ts";

/** A long day, as it was told to be. */
interface SoakOptions {
  /** How often everybody does everything there is. */
  readonly rounds: number;
  readonly seed: number;
}

/** What came of it. */
interface Soaked extends Met {
  readonly samples: readonly Sample[];
  /** What grew with what was done, in words. */
  readonly grows: readonly string[];
}

/** People on both chats, and services that refuse, break off and go away, over the program in a process of its own. */
export async function soak({ rounds, seed }: SoakOptions): Promise<Soaked> {
  const program = await prepareProgram();
  const { world } = program;
  const inspector = await freePort();
  try {
    await program.start({
      PUBLIC_URL: program.gateway,
      LOG_LEVEL: "info",
      NODE_OPTIONS: `--inspect=127.0.0.1:${inspector}`,
    });
    await world.discord.ready(20_000);
    await signInOnTelegram(program, "mia");
    await world.people.mia.waitsFor("6 entries", { timeout: 20_000 });
    const random = randomFrom(seed);
    const met: Met = { faults: 0, asked: 0, unanswered: 0 };
    const samples: Sample[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      await day(world, { round, random, met });
      if (round % Math.max(1, Math.floor(rounds / 12)) !== 0) continue;
      world.telegram.heal();
      world.pikpak.heal();
      // What was begun ends first.
      await sleep(300);
      samples.push(await sampleOf({ pid: program.pid(), gateway: program.gateway, inspector, round }));
    }
    return { ...met, samples, grows: growing(samples) };
  } finally {
    // Presses that an outage left unanswered are told of there; `crash` looks at those.
    await program.close().catch(() => undefined);
  }
}

/** The figures as a table. */
export function tableOf({ samples, grows, faults, asked, unanswered }: Soaked): string {
  const rows = samples.map(
    (sample) => `| ${[sample.round, ...measures.map((one) => shown(one, sample[one]))].join(" | ")} |`,
  );
  return [
    `| round | ${measures.join(" | ")} |`,
    `| --- | ${measures.map(() => "---").join(" | ")} |`,
    ...rows,
    "",
    `${asked} things asked for, ${faults} faults, ${unanswered} not answered in time; growing: ${grows.join("; ") || "nothing"}`,
  ].join("\n");
}

function shown(measure: (typeof measures)[number], value: number): string {
  return measure === "rss" || measure === "heap" ? `${(value / 1_048_576).toFixed(1)} MiB` : String(value);
}
