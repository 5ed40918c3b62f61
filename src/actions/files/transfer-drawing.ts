import type { JobKind, JobState } from "../../jobs/job.ts";
import type { JobQueue } from "../../jobs/queue.ts";
import type { Messengers } from "../../messaging/messenger.ts";
import type { TransferState } from "../model/screen.ts";
import { paceOf, type Ended, type Given, type Running, type Transfer } from "./transfer-kind.ts";

/** Shows in its message how far a file is. */
export interface TransferDrawing {
  /** Its place in the queue, until its turn has come. By the process that was asked for it. */
  drawPlaces(id: string, transfer: Transfer): void;
  /** How far it is, until the returned function was called. By the process that brings it. */
  drawProgress(id: string, transfer: Transfer): () => Promise<void>;
  stop(): Promise<void>;
}

interface DrawingParts {
  readonly jobs: Pick<JobQueue, "follow">;
  readonly kind: JobKind<Transfer, Running, Ended, Given>;
  readonly messengers: Messengers;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  readonly log: { info(fields: object, event: string): void };
}

/** Edits never become rarer than this, in ms. */
const slowest = 15_000;

/** Drawings of one process. */
export function createDrawing(parts: DrawingParts): TransferDrawing {
  const closing = new AbortController();
  const drawn = new Set<Promise<void>>();
  const draw = (id: string, transfer: Transfer, how: Omit<Drawn, "signal"> & { readonly signal?: AbortSignal }) => {
    const signal = AbortSignal.any([closing.signal, ...(how.signal ? [how.signal] : [])]);
    const drawing = follow(parts, id, transfer, { ...how, signal })
      .catch((err: unknown) => parts.log.info({ err, transfer: id }, "transfer message not followed any more"))
      .finally(() => drawn.delete(drawing));
    drawn.add(drawing);
    return drawing;
  };
  return {
    drawPlaces: (id, transfer) => void draw(id, transfer, { show: placeIn }),
    drawProgress(id, transfer) {
      const over = new AbortController();
      const drawing = draw(id, transfer, { show: progressIn, signal: over.signal });
      return async () => {
        over.abort(new Error("this attempt is over"));
        await drawing;
      };
    },
    async stop() {
      closing.abort(new Error("the process ends"));
      await Promise.all(drawn);
    },
  };
}

type State = JobState<Running, Ended>;

interface Drawn {
  /** What is shown of a state: undefined = nothing yet, "end" = nothing any more. */
  show(state: State): TransferState | "end" | undefined;
  readonly signal: AbortSignal;
}

function placeIn(state: State): TransferState | "end" | undefined {
  switch (state.is) {
    case "waiting":
      return { is: "queued", place: state.place };
    case "due":
      return undefined;
    case "running":
    case "done":
    case "failed":
    case "cancelled":
      return "end";
  }
}

function progressIn(state: State): TransferState | "end" | undefined {
  switch (state.is) {
    case "waiting":
    case "due":
      return undefined;
    case "running":
      return state.report;
    case "done":
    case "failed":
    case "cancelled":
      return "end";
  }
}

/**
 * The message has just been drawn, so nothing changes at once. An edit that does not succeed is passed over: the next one
 * mends it.
 */
async function follow(
  { jobs, kind, messengers, now, wait, log }: DrawingParts,
  id: string,
  { shown, card }: Transfer,
  { show, signal }: Drawn,
): Promise<void> {
  let pace = paceOf(shown);
  let drawnAt = now();
  const rest = async () => wait(Math.min(Math.max(0, drawnAt + pace - now()), pace), signal).catch(() => undefined);
  // A place is the newest one when the time has come. Of progress another report comes soon: it is passed over until then.
  if (show === placeIn) await rest();
  for await (const state of jobs.follow(kind, id, { signal })) {
    const next = show(state);
    if (next === "end") return;
    if (!next || (next.is === "running" && Math.abs(now() - drawnAt) < pace)) continue;
    drawnAt = now();
    const edited = await messengers
      .of(shown.place)
      ?.edit(shown, { ...card, state: next })
      .catch((err: unknown) => log.info({ err, transfer: id }, "transfer message not changed"));
    if (edited?.is === "gone") return;
    pace = Math.max(Math.min(slowest, pace * 1.5), edited?.is === "later" ? edited.after : 0);
    if (next.is === "queued") await rest();
  }
}
