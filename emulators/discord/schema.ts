import { isSnowflake } from "./ids.ts";
import type { Path, Problem } from "./refusal.ts";

/** What a value must be. Plain data, so that it can be held against the published types. */
export type Rule =
  | { readonly is: "text"; readonly min?: number; readonly max?: number; readonly matches?: RegExp }
  | {
      readonly is: "integer" | "number";
      readonly min?: number;
      readonly max?: number;
      readonly oneOf?: readonly number[];
    }
  | { readonly is: "word"; readonly oneOf: readonly string[] }
  | { readonly is: "boolean" }
  | { readonly is: "id" }
  | { readonly is: "url"; readonly max: number; readonly schemes: readonly string[] }
  | { readonly is: "time" }
  | { readonly is: "any" }
  | { readonly is: "list"; readonly of: Rule; readonly min?: number; readonly max?: number }
  /** An object with these keys and no others, each with such a value: localisations. */
  | { readonly is: "map"; readonly keys: readonly string[]; readonly of: Rule }
  | { readonly is: "shape"; readonly shape: string }
  /** One of several shapes, told apart by `type`. */
  | { readonly is: "kind"; readonly kinds: Readonly<Record<number, string>>; readonly usual?: number }
  | { readonly is: "either"; readonly rules: readonly Rule[] };

export type Field = Rule & { readonly required?: true; readonly nullable?: true };

/** An object: the fields it may have, and the published type that says so. */
export interface Shape {
  /** A type expression over the names `discord-api-types/v10` exports. */
  readonly type: string;
  readonly fields: Readonly<Record<string, Field>>;
  /** Fields the type has only because answers carry them; in a request they are not known. */
  readonly answersOnly?: readonly string[];
  /** Fields clients send though the type lacks them. */
  readonly tolerated?: Readonly<Record<string, Field>>;
}

export type Shapes = Readonly<Record<string, Shape>>;

/** Everything wrong with a value, in the words of the real service. */
export function check(shapes: Shapes, rule: Rule, value: unknown, path: Path = []): Problem[] {
  const bad = (code: string, message: string): Problem[] => [{ path, code, message }];
  if (path.length > deepest) return bad("MAX_RECURSION_DEPTH", "Maximum recursion depth reached");
  switch (rule.is) {
    case "any":
      return [];
    case "text":
      return checkText(rule, value, bad);
    case "integer":
    case "number":
      return checkNumber(rule, value, bad);
    case "word":
      return rule.oneOf.some((word) => word === value) ? [] : bad("BASE_TYPE_CHOICES", choices(rule.oneOf));
    case "boolean":
      return typeof value === "boolean" ? [] : bad("BOOLEAN_TYPE_CONVERT", "Must be either true or false.");
    case "id":
      return isSnowflake(value) || (typeof value === "number" && Number.isSafeInteger(value) && value >= 0)
        ? []
        : bad("NUMBER_TYPE_COERCE", `Value "${short(value)}" is not snowflake.`);
    case "time":
      return typeof value === "string" && !Number.isNaN(Date.parse(value))
        ? []
        : bad("DATE_TIME_TYPE_PARSE", `Could not parse ${short(value)}. Should be ISO8601.`);
    case "url":
      return checkUrl(rule, value, bad);
    case "list":
      return checkList(shapes, rule, value, path);
    case "map":
      return checkMap(shapes, rule, value, path);
    case "shape":
      return checkShape(shapes, shapeNamed(shapes, rule.shape), value, path);
    case "kind":
      return checkKind(shapes, rule, value, path);
    case "either": {
      const tries = rule.rules.map((other) => check(shapes, other, value, path));
      return tries.some((problems) => problems.length === 0) ? [] : (tries[0] ?? []);
    }
  }
}

/** Steps into a body; nothing honest goes nearly as deep. */
const deepest = 40;

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Length as Discord counts it: in code points. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}

type Bad = (code: string, message: string) => Problem[];

function checkText(rule: Extract<Rule, { is: "text" }>, value: unknown, bad: Bad): Problem[] {
  if (typeof value !== "string") return bad("STRING_TYPE_CONVERT", "Could not interpret value as string.");
  const length = lengthOf(value);
  const { min = 0, max = Number.POSITIVE_INFINITY, matches } = rule;
  if (length === 0 && min > 0) return bad("BASE_TYPE_REQUIRED", "This field is required");
  if (length < min || (length > max && min > 0))
    return bad("BASE_TYPE_BAD_LENGTH", `Must be between ${min} and ${max} in length.`);
  if (length > max) return bad("BASE_TYPE_MAX_LENGTH", `Must be ${max} or fewer in length.`);
  if (matches && !matches.test(value)) return bad("STRING_TYPE_REGEX", `String value did not match validation regex.`);
  return [];
}

function checkNumber(rule: Extract<Rule, { is: "integer" | "number" }>, value: unknown, bad: Bad): Problem[] {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, oneOf } = rule;
  if (typeof value !== "number" || !Number.isFinite(value) || (rule.is === "integer" && !Number.isInteger(value)))
    return bad("NUMBER_TYPE_COERCE", `Value "${short(value)}" is not ${rule.is === "integer" ? "int" : "float"}.`);
  if (oneOf && !oneOf.includes(value)) return bad("BASE_TYPE_CHOICES", choices(oneOf));
  if (value > max) return bad("NUMBER_TYPE_MAX", `int value should be less than or equal to ${max}.`);
  if (value < min) return bad("NUMBER_TYPE_MIN", `int value should be greater than or equal to ${min}.`);
  return [];
}

