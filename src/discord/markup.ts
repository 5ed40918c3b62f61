import { isolate, shorten } from "../i18n/names.ts";

/** Most characters a name may take in a message, markup included, where its place says nothing else. */
const usualLabel = 200;

/**
 * A name as text that shows it literally: it cannot ping, link, format or turn what stands around it. `most` bounds the
 * characters it takes; a longer name loses its middle.
 */
export function label(name: string, most: number = usualLabel): string {
  const flat = tidy(name);
  let room = most;
  let escaped = escape(isolate(shorten(flat, room)));
  while (escaped.length > most) {
    room = Math.floor(room * 0.8);
    escaped = escape(isolate(shorten(flat, room)));
  }
  return escaped;
}

/** A name where Discord shows no markup: on buttons, in menus, in modals. */
export function plainLabel(name: string, most: number): string {
  return isolate(shorten(tidy(name), most - 2));
}

/** A name for a file, of at most `most` characters: no mark in it turns what follows. */
export function fileName(name: string, most: number): string {
  return shorten(tidy(name), most);
}

/** A name in bold. */
export function strong(name: string, most?: number): string {
  return `**${label(name, most)}**`;
}

/** Words that lead to an address, without a preview of it. */
export function link(words: string, address: string): string {
  return `[${label(words)}](<${inMarkup(address)}>)`;
}

/** An address to be copied, as it is. */
export function copyable(address: string): string {
  return `\`\`\`\n${address.replaceAll("`", "%60").replaceAll(/\s/g, "%20")}\n\`\`\``;
}

/** A text of several words, to be copied. A sign that would end the block gives way to one that looks like it. */
export function copyableText(text: string): string {
  return `\`\`\`\n${text.replaceAll("`", "\u02CB")}\n\`\`\``;
}

/** Lines for a shell, to be copied. A sign that would end the block gives way to one that looks like it. */
export function commands(lines: readonly string[]): string {
  return `\`\`\`sh\n${lines.join("\n").replaceAll("`", "\u02CB")}\n\`\`\``;
}

/** A moment, which every reader sees in their own time zone and language. */
export function moment(at: number): string {
  return `<t:${Math.floor(at / 1000)}:f>`;
}

/** Controls, and marks that are not seen but turn or hide what follows. Joiners stay: emoji are made with them. */
const unseen = /[\p{Cc}\u061C\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF]+/gu;

function tidy(name: string): string {
  return name.replaceAll(unseen, " ").trim();
}

/** Every character that begins markup, a mention, a timestamp or an address; at the beginning also lists and headings. */
function escape(text: string): string {
  return text.replaceAll(/[\\*_~`|<>@#:[\]()]/g, "\\$&").replace(/^(\d*)([-+.])/, "$1\\$2");
}

/** Characters that could end the address early. */
function inMarkup(address: string): string {
  return address.replaceAll(/[\s<>()\\]/g, (sign) => encodeURIComponent(sign).replace("(", "%28").replace(")", "%29"));
}
