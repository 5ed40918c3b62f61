import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Fault } from "../../../emulators/pikpak/faults.ts";
import { StorageError, type StorageErrorCode } from "../../../src/storage/error.ts";
import { startService, type Service } from "./service.ts";

const files = "/drive/v1/files";
const signin = "/v1/auth/signin";
const token = "/v1/auth/token";
const init = "/v1/shield/captcha/init";

let at: Service;
beforeEach(async () => {
  at = await startService();
});
afterEach(() => at.close());

/** What a refusal has to lead to: the code a person sees, and how often the service may be asked for it. */
interface Row {
  readonly fault: Fault;
  readonly code: StorageErrorCode;
  /** Calls on the path that refuses. */
  readonly calls: number;
  /** Captcha tokens asked for in all; one or two belong to signing in. */
  readonly captchas?: number;
  readonly refreshes?: number;
  /** Calls on the path after asking a second time. */
  readonly again?: number;
}

const said = (error: string, code: number, description = "", more: Fault = {}): Fault => ({
  error,
  code,
  description,
  ...more,
});

// One sign-in captcha and one drive captcha come before any of these.
const once = { calls: 1, captchas: 2 };
const renewsCaptcha = { calls: 2, captchas: 3 };

const onDrive: Readonly<Record<string, Row>> = {
  "3 invalid_argument": { fault: said("invalid_argument", 3), code: "bad-argument", ...once },
  "3 file_duplicated_name": { fault: said("file_duplicated_name", 3), code: "name-taken", ...once },
  "5 file_not_found": { fault: said("file_not_found", 5, "", { status: 404 }), code: "not-found", ...once },
  "5 not_found": { fault: said("not_found", 5, "", { status: 404 }), code: "not-found", ...once },
  "7 permission_denied": {
    fault: said("permission_denied", 7, "", { status: 403 }),
    code: "permission-denied",
    ...once,
  },
  "8 file_space_not_enough": { fault: said("file_space_not_enough", 8), code: "no-space", ...once },
  "9 captcha_invalid": {
    fault: said("captcha_invalid", 9, "Verification code is invalid"),
    code: "captcha-rejected",
    ...renewsCaptcha,
  },
  "9 captcha_required": {
    fault: said("captcha_required", 9, "please add captcha"),
    code: "captcha-rejected",
    ...renewsCaptcha,
  },
  "9 riskLimited": { fault: said("riskLimited", 9), code: "risk-limited", ...renewsCaptcha, again: 2 },
  "9 risk_limited": { fault: said("risk_limited", 9), code: "risk-limited", ...renewsCaptcha, again: 2 },
  "9 file_rename_uncompleted": {
    fault: said("file_rename_uncompleted", 9),
    code: "still-moving",
    calls: 6,
    captchas: 2,
  },
  "9 file_move_or_copy_to_cur": { fault: said("file_move_or_copy_to_cur", 9), code: "same-folder", ...once },
  "9 file_restore_own": { fault: said("file_restore_own", 9), code: "own-share", ...once },
  "9 file_in_recycle_bin": {
    fault: said("file_in_recycle_bin", 9, "File or folder is already in recycler"),
    code: "trashed",
    ...once,
  },
  "9 with a string nobody knows": { fault: said("something_new", 9), code: "upstream", ...once },
  "9 without a string": { fault: said("", 9), code: "captcha-rejected", ...renewsCaptcha },
  "10 whatever it says": { fault: said("operation_limited", 10), code: "too-frequent", ...once, again: 1 },
  "10 too frequent in words": {
    fault: said("aborted", 10, "Aborted - Your operation is too frequent"),
    code: "too-frequent",
    ...once,
    again: 1,
  },
  "11 task_daily_create_limit_vip": { fault: said("task_daily_create_limit_vip", 11), code: "daily-limit", ...once },
  "11 operating_file_count_exceeded": {
    fault: said("operating_file_count_exceeded", 11),
    code: "too-many-items",
    ...once,
  },
  "16 unauthenticated": {
    fault: said("unauthenticated", 16, "", { status: 401 }),
    code: "signed-out",
    calls: 2,
    captchas: 2,
    refreshes: 1,
  },
  "4121 access token": { fault: said("token_invalid", 4121), code: "signed-out", calls: 2, captchas: 2, refreshes: 1 },
  "4122 access token": { fault: said("token_expired", 4122), code: "signed-out", calls: 2, captchas: 2, refreshes: 1 },
  "4016 nobody explains": { fault: said("mystery", 4016), code: "upstream", ...once },
  "task_daily_create_limit (403)": {
    fault: said("task_daily_create_limit", 11, "", { status: 403 }),
    code: "daily-limit",
    ...once,
  },
  task_run_nums_limit: { fault: said("task_run_nums_limit", 11), code: "task-limit", ...once },
  task_sub_task_num_limit: { fault: said("task_sub_task_num_limit", 3), code: "task-refused", ...once },
  task_url_resolve_error: { fault: said("task_url_resolve_error", 3), code: "source-dead", ...once },
  task_url_unsupported: { fault: said("task_url_unsupported", 3), code: "source-unsupported", ...once },
  file_name_empty: { fault: said("file_name_empty", 3), code: "name-refused", ...once },
  space_folder_not_exist: { fault: said("space_folder_not_exist", 5), code: "not-found", ...once },
  invalid_request: { fault: said("invalid_request", 3), code: "bad-argument", ...once },
  "500 internal": {
    fault: said("internal", 13, "Get idx.shub.mypikpak.com: context deadline exceeded", { status: 500 }),
    code: "upstream",
    ...once,
  },
  "429 too_many_requests": {
    fault: said("too_many_requests", 8, "", { status: 429, headers: { "retry-after": "120" } }),
    code: "too-frequent",
    ...once,
    again: 1,
  },
  "429 without a body": {
    fault: { status: 429, body: "", headers: { "retry-after": "120" } },
    code: "too-frequent",
    ...once,
    again: 1,
  },
  "503 that says when": {
    fault: { status: 503, body: "<html>", headers: { "retry-after": "120" } },
    code: "too-frequent",
    ...once,
    again: 1,
  },
  "no error_code": {
    fault: said("captcha_invalid", 9, "", { odd: "no-code" }),
    code: "captcha-rejected",
    ...renewsCaptcha,
  },
  "empty details": {
    fault: said("file_not_found", 5, "", { odd: "no-details", status: 404 }),
    code: "not-found",
    ...once,
  },
  "the gateway's detail": {
    fault: { status: 400, body: '{"detail":"captcha_token is empty"}' },
    code: "captcha-rejected",
    ...renewsCaptcha,
  },
  "the gateway's other detail": {
    fault: { status: 400, body: '{"detail":"device_id is empty"}' },
    code: "upstream",
    ...once,
  },
  "HTML from a load balancer": {
    fault: { status: 502, body: "<html>Bad gateway</html>" },
    code: "upstream",
    calls: 3,
    captchas: 2,
  },
  "an empty body": { fault: { status: 200, body: "" }, code: "upstream", calls: 3, captchas: 2 },
  "half a body": { fault: { half: true }, code: "upstream", calls: 3, captchas: 2 },
  "a list instead of an object": { fault: { status: 200, body: "[]" }, code: "upstream", calls: 3, captchas: 2 },
  "a connection that ends": { fault: { reset: true }, code: "unreachable", calls: 3, captchas: 2 },
};

