import { expect, test } from "vitest";
import { refusalOf, roles, type Role } from "../../src/users/roles.ts";
import { rules } from "./rules.ts";

// The rules by which both chats go, read as what they promise.

const places = ["private", "group"] as const;

function may(name: string, role: Role, kind: "private" | "group"): boolean {
  const [, rule] = rules.find(([candidate]) => candidate === name) ?? [];
  if (!rule) throw new Error(`there is no rule for ${name}`);
  return refusalOf(rule, [role], { id: "telegram:-1", kind }) === undefined;
}

test("every action has a rule that lets somebody do it somewhere", () => {
  const idle = rules.filter(([name]) => !roles.some((role) => places.some((place) => may(name, role, place))));
  expect(idle.map(([name]) => name)).toEqual([]);
});

test("a person from elsewhere may press nothing but a card that was sent to all", () => {
  const open = rules.filter(([name]) => places.some((place) => may(name, "other", place)));
  expect(open.map(([name]) => name)).toEqual(["link-row"]);
});

// Whose a download is that a member cancels, `cancelDownload` asks itself (test/actions/lent-downloads.test.ts).
test("members may press on each other's lists only what shows something, brings it into their own drive or private chat, or may be theirs to end", () => {
  const shared = rules.filter(([name]) => may(name, "member", "group")).map(([name]) => name);
  expect(shared.toSorted()).toEqual(
    "back cancel-download find link link-row mount narrow-kind narrow-size open open-download refresh save search-elsewhere search-filters send-privately sort step top turn up".split(
      " ",
    ),
  );
});

test("an action for those who run a group may be done by nobody else", () => {
  const theirs = rules.filter(([name]) => may(name, "admin", "group") && !may(name, "member", "group"));
  expect(theirs.map(([name]) => name).toSorted()).toEqual([
    ..."bind check-follow follow follow-here follows open-followed pause-follow remove-follow set-clear".split(" "),
    ..."set-follow-every set-language set-order set-private-links set-rows show-place-settings".split(" "),
    ..."show-settings start-following".split(" "),
  ]);
  for (const [name] of theirs) expect([name, may(name, "owner", "group")]).toEqual([name, false]);
});

test("accounts, secrets and what is kept about a person are for private chats", () => {
  const secluded = [
    "sign-in",
    "log-out",
    "forget",
    "confirm",
    "remove-mount",
    "renew-mount",
    "form account-kind",
    "form sign-in",
    "form verification",
  ];
  for (const name of secluded) {
    expect([name, roles.filter((role) => may(name, role, "group"))]).toEqual([name, []]);
    expect([name, roles.filter((role) => may(name, role, "private"))]).toEqual([name, ["owner"]]);
  }
});
