/** One range of a `Range: bytes=…` header: `from`-`to`, `from`-end, or the last `last` bytes. */
export type RangeSpec = { readonly from: number; readonly to?: number } | { readonly last: number };

/** What a Range header comes to for a file of a known size. */
export type RangeResult =
  | { readonly kind: "whole" }
  | { readonly kind: "part"; readonly start: number; readonly end: number }
  | { readonly kind: "unsatisfiable" };

/** The ranges of a header, or undefined where it is to be ignored: another unit, or not the syntax of RFC 9110 §14.1. */
export function parseRanges(header: string | undefined): readonly RangeSpec[] | undefined {
  const match = /^bytes=(.*)$/is.exec(header?.trim() ?? "");
  if (!match) return undefined;
  const specs = (match[1] ?? "")
    .split(",")
    .map((text) => text.trim())
    .filter((text) => text !== "")
    .map(parseSpec);
  const known = specs.filter((spec) => spec !== undefined);
  return known.length === specs.length && known.length > 0 ? known : undefined;
}

function parseSpec(text: string): RangeSpec | undefined {
  const match = /^([0-9]*)-([0-9]*)$/.exec(text);
  const [, first = "", last = ""] = match ?? [];
  if (first === "") return last === "" ? undefined : { last: position(last) };
  if (last === "") return { from: position(first) };
  return position(first) <= position(last) ? { from: position(first), to: position(last) } : undefined;
}

/** No file reaches further, and beyond it a number is not written in digits. */
function position(digits: string): number {
  return Math.min(Number(digits), Number.MAX_SAFE_INTEGER);
}

/**
 * The part to send of a file of `size` bytes. Several ranges give the whole file, which RFC 9110 §14.2 always allows,
 * unless none of them can be met.
 */
export function resolveRanges(specs: readonly RangeSpec[] | undefined, size: number): RangeResult {
  if (!specs || size === 0) return { kind: "whole" };
  const parts = specs.map((spec) => resolveSpec(spec, size)).filter((part) => part !== undefined);
  const [only] = parts;
  if (!only) return { kind: "unsatisfiable" };
  return specs.length === 1 ? { kind: "part", ...only } : { kind: "whole" };
}

function resolveSpec(spec: RangeSpec, size: number): { start: number; end: number } | undefined {
  if ("last" in spec) return spec.last === 0 ? undefined : { start: Math.max(0, size - spec.last), end: size - 1 };
  if (spec.from >= size) return undefined;
  return { start: spec.from, end: Math.min(spec.to ?? size - 1, size - 1) };
}

/** The header that asks for one range. */
export function rangeHeader(spec: RangeSpec): string {
  return "last" in spec ? `bytes=-${spec.last}` : `bytes=${spec.from}-${spec.to ?? ""}`;
}

/** What a `Content-Range` says; undefined when it is not of that form or contradicts itself. */
export function parseContentRange(
  header: string | undefined,
): { readonly start?: number; readonly end?: number; readonly total?: number } | undefined {
  const unmet = /^bytes \*\/([0-9]{1,15})$/i.exec(header ?? "");
  if (unmet) return { total: Number(unmet[1]) };
  const match = /^bytes ([0-9]{1,15})-([0-9]{1,15})\/([0-9]{1,15}|\*)$/i.exec(header ?? "");
  if (!match) return undefined;
  const [start, end] = [Number(match[1]), Number(match[2])];
  const total = match[3] === "*" ? undefined : Number(match[3]);
  if (start > end || (total !== undefined && end >= total)) return undefined;
  return { start, end, ...(total === undefined ? {} : { total }) };
}
