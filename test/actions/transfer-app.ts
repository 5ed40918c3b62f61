import type { Services } from "../../src/actions/context/services.ts";
import type { Action } from "../../src/actions/action.ts";
import type { Visit } from "../../src/users/visit.ts";
import type { Answer, TransferScreen } from "../../src/actions/model/screen.ts";
import { createTransfers, type TransfersParts } from "../../src/actions/files/transfers.ts";
import type { TransferOrder, Transfers } from "../../src/actions/model/transfer.ts";
import type { FileToSend } from "../../src/actions/model/upload.ts";
import type { Message, Messenger, Messengers } from "../../src/messaging/messenger.ts";
import { keptInputs, testJobs } from "../test-jobs.ts";
import { emptyShelves, app, signInAs, usualCloud, type Cloud, type TestApp, type Shelves } from "./test-app.ts";

/** A drive's bytes, let go piece by piece, and a platform that does as a test tells it. */
export interface TransferApp {
  readonly at: TestApp;
  readonly transfers: Transfers;
  /** What transfers logged as not foreseen. */
  readonly logged: object[];
  /** Milliseconds of the clock. */
  time: number;
  /** What was asked of the drive: `name`, or `name variant`. */
  readonly opened: string[];
  /** Streams that were closed before or at their end. */
  readonly closed: string[];
  /** Files the platform has, as text. */
  readonly arrived: Map<string, string>;
  /** Milliseconds waited for by transfers, and the way to let the time pass. */
  readonly waits: { readonly ms: number; pass(): void }[];
  /** What the drive sends of a file. */
  pieces: (name: string) => AsyncIterable<string>;
  /** The drive ends where the pieces do; else blanks follow up to the size it tells. */
  isCutShort: boolean;
  /** Takes a file as the platform does; absent = reads it to its end. */
  take: (file: FileToSend) => Promise<void>;
  /** Asks for a file and starts its way: what is seen from then on. */
  send(visit: Visit, action: Action): Promise<SeenTransfer>;
  /** What the platform said of a message that was drawn anew; absent = it is. */
  redrawn: (message: string) => "edited" | "gone" | "closed";
  /** No message can be sent besides. */
  isClosed: boolean;
  /** Messages that were sent besides, by place. */
  readonly sent: { readonly place: string; readonly message: Message }[];
  /** The process ends in order, and another begins over the same shelves. */
  restarts(): Promise<TransferApp>;
  /** What is seen in a message that a process before this one drew. */
  sees(way: SeenTransfer): SeenTransfer;
}

/** A transfer as its chat sees it. */
export interface SeenTransfer {
  readonly first: TransferScreen;
  readonly seen: TransferScreen[];
  /** Resolves with the last screen. */
  readonly last: Promise<TransferScreen>;
  /** Resolves when a screen is in that state. */
  state(is: TransferScreen["state"]["is"]): Promise<TransferScreen>;
}

export const limit = 1000;
export const sending = (visit: Visit): Visit => ({ ...visit, uploadLimit: limit });

interface TransferAppOptions extends Partial<Pick<TransfersParts, "overall" | "waitingPerPerson" | "readPicture">> {
  readonly cloud?: Cloud;
  readonly shelves?: Shelves;
  readonly changes?: Partial<Services>;
}

export function createTransferApp({
  cloud = usualCloud(),
  shelves,
  changes,
  ...options
}: TransferAppOptions = {}): TransferApp {
  const kept = shelves ?? emptyShelves();
  let references = 0;
  const logged: object[] = [];
  const jobs = testJobs(kept.jobs, { now: () => transferApp.time });
  const seen = new Map<string, Seen>();
  const messengers: Messengers = {
    of: (place) => (place.startsWith("telegram:") ? messengerOf(transferApp, seen) : undefined),
  };
  const transfers = createTransfers({
    ...options,
    jobs,
    messengers,
    openBytes: async (_mount, entry, { variant, signal }) => {
      const name = [entry.name, ...(variant ? [variant.name] : [])].join(" ");
      transferApp.opened.push(name);
      return { stream: bytesOf(transferApp, name, { size: entry.size, signal }) };
    },
    now: () => transferApp.time,
    wait(ms, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      if (signal.aborted) reject(signal.reason as Error);
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
      // What paces the drawings takes a turn of the loop.
      if (ms >= 5000 && ms <= 15_000) setImmediate(resolve);
      else transferApp.waits.push({ ms, pass: resolve });
      return promise;
    },
    newReference: () => `ref${references++}`,
    log: { info: () => undefined, warn: () => undefined, error: (fields) => void logged.push(fields) },
  });
  const transferApp: TransferApp = {
    at: app(cloud, {
      shelves: kept,
      jobs,
      now: () => transferApp.time,
      changes: { ...changes, transfers, messengers },
    }),
    transfers,
    logged,
    time: 1_000_000,
    opened: [],
    closed: [],
    arrived: new Map(),
    waits: [],
    isCutShort: false,
    pieces: async function* (name) {
      yield `bytes of ${name}`;
    },
    take: async (file) => {
      transferApp.arrived.set(file.entry.name, await textOf(file));
    },
    redrawn: () => "edited",
    isClosed: false,
    sent: [],
    send: async (visit, action) => begin(seen, visit, await transferApp.at.do(visit, action)),
    async restarts() {
      await jobs.stop();
      await transfers.stop();
      return createTransferApp({ cloud, shelves: kept, ...options });
    },
    sees: ({ first }) => transferIn(seenIn(seen, first.view.id), first),
  };
  return transferApp;
}

