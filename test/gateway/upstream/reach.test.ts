import { expect, test } from "vitest";
import { isPublic } from "../../../src/gateway/upstream/dial.ts";

test("the public internet is public", () => {
  expect(["93.184.215.14", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"].every(isPublic)).toBe(true);
});
