import type { IncomingHttpHeaders } from "node:http";
import { parseRanges, resolveRanges, type RangeSpec } from "./range.ts";

/** What is known of a file's present state, to judge conditions by. */
export interface Validators {
  /** Strong, with its quotes. May have to be worked out: it is looked at once, and only where a request names one. */
  readonly etag?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly modifiedAt?: number | undefined;
  /** Bytes; absent = not known before the file host is asked. */
  readonly size?: number | undefined;
}

/** What a request's conditions and range come to. `asked`: a range of a file whose size is not known yet. */
export type Verdict =
  | { readonly send: "whole" }
  | { readonly send: "part"; readonly start: number; readonly end: number }
  | { readonly send: "asked"; readonly spec: RangeSpec }
  | { readonly send: "unsatisfiable" }
  | { readonly send: "not-modified" }
  | { readonly send: "precondition-failed" };

/** Judges in the order of RFC 9110 §13.2.2. Ranges are for GET alone (§14.2). */
export function judge(method: string, headers: IncomingHttpHeaders, file: Validators): Verdict {
  if (preconditionFails(headers, file)) return { send: "precondition-failed" };
  if (isUnchanged(headers, file)) return { send: "not-modified" };
  if (method !== "GET" || !rangeApplies(headers["if-range"], file)) return { send: "whole" };
  const specs = parseRanges(headers.range);
  if (file.size === undefined) {
    const [spec] = specs ?? [];
    return spec && specs?.length === 1 ? { send: "asked", spec } : { send: "whole" };
  }
  const { kind, ...part } = { start: 0, end: 0, ...resolveRanges(specs, file.size) };
  return kind === "part" ? { send: "part", ...part } : { send: kind };
}

function preconditionFails(headers: IncomingHttpHeaders, file: Validators): boolean {
  const match = headers["if-match"];
  if (match !== undefined) return match.trim() !== "*" && !tags(match).includes(file.etag ?? "");
  const since = seconds(headers["if-unmodified-since"]);
  return since !== undefined && file.modifiedAt !== undefined && Math.floor(file.modifiedAt / 1000) > since;
}

function isUnchanged(headers: IncomingHttpHeaders, file: Validators): boolean {
  const match = headers["if-none-match"];
  if (match !== undefined) return match.trim() === "*" || tags(match.replaceAll("W/", "")).includes(file.etag ?? "");
  const since = seconds(headers["if-modified-since"]);
  return since !== undefined && file.modifiedAt !== undefined && Math.floor(file.modifiedAt / 1000) <= since;
}

/** If-Range compares strongly: the very same tag, or the very same second. */
function rangeApplies(condition: string | string[] | undefined, file: Validators): boolean {
  if (condition === undefined) return true;
  const text = String(condition).trim();
  if (/^(W\/)?"/.test(text)) return text === file.etag;
  const date = seconds(text);
  return date !== undefined && file.modifiedAt !== undefined && Math.floor(file.modifiedAt / 1000) === date;
}

function tags(list: string): readonly string[] {
  return list.match(/(?:W\/)?"[^"]*"/g) ?? [];
}

/** The forms of an HTTP-date (RFC 9110 §5.6.7): the one in use, and the one of RFC 850. Whatever is none is ignored. */
const httpDate = /^[A-Z][a-z]+, [0-9]{2}[ -][A-Z][a-z]{2}[ -](?:[0-9]{2}|[0-9]{4}) [0-9]{2}:[0-9]{2}:[0-9]{2} GMT$/;
/** The form of C's asctime, which is in UTC too but does not say so. */
const asctimeDate = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} [0-9]{4}$/;

function seconds(text: string | undefined): number | undefined {
  const date = text?.trim() ?? "";
  if (!httpDate.test(date) && !asctimeDate.test(date)) return undefined;
  const parsed = Date.parse(asctimeDate.test(date) ? `${date} UTC` : date);
  return Number.isNaN(parsed) ? undefined : Math.floor(parsed / 1000);
}
