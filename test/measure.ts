// What the shape of the code costs, in numbers: `npm run measure`, and `npm run measure -- <revision>…` to see others before it.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import ts from "typescript";
import { importsOf, nodesOf, parsed, type Arrow, type File, type Source } from "./syntax.ts";

// Words that the glossary of docs/architecture.md has replaced. Those with an everyday sense count only as names in code.
// Each begins in brackets, so that who searches the repository for such a word does not find this list.
const replaced =
  /^([e]rrands?|[d]eeds?|[s]cenes?|[s]lips?|[w]ish(es)?|[w]hispers?|[h]ushed|[h]ouses?|[o]ffices?|[r]acks?|[l]edgers?|[t]alents?|[p]atien(ce|t)|[m]eetings?)$/;
const replacedNames = /^([d]oors?|[g]rounds?|[s]eats?|[s]tays?|[m]anners?|put up|take down|taken down|most \w+)$/;

/** Something there is already, and where it lives: what names it elsewhere is what the next of its kind touches too. */
const examples = [
  { what: "driver", name: "pikpak-share", home: "src/drivers/pikpak/" },
  { what: "button", name: "unlend", home: "" },
  { what: "view", name: "lending", home: "" },
  { what: "language", name: "zh", home: "" },
] as const;

const root = join(import.meta.dirname, "..");
const revisions = process.argv.slice(2);
for (const revision of revisions) measured(revision);
report("the working tree", root);

function measured(revision: string): void {
  const folder = mkdtempSync(join(tmpdir(), "chatdrive-measure-"));
  try {
    const archive = execFileSync("git", ["archive", revision], { cwd: root, maxBuffer: 2 ** 30 });
    execFileSync("tar", ["-x", "-C", folder], { input: archive });
    report(revision, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function report(name: string, folder: string): void {
  const files = ["src", "emulators", "test", "docs", "locales"].flatMap((part) => filesIn(folder, part));
  const sources = files.filter(({ path }) => isOfProduct(path) && path.endsWith(".ts")).map(parsed);
  const arrows = sources.flatMap(importsOf);
  const words = files.filter(({ path }) => path !== "test/measure.ts").flatMap(oldWordsIn);
  const folders = betweenFolders(arrows.filter(({ from, to }) => isAction(from) && isAction(to)));
  const lines = [
    `# ${name}`,
    `files of src: ${sources.length}`,
    `lines of a function with a body, median/p90/longest: ${lengthsOf(sources)}`,
    `circles of imports among files, types too: ${circleOf(arrows)}`,
    `circles of imports among folders of actions: ${circleOf(folders)}`,
    `loose files in src/actions: ${sources.filter(({ path }) => dirname(path) === "src/actions").length}`,
    `spreads of a condition, ...(x && { x }): ${sources.map(spreadsIn).reduce((sum, n) => sum + n, 0)}`,
    `words that were replaced: ${words.length}${listed(words.slice(0, 40))}`,
    ...examples.map((example) => {
      const touched = namersOf(example, files);
      return `files that a new ${example.what} touches (of ${example.name}): ${touched.length}${listed(touched)}`;
    }),
  ];
  process.stdout.write(`${lines.join("\n")}\n\n`);
}

function listed(items: readonly string[]): string {
  return items.map((item) => `\n    ${item}`).join("");
}

function filesIn(folder: string, part: string): File[] {
  if (!existsSync(join(folder, part))) return [];
  return readdirSync(join(folder, part), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|js|css|html|md|ftl)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes(".artifacts"))
    .map((path) => ({ path: relative(folder, path).replaceAll("\\", "/"), text: readFileSync(path, "utf8") }));
}

/** Emulators stood in `src/` once; they are counted nowhere. */
function isOfProduct(path: string): boolean {
  return path.startsWith("src/") && !path.startsWith("src/emulators/");
}

function isAction(path: string): boolean {
  return path.startsWith("src/actions/");
}

function lengthsOf(sources: readonly Source[]): string {
  const lengths = sources
    .flatMap(({ tree }) => nodesOf(tree).flatMap((node) => linesOf(node, tree)))
    .toSorted((a, b) => a - b);
  const at = (share: number) => lengths[Math.floor((lengths.length - 1) * share)] ?? 0;
  return `${at(0.5)}/${at(0.9)}/${at(1)} of ${lengths.length}`;
}

function linesOf(node: ts.Node, tree: ts.SourceFile): number[] {
  if (!ts.isFunctionLike(node) || !("body" in node) || !node.body || !ts.isBlock(node.body)) return [];
  const line = (position: number) => tree.getLineAndCharacterOfPosition(position).line;
  return [line(node.getEnd()) - line(node.getStart(tree)) + 1];
}

function betweenFolders(arrows: readonly Arrow[]): Arrow[] {
  return arrows.map(({ from, to }) => ({ from: dirname(from), to: dirname(to) })).filter(({ from, to }) => from !== to);
}

/** How many names can be reached from themselves, and the first few. */
function circleOf(arrows: readonly Arrow[]): string {
  const next = Map.groupBy(arrows, ({ from }) => from);
  const inCircle = [...next.keys()].filter((name) => reaches(name, next));
  return `${inCircle.length}${listed(inCircle.toSorted().slice(0, 12))}`;
}

function reaches(name: string, next: ReadonlyMap<string, readonly Arrow[]>): boolean {
  const seen = new Set<string>();
  const open = [name];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const { to } of next.get(at) ?? []) {
      if (to === name) return true;
      if (!seen.has(to)) open.push(to);
      seen.add(to);
    }
  }
  return false;
}

