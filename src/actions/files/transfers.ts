import type { JobOutcome } from "../../jobs/job.ts";
import type { JobQueue, OpenJob, RunningJob } from "../../jobs/queue.ts";
import type { Messengers } from "../../messaging/messenger.ts";
import type { MessageScreen, TransferState } from "../model/screen.ts";
import type { Prepared, TransferOrder, Transfers } from "../model/transfer.ts";
import type { UploadPlace } from "../model/upload.ts";
import { sayLastWord } from "../../messaging/last-word.ts";
import { Sending, type Freight, type SendingParts } from "./sending.ts";
import { createDrawing, type TransferDrawing } from "./transfer-drawing.ts";
import { deadlineKind, endOf, outcomeKind, transferKind } from "./transfer-kind.ts";
import type { Ended, Given, Running, Transfer } from "./transfer-kind.ts";

export interface TransfersParts extends SendingParts {
  readonly jobs: JobQueue;
  readonly messengers: Messengers;
  /** Transfers of everybody that this process brings at once; 4 when absent. */
  readonly overall?: number | undefined;
  /** Transfers one person may have waiting; 10 when absent. */
  readonly waitingPerPerson?: number | undefined;
}

/** The transfers over a job queue. Made before it is started: it is told here who does them. */
export function createTransfers(parts: TransfersParts): Transfers {
  const { jobs, overall = transferKind.concurrency } = parts;
  const kind = { ...transferKind, concurrency: overall };
  const drawing = createDrawing({ ...parts, kind });
  jobs.handle(kind, {
    run: (transfer, job) => bring(parts, drawing, transfer, job),
    over: (transfer, outcome, { id }) => sayEnd(parts, { id, transfer, outcome }),
  });
  jobs.handle(outcomeKind, {
    run: (word, { attempt }) =>
      sayLastWord(word, { messenger: parts.messengers.of(word.shown.place), attempt, isNews, log: parts.log }),
  });
  jobs.handle(deadlineKind, {
    async run({ transfer }) {
      const open = (await jobs.list(kind)).find(({ id }) => id === transfer);
      if (open && open.state.is !== "running") await jobs.cancel(kind, transfer);
    },
  });
  return {
    async prepare(order) {
      const open = await jobs.list(kind);
      const state = stateAtFirst(open, order, parts);
      if (typeof state === "string") return state;
      return {
        screen: { ...order.card, state },
        upload: { start: (place) => start({ jobs, drawing }, order, place) },
      } satisfies Prepared;
    },
    async cancel(id) {
      if (await jobs.cancel(kind, id)) return "cancelled";
      return (await isKnown(jobs, kind, id)) ? "over" : "unknown";
    },
    isKnown: (id) => isKnown(jobs, kind, id),
    async forget(person) {
      const signal = AbortSignal.timeout(forgetWithin);
      for (const { id } of await jobs.list(kind, { key: person })) {
        await jobs.cancel(kind, id);
        await Array.fromAsync(jobs.follow(kind, id, { signal }));
      }
    },
    async withdraw(mount, may) {
      for (const { id, input } of await jobs.list(kind)) {
        if (input.card.mount.id === mount && !(await may?.(input.person))) await jobs.cancel(kind, id);
      }
    },
    stop: () => drawing.stop(),
  };
}

/** It waits, is on its way, or ended lately. */
async function isKnown(jobs: JobQueue, kind: typeof transferKind, id: string): Promise<boolean> {
  const states = jobs.follow(kind, id, { signal: AbortSignal.timeout(forgetWithin) });
  const iterator = states[Symbol.asyncIterator]();
  const { done } = await iterator.next();
  await iterator.return?.();
  return done !== true;
}

/** Milliseconds until somebody is forgotten though a file of theirs is still being let go of. */
const forgetWithin = 5000;

type OpenTransfer = OpenJob<Transfer, Running, Ended>;

/** What is shown before it has begun, or why it may not. */
function stateAtFirst(
  open: readonly OpenTransfer[],
  order: TransferOrder,
  { overall = transferKind.concurrency, waitingPerPerson = 10 }: TransfersParts,
): TransferState | "busy" | "full" {
  const own = open.filter(({ input }) => input.person === order.person);
  if (own.some(({ input }) => isSame(input, order))) return "busy";
  if (own.filter(({ state }) => state.is !== "running").length >= waitingPerPerson) return "full";
  const running = open.filter(({ state }) => state.is === "running").length;
  if (own.length === 0 && running < overall) return { is: "running", done: 0 };
  return { is: "queued", place: open.length - running + 1 };
}

/** The same bytes to the same chat. */
function isSame(one: Omit<TransferOrder, "id">, other: TransferOrder): boolean {
  const nameOf = ({ place, card: { mount, entry, variant } }: Omit<TransferOrder, "id">) =>
    [place, mount.id, entry.id, variant?.id ?? ""].join(" ");
  return nameOf(one) === nameOf(other);
}

interface Starting {
  readonly jobs: JobQueue;
  readonly drawing: TransferDrawing;
}

async function start({ jobs, drawing }: Starting, order: TransferOrder, place: UploadPlace): Promise<void> {
  const { id, ...rest } = order;
  const transfer: Transfer = { ...rest, ...place };
  await jobs.add(transferKind, transfer, { id, key: order.person });
  // Whose turn does not come in time is told so while there still is a way to tell.
  if (place.until !== undefined) await jobs.add(deadlineKind, { transfer: id }, { id, dueAt: place.until });
  drawing.drawPlaces(id, transfer);
}

async function bring(
  parts: TransfersParts,
  drawing: TransferDrawing,
  transfer: Transfer,
  job: RunningJob<Running, Given>,
): Promise<Ended> {
  const messenger = parts.messengers.of(transfer.to.place);
  const isLate = transfer.until !== undefined && parts.now() >= transfer.until;
  // The process before this one had given every byte, and nobody can say whether the platform made a message of them.
  if (!messenger || isLate || job.checkpoint?.isGiven) return { is: "interrupted" };
  const endDrawing = drawing.drawProgress(job.id, transfer);
  try {
    return await new Sending(freightOf(transfer), { ...parts, job, messenger }).run();
  } finally {
    await endDrawing();
  }
}

function freightOf({ person, mount, to, limit, asFile, duration, card }: Transfer): Freight {
  const { entry, variant, total } = card;
  return { person, mount, to, limit, asFile, files: [{ entry, variant, total, duration }] };
}

interface Over {
  readonly id: string;
  readonly transfer: Transfer;
  readonly outcome: JobOutcome<Ended>;
}

/** The last word is a job of its own: it waits where a platform is out of reach, and holds up no other file. */
async function sayEnd({ jobs, log, now }: TransfersParts, { id, transfer, outcome }: Over): Promise<void> {
  const { person, shown, card } = transfer;
  const state = endOf(outcome, transfer, now());
  log.info({ transfer: id, person, outcome: state.is }, "transfer ended");
  await jobs.add(outcomeKind, { person, shown, screen: { ...card, state } }, { id });
  await jobs.cancel(deadlineKind, id);
}

/** Only that nothing will come. */
function isNews(screen: MessageScreen): boolean {
  return screen.show === "transfer" && (screen.state.is === "failed" || screen.state.is === "interrupted");
}
