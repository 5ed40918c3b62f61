import { isUpload, type Upload } from "./files.ts";
import { badRequest, offSpec } from "./refusal.ts";
import { methods, objects, unions, type Fields, type Method } from "./table.ts";

/** What came with a request. */
export interface Given {
  readonly values: Readonly<Record<string, unknown>>;
  /** The values are texts of a form or a query, still to be read; in JSON they have types already. */
  readonly textual: boolean;
  /** Files by the name of their part. */
  readonly uploads: ReadonlyMap<string, Upload>;
}

/** The parameters of a call as the table wants them: absent ones absent, `attach://` resolved. Throws a refusal that names what is wrong. */
export function checkParameters(method: Method, given: Given): Record<string, unknown> {
  const fields: Fields = methods[method];
  const known = new Set(Object.keys(fields).map(bare));
  const unknown = Object.keys(given.values).find((name) => !known.has(name) && given.values[name] !== null);
  if (unknown !== undefined) throw offSpec(`unknown parameter "${unknown}" of ${method}`);
  const checked: Record<string, unknown> = {};
  for (const [name, kind] of Object.entries(fields)) {
    const value = given.uploads.get(bare(name)) ?? given.values[bare(name)];
    if (value !== undefined && value !== null) {
      const read = given.textual && typeof value === "string" ? fromText(value, kind, bare(name)) : value;
      checked[bare(name)] = checkValue(read, kind, { path: bare(name), given });
    } else if (!name.endsWith("?")) throw badRequest(missing(bare(name)));
  }
  return checked;
}

function bare(name: string): string {
  return name.replace(/\?$/, "");
}

/** What the service says when a parameter it cannot do without is absent. */
function missing(name: string): string {
  const words: Readonly<Record<string, string>> = {
    chat_id: "chat_id is empty",
    text: "message text is empty",
    message_id: "message identifier is not specified",
    message_ids: "message identifiers are not specified",
    callback_query_id: "query is too old and response timeout expired or query ID is invalid",
    user_id: "invalid user_id specified",
    file_id: "invalid file_id: file identifier not specified",
  };
  return words[name] ?? `there is no ${name} in the request`;
}

interface Where {
  /** For the refusal: `reply_markup.inline_keyboard[0][1].text`. */
  readonly path: string;
  /** What is being parsed, as the service names it; absent = a parameter itself. */
  readonly context?: string;
  readonly given: Given;
}

/** What the service says it cannot parse when a field of these is wrong. */
const contexts: Readonly<Record<string, string>> = {
  InlineKeyboardButton: "inline keyboard button",
  KeyboardButton: "keyboard button",
  MessageEntity: "MessageEntity",
  InlineQueryResult: "inline query result",
  InputMedia: "InputMedia",
  BotCommand: "BotCommand",
  BotCommandScope: "BotCommandScope",
  MenuButton: "MenuButton",
  ReactionType: "ReactionType",
};

/** A sentence about a field, behind the name of what it is in. */
function about(sentence: string, { context, path }: Where): Error {
  if (context !== undefined) return offSpec(`can't parse ${context}: ${sentence}`, path);
  return offSpec(`${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`, path);
}

function lastOf(path: string): string {
  return /([^.[\]]+)(?:\[\d+\])*$/.exec(path)?.[1] ?? path;
}

/** A form holds texts: numbers and objects are written out in them. */
function fromText(text: string, kind: string, path: string): unknown {
  const [base = ""] = kind.split(" ");
  if (base === "integer" || base === "number") return /^-?\d+(?:\.\d+)?$/.test(text.trim()) ? Number(text) : text;
  if (base === "boolean") return ["true", "yes", "1"].includes(text.toLowerCase()) || (isNo(text) ? false : text);
  if (base === "chat") return /^-?\d+$/.test(text.trim()) ? Number(text) : text;
  return base.startsWith("[") || /^[A-Z]/.test(base) || base === "object" ? parsed(text, path) : text;
}

function isNo(text: string): boolean {
  return ["false", "no", "0", ""].includes(text.toLowerCase());
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw offSpec(`can't parse ${path} JSON object`);
  }
}

function checkValue(value: unknown, kind: string, where: Where): unknown {
  const [base = "", bounds, unit] = kind.split(" ");
  const checked = checkKind(value, base, where);
  if (bounds !== undefined) checkBounds(checked, { bounds, unit: unit ?? "", path: where.path });
  return checked;
}

function checkKind(value: unknown, base: string, where: Where): unknown {
  if (base.startsWith("[")) return checkList(value, base.slice(1, -1), where);
  if (base.startsWith("'")) return checkLiteral(value, base, where);
  switch (base) {
    case "string":
      return typeof value === "string" ? wellFormed(value, where) : wrong(where, "of type String");
    case "integer":
      return Number.isSafeInteger(value) ? value : wrong(where, "of type Integer");
    case "number":
      return typeof value === "number" && Number.isFinite(value) ? value : wrong(where, "of type Number");
    case "boolean":
      return typeof value === "boolean" ? value : wrong(where, "of type Boolean");
    case "chat":
      return checkChat(value, where);
    case "object":
      return isRecord(value) ? value : wrong(where, "of type Object");
    case "file":
    case "upload":
      return checkFile(value, base, where);
    default:
      return checkNamed(value, base, where);
  }
}

