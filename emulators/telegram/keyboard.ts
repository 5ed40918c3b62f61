import type { InlineKeyboardButton, InlineKeyboardMarkup } from "@grammyjs/types";
import { isRecord } from "./check.ts";
import { badRequest } from "./refusal.ts";
import type { Chat } from "./world.ts";

/** What stands below a message: buttons in it, or something in the place of the keyboard. */
export interface Below {
  readonly keyboard?: InlineKeyboardMarkup;
  readonly reply?: Readonly<Record<string, unknown>>;
}

/** Where buttons are to be. */
export interface KeyboardPlace {
  /** Absent for messages that are to be sent through inline mode. */
  readonly chat?: Chat;
  readonly isEphemeral?: boolean;
  /** Bytes. */
  readonly limit: number;
}

const maxButtons = 100;
const maxInRow = 8;

/** Reads a checked `reply_markup` with what the table cannot say. */
export function readBelow(markup: unknown, place: KeyboardPlace): Below {
  if (!isRecord(markup)) return {};
  if ("inline_keyboard" in markup) return keyboardIn(markup as unknown as InlineKeyboardMarkup, place);
  if ("keyboard" in markup && place.isEphemeral) throw badRequest("inline keyboard expected");
  return { reply: markup };
}

/** The keyboard of a new message or an edit; absent when it has no button. */
export function keyboardIn(markup: InlineKeyboardMarkup, place: KeyboardPlace): Below {
  const rows = markup.inline_keyboard.filter((row) => row.length > 0);
  const buttons = rows.flat();
  const size = Buffer.byteLength(JSON.stringify(rows));
  if (buttons.length > maxButtons || rows.some((row) => row.length > maxInRow) || size > place.limit) {
    throw badRequest("reply markup is too long");
  }
  for (const button of buttons) checkButton(button, place);
  const reply = markup.force_reply ? { reply: { force_reply: true } } : {};
  return { ...(rows.length > 0 && { keyboard: { inline_keyboard: rows } }), ...reply };
}

/** Each button does one thing. */
const purposes = [
  "url",
  "callback_data",
  "web_app",
  "login_url",
  "disabled",
  "switch_inline_query",
  "switch_inline_query_current_chat",
  "switch_inline_query_chosen_chat",
  "copy_text",
  "callback_game",
  "pay",
];

function checkButton(button: InlineKeyboardButton, place: KeyboardPlace): void {
  const given = purposes.filter((purpose) => purpose in button);
  if (given.length === 0 || ("callback_data" in button && button.callback_data === "")) {
    throw badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard");
  }
  if (given.length > 1) throw badRequest(`inline keyboard button can do one thing only: ${given.join(", ")}`);
  if (button.text.trim() === "") throw badRequest("BUTTON_TEXT_INVALID");
  if ("callback_data" in button) checkData(button.callback_data);
  if ("url" in button) checkAddress(button.url);
  if ("copy_text" in button) checkCopied(button.copy_text.text);
  if ("web_app" in button) checkWebApp(button.web_app.url, place);
  if ("login_url" in button) checkLogin(button.login_url.url, place);
  if ("pay" in button || "callback_game" in button) throw badRequest("BUTTON_TYPE_INVALID");
}

function checkData(data: string): void {
  if (Buffer.byteLength(data) > 64) throw badRequest("BUTTON_DATA_INVALID");
}

function checkCopied(text: string): void {
  if (text.length < 1 || text.length > 256) throw badRequest("BUTTON_COPY_TEXT_INVALID");
}

function checkWebApp(url: string, { chat }: KeyboardPlace): void {
  if (chat?.type !== "private") throw badRequest("BUTTON_TYPE_INVALID");
  if (!url.startsWith("https://"))
    throw badRequest(`inline keyboard button Web App URL '${url}' is invalid: Only HTTPS links are allowed`);
}

function checkLogin(url: string, { isEphemeral }: KeyboardPlace): void {
  if (isEphemeral || !url.startsWith("https://")) throw badRequest("BUTTON_URL_INVALID");
  // No bot here told @BotFather a domain of its own.
  throw badRequest("BOT_DOMAIN_INVALID");
}

/** Web addresses with a host the world can reach, and Telegram's own links. */
export function checkAddress(address: string, what = "inline keyboard button URL"): void {
  const reason = wrongWith(address);
  if (reason !== undefined) throw badRequest(`${what} '${address}' is invalid: ${reason}`);
  const url = urlOf(address);
  if (url && !isPublicHost(url.hostname)) throw badRequest("BUTTON_URL_INVALID");
}

/** Whether a text can be an address at all. */
export function isAddress(address: string): boolean {
  return wrongWith(address) === undefined;
}

/** Why a text is no address, in tdlib's words; who really answers there is not asked here. */
export function wrongWith(address: string): string | undefined {
  if (/^tg:\/\/\S+$/i.test(address)) return undefined;
  if (address === "") return "URL host is empty";
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(address)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== "http" && scheme !== "https") return "Unsupported URL protocol";
  const url = urlOf(address);
  return !url || /\s/.test(address) || !/[.[]/.test(url.hostname) ? "Wrong HTTP URL" : undefined;
}

/** The scheme may be left out. */
function urlOf(address: string): URL | null {
  return /^tg:/i.test(address) ? null : URL.parse(/^https?:\/\//i.test(address) ? address : `http://${address}`);
}

const privateAddresses = [
  /^0\./,
  /^10\./,
  /^127\./,
  /^169\.254\./,
  /^172\.(1[6-9]|2\d|3[01])\./,
  /^192\.168\./,
  /^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./,
];

function isPublicHost(host: string): boolean {
  if (/^[\d.]+$/.test(host)) return !privateAddresses.some((pattern) => pattern.test(host));
  if (host.startsWith("[")) return /^\[[23]/.test(host);
  return /\.[\p{L}\d-]{2,}$/u.test(host) && !/\.(local|localhost|internal|lan|home|test|invalid)$/.test(host);
}
