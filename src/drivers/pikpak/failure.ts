import { z } from "zod";
import { StorageError, type StorageErrorCode } from "../../storage/error.ts";
import { parseJson } from "./wire.ts";

/** A refusal as the service worded it, out of either envelope or none. */
export interface Failure {
  readonly status: number;
  /** The `error` string; empty where there was none. This decides, not the number: code 9 alone has many meanings. */
  readonly error: string;
  readonly code: number;
  readonly description: string;
  /** ms, from Retry-After. */
  readonly retryAfter?: number | undefined;
}

/** What a failure asks for: once more with a new captcha or access token, once more after a while, nothing, or an end. */
export type Reaction =
  | { readonly react: "renew-captcha"; readonly error: StorageError }
  | { readonly react: "renew-token"; readonly error: StorageError }
  | { readonly react: "wait"; readonly ms: number; readonly times: number; readonly error: StorageError }
  | { readonly react: "cool-down"; readonly ms: number | undefined; readonly error: StorageError }
  | { readonly react: "succeed" }
  | { readonly react: "fail"; readonly error: StorageError };

/** The reaction to a failure, by its string, then by its code, then by the HTTP status (protocol notes, table of errors). */
export function reactTo(failure: Failure): Reaction {
  if (/too frequent|频繁/i.test(failure.description)) return coolDown(failure);
  if (/free (transfers|usage today)/i.test(failure.description)) return fail("app-traffic-used")(failure);
  // What the service sends may be called like something every object has.
  const byString = Object.hasOwn(strings, failure.error) ? strings[failure.error] : undefined;
  if (byString) return byString(failure);
  if (failure.error === "") return (codes[failure.code] ?? byStatus(failure.status))(failure);
  return (codesOfUnknownStrings[failure.code] ?? byStatus(failure.status))(failure);
}

type React = (failure: Failure) => Reaction;

const hour = 3_600_000;

const fail =
  (code: StorageErrorCode, retryAfter?: number): React =>
  (failure) => ({ react: "fail", error: errorOf(code, failure, retryAfter) });
const renewCaptcha: React = (failure) => ({ react: "renew-captcha", error: errorOf("captcha-rejected", failure) });
const renewToken: React = (failure) => ({ react: "renew-token", error: errorOf("signed-out", failure) });
const coolDown: React = (failure) => ({
  react: "cool-down",
  ms: failure.retryAfter,
  error: errorOf("too-frequent", failure),
});

const strings: Readonly<Record<string, React>> = {
  captcha_invalid: (failure) => (/result:review/.test(failure.description) ? reviewed(failure) : renewCaptcha(failure)),
  captcha_required: renewCaptcha,
  riskLimited: (failure) => ({ react: "renew-captcha", error: errorOf("risk-limited", failure, 5 * 60_000) }),
  risk_limited: (failure) => ({ react: "renew-captcha", error: errorOf("risk-limited", failure, 5 * 60_000) }),
  unauthenticated: renewToken,
  invalid_account_or_password: fail("wrong-credentials"),
  invalid_grant: (failure) =>
    fail(/AccessProhibited/i.test(failure.description) ? "sign-in-refused" : "signed-out")(failure),
  aborted: fail("account-suspended", 6 * hour),
  too_many_requests: coolDown,
  file_not_found: fail("not-found"),
  not_found: fail("not-found"),
  space_folder_not_exist: fail("not-found"),
  file_in_recycle_bin: fail("trashed"),
  permission_denied: fail("permission-denied"),
  file_space_not_enough: fail("no-space"),
  file_duplicated_name: fail("name-taken"),
  file_rename_to_same_name: () => ({ react: "succeed" }),
  file_rename_uncompleted: (failure) => ({
    react: "wait",
    ms: 1500,
    times: 5,
    error: errorOf("still-moving", failure),
  }),
  file_move_or_copy_to_cur: fail("same-folder"),
  file_restore_own: fail("own-share"),
  task_daily_create_limit: fail("daily-limit"),
  task_daily_create_limit_vip: fail("daily-limit"),
  task_run_nums_limit: fail("task-limit", 60_000),
  operating_file_count_exceeded: fail("too-many-items"),
  task_sub_task_num_limit: fail("task-refused"),
  task_url_resolve_error: fail("source-dead"),
  task_url_unsupported: fail("source-unsupported"),
  task_file_deleted: fail("not-found"),
  file_maybe_ads: fail("content-refused"),
  file_name_empty: fail("name-refused"),
  invalid_argument: fail("bad-argument"),
  invalid_request: fail("bad-argument"),
  internal: fail("upstream"),
};

