import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Action, Visit } from "../../src/actions/model/action.ts";
import { formRules, refusal, roles, rules, type Role } from "../../src/actions/permission.ts";

// Role × action × place, as `refusal` answers it, is the table printed in docs/permissions.md. After a change of the
// rules: `npx vitest run test/actions/permission-table.test.ts -u`, and read what changed in the page.

const places = ["private", "group"] as const satisfies readonly Visit["place"]["kind"][];
const view = { id: "abcdefghij", revision: 1 };

/** Only what decides is there: which action, and which form. */
const actions: readonly (readonly [string, Action])[] = [
  ...Object.keys(rules).map((name) => [name, { do: name, view } as unknown as Action] as const),
  ...Object.keys(formRules).map(
    (id) => [`form ${id}`, { do: "submit", form: { id }, values: {} } as unknown as Action] as const,
  ),
];

/** Whom the table is printed for, and all that each of them is. */
const people: Readonly<Record<string, readonly Role[]>> = {
  owner: ["owner"],
  operator: ["owner", "operator"],
  "group admin": ["admin"],
  "group member": ["member"],
  other: ["other"],
};
const names = Object.keys(people);

function answer(action: Action, name: string, kind: Visit["place"]["kind"]): string {
  return refusal(action, people[name] ?? [], { id: "telegram:1", kind }) ?? "yes";
}

function row([name, action]: (typeof actions)[number]): readonly string[] {
  return [name, ...names.flatMap((who) => places.map((place) => answer(action, who, place)))];
}

const head = ["action", ...names.flatMap((who) => places.map((place) => `${who}, ${place}`))];

const page = `# Who may do what

The one table both chats and the gateway's pages go by, \`src/actions/permission.ts\`, printed by
\`test/actions/permission-table.test.ts\`, which fails when this page and the table differ.

An **owner** is whoever opened the screen, or typed the command. An **operator** is an owner who is named in \`ADMINS\`
or was made one by a code. A **group admin** and a **group member** act on somebody else's screen in their group; a
command they type makes them its owner besides. Everything else than \`yes\` is the sentence people get
(\`notice-…\` in \`locales/\`). Before this table stands the access: a ban, maintenance, and with \`ACCESS=allowlist\` the
list of the admitted, which answer every action alike (\`src/actions/admission.ts\`).

${printed([head, ...actions.map(row)])}
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

test("the page was read, and is no empty one", () => {
  const read = readFileSync(join(import.meta.dirname, "..", "..", "docs", "permissions.md"), "utf8");
  expect(read.match(/^\| (?:form )?[a-z][a-z-]* +\|/gm) ?? []).toHaveLength(actions.length + 1);
});

const hidden = [
  ...Object.entries(rules),
  ...Object.entries(formRules).map(([id, rule]) => [`form ${id}`, rule] as const),
]
  .filter(([, rule]) => rule.hidden)
  .map(([name]) => name);

test.each(actions.filter(([name]) => hidden.includes(name)))(
  "%s is an operator's, in private, and to everybody else as if it were not there",
  (_name, action) => {
    const said = names.flatMap((who) =>
      places.map((place) => [`${who}, ${place}`, answer(action, who, place)] as const),
    );
    expect(said.filter(([, word]) => word === "yes").map(([who]) => who)).toEqual(["operator, private"]);
    const words = said.map(([, word]) => word).filter((word) => word !== "yes");
    expect(words.filter((word) => !["unknown-command", "view-expired", "not-yours"].includes(word))).toEqual([]);
  },
);
