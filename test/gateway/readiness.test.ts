import { expect, onTestFinished, test } from "vitest";
import { readiness } from "../../src/app/readiness.ts";
import { openStore, type Store } from "../../src/store/store.ts";

async function withStore(): Promise<Store> {
  const store = await openStore({ url: "memory://", keys: [new Uint8Array(32)], onError: () => {} });
  onTestFinished(() => store.close());
  return store;
}

const chat = (name: string, more: { isUp: () => true | string }) => ({
  name,
  start: async () => {},
  stop: async () => {},
  ...more,
});

test("the app is ready when its store takes writes and every chat is connected", async () => {
  const store = await withStore();
  const ready = readiness({ store, frontends: () => ({ all: [chat("telegram", { isUp: () => true })] }) });
  expect(await ready()).toEqual({ ok: true });
});

test("the app is not ready before there is a chat, and says so", async () => {
  const ready = readiness({ store: await withStore(), frontends: () => undefined });
  expect(await ready()).toEqual({ ok: false, reasons: ["no chat was started yet"] });
});

test("each chat that is not connected says why", async () => {
  const all = [
    chat("telegram", { isUp: () => "telegram: not reached (ECONNREFUSED)" }),
    chat("discord", { isUp: () => true }),
  ];
  const ready = readiness({ store: await withStore(), frontends: () => ({ all }) });
  expect(await ready()).toEqual({
    ok: false,
    reasons: ["telegram: not reached (ECONNREFUSED)"],
  });
});

test("a store that takes no writes, as on a full disk, is a reason", async () => {
  const full = { check: () => Promise.reject(new Error("ENOSPC")) };
  const ready = readiness({ store: full, frontends: () => ({ all: [chat("telegram", { isUp: () => true })] }) });
  expect(await ready()).toEqual({ ok: false, reasons: ["the store takes no writes"] });
});
