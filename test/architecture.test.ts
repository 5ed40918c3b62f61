import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { expect, test } from "vitest";

// Which part may import which: itself and what stands here, and nothing else of ours.
const parts: Readonly<Record<string, readonly string[]>> = {
  "src/storage": [],
  "src/store": [],
  "src/log.ts": [],
  "src/config.ts": ["src/storage"],
  "src/outbound.ts": ["src/config.ts"],
  "src/i18n": ["src/storage"],
  "src/drivers": ["src/storage"],
  "src/actions": ["src/storage"],
  "src/gateway": ["src/storage", "src/i18n"],
  "src/telegram": ["src/actions", "src/storage", "src/i18n", "src/config.ts"],
  "src/discord": ["src/actions", "src/storage", "src/i18n", "src/config.ts"],
  "src/app.ts": everything(),
  "src/app": everything(),
  "src/cli": ["src/app", "src/storage", "src/store", "src/actions", "src/i18n", "src/log.ts", "src/config.ts"],
  "src/main.ts": ["src/app.ts", "src/config.ts", "src/log.ts", "src/store"],
  emulators: ["src/config.ts"],
  "emulators/demo.ts": ["emulators", "src/app.ts"],
};

function everything(): readonly string[] {
  const layers = ["storage", "store", "i18n", "drivers", "actions", "gateway", "telegram", "discord"];
  return ["src/app", "src/log.ts", "src/config.ts", "src/outbound.ts", ...layers.map((layer) => `src/${layer}`)];
}

const root = join(import.meta.dirname, "..");
const files = ["src", "emulators"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(folder, file)),
);
const imports = files.flatMap((file) => importsOf(file).map((imported) => ({ from: file, to: imported })));

test("each part imports only the parts that are listed for it", () => {
  const wrong = imports
    .filter(({ from, to }) => !allowed(partOf(from), partOf(to)))
    .map(({ from, to }) => `${from} → ${to}`);
  expect(wrong).toEqual([]);
});

test("the imports of all files were read", () => {
  expect(files.length).toBeGreaterThan(40);
  expect(imports.length).toBeGreaterThan(100);
});

test("an emulator imports no other emulator, and of what they share only stage.ts", () => {
  const folderOf = (file: string) => file.split(sep)[1];
  const wrong = imports
    .filter(({ from, to }) => from.startsWith("emulators/") && to.startsWith("emulators/"))
    .filter(({ from, to }) => dirname(from) !== "emulators" && folderOf(from) !== folderOf(to))
    .filter(({ to }) => to !== "emulators/stage.ts")
    .map(({ from, to }) => `${from} → ${to}`);
  expect(wrong).toEqual([]);
});

test("only the configuration, and the demo, read the environment", () => {
  const readers = files.filter((file) => /process\.env\b/.test(readFileSync(join(root, file), "utf8")));
  const programs = ["src/config.ts", "emulators/demo.ts"];
  expect(readers.filter((file) => !programs.includes(file))).toEqual([]);
});

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  const told = /(?:^|\n)(?:import|export)[^;]*?from\s+"(\.[^"]+)"|\bimport\(\s*"(\.[^"]+)"\s*\)/g;
  return [...text.matchAll(told)].map((match) => relative(root, join(root, dirname(file), match[1] ?? match[2] ?? "")));
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
