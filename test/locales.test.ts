import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parse, Resource, Visitor, type Message, type VariableReference } from "@fluent/syntax";
import { describe, expect, test } from "vitest";
import { auditActs } from "../src/users/audit.ts";
import { listFormats } from "../src/actions/model/screen.ts";
import { formsOfApp } from "../src/actions/model/form.ts";
import { uploadFailures } from "../src/actions/model/upload.ts";
import { noticeCodes } from "../src/actions/model/screen.ts";
import { storageErrorCodes } from "../src/storage/error.ts";
import { problemCodes } from "../src/storage/form.ts";
import { loadWords, wordFiles } from "../src/i18n/words.ts";

const source = join(import.meta.dirname, "..", "src");
const languages = [...new Set(wordFiles().map((file) => basename(file, ".ftl")))];
const english = messagesOf("en");
/** Said on Telegram alone. */
const groupsHelp = "help-group";

test("the words of the project and of its drivers are in every language there is", () => {
  const folders = new Set(wordFiles().map((file) => dirname(file)));
  expect(languages.length * folders.size).toBe(wordFiles().length);
});

describe.each(languages)("the words in %s", (language) => {
  const messages = messagesOf(language);

  test("a language says everything English says, and nothing else", () => {
    expect([...messages.keys()].toSorted()).toEqual([...english.keys()].toSorted());
  });

  test("a language uses the variables English uses", () => {
    const differing = [...messages].filter(([key, used]) => used !== english.get(key)).map(([key]) => key);
    expect(differing).toEqual([]);
  });

  test("what speaks of this group has words of its own for a server", () => {
    const ofGroups = [...textOf(language).matchAll(/^([a-z][\w-]*) = .*(?:\bthis group\b|本群)/gm)];
    expect(
      ofGroups.map(([, key = ""]) => key).filter((key) => !messages.has(`${key}-server`) && key !== groupsHelp),
    ).toEqual([]);
  });

  test("a notice that speaks of the private chat has words of its own for a server", () => {
    const ofPrivate = [...textOf(language).matchAll(/^(notice-[\w-]*) = .*(?:\bprivate chat\b|私聊)/gm)];
    expect(ofPrivate.length).toBeGreaterThan(2);
    expect(ofPrivate.map(([, key = ""]) => key).filter((key) => !messages.has(`${key}-server`))).toEqual([]);
  });

  test("a language holds no markup and no isolation marks", () => {
    const text = textOf(language);
    expect(text.match(/<\/?[a-z]+>|[\u2066-\u2069]|\*\*|`[^`]*`/g) ?? []).toEqual([]);
  });
});

test.each([
  ["error", storageErrorCodes],
  ["notice", noticeCodes],
  ["transfer-failed", uploadFailures],
  ["list-format", listFormats],
  ["problem", problemCodes],
  ["form-title", formsOfApp],
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

function textOf(language: string): string {
  const files = wordFiles().filter((file) => basename(file, ".ftl") === language);
  return files.map((file) => readFileSync(file, "utf8")).join("\n");
}

/** Message → the variables it uses, sorted. */
function messagesOf(language: string): Map<string, string> {
  const resource: Resource = parse(textOf(language), {});
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
