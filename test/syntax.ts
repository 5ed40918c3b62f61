import { dirname, join } from "node:path";
import ts from "typescript";

// What files say, read by their syntax tree: for the measurements of the code, and the test of its arrows.

/** A file of a tree, its path with forward slashes and relative to the root. */
export interface File {
  readonly path: string;
  readonly text: string;
}

/** A file that was parsed. */
export interface Source extends File {
  readonly tree: ts.SourceFile;
}

/** An import of one file by another. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
}

export function parsed(file: File): Source {
  return { ...file, tree: ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true) };
}

/** All nodes of a tree, outermost first. */
export function nodesOf(tree: ts.Node): ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node) => {
    nodes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return nodes;
}

/** What a file imports of ours: types, dynamic imports and those for their effects included. */
export function importsOf({ path, tree }: Source): Arrow[] {
  return nodesOf(tree)
    .flatMap((node) => {
      if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return [node.moduleSpecifier];
      if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return [node.argument.literal];
      const isImport = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
      return isImport ? [node.arguments[0]] : [];
    })
    .flatMap((name) => (name && ts.isStringLiteral(name) && name.text.startsWith(".") ? [name.text] : []))
    .map((name) => ({ from: path, to: join(dirname(path), name).replaceAll("\\", "/") }));
}
