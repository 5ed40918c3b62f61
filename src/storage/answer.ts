import type { Copied, Field, Values } from "./field.ts";
import { quotationMarks } from "./quotation-marks.ts";

/**
 * The answers in what was given for a field: without invisible characters, quotes and labels around it; several where
 * several were copied together. A field that says nothing of how it is copied is taken as it stands.
 */
export function answersIn(field: Field, fields: readonly Field[], given: string): Values {
  if (!field.copied) return { [field.name]: field.kind === "secret" ? given : given.trim() };
  const text = trimmed(given);
  const several =
    inJson(fields, text) ?? inLines(fields, text) ?? byShape(field, fields, text) ?? inARow(field, fields, text);
  return several ?? { [field.name]: unquoted(withoutLabel(field.copied, unquoted(text))) };
}

/** Whether something secret is in what was given for a field, be the field itself secret or not. */
export function holdsSecret(field: Field, fields: readonly Field[], given: string): boolean {
  const answers = answersIn(field, fields, given);
  return field.kind === "secret" || fields.some(({ name, kind }) => kind === "secret" && answers[name] !== undefined);
}

const invisible = /^[\s\p{Cf}\p{Zs}]+|[\s\p{Cf}\p{Zs}]+$/gu;

function trimmed(text: string): string {
  return text.replaceAll(invisible, "");
}

function unquoted(text: string): string {
  const close = quotationMarks[text[0] ?? ""];
  return close !== undefined && text.length > 2 && text.endsWith(close) ? trimmed(text.slice(1, -1)) : text;
}

/** Keys and labels are compared without case, blanks and underscores. */
function plainKey(key: string): string {
  return key.toLowerCase().replaceAll(/[\s_-]/g, "");
}

function labelled(fields: readonly Field[], label: string): Field | undefined {
  return fields.find(({ copied }) => copied?.labels.some((known) => plainKey(known) === plainKey(label)));
}

function inJson(fields: readonly Field[], text: string): Values | undefined {
  if (!text.startsWith("{") && !text.startsWith("[")) return undefined;
  const found = new Map<string, string>();
  visit(parsed(text), (key, value) => {
    const field = labelled(fields, key);
    if (field && value !== "" && !found.has(field.name)) found.set(field.name, trimmed(value));
  });
  return found.size > 0 ? Object.fromEntries(found) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function visit(value: unknown, tell: (key: string, value: string) => void): void {
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner === "string") tell(key, inner);
    else visit(inner, tell);
  }
}

const line = /^\s*([\p{L}][\p{L} _-]{0,30}?)\s*(?:[:：=]|是(?=\s))\s*(\S.*?)\s*$/u;

/** `User name: …` in one line and `Password: …` in another. */
function inLines(fields: readonly Field[], text: string): Values | undefined {
  const found = text.split(/\r?\n/).flatMap((one) => {
    const [, label = "", value = ""] = line.exec(trimmed(one)) ?? [];
    const field = label === "" ? undefined : labelled(fields, label);
    return field ? [[field.name, unquoted(trimmed(value))] as const] : [];
  });
  return found.length > 1 ? Object.fromEntries(found) : undefined;
}

/** What looks like the answer, or like the one that may be given instead. */
function byShape(field: Field, fields: readonly Field[], text: string): Values | undefined {
  const candidates = fields.filter(({ name }) => name === field.name || name === field.instead);
  for (const { name, copied } of candidates) {
    if (copied?.shape === undefined) continue;
    // A long one may have been cut into lines on its way.
    const closed = text.replaceAll(/[\s\p{Cf}]/gu, "");
    const found =
      new RegExp(`^(?:${copied.shape})$`).exec(closed) ??
      new RegExp(copied.shape).exec(text.replaceAll(/\p{Cf}/gu, ""));
    if (found) return { [name]: found[0] };
  }
  return undefined;
}

/** What people put between a name and its password. */
const between = "\\s*(?:[:：|;,，/&]|-{2,}|\\s)\\s*";
const mailFirst = new RegExp(`^<?([^\\s:：|;,，<>()[\\]/&]+@[^\\s:：|;,，<>()[\\]/&]+?)>?${between}(\\S.*)$`, "u");
const numberFirst = new RegExp(`^(\\+?\\(?\\+?\\d[\\d\\s().-]{7,20}\\d)${between}(\\S.*)$`, "u");

/** `mia@example.com:secret`, or the same with a blank. */
function inARow({ name, copied }: Field, fields: readonly Field[], text: string): Values | undefined {
  if (copied?.next === undefined) return undefined;
  const next = fields.find((field) => field.name === copied.next);
  const rest = withoutBareLabel(copied, unquoted(withoutLabel(copied, text)).split(/\r?\n/).join(" "));
  const [, first = "", second = ""] = mailFirst.exec(rest) ?? numberFirst.exec(rest) ?? [];
  // Figures behind figures are a number written in groups.
  const isOneNumber = !first.includes("@") && /^[\d\s().-]+$/.test(second) && !/[:：|;,，/]/u.test(rest);
  if (first === "" || isOneNumber) return undefined;
  const value = next?.copied ? withoutBareLabel(next.copied, withoutLabel(next.copied, second)) : second;
  return { [name]: first, [copied.next]: unquoted(value) };
}

/** A label with nothing but a blank behind it counts where several answers stand in a row. */
function withoutBareLabel({ labels }: Copied, text: string): string {
  const [label = "", ...rest] = text.split(" ");
  return rest.length > 0 && labels.some((known) => plainKey(known) === plainKey(label)) ? rest.join(" ") : text;
}

function withoutLabel({ labels }: Copied, text: string): string {
  const [, label = "", value = ""] = line.exec(text) ?? [];
  return labels.some((known) => plainKey(known) === plainKey(label)) && value !== "" ? trimmed(value) : text;
}
