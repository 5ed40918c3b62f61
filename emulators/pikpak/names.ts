import type { Node } from "./node.ts";

/** `name(1).ext` where the name is taken. */
export function freeName(siblings: readonly Node[], name: string): string {
  const taken = new Set(siblings.filter((node) => !node.trashed).map((node) => node.name));
  if (!taken.has(name)) return name;
  const dot = name.lastIndexOf(".");
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  for (let n = 1; ; n++) if (!taken.has(`${stem}(${n})${extension}`)) return `${stem}(${n})${extension}`;
}
