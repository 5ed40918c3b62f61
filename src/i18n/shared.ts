import { errorText, type Speaker } from "./kind-words.ts";
import type { Figures } from "./figures.ts";

interface Share {
  readonly url: string;
  readonly passCode?: string;
  readonly views?: number | undefined;
  readonly saves?: number | undefined;
  readonly closed?: string;
}

/** The link and its code, to be passed on. */
export function sharedText({ say }: Pick<Speaker, "say">, { url, passCode }: Share): string {
  return passCode === undefined ? url : say("shared-text", { url, code: passCode });
}

/** Why a link does not open; undefined = it does. */
export function sharedClosed(speaker: Speaker, { closed }: Share, driver: string): string | undefined {
  return closed === undefined ? undefined : `🔴 ${errorText(speaker, closed, driver)}`;
}

/** How often it was used; undefined = the drive does not say. */
export function sharedCounts({ say }: Pick<Speaker, "say">, { views, saves }: Share): string | undefined {
  return views === undefined && saves === undefined
    ? undefined
    : say("shared-counts", { views: views ?? 0, saves: saves ?? 0 });
}

/** When it ends. */
export function sharedEnd(
  { say, figures, now }: Pick<Speaker, "say"> & { readonly figures: Figures; readonly now: number },
  expiresAt: number | undefined,
  date: (at: number) => string,
): string {
  return expiresAt === undefined
    ? `⏳ ${say("shared-no-end")}`
    : `⏳ ${say("link-expires", { date: date(expiresAt), time: figures.span(Math.max(0, expiresAt - now)) })}`;
}

/** How long a link is to live, as a choice. */
export function lifeLabel({ say }: Pick<Speaker, "say">, days: number): string {
  return days === 0 ? say("shared-for-ever") : say("shared-days", { count: days });
}
