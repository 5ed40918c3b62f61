import type { CallOptions, DriverContext } from "../../storage/driver.ts";
import { StorageError } from "../../storage/error.ts";
import type { Client } from "./client.ts";
import { readTask, phaseOf, reasonOf, type RemoteTask } from "./task-wire.ts";

type Waits = Pick<DriverContext, "wait">;

/** ms before each look whether a write has happened whose answer was lost. */
const looks = [500, 1500, 4000];
/** ms before each look at a task; the last, which the service names as the interval for lists of them, is repeated. */
const polls = [500, 1000, 2000, 3000];
/** ms that a task is waited for. */
const taskTimeout = 180_000;

/** A write, sent once. */
export interface Write<T> {
  send(): Promise<T>;
  /** What was to be there is; undefined = it is not seen. */
  readBack(): Promise<T | undefined>;
  readonly signal?: AbortSignal | undefined;
}

/** The answer of a write, or what is seen of it where the answer was lost; what is not seen is for the asker to decide. */
export async function written<T>({ wait }: Waits, { send, readBack, signal }: Write<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (!isLost(error)) throw error;
    let isLookedAt = false;
    const look = async () => {
      const seen = await readBack();
      isLookedAt = true;
      return seen;
    };
    for (const pause of looks) {
      await wait(pause, signal);
      const seen = await look().catch(ifLost);
      if (seen !== undefined) return seen;
    }
    if (isLookedAt) throw error;
    throw new StorageError("outcome-unknown", {
      cause: error,
      message: "a change was sent and could not be read back",
    });
  }
}

/** No answer, or one that nobody can read: it may have happened nevertheless. */
function isLost(error: unknown): boolean {
  return error instanceof StorageError && (error.code === "unreachable" || error.code === "upstream");
}

function ifLost(error: unknown): undefined {
  if (!isLost(error)) throw error;
}

/** Waits until a task is over; undefined = the service does not know it any more. A failed one throws why. */
export async function finished(
  { client, context }: { readonly client: Client; readonly context: Waits },
  id: string,
  options: CallOptions,
): Promise<RemoteTask | undefined> {
  let waited = 0;
  for (let n = 0; waited < taskTimeout; n++) {
    const pause = polls[Math.min(n, polls.length - 1)] ?? 0;
    await context.wait(pause, options.signal);
    waited += pause;
    const task = await lookAt(client, id, options);
    if (!task) return undefined;
    switch (phaseOf(task)) {
      case "done":
        return task;
      case "failed":
        throw new StorageError(reasonOf(task) ?? "upstream", { message: `PikPak's task failed: ${task.message}` });
      case "waiting":
      case "running":
    }
  }
  throw new StorageError("still-moving", { message: "PikPak's task takes too long" });
}

async function lookAt(client: Client, id: string, { signal, asker, background }: CallOptions) {
  try {
    const path = `/drive/v1/tasks/${encodeURIComponent(id)}`;
    return readTask(await client.call({ method: "GET", path, signal, asker, background }));
  } catch (error) {
    if (error instanceof StorageError && error.code === "not-found") return undefined;
    throw error;
  }
}
