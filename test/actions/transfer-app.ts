import type { Action } from "../../src/actions/action.ts";
import type { Visit } from "../../src/users/visit.ts";
import type { Answer, Screen, TransferScreen } from "../../src/actions/model/screen.ts";
import { createTransfers } from "../../src/actions/files/transfers.ts";
import { type Transfers, type TransfersParts } from "../../src/actions/model/transfer.ts";
import type { FileToSend } from "../../src/actions/model/upload.ts";
import { createLocks } from "../../src/store/lock.ts";
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
  /** Another process over the same shelves. */
  restarted(): TransferApp;
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

interface TransferAppOptions extends Pick<
  TransfersParts,
  "overall" | "perPerson" | "waitingPerPerson" | "readPicture" | "isShared"
> {
  readonly cloud?: Cloud;
  readonly shelves?: Shelves;
}

export function createTransferApp({ cloud = usualCloud(), shelves, ...options }: TransferAppOptions = {}): TransferApp {
  const kept = shelves ?? emptyShelves();
  let references = 0;
  const logged: object[] = [];
  const transfers = createTransfers({
    ...options,
    ...createLocks(),
    records: kept.transfers,
    openBytes: async (_mount, entry, { variant, signal }) => {
      const name = [entry.name, ...(variant ? [variant.name] : [])].join(" ");
      transferApp.opened.push(name);
      return { stream: bytesOf(transferApp, name, { size: entry.size, signal }) };
    },
    now: () => transferApp.time,
    wait: (ms, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      transferApp.waits.push({ ms, pass: resolve });
      return promise;
    },
    newReference: () => `ref${references++}`,
    log: { info: () => undefined, error: (fields) => void logged.push(fields) },
  });
  const transferApp: TransferApp = {
    at: app(cloud, { shelves: kept, now: () => transferApp.time, changes: { transfers } }),
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
    send: async (visit, action) => begin(transferApp, await transferApp.at.do(visit, action)),
    restarted: () => createTransferApp({ cloud, shelves: kept, ...options }),
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

async function begin(transferApp: TransferApp, { screen, updates, upload }: Answer): Promise<SeenTransfer> {
  if (screen.show !== "transfer" || !updates || !upload) throw new Error(`no transfer: ${JSON.stringify(screen)}`);
  const seen: TransferScreen[] = [screen];
  let changed = Promise.withResolvers<void>();
  const tell = () => {
    changed.resolve();
    changed = Promise.withResolvers<void>();
  };
  const watch = async (): Promise<TransferScreen> => {
    for await (const next of updates) {
      seen.push(onlyTransfer(next));
      tell();
    }
    return seen.at(-1) ?? screen;
  };
  const last = watch();
  await upload.start({ message: `message of ${screen.view.id}`, send: (file) => transferApp.take(file) });
  return {
    first: screen,
    seen,
    last,
    async state(is) {
      for (;;) {
        const found = seen.findLast((one) => one.state.is === is);
        if (found) return found;
        await changed.promise;
      }
    },
  };
}

function onlyTransfer(screen: Screen): TransferScreen {
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

/** What is kept of transfers. */
export async function recordsOf(transferApp: TransferApp): Promise<readonly string[]> {
  return ((await transferApp.at.shelves.transfers.get("open")) ?? []).map(({ card }) => card.entry.name);
}