/** What a failed task says of itself, in a word or in words; undefined = nothing that is known. */
export function reasonIn(said: string): StorageErrorCode | undefined {
  return reasons.find(([pattern]) => pattern.test(said))?.[1];
}

const reasons: readonly (readonly [RegExp, StorageErrorCode])[] = [
  [/file_space_not_enough|space is not enough/i, "no-space"],
  [/task_daily_create_limit/i, "daily-limit"],
  [/task_run_nums_limit/i, "task-limit"],
  [/file_maybe_ads|sensitive/i, "content-refused"],
  [/task_url_resolve_error/i, "source-dead"],
  [/task_url_unsupported/i, "source-unsupported"],
  [/task_file_deleted|file deleted/i, "not-found"],
];

/** The service wants a human: a fresh challenge tells where; a second refusal ends it. */
function reviewed(failure: Failure): Reaction {
  return { react: "renew-captcha", error: errorOf("verification-needed", failure) };
}

/** Codes that mean one thing whatever the string. */
const codesOfUnknownStrings: Readonly<Record<number, React>> = {
  3: fail("bad-argument"),
  5: fail("not-found"),
  7: fail("permission-denied"),
  8: fail("no-space"),
  10: coolDown,
  16: renewToken,
  4121: renewToken,
  4122: renewToken,
  4022: fail("wrong-credentials"),
  4126: fail("signed-out"),
};

/** Codes that came without any string: the gateway's commonest meaning of each. */
const codes: Readonly<Record<number, React>> = {
  ...codesOfUnknownStrings,
  9: renewCaptcha,
  4002: renewCaptcha,
};

function byStatus(status: number): React {
  if (status === 401) return renewToken;
  if (status === 403) return fail("permission-denied");
  if (status === 404) return fail("not-found");
  if (status === 429) return coolDown;
  if (status === 503) return (failure) => (failure.retryAfter === undefined ? fail("upstream") : coolDown)(failure);
  return fail("upstream");
}

function errorOf(code: StorageErrorCode, failure: Failure, retryAfter = failure.retryAfter): StorageError {
  const { status, error, description } = failure;
  const message = `PikPak answered ${status} ${error || "without a word"} (${failure.code}): ${description.slice(0, 200)}`;
  return new StorageError(code, { message, retryAfter });
}

/** An answer: what was asked for, a refusal, or something no API says (HTML, half a body). */
export type Reply =
  | { readonly is: "answer"; readonly body: unknown }
  | { readonly is: "failure"; readonly failure: Failure }
  | { readonly is: "garbled"; readonly status: number };

interface Received {
  readonly status: number;
  readonly text: string;
  readonly retryAfter?: number | undefined;
  /** An empty body is a fine answer (DELETE). */
  readonly mayBeEmpty: boolean;
}

const envelope = z.looseObject({
  error: z.string().catch(""),
  error_code: z.coerce.number().catch(0),
  error_description: z.string().catch(""),
  detail: z.string().catch(""),
});

/** Reads an answer by its body first, whatever the status says. */
export function readReply({ status, text, retryAfter, mayBeEmpty }: Received): Reply {
  const good = status >= 200 && status < 300;
  if (text.trim() === "" && good && mayBeEmpty) return { is: "answer", body: {} };
  const body = parseJson(text);
  if (typeof body !== "object" || body === null || Array.isArray(body)) return wordless(status, retryAfter);
  const read = envelope.parse(body);
  const refused = read.error !== "" && read.error !== "OK" ? true : read.error_code !== 0;
  if (good && !refused) return { is: "answer", body };
  if (!refused && read.detail === "" && status >= 500) return wordless(status, retryAfter);
  return {
    is: "failure",
    failure: {
      status,
      ...(read.detail === "captcha_token is empty"
        ? { error: "captcha_invalid" }
        : { error: read.error === "OK" ? "" : read.error }),
      code: read.error_code,
      description: read.error_description || read.detail || detailsOf(body),
      retryAfter,
    },
  };
}

/** An answer that is not the API's: a load balancer's page, half a body, nothing. Only its status and Retry-After can be read. */
function wordless(status: number, retryAfter: number | undefined): Reply {
  const saysWait = status === 429 || (status === 503 && retryAfter !== undefined);
  if (!saysWait && status !== 401) return { is: "garbled", status };
  return {
    is: "failure",
    failure: { status, error: "", code: 0, description: "", retryAfter },
  };
}

function detailsOf(body: object): string {
  const details = "details" in body ? body.details : "error_details" in body ? body.error_details : "";
  return details === "" ? "" : JSON.stringify(details).slice(0, 300);
}

/** Milliseconds out of a Retry-After header, in seconds or as an HTTP date. */
export function retryAfterOf(header: string | undefined, now: number): number | undefined {
  if (header === undefined || header.trim() === "") return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
