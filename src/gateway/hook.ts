import { z } from "zod";
import { storageErrorCodes, storageErrorKind, type StorageErrorCode } from "../storage/error.ts";
import { errorText, noticeText } from "../i18n/kind-words.ts";
import type { Words } from "../i18n/words.ts";
import { json, languageOf, type Asked, type Reply, type WholeReply } from "./asked.ts";
import { consume, inMemory, type OpenLimiter } from "./limiter.ts";
import { refuse, type Refusal } from "./refusal.ts";

/** What stands behind hooks; the app hands it in. */
export interface HookTaker {
  /** Whose hook a secret is; undefined = nobody's. */
  find(secret: string): Promise<string | undefined>;
  /** Does what a call asks for, once. */
  take(person: string, call: HookCall, options: { readonly signal: AbortSignal }): Promise<HookOutcome>;
}

/** What a call asks for. `key`: by what the caller knows this call. */
interface HookCall {
  readonly url: string;
  readonly folder?: string | undefined;
  readonly key?: string | undefined;
}

/** `code` has words: `notice-<code>`, or `error-<code>` of a drive. */
type HookOutcome =
  | { readonly is: "begun"; readonly task: string }
  | {
      readonly is: "refused";
      readonly code: string;
      readonly driver?: string | undefined;
      readonly retryAfter?: number | undefined;
    };

interface HookParts {
  readonly words: Words;
  /** Absent = there are no hooks here. */
  readonly hooks?: HookTaker | undefined;
  /** Counts calls; absent = in this process. */
  readonly limiter?: OpenLimiter | undefined;
}

/** Answers a call of a hook, whose secret is the rest of the path. */
export type HookRoute = (asked: Asked, rest: readonly string[]) => Promise<Reply>;

/** Calls a minute of one hook: a season is taken at once, and a program that runs wild is not. */
const callsPerMinute = 60;
/** Bytes of a body. */
const longestBody = 8 * 1024;
/** ms that a call may take: what was begun is brought to its end, whether or not the caller waits. */
const timeout = 60_000;

const body = z.object({
  url: z.string().min(1),
  folder: z.string().max(2000).optional(),
});
/** What HTTP lets stand in a header, and no more of it than anybody needs. */
const keyShape = z.string().min(1).max(255).optional();

export function createHookRoute({ words, hooks, limiter = inMemory }: HookParts): HookRoute {
  const tempo = limiter({ keyPrefix: "hook", points: callsPerMinute, duration: 60 });
  return async (asked, [secret = "", ...more]) => {
    // Before a byte of the body is read: who has no hook has nothing to say here.
    const person = more.length === 0 && secretShape.test(secret) ? await hooks?.find(secret) : undefined;
    if (!hooks || person === undefined) return unknownHook(asked, words);
    await consume(tempo, person);
    if (!isJson(asked))
      return refuse(asked, { code: "bad-request", status: 415, headers: { accept: "application/json" } }, words);
    const call = await callIn(asked);
    if (call === "no-json") return refuse(asked, { code: "bad-request", status: 400 }, words);
    if (!call) return refused(asked, words, { code: "hook-url" });
    const outcome = await hooks.take(person, call, { signal: AbortSignal.timeout(timeout) });
    return outcome.is === "begun" ? json(202, { task: outcome.task }) : refused(asked, words, outcome);
  };
}

const secretShape = /^[\w-]{43}$/;

/** The same for a secret that was taken back, one that never was, and one whose person may not use the bot. */
function unknownHook(asked: Asked, words: Words): WholeReply {
  const refusal: Refusal = { code: "no-hook", status: 401, headers: { "www-authenticate": 'Hook realm="ChatDrive"' } };
  return { ...refuse(asked, refusal, words), isToGuess: true };
}

function isJson({ headers }: Asked): boolean {
  return /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(headers["content-type"] ?? "");
}

/** Undefined = it asks for nothing that could be done. Throws `BodyTooLarge`. */
async function callIn(asked: Asked): Promise<HookCall | "no-json" | undefined> {
  const text = (await asked.body(longestBody)).toString("utf8");
  const key = keyShape.safeParse(asked.headers["idempotency-key"]);
  try {
    const call = body.safeParse(JSON.parse(text));
    return call.success && key.success ? { ...call.data, key: key.data } : undefined;
  } catch {
    return "no-json";
  }
}

interface Why {
  readonly code: string;
  readonly driver?: string | undefined;
  readonly retryAfter?: number | undefined;
}

/** Why nothing was begun, for a program and for who reads its log. */
function refused(asked: Asked, words: Words, { code, driver, retryAfter }: Why): WholeReply {
  if (barred.has(code)) return unknownHook(asked, words);
  const speaker = { say: words.in(languageOf(asked, words)), has: (key: string) => words.has(key) };
  const message = isOfDrive(code) ? errorText(speaker, code, driver) : noticeText(speaker, code, driver);
  const status = statusOf(code);
  const pause = status === 422 ? undefined : Math.max(1, Math.ceil((retryAfter ?? usualPause) / 1000));
  return json(
    status,
    { error: code, message, ...(pause !== undefined && { retryAfter: pause }) },
    pause === undefined ? {} : { "retry-after": String(pause) },
  );
}

/** ms until another try is worth it, where nobody says. */
const usualPause = 30_000;

const barred: ReadonlySet<string> = new Set(["banned", "not-admitted"]);
const passing: ReadonlySet<string> = new Set(["maintenance", "chat-trouble", "store-unavailable", "unexpected"]);

function isOfDrive(code: string): code is StorageErrorCode {
  return storageErrorCodes.some((one) => one === code);
}

/** A drive that is away is 503; what the same call will never do is 422. */
function statusOf(code: string): number {
  if (code === "too-fast") return 429;
  if (passing.has(code)) return 503;
  if (!isOfDrive(code)) return 422;
  const { about, status } = storageErrorKind(code);
  return status === 503 || about === "service" || about === "person" ? 503 : 422;
}
