import type { Aria2Settings } from "../model/push.ts";
import type { PushFailure, PushStatus } from "../model/push-screen.ts";

/** Sends a body to an address and gives what is answered. Rejects with the signal's reason, or where there is no answer. */
export type SendPost = (
  address: string,
  request: { readonly body: string; readonly signal: AbortSignal },
) => Promise<string>;

/** aria2 could not be asked, or did not answer as aria2 does. */
export class Aria2Error extends Error {
  override readonly name = "Aria2Error";
  readonly failure: PushFailure;

  constructor(failure: PushFailure, options?: ErrorOptions) {
    super(`aria2: ${failure}`, options);
    this.failure = failure;
  }
}

/** A file for aria2. */
export interface Aria2File {
  /** 16 hexadecimal digits that it goes by from now on. */
  readonly gid: string;
  readonly url: string;
  /** Where aria2 puts it, below the folder it puts everything. */
  readonly out: string;
}

/** What aria2 answered to one file: it has it, or its words why not. */
export type Aria2Answer = { readonly is: "taken" } | { readonly is: "refused"; readonly message: string };

/** Somebody's aria2, by its JSON-RPC interface (aria2's manual, "RPC INTERFACE"). Throws `Aria2Error`. */
export interface Aria2 {
  version(signal: AbortSignal): Promise<string>;
  /**
   * Adds files under ids of ours. An answer that was lost, or says no, is checked by asking for the ids: a file is in aria2
   * once, however often it is sent.
   */
  add(files: readonly Aria2File[], signal: AbortSignal): Promise<readonly Aria2Answer[]>;
  status(gids: readonly string[], signal: AbortSignal): Promise<PushStatus>;
}

interface Aria2Parts extends Aria2Settings {
  readonly send: SendPost;
}

/** Milliseconds for one call. */
const timeout = 20_000;
/** Calls in one request: each answer is about 300 bytes. */
const perRequest = 100;

/** The interface at that address. */
export function openAria2(parts: Aria2Parts): Aria2 {
  const ask = (calls: readonly Call[], signal: AbortSignal) => askAll(parts, calls, signal);
  const stand = (gids: readonly string[], signal: AbortSignal) =>
    ask(
      gids.map((gid) => ({ method: "aria2.tellStatus", params: [gid, statusKeys] })),
      signal,
    );
  return {
    async version(signal) {
      const [answer] = await ask([{ method: "aria2.getVersion", params: [] }], signal);
      const version = fieldOf(answer && "result" in answer ? answer.result : undefined, "version");
      if (typeof version !== "string") throw new Aria2Error("no-aria2");
      return version.slice(0, 40);
    },
    async add(files, signal) {
      const calls = files.map(({ url, out, gid }) => ({ method: "aria2.addUri", params: [[url], { out, gid }] }));
      const answers = await ask(calls, signal).catch((error: unknown) => {
        if (!(error instanceof Aria2Error) || error.failure !== "unreachable") throw error;
      });
      const doubtful = files.filter((_, at) => !isTaken(answers?.[at]));
      if (doubtful.length === 0) return files.map(() => ({ is: "taken" }));
      const there = await stand(
        doubtful.map(({ gid }) => gid),
        signal,
      );
      const known = new Set(doubtful.filter((_, at) => isTaken(there[at])).map(({ gid }) => gid));
      // What nobody answered and is not there was not sent as far as it matters: it is sent anew by whoever asks again.
      if (!answers && known.size < files.length) throw new Aria2Error("unreachable");
      return files.map(({ gid }, at) => {
        const answer = answers?.[at];
        return !isTaken(answer) && !known.has(gid) ? { is: "refused", message: messageOf(answer) } : { is: "taken" };
      });
    },
    status: async (gids, signal) => (await stand(gids, signal)).reduce(withOne, nothing),
  };
}

interface Call {
  readonly method: string;
  readonly params: readonly unknown[];
}

type RpcAnswer = { readonly result: unknown } | { readonly error: unknown };

