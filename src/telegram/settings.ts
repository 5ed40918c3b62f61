import type { Config } from "../config.ts";

/** The configuration, with the secret of webhook calls settled. */
export interface TelegramSettings extends Omit<NonNullable<Config["telegram"]>, "webhook"> {
  /** Absent = long polling. */
  readonly webhook?: { readonly url: string; readonly secret: string };
}
