import { decoded } from "./text.ts";

/** What kind of link an offline download is made from; undefined = none the service knows. */
export function sourceKind(url: string): "http" | "magnet" | "ed2k" | "pikpak" | undefined {
  if (/^https?:\/\/\S+$/i.test(url)) return "http";
  if (/^magnet:\?\S*xt=urn(:|%3a)btih(:|%3a)\S+$/i.test(url)) return "magnet";
  if (/^ed2k:\/\/\S+$/i.test(url)) return "ed2k";
  return /^pikpak:\/\/[^|]+\|\d+\|[0-9a-f]{40}$/i.test(url) ? "pikpak" : undefined;
}

/** The name a link tells. A stray percent sign leaves it as it is written. */
export function nameOfSource(url: string): string {
  const told =
    /[?&]dn=([^&]+)/.exec(url)?.[1]?.replaceAll("+", " ") ??
    /^ed2k:\/\/\|file\|([^|]+)/i.exec(url)?.[1] ??
    /^pikpak:\/\/([^|]+)/i.exec(url)?.[1] ??
    /\/([^/?#]+)(?:[?#]|$)/.exec(url.replace(/^\w+:\/\/[^/]+/, ""))?.[1];
  return told === undefined ? "download" : decoded(told);
}

/** How large what a link brings is: the same every time, and another for every link. */
export function offlineSize(url: string): number {
  const told = /^ed2k:\/\/\|file\|[^|]+\|(\d+)\|/i.exec(url)?.[1] ?? /^pikpak:\/\/[^|]+\|(\d+)\|/i.exec(url)?.[1];
  return told === undefined ? 1000 + url.length * 1_000_003 : Number(told);
}
