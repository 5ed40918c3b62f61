import { refusals } from "./refusal.ts";

/** A request's body after reading. */
export type Body = Readonly<Record<string, unknown>>;

/** A text, a number as one, or "" for everything else. */
export function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** JSON, or a form: the service looks at the body and not at its label. */
export function readBody(body: string): Body {
  try {
    const json: unknown = JSON.parse(body);
    if (typeof json === "object" && json !== null) return { ...json };
  } catch {
    if (/^[\w.]+=/.test(body)) return Object.fromEntries(new URLSearchParams(body));
  }
  throw refusals.argument("the body is neither JSON nor a form");
}

/** A text field of an object inside a body: `url` of `{"url":{"url":"…"}}`; undefined where it is absent. */
export function innerText(body: Body, field: string, name: string): string | undefined {
  const inner = body[field];
  if (typeof inner !== "object" || inner === null || !(name in inner)) return undefined;
  return text((inner as Readonly<Record<string, unknown>>)[name]);
}

/** The ids in a body's list. */
export function idsIn(body: Body, field = "ids"): string[] {
  const ids = body[field];
  return Array.isArray(ids) ? ids.map(text) : [];
}

/** Decodes percent signs; a stray one leaves the text as it is. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
