import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { FluentBundle, FluentResource } from "@fluent/bundle";
import { negotiateLanguages } from "@fluent/langneg";
import { LRUCache } from "lru-cache";

/** Says a message in one language. `key` is a message of `locales/*.ftl` or of a driver's `words/*.ftl`; what a language lacks is said in English. */
export type Say = (key: string, args?: Readonly<Record<string, string | number>>) => string;

/** The languages of `locales/`, with what the drivers say in them, loaded once. */
export interface Words {
  /** Language tags, English first. */
  readonly languages: readonly string[];
  /** Best language of ours for what a client says (`zh-hans`, `pt-br`); English when nothing fits. */
  pick(locale: string | undefined): string;
  /** The translator of a language of ours. */
  in(language: string): Say;
  /** Whether any language has the message. */
  has(key: string): boolean;
}

interface WordsOptions {
  /** Folder of `.ftl` files; absent = the project's own, and the drivers'. */
  readonly directory?: string;
  /** Told of every message that is missing or does not format; absent = thrown, so that tests see it. */
  readonly onProblem?: (problem: { language: string; key: string; error: Error }) => void;
}

const home = fileURLToPath(new URL("../../locales", import.meta.url));
const drivers = fileURLToPath(new URL("../drivers", import.meta.url));
const fallback = "en";
/** Sentences of one language with something in them that are remembered as they were said, and how long what is in them may be. */
const [maxSaid, longestArgs] = [2000, 200];

/** Reads every language of a folder; throws when one does not parse. */
export function loadWords({ directory, onProblem = raise }: WordsOptions = {}): Words {
  const files = directory === undefined ? wordFiles() : filesIn(directory);
  const bundles = new Map(
    [...new Set(files.map(languageOf))].map((language) => [language, readBundle(language, files)]),
  );
  const languages = [fallback, ...[...bundles.keys()].filter((language) => language !== fallback).toSorted()];
  const translatorOf =
    (language: string): Say =>
    (key, args = {}) =>
      say({ bundles, language, key, args, onProblem });
  const known = new Map(languages.map((language) => [language, remembering(translatorOf(language))]));
  return {
    languages,
    pick: (locale) =>
      negotiateLanguages(locale ? [locale] : [], languages, { defaultLocale: fallback, strategy: "lookup" })[0] ??
      fallback,
    in: (language) => known.get(language) ?? translatorOf(language),
    has: (key) => [...bundles.values()].some((bundle) => bundle.hasMessage(key)),
  };
}

/** The same translator, which says again what it said before: the labels of a keyboard, and the counts beside them. */
function remembering(translator: Say): Say {
  /** What has nothing to fill in. */
  const fixed = new Map<string, string>();
  const filledIn = new LRUCache<string, string>({ max: maxSaid });
  return (key, args) => {
    const said = args ? filledIn : fixed;
    const whole = args ? `${key} ${JSON.stringify(args)}` : key;
    const before = said.get(whole);
    if (before !== undefined) return before;
    const text = translator(key, args);
    // One that is missing is told of each time.
    if (text !== key && whole.length <= longestArgs) said.set(whole, text);
    return text;
  };
}

/** Every file of words of the project: its own, and those a driver brings in its folder `words`. */
export function wordFiles(): readonly string[] {
  const folders = readdirSync(drivers).map((driver) => join(drivers, driver, "words"));
  return [home, ...folders.filter((folder) => existsSync(folder))].flatMap(filesIn);
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".ftl"))
    .map((file) => join(folder, file));
}

function languageOf(file: string): string {
  return basename(file, ".ftl");
}

function readBundle(language: string, files: readonly string[]): FluentBundle {
  // Isolation marks (U+2068/9) would end up inside file names, links and button texts.
  const bundle = new FluentBundle(language, { useIsolating: false });
  for (const file of files.filter((one) => languageOf(one) === language)) {
    const problems = bundle.addResource(new FluentResource(readFileSync(file, "utf8")));
    if (problems.length > 0) throw new Error(`${file}: ${problems.map((problem) => problem.message).join("; ")}`);
  }
  return bundle;
}

interface Saying {
  readonly bundles: ReadonlyMap<string, FluentBundle>;
  readonly language: string;
  readonly key: string;
  readonly args: Readonly<Record<string, string | number>>;
  readonly onProblem: NonNullable<WordsOptions["onProblem"]>;
}

function say({ bundles, language, key, args, onProblem }: Saying): string {
  const bundle = [language, fallback].map((tag) => bundles.get(tag)).find((candidate) => candidate?.hasMessage(key));
  const pattern = bundle?.getMessage(key)?.value;
  if (!bundle || !pattern) {
    onProblem({ language, key, error: new Error(`no message "${key}"`) });
    return key;
  }
  const errors: Error[] = [];
  const text = bundle.formatPattern(pattern, { ...args }, errors);
  for (const error of errors) onProblem({ language, key, error });
  return text;
}

function raise({ language, key, error }: { language: string; key: string; error: Error }): never {
  throw new Error(`locales/${language}.ftl, ${key}: ${error.message}`);
}