function wrong(where: Where, expected: string): never {
  throw about(`Field "${lastOf(where.path)}" must be ${expected}`, where);
}

function wellFormed(text: string, { path }: Where): string {
  if (!text.isWellFormed()) throw offSpec(`${lastOf(path)} must be encoded in UTF-8`, path);
  return text;
}

function checkChat(value: unknown, where: Where): unknown {
  if (Number.isSafeInteger(value)) return value;
  if (typeof value !== "string") return wrong(where, "of type Integer or String");
  if (value.trim() === "") throw badRequest("chat_id is empty");
  return /^-?\d{1,15}$/.test(value.trim()) ? Number(value) : value;
}

function checkList(value: unknown, kind: string, where: Where): unknown[] {
  if (!Array.isArray(value)) return wrong(where, "of type Array");
  return value.map((item: unknown, n) => checkValue(item, kind, { ...where, path: `${where.path}[${n}]` }));
}

function checkLiteral(value: unknown, base: string, where: Where): unknown {
  const allowed = base.split("|").map((literal) => literal.slice(1, -1));
  if (typeof value !== "string" || !allowed.includes(value)) {
    if (where.path === "action") throw offSpec("wrong parameter action in request", where.path);
    wrong(where, `one of ${allowed.join(", ")}`);
  }
  return value;
}

/** Bytes themselves, or a text that says where they are. */
function checkFile(value: unknown, base: "file" | "upload", where: Where): unknown {
  if (isUpload(value)) return value;
  if (typeof value !== "string") return wrong(where, "a file");
  const attached = /^attach:\/\/(.+)$/s.exec(value)?.[1];
  if (attached !== undefined) {
    const upload = where.given.uploads.get(attached);
    if (!upload) throw offSpec(`there is no file "${attached}" in the request`);
    return upload;
  }
  if (value === "") throw badRequest(`there is no ${where.path} in the request`);
  // The thumbnail of a new file cannot be one that exists already.
  return base === "upload" ? wrong(where, "an uploaded file") : value;
}

function checkNamed(value: unknown, name: string, where: Where): unknown {
  const read = isSerialized(value, where) ? parsed(value, where.path) : value;
  // A button of a reply keyboard may be its label alone.
  if (name === "KeyboardButton" && typeof read === "string") return { text: read };
  if (!isRecord(read)) return wrong(where, "of type Object");
  const context = contexts[name] ?? where.context;
  const inside = { ...where, ...(context !== undefined && { context }) };
  return checkObject(read, variantOf(name, read, inside), inside);
}

/** A whole parameter may be written out as JSON in JSON. */
function isSerialized(value: unknown, { path }: Where): value is string {
  return typeof value === "string" && /^\s*\{/.test(value) && !/[.[]/.test(path);
}

/** Which object of a union is meant. */
function variantOf(name: string, value: Readonly<Record<string, unknown>>, where: Where): Fields {
  const named = (objects as Readonly<Record<string, Fields>>)[name];
  if (named) return named;
  const variants = (unions as Readonly<Record<string, readonly (keyof typeof objects)[]>>)[name] ?? [];
  const candidates: Fields[] = variants.map((variant) => objects[variant]);
  return (
    candidates.find((fields) => literalsFit(fields, value) && requiredThere(fields, value)) ??
    candidates.find((fields) => "type" in fields && literalsFit(fields, value)) ??
    wrong(where, `one of ${variants.join(", ")}`)
  );
}

function literalsFit(fields: Fields, value: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(fields).every(([name, kind]) => name !== "type" || `'${String(value[name])}'` === kind);
}

function requiredThere(fields: Fields, value: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(fields).every((name) => name.endsWith("?") || value[name] !== undefined);
}

function checkObject(value: Readonly<Record<string, unknown>>, fields: Fields, where: Where): Record<string, unknown> {
  const known = new Set(Object.keys(fields).map(bare));
  const unknown = Object.keys(value).find((name) => !known.has(name));
  if (unknown !== undefined) throw offSpec(`unknown field "${where.path}.${unknown}"`, where.path);
  const checked: Record<string, unknown> = {};
  for (const [name, kind] of Object.entries(fields)) {
    const path = `${where.path}.${bare(name)}`;
    const given = value[bare(name)];
    if (given !== undefined && given !== null) checked[bare(name)] = checkValue(given, kind, { ...where, path });
    else if (!name.endsWith("?")) throw about(`Can't find field "${bare(name)}"`, where);
  }
  return checked;
}

interface Bounds {
  /** `1..64` */
  readonly bounds: string;
  readonly unit: string;
  readonly path: string;
}

function checkBounds(value: unknown, { bounds, unit, path }: Bounds): void {
  const [least = 0, most = 0] = bounds.split("..").map(Number);
  const count = countOf(value, unit);
  if (count >= least && count <= most) return;
  throw offSpec(`field "${path}" has ${[count, unitOf(value, unit)].join(" ").trim()}, allowed ${least}-${most}`);
}

function unitOf(value: unknown, unit: string): string {
  if (typeof value === "string") return unit === "bytes" ? "bytes" : "characters";
  return Array.isArray(value) ? "items" : "";
}

function countOf(value: unknown, unit: string): number {
  if (typeof value === "string") return unit === "bytes" ? Buffer.byteLength(value) : value.length;
  return Array.isArray(value) ? value.length : Number(value);
}

/** A plain object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