interface Wanted {
  readonly size: number | undefined;
  readonly signal: AbortSignal;
}

async function* bytesOf(
  transferApp: TransferApp,
  name: string,
  { size = 0, signal }: Wanted,
): AsyncGenerator<Uint8Array> {
  let sent = 0;
  try {
    for await (const piece of untilAborted(transferApp.pieces(name), signal)) {
      sent += piece.length;
      yield Buffer.from(piece);
    }
    if (!transferApp.isCutShort && sent < size) yield Buffer.alloc(size - sent, " ");
  } finally {
    transferApp.closed.push(name);
  }
}

/** As a socket does: what is awaited ends with the signal. */
async function* untilAborted<T>(pieces: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const { promise: gone, reject } = Promise.withResolvers<never>();
  gone.catch(() => undefined);
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  const iterator = pieces[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([iterator.next(), gone]);
    if (next.done) return;
    yield next.value;
  }
}

/** Without the blanks at its end. */
export async function textOf(file: FileToSend): Promise<string> {
  let text = "";
  for await (const bytes of file.open()) text += Buffer.from(bytes).toString();
  return text.trimEnd();
}

/** What a message showed. */
interface Seen {
  readonly screens: TransferScreen[];
  changed: PromiseWithResolvers<void>;
}

function seenIn(seen: Map<string, Seen>, message: string): Seen {
  const known = seen.get(message) ?? { screens: [], changed: Promise.withResolvers<void>() };
  seen.set(message, known);
  return known;
}

function messengerOf(transferApp: TransferApp, seen: Map<string, Seen>): Messenger {
  return {
    platform: "telegram",
    async edit({ message }, screen) {
      const is = transferApp.redrawn(message);
      if (is !== "edited") return { is };
      const known = seenIn(seen, message);
      known.screens.push(onlyTransfer(screen));
      known.changed.resolve();
      known.changed = Promise.withResolvers<void>();
      return { is };
    },
    async sendFile(target, source, { entry, duration }, { signal }) {
      await transferApp.take({ ...source, entry, ...(duration !== undefined && { duration }), signal });
      return { ...target, message: "file" };
    },
    async sendAlbum(target, files, { signal }) {
      for (const { source, meta } of files) await transferApp.take({ ...source, entry: meta.entry, signal });
      return { ...target, message: "album" };
    },
    async send(target, message) {
      if (transferApp.isClosed) return { is: "closed" };
      transferApp.sent.push({ place: target.place, message });
      return { is: "sent", ref: { ...target, message: "sent" } };
    },
    remove: async () => ({ is: "gone" }),
    receive: () => Promise.reject(new Error("nobody sends files here")),
    notify: async () => ({ is: "closed" }),
  };
}

async function begin(
  seen: Map<string, Seen>,
  { place }: Visit,
  { screen, upload, language }: Answer,
): Promise<SeenTransfer> {
  if (screen.show !== "transfer" || !upload) throw new Error(`no transfer: ${JSON.stringify(screen)}`);
  // A message is drawn anew from here on, whatever it showed.
  seen.set(screen.view.id, { screens: [screen], changed: Promise.withResolvers<void>() });
  const to = { place: place.id, kind: place.kind, language };
  await upload.start({ to, shown: { ...to, message: screen.view.id } });
  return transferIn(seenIn(seen, screen.view.id), screen);
}

function transferIn(known: Seen, first: TransferScreen): SeenTransfer {
  const find = async (isIt: (screen: TransferScreen) => boolean): Promise<TransferScreen> => {
    for (;;) {
      const found = known.screens.findLast(isIt);
      if (found) return found;
      await known.changed.promise;
    }
  };
  return {
    first,
    seen: known.screens,
    last: find(({ state: { is } }) => is !== "queued" && is !== "running"),
    state: (is) => find(({ state }) => state.is === is),
  };
}

function onlyTransfer(screen: Message): TransferScreen {
  if (screen.show !== "transfer") throw new Error(`expected a transfer, got ${screen.show}`);
  return screen;
}

/** A gate in a stream. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

/** Somebody with an account here. */
export async function signedIn(transferApp: TransferApp, visit: Visit, name: "mia" | "jun" = "mia"): Promise<void> {
  await transferApp.at.see(visit, signInAs(name, name === "mia" ? "correct-horse" : "battery"), "listing");
}

/** Names of the files on their way, as they are kept. */
export async function recordsOf(transferApp: TransferApp): Promise<readonly string[]> {
  const inputs = await keptInputs(transferApp.at.shelves.jobs, "transfer");
  // Only transfers are of that kind.
  return inputs.map((input) => (input as Pick<TransferOrder, "card">).card.entry.name);
}
