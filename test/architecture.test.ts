import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { expect, test } from "vitest";
import { importsOf, parsed } from "./syntax.ts";

const frontend = [
  "src/version.ts",
  "src/messaging",
  "src/actions",
  "src/actions/model",
  "src/users",
  "src/storage",
  "src/i18n",
  "src/config.ts",
];
// Which part may import which: itself and what stands here, and nothing else of ours.
const parts: Readonly<Record<string, readonly string[]>> = {
  "src/storage": [],
  "src/store": [],
  "src/jobs": [],
  "src/log.ts": [],
  "src/version.ts": [],
  "src/config.ts": ["src/storage", "src/drivers"],
  "src/outbound.ts": ["src/config.ts"],
  "src/i18n": ["src/storage"],
  "src/drivers": ["src/storage"],
  "src/users": ["src/jobs", "src/storage"],
  "src/actions": ["src/actions/model", "src/messaging", "src/jobs", "src/users", "src/storage"],
  "src/actions/model": ["src/users", "src/storage"],
  "src/messaging": ["src/actions/model", "src/jobs", "src/users", "src/storage"],
  "src/gateway": ["src/version.ts", "src/storage", "src/i18n"],
  "src/telegram": frontend,
  "src/discord": frontend,
  "src/app.ts": everything(),
  "src/app": everything(),
  "src/cli": ["src/app", "src/storage", "src/store", "src/users", "src/i18n", "src/log.ts", "src/config.ts"],
  "src/main.ts": ["src/app.ts", "src/config.ts", "src/log.ts", "src/store"],
  emulators: ["src/config.ts"],
  "emulators/demo.ts": ["emulators", "src/app.ts"],
};

function everything(): readonly string[] {
  const layers = [
    "storage",
    "store",
    "jobs",
    "i18n",
    "drivers",
    "users",
    "messaging",
    "actions",
    "actions/model",
    "gateway",
    "telegram",
    "discord",
  ];
  return [
    "src/app",
    "src/version.ts",
    "src/log.ts",
    "src/config.ts",
    "src/outbound.ts",
    ...layers.map((layer) => `src/${layer}`),
  ];
}

const root = join(import.meta.dirname, "..");
const files = ["src", "emulators"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(folder, file)),
);
const imports = files.flatMap((file) =>
  importsOf(parsed({ path: file.replaceAll(sep, "/"), text: readFileSync(join(root, file), "utf8") })),
);

test("each part imports only the parts that are listed for it", () => {
  const wrong = imports
    .filter(({ from, to }) => to !== "package.json" && !allowed(partOf(from), partOf(to)))
    .map(({ from, to }) => `${from} → ${to}`);
  expect(wrong).toEqual([]);
});

test("the imports of all files were read", () => {
  expect(files.length).toBeGreaterThan(40);
  expect(imports.length).toBeGreaterThan(100);
});

test.each([
  'import "./b.ts";',
  'import b, { c } from "./b.ts";',
  "import type { B } from './b.ts';",
  'export * from "./b.ts";',
  'export { b } from "./b.ts";',
  'const b = await import("./b.ts");',
  'let b: import("./b.ts").B;',
])("an import is seen in %s", (text) => {
  expect(importsOf(parsed({ path: "src/a.ts", text }))).toEqual([{ from: "src/a.ts", to: "src/b.ts" }]);
});

test("what only looks like an import is none", () => {
  const text = `// import "./b.ts";\nconst text = 'import("./b.ts")';\nimport "node:fs";`;
  expect(importsOf(parsed({ path: "src/a.ts", text }))).toEqual([]);
});

test("an emulator imports no other emulator, and of what they share only the stage and the clock", () => {
  const folderOf = (file: string) => file.split(sep)[1];
  const wrong = imports
    .filter(({ from, to }) => from.startsWith("emulators/") && to.startsWith("emulators/"))
    .filter(({ from, to }) => dirname(from) !== "emulators" && folderOf(from) !== folderOf(to))
    .filter(({ to }) => !["emulators/stage.ts", "emulators/clock.ts"].includes(to))
    .map(({ from, to }) => `${from} → ${to}`);
  expect(wrong).toEqual([]);
});

test("only the configuration, and the demo, read the environment", () => {
  const readers = files.filter((file) => /process\.env\b/.test(readFileSync(join(root, file), "utf8")));
  const programs = ["src/config.ts", "emulators/demo.ts"];
  expect(readers.filter((file) => !programs.includes(file))).toEqual([]);
});

test("no file of src or of the emulators imports itself by way of others, types and dynamic imports included", () => {
  expect(circles(imports)).toEqual([]);
});

test("no folder of actions imports itself by way of others, types and dynamic imports included", () => {
  const between = imports
    .map(({ from, to }) => ({ from: dirname(from), to: dirname(to) }))
    .filter(({ from, to }) => from !== to && from.startsWith("src/actions") && to.startsWith("src/actions"));
  expect(between.length).toBeGreaterThan(20);
  expect(circles(between)).toEqual([]);
});

test("circles are found where there are some", () => {
  const arrow = (from: string, to: string) => ({ from, to });
  expect(circles([arrow("a", "b"), arrow("b", "c"), arrow("c", "b"), arrow("c", "d")])).toEqual([["b", "c"]]);
});

/** The groups of names that can all be reached from each other. */
function circles(arrows: readonly { readonly from: string; readonly to: string }[]): readonly (readonly string[])[] {
  const names = [...new Set(arrows.flatMap(({ from, to }) => [from, to]))].toSorted();
  const reached = new Map(names.map((name) => [name, reachedFrom(name, arrows)]));
  const groups = names.map((name) =>
    names.filter((other) => reached.get(name)?.has(other) && reached.get(other)?.has(name)),
  );
  const unlike = new Map(groups.filter((group) => group.length > 0).map((group) => [group.join(), group]));
  return [...unlike.values()];
}

function reachedFrom(start: string, arrows: readonly { readonly from: string; readonly to: string }[]): Set<string> {
  const reached = new Set<string>();
  const open = [start];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const { from, to } of arrows) {
      if (from !== name || reached.has(to)) continue;
      reached.add(to);
      open.push(to);
    }
  }
  return reached;
}

/** The longest name in the list that the file is, or is in. */
function partOf(file: string): string {
  return (
    Object.keys(parts)
      .filter((part) => file === part || file.startsWith(`${part}/`))
      .toSorted((a, b) => b.length - a.length)[0] ?? file
  );
}

function allowed(from: string, to: string): boolean {
  return from === to || (parts[from]?.includes(to) ?? false);
}
