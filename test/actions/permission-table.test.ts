import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { refusalOf, roles, type Role, type Rule } from "../../src/users/roles.ts";
import type { Visit } from "../../src/users/visit.ts";
import { rules } from "./rules.ts";

// Role × place for each rule is printed in docs/permissions.md, with all that goes by it. After a change of the rules:
// `npx vitest run test/actions/permission-table.test.ts -u`, and read what changed in the page.

const places = ["private", "group"] as const satisfies readonly Visit["place"]["kind"][];

/** Whom the table is printed for, and all that each of them is. */
const people: Readonly<Record<string, readonly Role[]>> = {
  owner: ["owner"],
  operator: ["owner", "operator"],
  "group admin": ["admin"],
  "group member": ["member"],
  other: ["other"],
};
const names = Object.keys(people);

function answer(rule: Rule, name: string, kind: Visit["place"]["kind"]): string {
  return refusalOf(rule, people[name] ?? [], { id: "telegram:1", kind }) ?? "yes";
}

/** What is done alike by everybody everywhere is one row. */
const rows = [...Map.groupBy(rules, ([, rule]) => answers(rule).join())].map(([, alike]) => {
  const [first] = alike;
  return [...(first ? answers(first[1]) : []), alike.map(([name]) => `\`${name}\``).join(", ")];
});

function answers(rule: Rule): readonly string[] {
  return names.flatMap((who) => places.map((place) => answer(rule, who, place)));
}

const head = [...names.flatMap((who) => places.map((place) => `${who}, ${place}`)), "commands, buttons and forms"];

const page = `# Who may do what

The rules both chats and the gateway's pages go by, from the tables of buttons, commands and forms in \`src/actions/\`, printed by
\`test/actions/permission-table.test.ts\`, which fails when this page and the table differ.

An **owner** is whoever opened the message, or typed the command. An **operator** is an owner who is named in \`ADMINS\`
or was made one by a code. A **group admin** and a **group member** act on somebody else's message in their group; a
command they type makes them its owner besides. Everything else than \`yes\` is the sentence people get
(\`notice-…\` in \`locales/\`). Before these rules comes admission: a ban, maintenance, and with \`ACCESS=allowlist\` the
list of the admitted, which answer every action alike (\`src/actions/admission.ts\`).

${printed([head, ...rows])}
`;

/** A table in Markdown, its columns aligned as the formatter would. */
function printed(rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  const rule = line(widths.map((width) => "-".repeat(width)));
  return [line(head), rule, ...rows.slice(1).map(line)].join("\n");
}

test("docs/permissions.md is the table as it is", async () => {
  await expect(page).toMatchFileSnapshot("../../docs/permissions.md");
});

test("every role is somebody's in the table", () => {
  expect(new Set(Object.values(people).flat())).toEqual(new Set(roles));
});

test("docs/permissions.md names every command, button and form once", () => {
  const page = readFileSync(join(import.meta.dirname, "..", "..", "docs", "permissions.md"), "utf8");
  const named = [...page.matchAll(/\| (`[^|]*`) +\|$/gm)].flatMap(([, cell = ""]) => cell.split(", "));
  expect(named.toSorted()).toEqual(rules.map(([name]) => `\`${name}\``).toSorted());
});

test.each(rules.filter(([, rule]) => rule.hiddenAs))(
  "the action %s is an operator's, in private, and to everybody else as if it were not there",
  (_name, rule) => {
    const told = names.flatMap((who) => places.map((place) => [`${who}, ${place}`, answer(rule, who, place)] as const));
    expect(told.filter(([, word]) => word === "yes").map(([who]) => who)).toEqual(["operator, private"]);
    const words = told.map(([, word]) => word).filter((word) => word !== "yes");
    expect(words.filter((word) => !["unknown-command", "view-expired", "not-yours"].includes(word))).toEqual([]);
  },
);
