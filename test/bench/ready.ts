import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "../../src/store/store.ts";
import { prepareProgram } from "../journeys/program.ts";

const key = Buffer.alloc(32, 5);

/** Milliseconds from starting the program until it says `ready`. */
export interface TimeToReady {
  /** On a machine where it never ran. */
  readonly first: number;
  /** After that one was killed: what was compiled is kept, as `npm start` and the image have it. */
  readonly again: number;
}

/** Both starts on a store with so many people, each with a share and a message. */
export async function timeToReady(people: number): Promise<TimeToReady> {
  const program = await prepareProgram({
    SECRET_KEY: key.toString("base64"),
    LOG_LEVEL: "info",
    NODE_COMPILE_CACHE: mkdtempSync(join(tmpdir(), "chatdrive-compiled-")),
  });
  const start = async () => {
    const started = performance.now();
    await program.start();
    return performance.now() - started;
  };
  try {
    await fill(join(program.dataDir, "chatdrive.sqlite"), people);
    const first = await start();
    await program.kill();
    return { first, again: await start() };
  } finally {
    await program.close();
  }
}

/** People at a time: writes that come together are one transaction. */
const together = 1000;

async function fill(file: string, people: number): Promise<void> {
  const store = await openStore({ url: `sqlite://${file}`, keys: [key], onError: fail });
  const [persons, mounts, sessions] = [store.open("people"), store.open("mounts"), store.open("sessions")];
  for (let from = 0; from < people; from += together) {
    const writes = Array.from({ length: together }, async (_, n) => {
      const id = `telegram:${5_000_000 + from + n}`;
      const [mount, session] = [`m${from + n}`, `s${from + n}`];
      await persons.set(id, { id, mounts: [mount], current: mount, sessions: [session], createdAt: Date.now() });
      const options = { share: `VO${String(from + n).padStart(24, "0")}` };
      const made = { createdAt: Date.now(), audience: [], health: { state: "working", at: Date.now() } };
      await mounts.set(mount, { ...made, id: mount, driver: "pikpak-share", title: `Share ${n}`, owner: id, options });
      await sessions.set(session, { id: session, person: id, revision: 1, views: [], createdAt: Date.now() });
    });
    await Promise.all(writes);
  }
  await store.close();
}

function fail(error: unknown): never {
  throw error;
}