function spreadsIn({ tree }: Source): number {
  return nodesOf(tree).filter((node) => {
    if (!ts.isSpreadAssignment(node) || !ts.isParenthesizedExpression(node.expression)) return false;
    const { expression } = node.expression;
    return ts.isBinaryExpression(expression) && expression.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken;
  }).length;
}

function oldWordsIn(file: File): string[] {
  const names = /\.(ts|js)$/.test(file.path) ? namesIn(file) : [];
  const found = [
    ...[...file.text.matchAll(/[A-Za-z]+/g)].flatMap(([word]) => partsOf(word)).filter((word) => replaced.test(word)),
    ...names.filter((name) => replacedNames.test(partsOf(name).join(" "))),
  ];
  return found.map((word) => `${file.path}: ${word}`);
}

/** `listFolder` is `list` and `folder`. */
function partsOf(name: string): string[] {
  return name.split(/(?<=[a-z])(?=[A-Z])/).map((part) => part.toLowerCase());
}

function namesIn(file: File): string[] {
  return nodesOf(parsed(file).tree).flatMap((node) => (ts.isIdentifier(node) ? [node.text] : []));
}

/** Files of `src` and `locales` outside its home that name the example, or are named like it. */
function namersOf({ name, home }: (typeof examples)[number], files: readonly File[]): string[] {
  return files
    .filter(({ path }) => (isOfProduct(path) || path.startsWith("locales/")) && (home === "" || !path.startsWith(home)))
    .filter((file) => isNamedLike(file.path, name) || (home !== "" && reachesInto(file, home)) || doesName(file, name))
    .map(({ path }) => path);
}

function isNamedLike(path: string, name: string): boolean {
  return path.split("/").at(-1)?.split(".")[0] === name;
}

function reachesInto(file: File, home: string): boolean {
  return file.path.endsWith(".ts") && importsOf(parsed(file)).some(({ to }) => to.startsWith(home));
}

function doesName(file: File, name: string): boolean {
  if (file.path.endsWith(".ftl")) return new RegExp(`^[a-z-]*-${name}(-[a-z-]+)? =`, "m").test(file.text);
  if (!file.path.endsWith(".ts")) return false;
  return nodesOf(parsed(file).tree).some(
    (node) =>
      (ts.isIdentifier(node) && node.text === name && isDeclared(node)) ||
      (ts.isStringLiteralLike(node) && (node.text === name || node.text.endsWith(`-${name}`))),
  );
}

/** The name of a function or of a property, not of a variable that happens to be called so. */
function isDeclared(node: ts.Identifier): boolean {
  const { parent } = node;
  const declares = ts.isFunctionDeclaration(parent) || ts.isPropertyAssignment(parent);
  return declares && parent.name === node;
}
