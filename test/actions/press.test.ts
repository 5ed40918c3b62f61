import fc from "fast-check";
import { expect, test } from "vitest";
import { type ButtonPress } from "../../src/actions/buttons.ts";
import { listFormats } from "../../src/actions/model/screen.ts";
import { audiences, sharedCapabilities } from "../../src/users/place.ts";
import { buttons, decodeButton, encodeButton } from "../../src/actions/buttons.ts";
import { accessModes } from "../../src/users/access.ts";
import { adminButtons, type PlainAdminButton } from "../../src/actions/admin/buttons.ts";
import { none } from "../../src/actions/context/button.ts";
import { operatorsRooms } from "../../src/actions/model/admin-view.ts";
import { downloadMethods } from "../../src/storage/mount.ts";

const view = fc.record({
  id: fc.stringMatching(/^[A-Za-z0-9]{10}$/),
  revision: fc.integer({ min: 0, max: 36 ** 8 - 1 }),
});
const small = fc.integer({ min: 0, max: 36 ** 6 - 1 });
const by = fc.constantFrom("name" as const, "size" as const, "modified" as const);
const operatorsPresses = Object.entries(adminButtons).flatMap(([name, { argument }]) =>
  argument === none ? [name as PlainAdminButton] : [],
);
const press: fc.Arbitrary<ButtonPress> = fc.oneof(
  fc.record({
    do: fc.constantFrom(
      "up",
      "refresh",
      "back",
      "mounts",
      "open-mount",
      "choose-mount",
      "rename-mount",
      "check-mount",
      "renew-mount",
      "remove-mount",
      "confirm",
      "dismiss",
      "add-account",
      "add-share",
      "retry",
      "send",
      "cancel-transfer",
      "list-folder",
      "revoke-links",
      "find",
      "stop-search",
      "search-elsewhere",
      "search-filters",
      "unlend",
    ),
    view,
  }),
  fc.record({
    do: fc.constantFrom("open", "mount", "set-language", "narrow-kind", "narrow-size", "link-row", "lend"),
    view,
    index: small,
  }),
  fc.record({
    do: fc.constant("set-policy"),
    view,
    capability: fc.constantFrom(...sharedCapabilities),
    audience: fc.constantFrom(...audiences),
  }),
  fc.record({ do: fc.constant("set-daily"), view, count: small }),
  fc.record({ do: fc.constant("set-clear"), view, minutes: small }),
  fc.record({ do: fc.constant("set-open"), view, open: fc.boolean() }),
  fc.record({ do: fc.constant("set-private-links"), view, privateLinks: fc.boolean() }),
  fc.record({ do: fc.constant("turn"), view, page: small }),
  fc.record({ do: fc.constant("link"), view }),
  fc.record({ do: fc.constant("link"), view, variant: small }),
  fc.record({ do: fc.constant("set-rows"), view, rows: small }),
  fc.record({ do: fc.constantFrom("sort", "set-order"), view, by }),
  fc.record({ do: fc.constant("list-as"), view, format: fc.constantFrom(...listFormats) }),
  fc.record({ do: fc.constant("admin-go"), view, room: fc.constantFrom(...operatorsRooms) }),
  fc.record({ do: fc.constant("admin-turn"), view, page: small }),
  fc.record({ do: fc.constantFrom("admin-pick", "set-log-level"), view, index: small }),
  fc.record({ do: fc.constant("set-access"), view, mode: fc.constantFrom(...accessModes) }),
  fc.record({ do: fc.constant("set-maintenance"), view, on: fc.boolean() }),
  fc.constantFrom(...operatorsPresses).chain((press) => fc.record({ do: fc.constant(press), view })),
  fc.record({ do: fc.constant("set-method"), view, method: fc.constantFrom(...downloadMethods) }),
);

test("no two buttons go by the same letters", () => {
  const codes = Object.values(buttons).map(({ code }) => code);
  expect(codes.filter((code, at) => codes.indexOf(code) !== at)).toEqual([]);
});

test("every press comes back as it was, in at most 48 characters fit for a deep link", () => {
  fc.assert(
    fc.property(press, (one) => {
      const code = encodeButton(one);
      expect(code).toMatch(/^[A-Za-z0-9-]{1,48}$/);
      expect(decodeButton(code)).toEqual(one);
    }),
  );
});

test("a payload that was forged or garbled is nothing, or exactly one press", () => {
  const forged = fc.oneof(fc.string(), fc.stringMatching(/^[012][A-Za-z0-9]{9,11}(-[0-9a-z]{0,9}){1,4}$/));
  fc.assert(
    fc.property(forged, (code) => {
      const read = decodeButton(code);
      return read === undefined || encodeButton(read).length <= 48;
    }),
  );
  expect(decodeButton("1abcdefghij-0-u")).toEqual({ do: "up", view: { id: "abcdefghij", revision: 0 } });
});

test.each([
  "",
  "1",
  "hello",
  "2abcdefghij-1-u",
  "1abcdefghi-1-u",
  "1abcdefghij-1",
  "1abcdefghij-1-o",
  "1abcdefghij-1-u-1",
  "1abcdefghij-1-j",
  "1abcdefghij-1-s-9",
  "1abcdefghij-1-am-2",
  "1abcdefghij-1-aa-z",
  "1abcdefghij-1-zz",
  "1abcdefghij-1-abc",
  "1abcdefghij-1-d-z",
  "1abcdefghij-1-jf-z",
  "1abcdefghij-1-jf",
  "1abcdefghij-1-js-1",
  "1abcdefghij-1-jz",
  "1abcdefghij-1-jsx",
  "1abcdefghij--u",
  "1abcdefghij-1-o--1",
  "1abcdefghij-1-u\n",
  " 1abcdefghij-1-u",
  "1abcdefghij-1-constructor",
  "1abcdefghij-1-o-1-1",
])("the forged code %j is nothing", (code) => {
  expect(decodeButton(code)).toBeUndefined();
});
