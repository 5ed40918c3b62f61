import { join } from "node:path";
import { openStore } from "../../src/store/store.ts";
import { prepareProgram } from "../journeys/program.ts";

const key = Buffer.alloc(32, 5);

/** Milliseconds from starting the program on a store with so many people, each with a share and a message, until it says `ready`. */
export async function timeToReady(people: number): Promise<number> {
  const program = await prepareProgram();
  try {
    await fill(join(program.dataDir, "chatdrive.sqlite"), people);
    const started = performance.now();
    await program.start({ SECRET_KEY: key.toString("base64"), LOG_LEVEL: "info" });
    return performance.now() - started;
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
