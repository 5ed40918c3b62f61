import { GrammyError } from "grammy";

/** A refusal of Telegram without what was sent: that holds people's file names and links. */
export function loggable(error: unknown): unknown {
  return error instanceof GrammyError ? new Error(`${error.method}: ${error.error_code} ${error.description}`) : error;
}
