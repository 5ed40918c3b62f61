import { isChinese } from "./words.ts";

/** How PikPak says no. Both hosts have an envelope of their own, and speak the caller's language. */
export class Refusal extends Error {
  readonly status: number;
  readonly error: string;
  readonly code: number;
  readonly description: string;
  /** The technical word inside the envelope. */
  readonly detail: string | undefined;
  /** A body instead of an envelope: the gateway's own. */
  readonly bare: object | undefined;

  constructor({ status = 400, error = "", code = 0, description = "", detail, bare }: RefusalParts) {
    super(`${error} (${code}) ${description}`);
    this.status = status;
    this.error = error;
    this.code = code;
    this.description = description;
    this.detail = detail;
    this.bare = bare;
  }
}

interface RefusalParts {
  readonly status?: number | undefined;
  readonly error?: string | undefined;
  readonly code?: number | undefined;
  readonly description?: string | undefined;
  readonly detail?: string | undefined;
  readonly bare?: object | undefined;
}

export type Host = "user" | "drive";

const chinese: Readonly<Record<string, string>> = {
  captcha_invalid: "验证码无效",
  invalid_account_or_password: "帐号或密码错误",
  invalid_grant: "用户凭证不正确或已过期",
  file_not_found: "文件或文件夹不存在",
  file_in_recycle_bin: "文件或文件夹已在回收站",
  unauthenticated: "未登录",
  file_duplicated_name: "文件名不能重复",
  file_space_not_enough: "存储空间不足",
  file_rename_uncompleted: "不支持重命名未完成的文件或文件夹",
  file_rename_to_same_name: "文件名没有变化",
  file_move_or_copy_to_cur: "不能移动或复制到当前文件夹",
  file_restore_own: "不能转存自己的分享",
  operating_file_count_exceeded: "操作的文件数量超出限制",
  task_daily_create_limit_vip: "今日创建任务已达上限，请明天再试",
  task_run_nums_limit: "进行中的任务过多",
  task_url_unsupported: "不支持该链接",
  space_folder_not_exist: "文件夹不存在",
  aborted: "操作过于频繁，请稍后再试",
  invalid_argument: "参数错误",
  not_found: "不存在",
  permission_denied: "没有权限",
};

/** The body of a refusal, as the host that refuses words it. */
export function envelope(refusal: Refusal, host: Host, language: string): object {
  if (refusal.bare) return refusal.bare;
  const zh = isChinese(language);
  const localized = (zh && chinese[refusal.error]) || refusal.description;
  if (host === "drive") {
    return {
      error: refusal.error,
      error_code: refusal.code,
      error_url: "",
      error_description: localized,
      error_details:
        refusal.detail === undefined
          ? []
          : [{ "@type": "type.googleapis.com/google.rpc.DebugInfo", stack_entries: [], detail: refusal.detail }],
    };
  }
  return {
    error: refusal.error,
    error_code: refusal.code,
    error_description: refusal.description,
    details: [
      {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        reason: refusal.description,
        // Recorded bodies have these two in this refusal alone.
        ...(refusal.error === "invalid_account_or_password" && { domain: "", metadata: {} }),
      },
      { "@type": "type.googleapis.com/google.rpc.LocalizedMessage", locale: zh ? "zh" : "en", message: localized },
    ],
  };
}

/** Refusals more than one route gives. */
export const refusals = {
  notFound: () =>
    new Refusal({ status: 404, error: "file_not_found", code: 5, description: "File or folder is not found" }),
  trashed: () =>
    new Refusal({ error: "file_in_recycle_bin", code: 9, description: "File or folder is already in recycler" }),
  argument: (description: string) => new Refusal({ error: "invalid_argument", code: 3, description }),
  renameUncompleted: () =>
    new Refusal({
      error: "file_rename_uncompleted",
      code: 9,
      description: "Renaming uncompleted file or folder is not supported",
    }),
  noSpace: () => new Refusal({ error: "file_space_not_enough", code: 8, description: "Storage space is not enough" }),
  tooManyIds: () =>
    new Refusal({
      error: "operating_file_count_exceeded",
      code: 11,
      description: "too many files in one operation",
    }),
  dailyLimit: () =>
    new Refusal({
      error: "task_daily_create_limit_vip",
      code: 11,
      description:
        "Sorry, you have submitted too many tasks and have exceeded the current processing capacity, please try again tomorrow",
    }),
  /** The text stands in `error`: clients look for it there (measured 2026-11). */
  lookUpMiss: () => {
    const said = "Get idx.shub.mypikpak.com: context deadline exceeded";
    return new Refusal({ status: 500, error: said, code: 500, description: said });
  },
  captcha: (detail: string) =>
    new Refusal({ error: "captcha_invalid", code: 9, description: "Verification code is invalid", detail }),
  unauthenticated: (detail?: string) =>
    new Refusal({ status: 401, error: "unauthenticated", code: 16, description: "unauthenticated", detail }),
  forbidden: (description: string) => new Refusal({ status: 403, error: "permission_denied", code: 7, description }),
  noEndpoint: () => new Refusal({ status: 404, error: "not_found", code: 5, description: "not found" }),
};
