import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { methods, objects, unions, updateKinds, type Fields } from "../../../emulators/telegram/table.ts";

// The table is our own words for what @grammyjs/types says; the compiler reads the types, so that neither can drift.

const folder = dirname(createRequire(import.meta.url).resolve("@grammyjs/types/package.json"));
const program = ts.createProgram([join(folder, "mod.d.ts")], { strict: true, module: ts.ModuleKind.NodeNext });
const checker = program.getTypeChecker();
const exported = exportsOf(join(folder, "mod.d.ts"));
const apiMethods = typeNamed("ApiMethods");

interface Field {
  readonly optional: boolean;
  readonly kind: string;
}

test("the types were really read", () => {
  expect(apiMethods.getProperties().length).toBeGreaterThan(150);
  expect(Object.keys(fieldsOf(parametersOf("sendMessage"))).length).toBeGreaterThan(12);
});

test.each(Object.keys(methods))("%s takes the parameters the types name, as they name them", (name) => {
  const typed = fieldsOf(parametersOf(name));
  expect(tabled(methods[name as keyof typeof methods])).toEqual(typed);
});

test.each(Object.keys(objects))("%s has the fields the types name, as they name them", (name) => {
  expect(tabled(objects[name as keyof typeof objects])).toEqual(
    fieldsOf(typeNamed(name), { openType: name === "MessageEntity" }),
  );
});

test("every kind in the table is one of the table's own names, or a plain one", () => {
  const named = new Set(
    [...Object.values(methods), ...Object.values(objects)].flatMap((fields: Fields) =>
      Object.values(fields).flatMap((kind) => /[A-Z]\w+/.exec(kind.replace(/'[^']*'/g, ""))?.[0] ?? []),
    ),
  );
  expect([...named].filter((name) => !(name in objects) && !(name in unions))).toEqual([]);
});

test("every kind of update has the name the types give it", () => {
  const typed = typeNamed("Update")
    .getProperties()
    .map((property) => property.name)
    .filter((name) => name !== "update_id");
  expect([...updateKinds].sort()).toEqual(typed.sort());
});

test("a pending form would be noticed", () => {
  const typed = fieldsOf(parametersOf("deleteMessage"));
  expect(tabled({ chat_id: "chat", message_id: "string" })).not.toEqual(typed);
  expect(tabled({ chat_id: "chat", "message_id?": "integer" })).not.toEqual(typed);
  expect(tabled({ chat_id: "chat" })).not.toEqual(typed);
  expect(tabled({ chat_id: "chat", message_id: "integer", more: "string" })).not.toEqual(typed);
});

function tabled(fields: Fields): Record<string, Field> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, kind]) => [
      name.replace(/\?$/, ""),
      { optional: name.endsWith("?"), kind: plainKind(kind.split(" ")[0] ?? "") },
    ]),
  );
}

/** A kind of the table in the few words both sides have. */
function plainKind(kind: string): string {
  if (kind.startsWith("[")) return "array";
  if (kind.startsWith("'")) return kind.split("|").sort().join("|");
  if (kind === "integer" || kind === "number") return "number";
  return /^[A-Z]/.test(kind) ? "object" : kind;
}

/**
 * Fields of an object; of a union those of all its members, needed when every member needs them. An open type is a text of
 * which the reader of texts, not the table, knows the words.
 */
function fieldsOf(type: ts.Type, { openType = false } = {}): Record<string, Field> {
  const members = (type.isUnion() ? type.types : [type]).filter((member) => !(member.flags & ts.TypeFlags.StringLike));
  const names = new Set(members.flatMap((member) => checker.getPropertiesOfType(member).map(({ name }) => name)));
  return Object.fromEntries(
    [...names].map((name) => {
      const found = members.flatMap((member) => checker.getPropertyOfType(member, name) ?? []);
      const optional = found.length < members.length || found.some(({ flags }) => flags & ts.SymbolFlags.Optional);
      const kinds = new Set(
        found.map((symbol) =>
          kindOf(checker.getTypeOfSymbol(symbol), openLiterals.has(name) || (openType && name === "type")),
        ),
      );
      return [name, { optional, kind: [...kinds].join(" or ") }];
    }),
  );
}

/** Where a union of literals is too long or too open to be a list of ours. */
const openLiterals = new Set(["parse_mode", "language_code", "emoji", "quote_parse_mode", "date_time_format"]);

function kindOf(type: ts.Type, open: boolean): string {
  const bare = checker.getNonNullableType(type);
  const parts = bare.isUnion() ? bare.types : [bare];
  const is = (flags: ts.TypeFlags) => parts.every((part) => part.flags & flags);
  const some = (flags: ts.TypeFlags) => parts.some((part) => part.flags & flags);
  if (parts.some(isFile)) return some(ts.TypeFlags.String) ? "file" : "upload";
  if (is(ts.TypeFlags.BooleanLike)) return "boolean";
  if (is(ts.TypeFlags.NumberLike)) return "number";
  if (is(ts.TypeFlags.StringLiteral) && !open) {
    return parts
      .map((part) => `'${(part as ts.StringLiteralType).value}'`)
      .sort()
      .join("|");
  }
  if (is(ts.TypeFlags.StringLike)) return "string";
  if (is(ts.TypeFlags.StringLike | ts.TypeFlags.NumberLike)) return "chat";
  if (parts.every((part) => checker.isArrayType(part))) return "array";
  return "object";
}

/** Files stand for the type parameter, by itself or as what is left of it without null. */
function isFile(part: ts.Type): boolean {
  return Boolean(part.flags & ts.TypeFlags.TypeParameter) || (part.isIntersection() && part.types.some(isFile));
}

function parametersOf(name: string): ts.Type {
  const symbol = checker.getPropertyOfType(apiMethods, name);
  if (!symbol) throw new Error(`the types know no method ${name}`);
  const parameter = checker.getTypeOfSymbol(symbol).getCallSignatures()[0]?.getParameters()[0];
  return parameter ? checker.getNonNullableType(checker.getTypeOfSymbol(parameter)) : checker.getVoidType();
}

function typeNamed(name: string): ts.Type {
  const symbol = exported.get(name);
  if (!symbol) throw new Error(`the types know no ${name}`);
  return checker.getDeclaredTypeOfSymbol(symbol);
}

function exportsOf(file: string): Map<string, ts.Symbol> {
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  const symbols = module ? checker.getExportsOfModule(module) : [];
  return new Map(
    symbols.map((symbol) => [
      symbol.name,
      symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
    ]),
  );
}
