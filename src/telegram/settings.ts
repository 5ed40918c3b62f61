import type { Config } from "../config.ts";

/** Whether a Bot API server is the public one: it takes and gives smaller files than one of one's own. */
export function isPublicServer(apiRoot: string): boolean {
  return new URL(apiRoot).hostname === "api.telegram.org";
}

/** The configuration, with the secret of webhook calls settled. */
export interface TelegramSettings extends Omit<NonNullable<Config["telegram"]>, "webhook"> {
  /** Absent = long polling. */
  readonly webhook?: { readonly url: string; readonly secret: string };
}
