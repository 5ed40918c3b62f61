import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, Resource, Visitor, type Message, type VariableReference } from "@fluent/syntax";
import { describe, expect, test } from "vitest";
import { auditActs } from "../src/users/audit.ts";
import { listFormats } from "../src/actions/model/screen.ts";
import { formIds } from "../src/actions/model/form.ts";
import { uploadFailures } from "../src/actions/model/upload.ts";
import { noticeCodes } from "../src/actions/model/screen.ts";
import { storageErrorCodes } from "../src/storage/error.ts";
import { problemCodes } from "../src/storage/form.ts";
import { loadWords } from "../src/i18n/words.ts";

const locales = join(import.meta.dirname, "..", "locales");
const source = join(import.meta.dirname, "..", "src");
const files = readdirSync(locales).filter((file) => file.endsWith(".ftl"));
const english = messagesOf("en.ftl");

describe.each(files)("%s", (file) => {
  const messages = messagesOf(file);

  test("says everything English says, and nothing else", () => {
    expect([...messages.keys()].toSorted()).toEqual([...english.keys()].toSorted());
  });

  test("uses the variables English uses", () => {
    const differing = [...messages].filter(([key, used]) => used !== english.get(key)).map(([key]) => key);
    expect(differing).toEqual([]);
  });

  test("holds no markup and no isolation marks", () => {
    const text = readFileSync(join(locales, file), "utf8");
    expect(text.match(/<\/?[a-z]+>|[\u2066-\u2069]|\*\*|`[^`]*`/g) ?? []).toEqual([]);
  });
});

test.each([
  ["error", storageErrorCodes],
  ["notice", noticeCodes],
  ["transfer-failed", uploadFailures],
  ["list-format", listFormats],
  ["problem", problemCodes],
  ["form-title", formIds],
  ["audit", auditActs],
] as const)("every %s has words", (prefix, codes) => {
  expect(codes.filter((code) => !english.has(`${prefix}-${code}`))).toEqual([]);
});

test("every key the code says is a message", () => {
  const said = readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) =>
      [...readFileSync(join(source, file), "utf8").matchAll(/\bsay\(\s*"([a-z0-9-]+)"/g)].map(
        (match) => match[1] ?? "",
      ),
    );
  expect(said.length).toBeGreaterThan(50);
  expect([...new Set(said)].filter((key) => !english.has(key))).toEqual([]);
});

test.each([
  ["zh-hans", "zh"],
  ["zh-CN", "zh"],
  ["zh-TW", "zh"],
  ["en-GB", "en"],
  ["tlh", "en"],
  [undefined, "en"],
])("a client that says %s is spoken to in %s", (locale, language) => {
  expect(loadWords().pick(locale)).toBe(language);
});

/** Message → the variables it uses, sorted. */
function messagesOf(file: string): Map<string, string> {
  const resource: Resource = parse(readFileSync(join(locales, file), "utf8"), {});
  const junk = resource.body.filter((entry) => entry.type === "Junk");
  expect(junk.map((entry) => ("content" in entry ? entry.content : ""))).toEqual([]);
  const messages = resource.body.filter((entry): entry is Message => entry.type === "Message");
  return new Map(messages.map((message) => [message.id.name, variablesOf(message)]));
}

function variablesOf(message: Message): string {
  const found = new Set<string>();
  new (class extends Visitor {
    override visitVariableReference(node: VariableReference): void {
      found.add(node.id.name);
    }
  })().visit(message);
  return [...found].toSorted().join(" ");
}
