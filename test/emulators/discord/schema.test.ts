import { join } from "node:path";
import { APIVersion, RESTJSONErrorCodes } from "discord-api-types/v10";
import ts from "typescript";
import { expect, test } from "vitest";
import { shapes } from "../../../emulators/discord/bodies.ts";
import { refusals } from "../../../emulators/discord/refusal.ts";
import type { Shape } from "../../../emulators/discord/schema.ts";

interface Published {
  readonly known: ReadonlySet<string>;
  readonly required: ReadonlySet<string>;
}

/** What `discord-api-types` says of each shape's type, read by the compiler itself. */
function published(): ReadonlyMap<string, Published> {
  const names = Object.keys(shapes);
  const expressions = Object.values(shapes).map(({ type }) => type);
  const words = new Set(expressions.join(" ").match(/\b[A-Z]\w+\b/g));
  const imported = [...words].filter((word) => !["Pick", "Partial"].includes(word));
  const source = [
    `import type { ${imported.join(", ")} } from "discord-api-types/v10";`,
    ...expressions.map((expression, n) => `export type T${n} = ${expression};`),
  ].join("\n");
  const file = join(import.meta.dirname, "published-types.ts");
  const options: ts.CompilerOptions = {
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    types: [],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, source, ts.ScriptTarget.ES2022) : getSourceFile(name, ...rest);
  host.fileExists = (name) => name === file || fileExists(name);
  host.readFile = (name) => (name === file ? source : readFile(name));
  const program = ts.createProgram([file], options, host);
  const root = program.getSourceFile(file);
  const wrong = program.getSemanticDiagnostics(root);
  expect(wrong.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"))).toEqual([]);
  const checker = program.getTypeChecker();
  const aliases = root?.statements.filter(ts.isTypeAliasDeclaration) ?? [];
  return new Map(
    aliases.map((alias, n) => {
      const type = checker.getTypeAtLocation(alias.name);
      const members = type.isUnion() ? type.types : [type];
      const each = members.map((member) => checker.getPropertiesOfType(member));
      const known = new Set(each.flat().map(({ name }) => name));
      const isOptional = (symbol: ts.Symbol) => (symbol.flags & ts.SymbolFlags.Optional) !== 0;
      const required = new Set(
        [...known].filter((name) =>
          each.every((properties) => properties.some((own) => own.name === name && !isOptional(own))),
        ),
      );
      return [names[n] ?? "", { known, required }];
    }),
  );
}

const types = published();

function of(name: string): Published {
  const type = types.get(name);
  if (!type) throw new Error(`nothing was read for ${name}`);
  return type;
}

test("the published types are those of the version spoken here", () => {
  expect(APIVersion).toBe("10");
});

test.each(Object.entries(refusals))("the refusal %s has a code that Discord publishes", (_, refuse) => {
  const { code, status } = refuse([]);
  // 0 is the general code, said with the status alone.
  const isPublished = code === 0 ? [401, 404, 405].includes(status) : RESTJSONErrorCodes[code] !== undefined;
  expect(isPublished).toBe(true);
});

test.each(Object.entries(shapes))("%s knows the fields that the published type has, and no others", (name, shape) => {
  const ours = [...Object.keys(shape.fields), ...(shape.answersOnly ?? [])];
  expect(ours.toSorted()).toEqual([...of(name).known].toSorted());
});

test.each(Object.entries(shapes))("%s demands what the published type demands", (name, shape: Shape) => {
  const ours = Object.entries(shape.fields)
    .filter(([, field]) => field.required)
    .map(([field]) => field);
  const missing = [...of(name).required].filter(
    (field) => !ours.includes(field) && !shape.answersOnly?.includes(field),
  );
  expect(missing).toEqual([]);
  expect(ours.filter((field) => !of(name).required.has(field))).toEqual([]);
});

test("a field that clients send beyond the types is not in the types", () => {
  const strays = Object.entries(shapes).flatMap(([name, { tolerated = {} }]) =>
    Object.keys(tolerated)
      .filter((field) => of(name).known.has(field))
      .map((field) => `${name}.${field}`),
  );
  expect(strays).toEqual([]);
});