describe("a refusal on the drive host", () => {
  test.each(Object.entries(onDrive))("the drive host's refusal %s is told by its code", async (_name, row) => {
    at.pikpak.fail({ ...row.fault, path: files, times: 99 });
    const driver = at.account();
    expect(await codeOf(driver.list(undefined))).toBe(row.code);
    expect(at.asked(files)).toBe(row.calls);
    expect(at.asked(init)).toBe(row.captchas);
    expect(at.asked(token)).toBe(row.refreshes ?? 0);
    expect(at.asked(signin)).toBe(1);
    if (row.again === undefined) return;
    expect(await codeOf(driver.list(undefined))).toBe("too-frequent");
    expect(at.asked(files)).toBe(row.again);
  });

  test("a refusal because the name is the same already is no failure", async () => {
    at.pikpak.fail({ ...said("file_rename_to_same_name", 3), path: files });
    expect(await at.account().list(undefined)).toEqual({ items: [] });
  });

  test("an answer with error OK is no refusal", async () => {
    at.pikpak.fail({ status: 200, body: '{"error":"OK","error_code":0,"files":[]}', path: files });
    expect(await at.account().list(undefined)).toEqual({ items: [] });
  });

  test("a refusal is overcome where it came only once", async () => {
    at.pikpak.build.file(at.mia, undefined, { name: "a.txt", size: 1 });
    const driver = at.account();
    for (const fault of [
      said("captcha_invalid", 9),
      said("unauthenticated", 16, "", { status: 401 }),
      { status: 502, body: "<html>" },
      { status: 429, body: "{}", headers: { "retry-after": "2" } },
    ]) {
      at.pikpak.fail({ ...fault, path: files });
      expect((await driver.list(undefined)).items).toHaveLength(1);
    }
  });
});

