import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { driverKinds } from "../../src/drivers/index.ts";
import { pikPakVariables } from "../../src/drivers/pikpak/config.ts";
import { storageErrorCodes, storageErrorKind } from "../../src/storage/error.ts";
import type { Field } from "../../src/storage/field.ts";

const root = join(import.meta.dirname, "..", "..");
const page = readFileSync(join(root, "docs", "drivers.md"), "utf8");

/** When a field is asked for, as the page says it. */
function asked({ required, instead, aside }: Field): string {
  if (aside) return "aside";
  if (!required) return "may be skipped";
  return instead === undefined ? "always" : `always, or \`${instead}\` instead`;
}

test("the page on drivers lists every option there is, as the register declares it", () => {
  const kinds = driverKinds({
    pikpak: { domain: "mypikpak.net", platform: "web", mcpUrl: "http://127.0.0.1:1" },
    memory: {},
  });
  const declared = kinds.flatMap(({ name, fields }) =>
    fields.map((field) => [`\`${name}\``, `\`${field.name}\``, field.kind, asked(field)]),
  );
  const listed = [...page.matchAll(/^\| (`[\w-]+`) +\| (`\w+`) +\| (\w+) +\| (.+?) +\|$/gm)].map((row) => row.slice(1));
  expect(listed).toEqual(declared);
});

test("the page on drivers lists every failure there is, as the catalogue has it", () => {
  const declared = storageErrorCodes.map((code) => {
    const { about, status, mends, ails } = storageErrorKind(code);
    return [`\`${code}\``, about, String(status), mends.join(", ") || "–", ails ? "yes" : ""];
  });
  const rows = [...page.matchAll(/^\| (`[\w-]+`) +\| (\w+) +\| (\d{3}) +\| ([^|]+?) +\| +(yes)? *\|$/gm)];
  expect(rows.map(([, code, about, status, mends, ails]) => [code, about, status, mends, ails ?? ""])).toEqual(
    declared,
  );
});

test("the example of an environment shows every variable of PikPak's driver", () => {
  const example = readFileSync(join(root, ".env.example"), "utf8");
  const shown = [...example.matchAll(/^#?(PIKPAK_[A-Z_]+)=/gm)].map((match) => match[1]);
  expect(new Set(shown)).toEqual(new Set(Object.keys(pikPakVariables)));
});
