import { expect, test } from "vitest";
import type { Action } from "../../src/actions/model/action.ts";
import { formRules, refusal, roles, rules, type Role, type Rule } from "../../src/actions/permission.ts";

// The table by which both chats go, read as what it promises.

const all: readonly [string, Rule][] = [...Object.entries(rules), ...Object.entries(formRules)];
const places = ["private", "group"] as const;

/** The table asked as the door asks it. */
function may(name: string, role: Role, kind: "private" | "group"): boolean {
  const action = (name in rules ? { do: name } : { do: "submit", form: { id: name }, values: {} }) as Action;
  return refusal(action, [role], { id: "telegram:-1", kind }) === undefined;
}

test("every action has a rule that lets somebody do it somewhere", () => {
  const idle = all.filter(([name]) => !roles.some((role) => places.some((place) => may(name, role, place))));
  expect(idle.map(([name]) => name)).toEqual([]);
});

test("somebody from elsewhere may press nothing but a card that was sent to all", () => {
  const open = all.filter(([name]) => places.some((place) => may(name, "other", place)));
  expect(open.map(([name]) => name)).toEqual(["link-row"]);
});

test("members may press on each other's lists only what shows something", () => {
  const shared = all.filter(([name]) => may(name, "member", "group")).map(([name]) => name);
  expect(shared.toSorted()).toEqual(
    "back find link link-row mount narrow-kind narrow-size open refresh sort turn up".split(" "),
  );
});

test("what only those who run a group may do, nobody else may", () => {
  const theirs = all.filter(([name]) => may(name, "admin", "group") && !may(name, "member", "group"));
  expect(theirs.map(([name]) => name).toSorted()).toEqual(
    "bind set-clear set-kept private set-language set-order set-rows show-place-settings show-settings".split(" "),
  );
  for (const [name] of theirs) expect([name, may(name, "owner", "group")]).toEqual([name, false]);
});

test("accounts, secrets and what is kept about a person are for private chats", () => {
  const secluded = ["sign-in", "log-out", "forget", "confirm", "remove-mount", "renew-mount", "pikpak", "verification"];
  for (const name of secluded) {
    expect([name, roles.filter((role) => may(name, role, "group"))]).toEqual([name, []]);
    expect([name, roles.filter((role) => may(name, role, "private"))]).toEqual([name, ["owner"]]);
  }
});