const atSignIn: Readonly<Record<string, Row>> = {
  "4022 invalid_account_or_password": {
    fault: said("invalid_account_or_password", 4022),
    code: "wrong-credentials",
    calls: 1,
    captchas: 1,
    again: 1,
  },
  "4022 with metadata: []": {
    fault: said("invalid_account_or_password", 4022, "", { odd: "metadata-list" }),
    code: "wrong-credentials",
    calls: 1,
    captchas: 1,
    again: 1,
  },
  "4002 captcha_token expired": {
    fault: said("captcha_invalid", 4002, "Code(4002) - captcha_token expired"),
    code: "captcha-rejected",
    calls: 2,
    captchas: 2,
  },
  "4002 meta.username expect": {
    fault: said("captcha_invalid", 4002, "meta.username expect ****, but got map[captcha_sign:****]"),
    code: "captcha-rejected",
    calls: 2,
    captchas: 2,
  },
  "4002 too frequent": {
    fault: said("captcha_invalid", 4002, "Aborted - Your operation is too frequent, please try again later"),
    code: "too-frequent",
    calls: 1,
    captchas: 1,
    again: 1,
  },
  "4002 result:review": {
    fault: said("captcha_invalid", 4002, "captcha_token result:review"),
    code: "verification-needed",
    calls: 2,
    captchas: 2,
  },
  "4126 AccessProhibited": {
    fault: said("invalid_grant", 4126, "AccessProhibited"),
    code: "sign-in-refused",
    calls: 1,
    captchas: 1,
    again: 1,
  },
  aborted: { fault: said("aborted", 10), code: "account-suspended", calls: 1, captchas: 1, again: 1 },
  "3 currently not supported": {
    fault: said("invalid_argument", 3, "currently not supported"),
    code: "bad-argument",
    calls: 1,
    captchas: 1,
  },
  "4016 nobody explains": { fault: said("mystery", 4016), code: "upstream", calls: 1, captchas: 1 },
  "4026 seen once": { fault: said("mystery", 4026), code: "upstream", calls: 1, captchas: 1 },
  "an answer without tokens": {
    fault: { status: 200, body: '{"token_type":"Bearer","access_token":""}' },
    code: "upstream",
    calls: 1,
    captchas: 1,
  },
};

describe("a refusal at sign-in", () => {
  test.each(Object.entries(atSignIn))("the account host's refusal %s is told by its code", async (_name, row) => {
    at.pikpak.fail({ ...row.fault, path: signin, times: 99 });
    const driver = at.account();
    expect(await codeOf(driver.list(undefined))).toBe(row.code);
    expect(at.asked(signin)).toBe(row.calls);
    expect(at.asked(init)).toBe(row.captchas);
    expect(at.asked(files)).toBe(0);
    if (row.again === undefined) return;
    expect(await codeOf(driver.list(undefined))).toBe(row.code);
    expect(at.asked(signin)).toBe(row.again);
    expect(at.asked(init)).toBe(row.captchas);
  });
});

describe("too often", () => {
  test.each([
    ["in seconds", () => "120"],
    ["as a date", () => new Date(at.context.now() + 120_000).toUTCString()],
  ])("the wait the service asks for is honoured, %s", async (_form, header) => {
    at.pikpak.fail({ ...said("too_many_requests", 8), status: 429, headers: { "retry-after": header() }, path: files });
    const error = await errorOf(at.account().list(undefined));
    expect(error.retryAfter).toBeGreaterThan(115_000);
    expect(error.retryAfter).toBeLessThanOrEqual(120_000);
  });

  test("a cool-down without a wait the service asks for is 30 s, doubled each time up to 15 min, then hours", async () => {
    at.pikpak.fail({ ...said("operation_limited", 10), path: files, times: 99 });
    const driver = at.account();
    const pauses: (number | undefined)[] = [];
    for (let n = 0; n < 8; n++) {
      const { retryAfter = 0 } = await errorOf(driver.list(undefined));
      pauses.push(retryAfter);
      at.context.advance(retryAfter + 1);
    }
    expect(pauses.slice(0, 7)).toEqual([30_000, 60_000, 120_000, 240_000, 480_000, 900_000, 3_600_000]);
  });

  test("a request that waits in the queue when the cool-down begins is not sent any more", async () => {
    const turn = Promise.withResolvers<void>();
    const crowd = await startService({ wait: () => turn.promise });
    crowd.pikpak.fail({ ...said("operation_limited", 10), path: files, times: 99 });
    const driver = crowd.account();
    const askers = Array.from({ length: 20 }, () => codeOf(driver.list(undefined)));
    await Promise.race(askers);
    turn.resolve();
    expect(new Set(await Promise.all(askers))).toEqual(new Set(["too-frequent"]));
    expect(crowd.asked(files)).toBeLessThanOrEqual(5);
    await crowd.close();
  });
});

async function errorOf(work: Promise<unknown>): Promise<StorageError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof StorageError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

async function codeOf(work: Promise<unknown>): Promise<StorageErrorCode> {
  return (await errorOf(work)).code;
}