async function askAll(parts: Aria2Parts, calls: readonly Call[], signal: AbortSignal): Promise<readonly RpcAnswer[]> {
  const answers: RpcAnswer[] = [];
  for (let at = 0; at < calls.length; at += perRequest)
    answers.push(...(await askSome(parts, calls.slice(at, at + perRequest), signal)));
  return answers;
}

/** One request with several calls; every call bears the secret. */
async function askSome(
  { address, secret, send }: Aria2Parts,
  calls: readonly Call[],
  signal: AbortSignal,
): Promise<readonly RpcAnswer[]> {
  const token = secret === undefined ? [] : [`token:${secret}`];
  const body = JSON.stringify(
    calls.map(({ method, params }, id) => ({ jsonrpc: "2.0", id: String(id), method, params: [...token, ...params] })),
  );
  const text = await send(address, { body, signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]) }).catch(
    (cause: unknown) => {
      signal.throwIfAborted();
      throw cause instanceof Aria2Error ? cause : new Aria2Error("unreachable", { cause });
    },
  );
  const answers = readAnswers(text, calls.length);
  if (answers.some((answer) => messageOf(answer) === "Unauthorized")) throw new Aria2Error("unauthorized");
  return answers;
}

/** The answers in the order of their calls; whoever answers otherwise is no aria2. */
function readAnswers(text: string, count: number): readonly RpcAnswer[] {
  const read = parsed(text);
  if (!Array.isArray(read)) throw new Aria2Error("no-aria2");
  const byId = new Map(read.map((answer: unknown) => [fieldOf(answer, "id"), answer]));
  return Array.from({ length: count }, (_, id) => {
    const answer = byId.get(String(id));
    const [result, error] = [fieldOf(answer, "result"), fieldOf(answer, "error")];
    if (result === undefined && error === undefined) throw new Aria2Error("no-aria2");
    return error === undefined ? { result } : { error };
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Aria2Error("no-aria2", { cause });
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function isTaken(answer: RpcAnswer | undefined): boolean {
  return answer !== undefined && "result" in answer;
}

/** Most characters of aria2's own words that are passed on. */
const longestMessage = 200;

function messageOf(answer: RpcAnswer | undefined): string {
  const message = answer && "error" in answer ? fieldOf(answer.error, "message") : undefined;
  return typeof message === "string" ? message.slice(0, longestMessage) : "";
}

const statusKeys = ["status", "totalLength", "completedLength", "downloadSpeed", "errorMessage"] as const;

const nothing: PushStatus = { active: 0, waiting: 0, complete: 0, failed: 0, gone: 0, done: 0, total: 0, speed: 0 };

/** aria2's words for how a download is: `active`, `waiting`, `paused`, `error`, `complete`, `removed`. */
function withOne(sum: PushStatus, answer: RpcAnswer): PushStatus {
  if (!("result" in answer)) return { ...sum, gone: sum.gone + 1 };
  const { result } = answer;
  const count = (key: (typeof statusKeys)[number]) => Math.max(0, Number(fieldOf(result, key)) || 0);
  const bytes = {
    done: sum.done + count("completedLength"),
    total: sum.total + count("totalLength"),
    speed: sum.speed + count("downloadSpeed"),
  };
  switch (fieldOf(result, "status")) {
    case "active":
      return { ...sum, ...bytes, active: sum.active + 1 };
    case "waiting":
    case "paused":
      return { ...sum, ...bytes, waiting: sum.waiting + 1 };
    case "complete":
      return { ...sum, ...bytes, complete: sum.complete + 1 };
    case "error": {
      const message = fieldOf(result, "errorMessage");
      const error = sum.error ?? (typeof message === "string" ? message.slice(0, longestMessage) : undefined);
      return { ...sum, ...bytes, failed: sum.failed + 1, ...(error !== undefined && { error }) };
    }
    default:
      return { ...sum, gone: sum.gone + 1 };
  }
}
