import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { expect, test } from "vitest";

// Who may import whom: a room may import itself and what stands here, and nothing else of ours.
const rooms: Readonly<Record<string, readonly string[]>> = {
  storage: [],
  store: [],
  "words.ts": [],
  "log.ts": [],
  "config.ts": ["storage"],
  drivers: ["storage"],
  actions: ["storage"],
  words: ["storage"],
  gateway: ["storage", "words.ts"],
  telegram: ["actions", "words", "storage", "words.ts", "config.ts"],
  discord: ["actions", "words", "storage", "words.ts", "config.ts"],
  emulators: ["config.ts"],
  "app.ts": [
    "app",
    "storage",
    "store",
    "words.ts",
    "log.ts",
    "config.ts",
    "drivers",
    "actions",
    "gateway",
    "telegram",
    "discord",
  ],
  app: ["storage", "store", "words.ts", "log.ts", "config.ts", "drivers", "actions", "gateway", "telegram", "discord"],
  "account.ts": ["app", "storage", "store", "actions", "words.ts", "log.ts", "config.ts"],
  "main.ts": ["app.ts", "config.ts", "log.ts", "store"],
  "state.ts": ["config.ts", "store"],
  "demo.ts": ["app.ts", "config.ts", "log.ts", "emulators"],
};

const source = join(import.meta.dirname, "..", "src");
const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
const arrows = files.flatMap((file) => importsOf(file).map((imported) => ({ from: file, to: imported })));

test("imports point one way, from the chats down to storage", () => {
  const wrong = arrows
    .filter(({ from, to }) => !allowed(roomOf(from), roomOf(to)))
    .map(({ from, to }) => `${from} → ${to}`);
  expect(wrong).toEqual([]);
});

test("the arrows were really read", () => {
  expect(files.length).toBeGreaterThan(40);
  expect(arrows.length).toBeGreaterThan(100);
});

test("an emulator knows nothing of its neighbours, only the stage they are all shown on", () => {
  const wrong = arrows
    .filter(({ from, to }) => from.startsWith("emulators/") && to.startsWith("emulators/"))
    .filter(({ from, to }) => dirname(from) !== "emulators" && from.split(sep)[1] !== to.split(sep)[1])
    .filter(({ to }) => to !== "emulators/stage.ts")
    .map(({ from, to }) => `${from} → ${to}`);
  expect(wrong).toEqual([]);
});

test("only app.ts joins the parts, and only config.ts reads the environment", () => {
  const readers = files.filter((file) => /process\.env\b/.test(readFileSync(join(source, file), "utf8")));
  expect(readers.filter((file) => !["main.ts", "demo.ts", "account.ts", "state.ts"].includes(file))).toEqual([]);
});

function importsOf(file: string): string[] {
  const text = readFileSync(join(source, file), "utf8");
  return [...text.matchAll(/(?:^|\n)(?:import|export)[^;]*?from\s+"(\.[^"]+)"/g)].map((match) =>
    relative(source, join(source, dirname(file), match[1] ?? "")),
  );
}

function roomOf(file: string): string {
  return file.split(sep)[0] ?? file;
}

function allowed(from: string, to: string): boolean {
  return from === to || (rooms[from]?.includes(to) ?? false);
}
