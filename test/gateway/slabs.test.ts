import { expect, test } from "vitest";
import { createSlabs } from "../../src/gateway/upstream/slabs.ts";

test("a slab is given again once its last holder has let go, and not before", () => {
  const slabs = createSlabs({ size: 10 });
  const slab = slabs.take();
  slabs.hold(slab);
  slabs.release(slab);
  expect(slabs.take()).not.toBe(slab);
  slabs.release(slab);
  expect(slabs.take()).toBe(slab);
});

test("letting a slab go twice fails", () => {
  const slabs = createSlabs();
  const slab = slabs.take();
  slabs.release(slab);
  expect(() => slabs.release(slab)).toThrow("let go twice");
});

test("no more than a few slabs are large at once, however many are wanted", () => {
  const slabs = createSlabs({ size: 10, large: { size: 40, most: 2 } });
  const taken = Array.from({ length: 4 }, () => slabs.take());
  expect(taken.map(({ bytes }) => bytes.length)).toEqual([40, 40, 10, 10]);
  const [first, , third] = taken;
  if (first) slabs.release(first);
  if (third) slabs.release(third);
  expect(slabs.take()).toBe(first);
  expect(slabs.take()).toBe(third);
});

test("no more slabs are kept than were asked for", () => {
  const slabs = createSlabs({ size: 10, kept: 1 });
  const [one, other] = [slabs.take(), slabs.take()];
  slabs.release(one);
  slabs.release(other);
  expect(slabs.take()).toBe(one);
  expect(slabs.take()).not.toBe(other);
});