function checkUrl(rule: Extract<Rule, { is: "url" }>, value: unknown, bad: Bad): Problem[] {
  if (typeof value !== "string") return bad("STRING_TYPE_CONVERT", "Could not interpret value as string.");
  if (lengthOf(value) > rule.max) return bad("BASE_TYPE_MAX_LENGTH", `Must be ${rule.max} or fewer in length.`);
  const scheme = URL.canParse(value) ? new URL(value).protocol.slice(0, -1) : undefined;
  if (scheme === undefined) return bad("URL_TYPE_INVALID_URL", "Not a well formed URL.");
  if (!rule.schemes.includes(scheme)) {
    const known = rule.schemes.map((name) => `'${name}'`).join(", ");
    return bad("URL_TYPE_INVALID_SCHEME", `Scheme "${scheme}" is not supported. Scheme must be one of (${known}).`);
  }
  return [];
}

function checkList(shapes: Shapes, rule: Extract<Rule, { is: "list" }>, value: unknown, path: Path): Problem[] {
  if (!Array.isArray(value))
    return [{ path, code: "LIST_TYPE_CONVERT", message: "Only iterables may be used in a ListType" }];
  const { min = 0, max = Number.POSITIVE_INFINITY } = rule;
  const items: readonly unknown[] = value;
  const problems = items.slice(0, 100).flatMap((item, n) => check(shapes, rule.of, item, [...path, n]));
  if (items.length >= min && items.length <= max) return problems;
  const message =
    max === Number.POSITIVE_INFINITY || min === 0
      ? `Must be ${max} or fewer in length.`
      : `Must be between ${min} and ${max} in length.`;
  return [{ path, code: min === 0 ? "BASE_TYPE_MAX_LENGTH" : "BASE_TYPE_BAD_LENGTH", message }, ...problems];
}

function checkMap(shapes: Shapes, rule: Extract<Rule, { is: "map" }>, value: unknown, path: Path): Problem[] {
  if (!isObject(value)) return [notADictionary(path)];
  return Object.entries(value).flatMap(([key, item]) => {
    if (!rule.keys.includes(key))
      return [{ path: [...path, key], code: "BASE_TYPE_CHOICES", message: choices(rule.keys) }];
    return item === null ? [] : check(shapes, rule.of, item, [...path, key]);
  });
}

function checkKind(shapes: Shapes, rule: Extract<Rule, { is: "kind" }>, value: unknown, path: Path): Problem[] {
  if (!isObject(value)) return [notADictionary(path)];
  const kind = value["type"] ?? rule.usual;
  const name = typeof kind === "number" && Object.hasOwn(rule.kinds, kind) ? rule.kinds[kind] : undefined;
  if (kind === undefined) return [required([...path, "type"])];
  if (name === undefined) {
    const message = `Value of field "type" must be one of (${Object.keys(rule.kinds).join(", ")}).`;
    return [{ path: [...path, "type"], code: "UNION_TYPE_CHOICES", message }];
  }
  return checkShape(shapes, shapeNamed(shapes, name), value, path);
}

function checkShape(shapes: Shapes, shape: Shape, value: unknown, path: Path): Problem[] {
  if (!isObject(value)) return [notADictionary(path)];
  const fields: Readonly<Record<string, Field>> = { ...shape.fields, ...shape.tolerated };
  const unknown = Object.keys(value)
    .filter((name) => !Object.hasOwn(fields, name))
    .map((name) => ({ path: [...path, name], code: "MODEL_UNKNOWN_FIELD", message: "This field is not known." }));
  const wrong = Object.entries(fields).flatMap(([name, field]) => {
    const own = Object.hasOwn(value, name) ? value[name] : undefined;
    if (own === undefined) return field.required ? [required([...path, name])] : [];
    if (own === null && field.nullable) return [];
    // A null where none belongs counts as an absent field, as it does there.
    if (own === null) return field.required ? [required([...path, name])] : check(shapes, field, own, [...path, name]);
    return check(shapes, field, own, [...path, name]);
  });
  return [...unknown, ...wrong];
}

function shapeNamed(shapes: Shapes, name: string): Shape {
  const shape = shapes[name];
  if (!shape) throw new Error(`no shape is called ${name}`);
  return shape;
}

function required(path: Path): Problem {
  return { path, code: "BASE_TYPE_REQUIRED", message: "This field is required" };
}

function notADictionary(path: Path): Problem {
  return { path, code: "MODEL_TYPE_CONVERT", message: "Only dictionaries may be used in a ModelType" };
}

function choices(values: readonly (string | number)[]): string {
  return `Value must be one of {${values.map((value) => (typeof value === "string" ? `'${value}'` : value)).join(", ")}}.`;
}

function short(value: unknown): string {
  return (typeof value === "object" && value !== null ? "object" : String(value)).slice(0, 60);
}
