import { errorText, noticeText } from "./kind-words.ts";
import type { Figures } from "./figures.ts";
import { isolate, shorten } from "./names.ts";
import { labelled } from "./phrases.ts";
import type { Say } from "./words.ts";

interface Speaker {
  readonly say: Say;
  readonly figures: Figures;
  has(key: string): boolean;
}

/** What is followed, as far as its words go. */
interface Followed {
  readonly about: "folder" | "feed";
  readonly paused: boolean;
  readonly reason?: string | undefined;
  readonly mount?: { readonly driver: string } | undefined;
  readonly told?: string | undefined;
}

/** The signs of what is followed. */
const followSigns = { folder: "📁", feed: "📰" } as const;

/** The sign of how it does. */
export function followSign({ about, paused, reason }: Followed): string {
  if (paused) return "⏸";
  return reason === undefined ? followSigns[about] : "⚠️";
}

/** What is wrong with it; undefined = nothing is. */
function followTrouble(speaker: Speaker, { reason, mount }: Followed): string | undefined {
  if (reason === undefined) return undefined;
  const driver = mount?.driver;
  return speaker.has(`error-${reason}`) ? errorText(speaker, reason, driver) : noticeText(speaker, reason, driver);
}

/** What a card says of how it does: that it is paused, or fails for now, and why. */
export function followState(speaker: Speaker, followed: Followed): readonly string[] {
  const { say } = speaker;
  const trouble = followTrouble(speaker, followed);
  if (followed.paused) return [`⏸ ${say("follow-paused")}`, ...(trouble === undefined ? [] : [`⚠️ ${trouble}`])];
  return trouble === undefined ? [] : [`⚠️ ${trouble}`, say("follow-failing")];
}

interface Timed {
  readonly every: number;
  readonly checkedAt?: number | undefined;
  readonly known?: number | undefined;
}

/** How often it is looked at, when it was, and what there was. */
export function followTimes(
  { say, figures }: Speaker,
  { every, checkedAt, known }: Timed,
  date: (at: number) => string,
): readonly string[] {
  return [
    say("follow-every", { time: figures.span(every) }),
    checkedAt === undefined ? say("follow-not-yet") : labelled(say, say("follow-checked"), date(checkedAt)),
    ...(known === undefined ? [] : [say("follow-known", { count: known })]),
  ];
}

interface Feed {
  readonly host: string;
  readonly include: string;
  readonly exclude: string;
  readonly pattern: string;
}

/** What of a feed is fetched, and what it is called then; empty = all of it, as it comes. */
export function feedLines({ say }: Speaker, { include, exclude, pattern }: Feed): readonly string[] {
  const told = (key: string, value: string) => labelled(say, say(key), isolate(shorten(value, 120)));
  return [
    ...(include === "" ? [] : [told("feed-include", include)]),
    ...(exclude === "" ? [] : [told("feed-exclude", exclude)]),
    ...(pattern === "" ? [] : [told("feed-called", pattern)]),
  ];
}

/** What was said just now. */
export function followSaid(
  { say }: Speaker,
  { about, said }: Pick<Followed, "about"> & { readonly said?: "begun" | "known" | "looking" | undefined },
): string | undefined {
  switch (said) {
    case "begun":
      return `✅ ${say(about === "feed" ? "follow-begun-feed" : "follow-begun-folder")}`;
    case "known":
      return `ℹ️ ${say("follow-known-already")}`;
    case "looking":
      return `🔄 ${say("follow-looking")}`;
    case undefined:
      return undefined;
  }
}
