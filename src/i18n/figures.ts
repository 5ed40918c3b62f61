import { LRUCache } from "lru-cache";

/** Numbers, sizes, dates and spans as one language writes them. */
export interface Figures {
  /** `1.2 GB`, counted by 1,024. */
  size(bytes: number): string;
  /** Date and time of day, in UTC: the chat does not say where a person is. */
  date(at: number): string;
  /** A span in words, rounded to its two largest units: `1 hour, 5 minutes`. */
  span(ms: number): string;
  /** Playing time: `1:02:03`. */
  playing(seconds: number): string;
  percent(share: number): string;
}

const made = new Map<string, Figures>();
/** Sizes that are remembered as they were written. */
const maxSizes = 2000;

/** The figures of a language; formatters are made once. */
export function figuresIn(language: string): Figures {
  const known = made.get(language) ?? makeFigures(language);
  made.set(language, known);
  return known;
}

const spanUnits = ["second", "minute", "hour", "day"] as const;
const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte", "petabyte"] as const;

function makeFigures(language: string): Figures {
  const sizes = units.map(
    (unit) =>
      new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short", maximumSignificantDigits: 3 }),
  );
  const bytes = new Intl.NumberFormat(language);
  const dates = new Intl.DateTimeFormat(language, {
    dateStyle: "medium",
    timeStyle: "short",
    timeZone: "UTC",
  });
  const list = new Intl.ListFormat(language, { type: "unit", style: "narrow" });
  const spans = new Map(
    spanUnits.map((unit) => [unit, new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" })]),
  );
  const percents = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
  const sizeOf = (count: number): string => {
    const step = stepOf(count);
    return step === 0 ? `${bytes.format(count)} B` : (sizes[step]?.format(count / 1024 ** step) ?? "");
  };
  // Every page of a folder that is drawn again says the sizes of its files again.
  const written = new LRUCache<number, string>({ max: maxSizes });
  return {
    size(count) {
      const text = written.get(count) ?? sizeOf(count);
      written.set(count, text);
      return text;
    },
    date: (at) => `${dates.format(at)} UTC`,
    span: (ms) => spaced(list.format(largestUnits(ms).map(({ unit, count }) => spans.get(unit)?.format(count) ?? ""))),
    playing: playingTime,
    percent: (share) => percents.format(share),
  };
}

/** Chinese puts blanks between figures and characters, and Intl does not. */
function spaced(text: string): string {
  return text.replaceAll(/(\d)(?=\p{Script=Han})|(\p{Script=Han})(?=\d)/gu, "$1$2 ").replaceAll("秒钟", "秒");
}

/** Which unit: the largest that leaves at least one, and 1,023.7 KB is already 1 MB. */
function stepOf(count: number): number {
  let step = 0;
  for (let rest = count; rest >= 1023.5 && step < units.length - 1; rest /= 1024) step += 1;
  return step;
}

interface Span {
  readonly unit: (typeof spanUnits)[number];
  readonly count: number;
}

function largestUnits(ms: number): readonly Span[] {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  if (seconds < 120) return [{ unit: "second", count: seconds }];
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return [{ unit: "minute", count: minutes }];
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return [{ unit: "day", count: Math.round(hours / 24) }];
  const rest: Span = { unit: "minute", count: minutes % 60 };
  return [{ unit: "hour", count: hours }, ...(rest.count === 0 ? [] : [rest])];
}

function playingTime(seconds: number): string {
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, at) => (at === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}

const barCells = 10;

/** A share between 0 and 1 as a row of blocks. */
export function bar(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * barCells);
  return "▓".repeat(full) + "░".repeat(barCells - full);
}

/** Where one is in the pages of a list. */
export interface Pages {
  /** 1-based. */
  readonly number: number;
  /** Absent = nobody knows yet how many there are. */
  readonly count?: number | undefined;
  /** There is a page after it; absent = as the count says. */
  readonly next?: boolean;
}

/** Which page of how many: `2/7`, or `2/…` while nobody knows how many there are. */
export function pageOf({ number, count }: Pick<Pages, "number" | "count">): string {
  return `${number}/${count ?? "…"}`;
}
