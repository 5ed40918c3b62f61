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
  readonly status?: number;
  readonly error?: string;
  readonly code?: number;
  readonly description?: string;
  readonly detail?: string;
  readonly bare?: object;
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
};

/** The body of a refusal, as the host that refuses words it. */
export function envelope(refusal: Refusal, host: Host, language: string): object {
  if (refusal.bare) return refusal.bare;
  const zh = language.toLowerCase().startsWith("zh");
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
      { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: refusal.description, domain: "", metadata: {} },
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
  noEndpoint: () => new Refusal({ status: 404, error: "not_found", code: 5, description: "not found" }),
};
