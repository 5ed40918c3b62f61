import { FormattedString } from "@grammyjs/parse-mode";
import type { InlineKeyboardButton } from "grammy/types";
import type { FileAddress } from "../../actions/model/file-address.ts";
import { isPublicAddress } from "../../i18n/address.ts";
import { maxCopied } from "../limits.ts";
import type { Painter } from "./painter.ts";

/** A file's address as text: beside a button a tap on it copies it; without one it has to be tappable itself. */
export function addressText({ url }: FileAddress): FormattedString | string {
  return isPublicAddress(url) ? FormattedString.code(url) : url;
}

/** The watch page as text, where a button takes no such address: those of one's own network. */
export function watchText({ say }: Painter, { watch }: FileAddress): string | undefined {
  return watch === undefined || isPublicAddress(watch) ? undefined : say("link-watch", { url: watch });
}

/** The same file by an address that says its name. */
export function namedRow({ say }: Painter, { named }: FileAddress): InlineKeyboardButton[] {
  return named !== undefined && isPublicAddress(named)
    ? [{ text: `⬇️ ${say("press-download-named")}`, url: named }]
    : [];
}

/** The same as text, where a button takes no such address. */
export function namedText({ say }: Painter, { named }: FileAddress): string | undefined {
  return named === undefined || isPublicAddress(named) ? undefined : say("link-named", { url: named });
}

/** Opens it, copies it, plays it: what Telegram takes a button for. */
export function addressRow({ say }: Painter, { url, watch }: FileAddress): InlineKeyboardButton[] {
  return [
    ...(isPublicAddress(url) ? [{ text: `🔗 ${say("press-open-link")}`, url }] : []),
    ...(url.length <= maxCopied ? [{ text: `📋 ${say("press-copy")}`, copy_text: { text: url } }] : []),
    ...(watch !== undefined && isPublicAddress(watch) ? [{ text: `📺 ${say("press-watch")}`, url: watch }] : []),
  ];
}
